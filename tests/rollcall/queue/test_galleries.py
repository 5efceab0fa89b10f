from collections.abc import AsyncIterator
from typing import Any

import numpy as np
import pytest
import redis

from rollcall.domain.voiceprint import Voiceprint
from rollcall.queue import bot_end, keys
from rollcall.queue.galleries import Content, GalleryReader, GalleryWriter
from rollcall.sealing.seal import Keyring

MODEL, HASH = "campplus", "abc"
ANNA = Voiceprint(MODEL, HASH, np.array([1, 0, 0], np.float32))
BORIS = Voiceprint(MODEL, HASH, np.array([0, 1, 0], np.float32))
CALLED = Voiceprint(MODEL, HASH, np.array([0, 0, 1], np.float32))


class Galleries(GalleryWriter):
    """With contents given by hand, in place of the database."""

    async def put(
        self,
        class_id: int,
        people: dict[int, Voiceprint],
        raised: float = 0.0,
        generation: int | None = 1,
        narrow: dict[int, Voiceprint] | None = None,
        narrow_raised: float = 0.0,
    ) -> None:
        async def read() -> Content:
            return Content(people, raised, generation, narrow or {}, narrow_raised)

        await self.write(class_id, read)


@pytest.fixture
async def writer(redis_url: str, keyring: Keyring) -> AsyncIterator[Galleries]:
    client = bot_end.connect(redis_url)
    yield Galleries(client, keyring)
    await client.aclose()


@pytest.fixture
def reader(redis_client: redis.Redis, keyring: Keyring) -> GalleryReader:
    return GalleryReader(redis_client, keyring, MODEL, HASH)


async def test_a_worker_sees_a_new_print_at_its_next_look(writer: Galleries, reader: GalleryReader) -> None:
    await writer.put(1, {7: ANNA})
    assert reader.get(1).people == (7,)
    await writer.put(1, {7: ANNA, 8: BORIS})
    assert set(reader.get(1).people) == {7, 8}


async def test_a_class_sees_only_its_own_people(writer: Galleries, reader: GalleryReader) -> None:
    await writer.put(1, {7: ANNA})
    await writer.put(2, {8: BORIS})
    assert reader.get(1).people == (7,)


async def test_an_erased_print_leaves_redis_and_the_workers_memory(
    writer: Galleries, reader: GalleryReader, redis_client: redis.Redis
) -> None:
    await writer.put(1, {7: ANNA})
    assert reader.get(1).people
    await writer.drop(1, 7)
    reader.forget_stale()
    assert reader._kept == {}
    assert set(redis_client.hkeys(keys.gallery(1))) == keys.GALLERY_FACTS


async def test_prints_of_another_model_are_never_compared(writer: Galleries, reader: GalleryReader) -> None:
    others = {7: Voiceprint(MODEL, "other weights", ANNA.centroid), 8: Voiceprint("ecapa", HASH, BORIS.centroid)}
    await writer.put(1, others)
    assert reader.get(1).people == ()


async def test_a_print_moved_to_another_person_does_not_open(
    writer: Galleries, reader: GalleryReader, redis_client: redis.Redis
) -> None:
    await writer.put(1, {7: ANNA, 8: BORIS})
    stolen: Any = redis_client.hget(keys.gallery(1), "7")
    assert stolen is not None
    redis_client.hset(keys.gallery(1), "8", stolen)
    assert reader.get(1).people == (7,)


async def test_centroids_do_not_lie_open_in_redis(writer: Galleries, redis_client: redis.Redis) -> None:
    await writer.put(1, {7: ANNA})
    sealed: Any = redis_client.hget(keys.gallery(1), "7")
    assert ANNA.centroid.tobytes() not in sealed


async def test_a_rebuild_brings_back_what_redis_lost_and_drops_what_it_should_not_have(
    writer: Galleries, reader: GalleryReader
) -> None:
    await writer.put(1, {9: ANNA})
    assert reader.get(1).people == (9,)
    await writer.put(1, {7: ANNA, 8: BORIS})
    assert set(reader.get(1).people) == {7, 8}


async def test_an_odd_field_takes_nobody_out_of_a_class(
    writer: Galleries, reader: GalleryReader, redis_client: redis.Redis
) -> None:
    await writer.put(1, {7: ANNA})
    redis_client.hset(
        keys.gallery(1), mapping={"x": "y", "-1": "y", "8": "cut off", keys.GALLERY_HEAD.decode(): "[9, 0.5]"}
    )
    gallery = reader.get(1)
    assert gallery.people == (7,)
    assert (gallery.generation, gallery.raised) == (0, 0), "nobody has sealed that"
    assert await writer.generation(1) is None
    await writer.put(1, {7: ANNA})
    assert not redis_client.hexists(keys.gallery(1), "x")


async def test_a_gallery_knows_who_is_in_it_and_of_which_generation_it_is(writer: Galleries) -> None:
    await writer.put(1, {7: ANNA}, generation=5)
    assert await writer.knows(1, 7, 5)
    assert not await writer.knows(1, 8, 5), "not in it"
    assert not await writer.knows(1, 7, 6), "of an earlier generation"
    assert not await writer.knows(2, 7, 0), "there is none"


async def test_the_head_of_one_class_is_not_that_of_another(
    writer: Galleries, reader: GalleryReader, redis_client: redis.Redis
) -> None:
    await writer.put(1, {7: ANNA}, raised=0.1, generation=5)
    await writer.put(2, {8: BORIS}, generation=9)
    assert (reader.get(1).generation, reader.get(1).raised) == (5, 0.1)
    assert (await writer.generation(1), await writer.generation(2), await writer.generation(3)) == (5, 9, None)
    head = redis_client.hget(keys.gallery(2), keys.GALLERY_HEAD.decode())
    redis_client.hset(keys.gallery(1), mapping={keys.GALLERY_HEAD: head or b"", keys.GALLERY_VERSION: b"1"})
    assert (reader.get(1).people, reader.get(1).generation) == ((7,), 0)
    assert await writer.generation(1) is None


async def test_a_class_that_everybody_has_left_keeps_its_generation_and_one_that_is_gone_nothing(
    writer: Galleries, reader: GalleryReader, redis_client: redis.Redis
) -> None:
    await writer.put(1, {7: ANNA}, generation=5)
    await writer.put(1, {}, generation=6)
    assert (reader.get(1).people, reader.get(1).generation) == ((), 6)
    await writer.put(1, {}, generation=None)
    assert not redis_client.exists(keys.gallery(1))


async def test_a_gallery_that_is_read_anew_leaves_no_voice_of_the_old_one(
    writer: Galleries, reader: GalleryReader
) -> None:
    await writer.put(1, {7: ANNA, 8: BORIS})
    old = reader.get(1)
    assert old.centroids.any()
    await writer.put(1, {8: BORIS})
    assert reader.get(1).people == (8,)
    assert not old.centroids.any()


async def test_second_prints_come_along_and_change_nothing_for_whoever_knows_of_none(
    writer: Galleries, reader: GalleryReader, redis_client: redis.Redis
) -> None:
    await writer.put(1, {7: ANNA, 8: BORIS}, raised=0.1)
    without = reader.get(1)
    assert without.narrow is None
    wide: Any = redis_client.hgetall(keys.gallery(1))
    centroids = without.centroids.copy()

    await writer.put(1, {7: ANNA, 8: BORIS}, raised=0.1, narrow={7: CALLED}, narrow_raised=0.2)
    gallery = reader.get(1)
    assert gallery.narrow is not None
    assert (gallery.narrow.people, gallery.narrow.raised) == ((7,), 0.2)
    assert np.array_equal(gallery.narrow.centroids, [CALLED.centroid])
    assert (gallery.people, gallery.raised, gallery.generation) == ((7, 8), 0.1, 1)
    assert np.array_equal(gallery.centroids, centroids)
    there: Any = redis_client.hgetall(keys.gallery(1))
    added = there.keys() - wide.keys()
    assert added == {keys.NARROW_HEAD, keys.narrow_print(7)}
    assert not any(field.isdigit() for field in added), "an older worker would take it for a person"
    assert all(there[field] == value for field, value in wide.items() if field != keys.GALLERY_VERSION)
    assert CALLED.centroid.tobytes() not in there[keys.narrow_print(7)]
    assert len(await writer.sealed(1)) == 5


async def test_a_second_print_leaves_with_its_owner_also_where_an_older_version_lets_them_go(
    writer: Galleries, reader: GalleryReader, redis_client: redis.Redis
) -> None:
    both = {7: CALLED, 8: CALLED}
    await writer.put(1, {7: ANNA, 8: BORIS}, narrow=both)
    old = reader.get(1).narrow
    assert old is not None
    await writer.drop(1, 7)
    assert not redis_client.hexists(keys.gallery(1), keys.narrow_print(7).decode())
    redis_client.hdel(keys.gallery(1), "8")
    redis_client.hincrby(keys.gallery(1), keys.GALLERY_VERSION.decode(), 1)
    reader.forget_stale()
    assert not old.centroids.any(), "nothing of it stays in memory"
    assert (reader.get(1).people, reader.get(1).narrow) == ((), None)
    await writer.put(1, {7: ANNA}, narrow=both)
    narrow = reader.get(1).narrow
    assert narrow is not None
    assert narrow.people == (7,)


async def test_a_second_print_is_nobody_elses_and_no_first_one(
    writer: Galleries, reader: GalleryReader, redis_client: redis.Redis
) -> None:
    await writer.put(1, {7: ANNA, 8: BORIS}, narrow={7: CALLED})
    moved: Any = redis_client.hget(keys.gallery(1), keys.narrow_print(7).decode())
    first: Any = redis_client.hget(keys.gallery(1), "7")
    changed: Any = {keys.narrow_print(8).decode(): moved, "8": moved, keys.narrow_print(7).decode(): first}
    redis_client.hset(keys.gallery(1), mapping=changed)
    gallery = reader.get(1)
    assert (gallery.people, gallery.narrow) == ((7,), None)


async def test_a_second_print_is_a_change_that_workers_see(writer: Galleries, reader: GalleryReader) -> None:
    await writer.put(1, {7: ANNA})
    assert reader.get(1).narrow is None
    for called in (CALLED, BORIS):
        await writer.put(1, {7: ANNA}, narrow={7: called})
        narrow = reader.get(1).narrow
        assert narrow is not None
        assert np.array_equal(narrow.centroids, [called.centroid])
    await writer.put(1, {7: ANNA}, narrow={7: BORIS}, narrow_raised=0.05)
    narrow = reader.get(1).narrow
    assert narrow is not None
    assert narrow.raised == 0.05

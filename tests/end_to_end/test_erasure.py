"""A person who asks for it is erased: every store of a real run is searched, byte by byte, for what must be gone."""

import base64
import contextlib
import re
import sqlite3
import struct
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import redis

from rollcall.config.settings import Settings
from rollcall.queue import keys
from rollcall.sealing.seal import (
    embedding_binding,
    load_keyring,
    narrow_embedding_binding,
    recording_binding,
    voiceprint_binding,
)
from sandbox.message import Message
from sandbox.person import Person
from tests.conftest import WaitUntil
from tests.end_to_end.product import PATIENCE, Classroom, Product, ask, running, speak, synthetic
from tests.end_to_end.test_survival import child

pytestmark = pytest.mark.asyncio(loop_scope="module")

VERA, BORIS = "Вера Крестовоздвиженская", "Борис Громов"
Needles = dict[str, list[bytes]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def product(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Product]:
    folder = tmp_path_factory.mktemp("erasure")
    (folder / "tmp").mkdir()
    async with running(folder / "data", TMPDIR=str(folder / "tmp")) as product:
        yield product


def rows(product: Product, query: str, *values: object) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(product.data_dir / "rollcall.sqlite3")) as database:
        database.row_factory = sqlite3.Row
        return [dict(row) for row in database.execute(query, values)]


def queue_of(product: Product) -> redis.Redis:
    settings = Settings(data_dir=product.data_dir, _env_file=None)
    return redis.Redis.from_url(settings.effective_redis_url, protocol=2)


def stores(product: Product) -> Iterator[tuple[str, bytes]]:
    """All that the product keeps: its files and temporary files as they are on disk, the queue as a client sees it."""
    for folder in (product.data_dir, product.data_dir.parent / "tmp"):
        for path in sorted(folder.rglob("*")):
            with contextlib.suppress(FileNotFoundError):  # a temporary file that was just removed
                if path.is_file():
                    yield str(path.relative_to(folder.parent)), path.read_bytes()
    with queue_of(product) as client:
        for key in client.keys("*"):
            kind: Any = client.type(key)
            told = {b"stream": client.xrange, b"hash": client.hgetall, b"string": client.get}[kind](key)
            yield f"key {key.decode()}", b"\n".join(flattened(told))


def flattened(told: Any) -> Iterator[bytes]:
    if isinstance(told, bytes):
        yield told
    elif isinstance(told, dict):
        for pair in told.items():
            yield from flattened(pair)
    elif told is not None:
        for one in told:
            yield from flattened(one)


def found(product: Product, needles: Needles) -> dict[str, set[str]]:
    """Where each kind of needle is."""
    everything = list(stores(product))
    hits: dict[str, set[str]] = {}
    for kind, values in needles.items():
        assert values, kind
        hits[kind] = {where for where, content in everything if any(value in content for value in values)}
    return {kind: where for kind, where in hits.items() if where}


def sealed_audio(product: Product) -> list[bytes]:
    """The notes as the queue's append-only file has them: a stream entry's field `audio`."""
    log = b"".join(path.read_bytes() for path in (product.data_dir / "valkey").rglob("*.aof"))
    starts = [(match.end(), int(match[1])) for match in re.finditer(rb"\$5\r\naudio\r\n\$(\d+)\r\n", log)]
    return [log[start : start + length] for start, length in starts]


def needles_of(product: Product, telegram_id: int, notes: list[bytes]) -> tuple[Needles, Needles]:
    """What must be gone with the voice, and what must be gone with the person."""
    keyring = load_keyring(Settings(data_dir=product.data_dir, _env_file=None))
    (person,) = rows(product, "SELECT * FROM people WHERE telegram_id = ?", telegram_id)
    mine = (person["id"],)
    attempts = rows(product, "SELECT * FROM attempts WHERE person_id = ?", *mine)
    (print_,) = rows(product, "SELECT * FROM voiceprints WHERE person_id = ?", *mine)
    enrolment = rows(product, "SELECT * FROM enrolment_notes WHERE person_id = ?", *mine)
    recordings = rows(product, "SELECT * FROM kept_recordings WHERE person_id = ?", *mine)
    with queue_of(product) as client:
        fields = str(person["id"]), keys.narrow_print(person["id"]).decode()
        galleries = client.keys("rollcall:gallery:*")
        centroids: Any = [client.hget(key, field) for key in galleries for field in fields]
    floats = [keyring.open(print_["sealed"], voiceprint_binding(*mine, print_["model"], print_["weight_hash"]))[-256:]]
    floats += [
        keyring.open(one["embedding"], embedding_binding(one["attempt_id"], *mine, one["model"], one["weight_hash"]))
        for one in enrolment
    ]
    narrow = [one["narrow"] for one in enrolment]
    floats += [
        keyring.open(sealed, narrow_embedding_binding(one["attempt_id"], *mine, one["model"], one["weight_hash"]))
        for one, sealed in zip(enrolment, narrow, strict=True)
    ]
    assert [keyring.open(one["sealed"], recording_binding(one["attempt_id"], *mine)) for one in recordings] == notes[:3]
    voice = {
        "Telegram's files": [str(one[name]).encode() for one in attempts for name in ("file_id", "file_unique_id")],
        "hashes of recordings": [one["content_hash"].encode() for one in attempts],
        "sealed fingerprints": [one["fingerprint"] for one in attempts],
        "sealed embeddings": [one["embedding"] for one in enrolment],
        "sealed embeddings of telephone sound": narrow,
        "the sealed voiceprint": [print_["sealed"]],
        "sealed recordings": [piece for one in recordings for piece in pieces(one["sealed"])],
        "the gallery's centroid": [one for one in centroids if one],
        "sealed notes in the queue's log": [piece for one in sealed_audio(product) for piece in pieces(one)],
        "sealed results in the queue's log": [
            base64.urlsafe_b64encode(one)[:60]
            for one in (*(row["embedding"] for row in enrolment), *narrow, *(row["fingerprint"] for row in attempts))
        ],
        "embeddings in the clear": [one[:64] for one in floats],
        "recordings in the clear": [piece for note in notes for piece in pieces(note)],
    }
    who = {
        "the name": [VERA.encode(), VERA.encode("utf-16-le"), VERA.encode("unicode_escape"), "Крестовоздв".encode()],
        "the account's number": [str(telegram_id).encode(), struct.pack(">q", telegram_id).lstrip(b"\0")],
    }
    return voice, who


def pieces(value: bytes) -> list[bytes]:
    """Parts of a long value, so that a page of it that was left behind is found as well."""
    return [value[start : start + 48] for start in range(0, len(value) - 48, 512)]


async def pressed(person: Any, button: str) -> Message:
    await person.press(button)
    answer: Message = await person.answer(PATIENCE)
    return answer


async def cleared(product: Product, message: Message, wait_until: WaitUntil) -> str:
    """The receipt's number, once the stores' files have been written anew."""
    receipt = re.search(r"[0-9a-f]{8}-[0-9a-f-]{27}", message.text)
    assert receipt, message.text
    query = "SELECT 1 FROM erasures WHERE receipt = ? AND cleared_at IS NOT NULL"
    await wait_until(lambda: rows(product, query, receipt[0]), PATIENCE)
    return receipt[0]


async def test_after_forget_no_store_has_a_trace_of_the_voice_and_after_leaving_none_of_the_person(
    product: Product, wait_until: WaitUntil
) -> None:
    classroom = Classroom(product)
    await classroom.begin("Физика 9Б")
    # A number that no time in milliseconds has among its digits, as one of seven digits did.
    vera = Person(product.server.telegram, VERA, id=5_938_271_604)
    notes = [synthetic("zac", number) for number in range(1, 6)]
    await classroom.join(vera, VERA)
    await classroom.enrol(vera, notes[:3])
    assert "хранятся" in (await pressed(vera, "keep:yes")).text
    await classroom.student(BORIS, [synthetic("shelby", number) for number in (1, 2, 3)])
    await ask(classroom.teacher, "/open")
    assert f"{VERA} — " in (await speak(vera, notes[3])).text
    assert BORIS not in (await speak(vera, notes[4])).text

    voice, who = needles_of(product, vera.id, notes)
    centroid = voice["embeddings in the clear"][0]
    assert centroid in memory_of(product, "worker"), "so that not finding it later means something"
    before = found(product, {**voice, **who})
    # So that not finding them later means something. In the clear the voice is nowhere, at any time.
    in_the_clear = {"embeddings in the clear", "recordings in the clear"}
    assert set(before) == {*voice, *who} - in_the_clear, before

    asked = await ask(vera, "/forget")
    assert {button.data for button in asked.buttons} == {"forget:yes", "forget:no"}
    done = await pressed(vera, "forget:yes")
    assert "/enroll" in done.text
    assert "голоса: 1" in done.text
    await cleared(product, done, wait_until)
    assert found(product, voice) == {}
    # Nobody sends another note: the worker has to hear of it by itself.
    await wait_until(lambda: centroid not in memory_of(product, "worker"))
    assert set(found(product, who)) == set(who), "name and marks stay with the teacher"
    assert all((vera.id, message) not in product.server.telegram.messages for message in sent_notes(product, vera.id))
    with queue_of(product) as client:
        assert client.hlen("rollcall:gallery:1") == 5  # Boris's two prints, the version, the recalibration of each
    await ask(classroom.teacher, "/close")
    await classroom.teacher.say("/report")
    assert VERA in (await classroom.teacher.answer(PATIENCE, lambda message: BORIS in message.text)).text

    assert (await pressed(vera, "leave:ask")).has("leave:yes")
    left = await pressed(vera, "leave:yes")
    receipt = await cleared(product, left, wait_until)
    assert found(product, {**voice, **who}) == {}
    (kept,) = rows(product, "SELECT * FROM erasures WHERE receipt = ?", receipt)
    assert kept["kind"] == "everything"
    assert "ничего о вас не храню" in (await ask(vera, "/mydata")).text
    await wait_until(lambda: not rows(product, "SELECT 1 FROM incoming_updates WHERE payload IS NOT NULL"), PATIENCE)
    checkpoint(product)
    assert found(product, who) == {}, "an account that is not known leaves nothing behind by asking"
    await classroom.teacher.say("/report")
    report = await classroom.teacher.answer(PATIENCE, lambda message: BORIS in message.text)
    assert VERA not in report.text
    assert "Traceback" not in product.log


def memory_of(product: Product, name: str) -> bytes:
    """What a process has written into its memory."""
    process = child(product, name)
    parts = []
    with Path(f"/proc/{process}/mem").open("rb", buffering=0) as memory:
        for line in Path(f"/proc/{process}/maps").read_text().splitlines():
            start, end = (int(one, 16) for one in line.split()[0].split("-"))
            if line.split()[1].startswith("rw"):
                with contextlib.suppress(OSError):  # the kernel's own pages
                    memory.seek(start)
                    parts.append(memory.read(end - start))
    return b"".join(parts)


def sent_notes(product: Product, chat_id: int) -> list[int]:
    return [row["message_id"] for row in rows(product, "SELECT message_id FROM attempts WHERE chat_id = ?", chat_id)]


def checkpoint(product: Product) -> None:
    """Have SQLite move its write-ahead log into the file, as it does by itself in time."""
    with closing(sqlite3.connect(product.data_dir / "rollcall.sqlite3", timeout=30)) as database:
        database.execute("PRAGMA secure_delete=ON")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")

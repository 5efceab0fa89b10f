"""What was erased leaves the files: SQLite's, and the queue's append-only file."""

from pathlib import Path

import pytest
import redis
import redis.asyncio
from sqlalchemy import text

from rollcall.queue import bot_end, keys
from rollcall.storage.database import Database
from rollcall.usecases.file_scrubbing import grown, rewrite_queue_log
from tests.conftest import WaitUntil

SECRET = b"a sealed note, long since settled"


def log_of(client: redis.Redis) -> bytes:
    """The append-only file of the server, as it is on disk."""
    folder = Path(str(client.config_get("dir")["dir"]), str(client.config_get("appenddirname")["appenddirname"]))
    return b"".join(path.read_bytes() for path in folder.iterdir())


async def test_a_settled_note_leaves_the_queues_log(valkey_url: str, wait_until: WaitUntil) -> None:
    client = bot_end.connect(valkey_url)
    with redis.Redis.from_url(valkey_url) as look:
        # The server may be at it by itself, for what other tests have left.
        await wait_until(lambda: not look.info("persistence")["aof_rewrite_in_progress"])
        look.xadd(keys.JOBS, {"job": "{}", "audio": "a neighbour's, which stays"})
        entry = look.xadd(keys.JOBS, {"job": "{}", "audio": SECRET})
        look.xdel(keys.JOBS, entry)
        await wait_until(lambda: SECRET in log_of(look))  # so that not finding it later means something
        assert await grown(client)
        assert await rewrite_queue_log(client)
        assert SECRET not in log_of(look)
        assert not await grown(client)
        look.set("rollcall:another", "1")
        assert await grown(client)
    await client.aclose()


async def test_a_server_that_keeps_no_files_has_nothing_to_rewrite(redis_url: str) -> None:
    client = bot_end.connect(redis_url)
    assert await rewrite_queue_log(client)
    assert await rewrite_queue_log(client), "also the second time"
    await client.aclose()


class Managed:
    """A server whose operator keeps its commands to themselves."""

    async def info(self, _section: str) -> dict[str, int]:
        return {"aof_enabled": 1}

    async def bgrewriteaof(self) -> None:
        raise redis.ResponseError("unknown command 'BGREWRITEAOF'")


async def test_a_managed_servers_files_are_its_operators(caplog: pytest.LogCaptureFixture) -> None:
    assert await rewrite_queue_log(Managed())  # type: ignore[arg-type]
    assert "not ours" in caplog.text


async def test_what_was_deleted_leaves_sqlites_files(tmp_path: Path) -> None:
    path = tmp_path / "test.sqlite3"
    database = Database(f"sqlite:///{path}")
    with database.session() as session:
        session.execute(text("CREATE TABLE notes (id INTEGER PRIMARY KEY, value BLOB)"))
        for number in range(200):
            value = {"id": number, "value": SECRET * (number % 7 + 1)}
            session.execute(text("INSERT INTO notes VALUES (:id, :value)"), value)
    with database.session() as session:
        session.execute(text("DELETE FROM notes WHERE id % 3 > 0"))
        session.execute(text("UPDATE notes SET value = 'x'"))
    files = list(tmp_path.iterdir())
    assert any(SECRET in one.read_bytes() for one in files), "so that not finding it later means something"
    assert await database.scrub()
    assert not any(SECRET in one.read_bytes() for one in tmp_path.iterdir())
    with database.session() as session:
        assert session.scalar(text("SELECT count(*) FROM notes")) == 67
    await database.close()


async def test_a_database_is_scrubbed_whatever_it_is(database: Database) -> None:
    assert await database.scrub()

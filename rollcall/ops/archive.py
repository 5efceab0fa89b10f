"""A backup as one file: a zip of a manifest and one JSON-lines file per table, readable without Rollcall.

A table's file begins with its columns and their kinds; every further line is a row. Bytes are base64, times are UTC.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO, Any

from rollcall.errors import Unavailable, WrongUse

_FORMAT = "rollcall backup 1"
_MANIFEST = "manifest.json"
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Member:
    """A table in the archive: rows, and the SHA-256 of its file."""

    rows: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What an archive holds.

    Attributes:
        schema: the database's revision.
        key_id: which voiceprint key the sealed values need; the key itself is never in an archive.
        audit_head: the audit's last record, ``1234:<hash>``.
        tables: in an order in which every row finds what it refers to.
    """

    schema: str
    made_at: datetime
    database: str
    key_id: str
    audit_head: str
    tables: dict[str, Member] = field(default_factory=dict)


@dataclass(frozen=True)
class Column:
    """A column, and how its values are written: ``time``, ``date``, ``bytes``, or ``plain`` JSON."""

    name: str
    kind: str


class ArchiveWriter:
    """Writes tables into an archive, one after another."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.tables: dict[str, Member] = {}

    def add(self, table: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> None:
        """One table, its rows as they come."""
        digest, count = hashlib.sha256(), 0
        with self._archive.open(f"{table}.jsonl", "w", force_zip64=True) as file:
            self._write(file, digest, [[column.name, column.kind] for column in columns])
            for row in rows:
                self._write(file, digest, [_plain(value) for value in row])
                count += 1
        self.tables[table] = Member(count, digest.hexdigest())

    def _write(self, file: IO[bytes], digest: Any, values: list[Any]) -> None:
        line = json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        digest.update(line)
        try:
            file.write(line)
        except OSError as error:
            raise _unwritable(error) from error

    def finish(self, manifest: Manifest) -> None:
        """The manifest, last."""
        text = asdict(manifest) | {"format": _FORMAT, "made_at": manifest.made_at.isoformat()}
        self._archive.writestr(_MANIFEST, json.dumps(text, indent=2, ensure_ascii=False))


@contextmanager
def writing(path: Path) -> Iterator[ArchiveWriter]:
    """A new archive, for nobody else to read; it appears under its name once it is whole.

    Raises:
        WrongUse: there is such a file already.
    """
    if path.exists():
        raise WrongUse(f"{path} is there already: choose another name")
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        file = os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")
    except OSError as error:
        raise _unwritable(error) from error
    try:
        with file:
            archive = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED)
            try:
                yield ArchiveWriter(archive)
            except BaseException:
                with suppress(OSError, ValueError):
                    archive.close()
                raise
            try:
                archive.close()
                file.flush()
                os.fsync(file.fileno())
            except OSError as error:
                raise _unwritable(error) from error
        draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)


class Archive:
    """An archive to read from."""

    def __init__(self, archive: zipfile.ZipFile, manifest: Manifest) -> None:
        self._archive = archive
        self.manifest = manifest

    def check(self) -> None:
        """Whether every byte is as it was written.

        Raises:
            Unavailable: it is not.
        """
        for table, member in self.manifest.tables.items():
            digest = hashlib.sha256()
            with _damage_told(), self._archive.open(f"{table}.jsonl") as file:
                while chunk := file.read(_CHUNK):
                    digest.update(chunk)
            if digest.hexdigest() != member.sha256:
                raise _damaged(table)

    def columns(self, table: str) -> list[Column]:
        """A table's columns."""
        with _damage_told(), self._archive.open(f"{table}.jsonl") as file:
            return [Column(*pair) for pair in json.loads(file.readline())]

    def rows(self, table: str) -> Iterator[dict[str, Any]]:
        """A table's rows, by column."""
        columns = self.columns(table)
        with _damage_told(), self._archive.open(f"{table}.jsonl") as file:
            file.readline()
            for line in file:
                values = json.loads(line)
                yield {column.name: _value(column.kind, value) for column, value in zip(columns, values, strict=True)}


@contextmanager
def reading(path: Path) -> Iterator[Archive]:
    """An archive made by `writing`.

    Raises:
        WrongUse: there is no such file, or it is no backup.
        Unavailable: it is damaged.
    """
    try:
        archive = zipfile.ZipFile(path)
    except OSError as error:
        raise WrongUse(f"{path} cannot be read ({error.strerror})") from error
    except zipfile.BadZipFile as error:
        raise Unavailable(f"{path} is no backup of Rollcall, or it is damaged: {error}") from error
    with archive:
        try:
            with _damage_told():
                manifest = _manifest(archive.read(_MANIFEST))
        except (KeyError, TypeError, ValueError) as error:
            raise Unavailable(f"{path} is no backup of Rollcall, or it is damaged: its manifest is not one") from error
        yield Archive(archive, manifest)


def sha256_of(path: Path) -> str:
    """The whole file's SHA-256, to be kept elsewhere."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _manifest(data: bytes) -> Manifest:
    text = json.loads(data)
    if text.pop("format") != _FORMAT:
        raise ValueError("another format")
    text["made_at"] = datetime.fromisoformat(text["made_at"])
    text["tables"] = {name: Member(**member) for name, member in text["tables"].items()}
    return Manifest(**text)


@contextmanager
def _damage_told() -> Iterator[None]:
    try:
        yield
    except (zipfile.BadZipFile, EOFError, KeyError, NotImplementedError, zlib.error) as error:
        raise Unavailable(f"the backup is damaged: {error}") from error


def _damaged(table: str) -> Unavailable:
    return Unavailable(f"the backup is damaged: {table} is not as it was written")


def _unwritable(error: OSError) -> Unavailable:
    return Unavailable(f"the backup cannot be written ({error.strerror}): choose another place")


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        # SQLite's times come without their zone.
        return (value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def _value(kind: str, value: Any) -> Any:
    return None if value is None else _READ[kind](value)


_READ: dict[str, Callable[[Any], Any]] = {
    "plain": lambda value: value,
    "bytes": base64.b64decode,
    "time": datetime.fromisoformat,
    "date": date.fromisoformat,
}

"""Checks of everything that reads bytes or text from outside, but for sound."""

from __future__ import annotations

import csv
import io
import json
import re
import tempfile
import unicodedata
import zipfile
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import redis

from rollcall.errors import SealBroken, WrongUse
from rollcall.sealing.seal import Keyring
from tests.fuzz.mutations import json_values, ogg_pages
from tests.fuzz.target import Target

_KEYRING = Keyring([bytes(range(32))])
_NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
_JOB = {
    "id": "0b8e8a5e-77a5-5a6f-8f54-1d7c63d0a7c1",
    "purpose": "check_in",
    "person_id": 7,
    "class_id": 1,
    "earlier": [{"attempt_id": "note-1", "weight_hash": "ab12", "embedding": "AAAA", "speech_seconds": 2.5}],
    "queued_at": "2026-03-02T12:00:00Z",
}
_RESULT = {
    "job_id": "note-1", "verdict": "accepted", "reason": "match", "model": "campplus", "weight_hash": "ab12",
    "decoder": "libopus-1.5-16k", "score": 3.5, "threshold": 2.0, "runner_up": 0.5, "confidence": 0.99,
    "speech_seconds": 2.5, "quality": {"snr": 20.5}, "timings": {"queue": 1.5, "decode": 2.5}, "embedding": "AAAA",
}  # fmt: skip


def ogg() -> Target:
    """Pages and packets of an Ogg file."""
    from tests.end_to_end.product import synthetic
    from worker.audio.ogg import ForeignLink, read_ogg
    from worker.audio.waveform import AudioRefused

    note = synthetic("zac", 1)
    short = b"OggS" + b"OggS".join(note.split(b"OggS")[1:4])

    def check(data: bytes) -> None:
        try:
            file = read_ogg(data)
        except AudioRefused:
            return
        held = 0
        for link in file.links if file else ():
            if isinstance(link, ForeignLink):
                held += link.end - link.start
            else:
                held += sum(len(packet) for page in link.pages for packet in page.packets)
        if held > len(data):
            raise AssertionError("sound out of nothing")

    return Target(check, [short, short + short, note], 200_000, mutate=ogg_pages, longest=20_000)


class _Transaction:
    """What `WorkerQueue` needs of Redis to bury an entry."""

    def __enter__(self) -> _Transaction:
        return self

    def __exit__(self, *_: object) -> None: ...

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return lambda *_args, **_keywords: None


class _NoRedis:
    def pipeline(self, **_: object) -> _Transaction:
        return _Transaction()

    def hgetall(self, _key: str) -> dict[bytes, bytes]:
        return {}


def job() -> Target:
    """An entry of the jobs stream: a JSON job that somebody with our key has signed, and its audio sealed to it."""
    from rollcall.queue import keys
    from rollcall.queue.job import Job
    from rollcall.queue.worker_end import WorkerQueue
    from rollcall.sealing.seal import audio_binding
    from rollcall.sealing.signature import Signatures

    signatures = Signatures(_KEYRING)
    queue = WorkerQueue(cast(redis.Redis, _NoRedis()), _KEYRING, timedelta(seconds=10))
    sealed = _KEYRING.seal(b"a voice", audio_binding(str(_JOB["id"]), cast(int, _JOB["person_id"])))

    def check(data: bytes) -> None:
        signature = signatures.sign(keys.JOBS, data)
        delivery = queue._parse(b"1-0", {b"job": data, b"audio": sealed, b"signature": signature})
        try:
            read = Job.model_validate_json(data)
        except ValueError:
            if delivery is not None:
                raise
            return
        datetime.now(UTC) - read.queued_at  # what the worker reckons with it
        if Job.model_validate_json(read.model_dump_json()) != read:
            raise AssertionError("a job that changes on its way")
        if not -(2**63) <= read.person_id < 2**63:
            raise AssertionError("a number that no database holds")

    return Target(check, [json.dumps(_JOB).encode()], 180_000, mutate=json_values)


def result() -> Target:
    """An entry of the results stream."""
    from rollcall.queue.job import Result

    def strict(token: str) -> None:
        raise AssertionError(f"{token}, which PostgreSQL does not take")

    def check(data: bytes) -> None:
        try:
            read = Result.model_validate_json(data)
        except ValueError:
            return
        # What the bot does with it: JSON columns.
        stored = json.dumps({"quality": read.quality, "timings": read.timings})
        json.loads(stored, parse_constant=strict)
        if "\\u0000" in stored or "\0" in read.model + read.weight_hash + read.decoder + read.job_id:
            raise AssertionError("a zero character, which PostgreSQL does not take")
        if max(map(len, (read.model, read.weight_hash, read.decoder, read.job_id))) > 64:
            raise AssertionError("longer than its column")
        if Result.model_validate_json(read.model_dump_json()) != read:
            raise AssertionError("a result that changes on its way")

    return Target(check, [json.dumps(_RESULT).encode()], 180_000, mutate=json_values)


def seal() -> Target:
    """A sealed value that somebody changed."""
    from rollcall.sealing.seal import audio_binding

    binding = audio_binding("1", 7)
    genuine = _KEYRING.seal(b"a voice", binding)

    def check(data: bytes) -> None:
        try:
            opened = _KEYRING.open(data, binding)
        except SealBroken:
            return
        if data != genuine or opened != b"a voice":
            raise AssertionError("a forged value was opened")

    return Target(check, [genuine, genuine[:17], genuine[:5], b""], 120_000, longest=256)


def gallery() -> Target:
    """A class's gallery in Redis: some other program wrote into its hash."""
    import numpy as np

    from rollcall.domain.voiceprint import Voiceprint
    from rollcall.queue import keys
    from rollcall.queue.galleries import GalleryReader
    from rollcall.sealing.seal import gallery_binding

    reader = GalleryReader(cast(redis.Redis, _NoRedis()), _KEYRING, "dummy", "00")
    print_ = Voiceprint("dummy", "00", np.full(4, 0.5, np.float32))
    good = _KEYRING.seal(print_.pack(), gallery_binding(1, 7, "dummy", "00"))

    def check(data: bytes) -> None:
        field, _, value = data.partition(b"\n")
        found = reader._open(1, {b"7": good, field: value, keys.GALLERY_VERSION: b"3"})
        if 7 not in found.people and field != b"7":
            raise AssertionError("one bad field took a student away")

    return Target(check, [b"8\n" + good, b"head\n[1, 0.5]", b"x\n", b"8\n" + good[:9]], 40_000, longest=512)


def _updates() -> list[bytes]:
    person = {"id": 7, "is_bot": False, "first_name": "Anna", "language_code": "ru"}
    chat = {"id": 7, "type": "private", "first_name": "Anna"}
    head = {"message_id": 5, "date": 1772452800, "chat": chat, "from": person}
    entity = {"type": "bot_command", "offset": 0, "length": 6}
    voice = {
        "file_id": "A" * 60,
        "file_unique_id": "B" * 16,
        "duration": 3,
        "mime_type": "audio/ogg",
        "file_size": 9000,
    }
    messages: list[dict[str, Any]] = [
        {**head, "text": "/start join-abcdefghijkl", "entities": [entity]},
        {**head, "text": "/open 45", "entities": [{**entity, "length": 5}]},
        {**head, "text": "/newclass Физика 9Б", "entities": [{**entity, "length": 9}]},
        {**head, "text": "Анна Белова"},
        {**head, "voice": voice},
        {**head, "document": {**voice, "file_name": "../../etc/passwd"}},
        {**head, "audio": voice, "forward_origin": {"type": "user", "date": 1772452000, "sender_user": person}},
        {**head, "video_note": {**voice, "length": 240}},
    ]
    press = {"id": "1", "from": person, "chat_instance": "1", "data": "report:7:week", "message": {**head, "text": "x"}}
    updates = [{"update_id": 1, "message": message} for message in messages] + [
        {"update_id": 2, "callback_query": press}
    ]
    return [json.dumps(update).encode() for update in updates]


def update() -> Target:
    """An update from Telegram, from its JSON to the choice of its handler."""
    import warnings

    from telegram import Update
    from telegram.ext import Application

    from bot.messages.links import payload_in
    from bot.messages.recording import describe
    from bot.routes import add_handlers
    from bot.transport.polling import Poller, is_sound

    warnings.simplefilter("ignore")
    poller = Poller("1:a")
    poller._bot_user = _bot_user()
    application = Application.builder().bot(poller).build()
    add_handlers(cast(Any, application))
    handlers = application.handlers[0]

    def check(data: bytes) -> None:
        try:
            document = json.loads(data)
        except (ValueError, RecursionError):
            return
        read = poller._read(document)
        if read is None or not is_sound(read) or (read.message is None and read.callback_query is None):
            return
        # Where it has no words of its own, a webhook's is dropped; a poll's is kept in Telegram's.
        with suppress(TypeError, ValueError, RecursionError):
            if not isinstance(json.loads(read.to_json()), dict):
                raise AssertionError("an update that cannot be kept")
        if read.effective_message is not None and isinstance(getattr(read.effective_message, "text", None), str):
            payload_in(cast(Any, read.effective_message), "rollcall_bot")
        handler = next((one for one in handlers if _chosen(one, read)), None)
        if handler is not None and getattr(handler.callback, "__name__", "") == "voice_note" and read.message:
            describe(read.message).attempt_id  # noqa: B018 - computed from what the update says

    def _chosen(handler: Any, read: Update) -> bool:
        found = handler.check_update(read)
        return found is not None and found is not False

    return Target(check, _updates(), 100_000, mutate=json_values)


def _bot_user() -> Any:
    from telegram import User

    return User(1, "Rollcall", is_bot=True, username="rollcall_bot")


def button() -> Target:
    """Callback data: whoever holds a chat may send any."""
    from tests.bot.buttons import matches, target_number

    def check(data: bytes) -> None:
        said = data.decode(errors="replace")
        found = matches(said)
        if len(found) > 1:
            raise AssertionError("two handlers for one button")
        if found and not re.fullmatch(r"[a-zA-Z0-9_:-]+", said):
            raise AssertionError("an odd character got by a pattern")
        for match, guarded in found:
            if not 0 <= target_number(match, guarded) < 2**31:
                raise AssertionError("a number that no column holds")

    seeds = [
        b"class:7",
        b"class:99999999999999999999",
        b"open:7:45",
        b"review:7:yes",
        b"report:7:week",
        b"export-as:1:all:csv",
    ]
    seeds += ["class:٣".encode(), b"class:7\n", b"archive-yes:3", b"language:ru", b"keep:no", b"export-as:1:all:csv"]
    return Target(check, seeds, 120_000, longest=64)


def payload() -> Target:
    """What follows /start and /open."""
    from types import SimpleNamespace

    from bot.messages.links import PAYLOAD

    def check(data: bytes) -> None:
        for word in data.decode(errors="surrogateescape").split()[:2]:
            message = SimpleNamespace(args=[word])
            if PAYLOAD.fullmatch(message.args[0]) and not (word.isascii() and len(word) <= 64 and word.isprintable()):
                raise AssertionError("a payload that no link has")

    return Target(check, [b"join-abcdefghijkl", b"teach-AbC_-123", b"join-\0", "join-٣".encode(), b"45"], 60_000)


def name() -> Target:
    """Names and titles that people type."""
    from rollcall.domain.names import LONGEST_NAME, LONGEST_TITLE, clean_name, clean_title, shortened_name

    def check(data: bytes) -> None:
        try:
            text = data.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            text = data.decode("utf-8", "replace")
        for cleaned, longest in ((clean_name(text), LONGEST_NAME), (clean_title(text), LONGEST_TITLE)):
            if not cleaned:
                continue
            if len(cleaned) > longest or cleaned != cleaned.strip() or "\n" in cleaned:
                raise AssertionError("not one line of bounded length")
            kinds = {unicodedata.category(character) for character in cleaned if character not in "\u200c\u200d"}
            if any(kind[0] == "C" for kind in kinds) or kinds & {"Zl", "Zp"}:
                raise AssertionError("a control or formatting character is left")
            cleaned.encode()
        again = clean_name(clean_name(text))
        if again != clean_name(text):
            raise AssertionError("cleaned twice, it changes")
        if not shortened_name(text, "?"):
            raise AssertionError("nobody")

    seeds = ["Анна Белова", "Anna\u202eavleB", "👩‍🏫 Math", "a" + "\u0301" * 20, "=cmd|' /C calc'!A0", "ㅤㅤ", "<b>x</b>"]
    return Target(check, [seed.encode() for seed in seeds], 20_000, longest=256)


def report() -> Target:
    """A report with hostile names and titles, as text, CSV and spreadsheet; every so often as a chart."""
    from rollcall.domain.attendance import Status
    from rollcall.domain.names import clean_name, clean_title
    from rollcall.report.chart import chart
    from rollcall.report.model import LessonHead, Mark, Period, Report, StudentLine
    from rollcall.report.spreadsheet import spreadsheet
    from rollcall.report.table import csv_table
    from rollcall.report.text import LONGEST_MESSAGE, report_text, units
    from rollcall.texts import texts_in

    texts = texts_in("ru")
    made = 0

    def check(data: bytes) -> None:
        nonlocal made
        made += 1
        title, *names = data.decode(errors="replace").split("\n")[:40]
        # Both as people may give them, and as an older version or another program may have left them.
        lines = [StudentLine(name, (Mark(Status.PRESENT, _NOON, 0.9),)) for name in [*names, *map(clean_name, names)]]
        for shown in (title, clean_title(title)):
            head = LessonHead(1, _NOON, _NOON + timedelta(minutes=10), None)
            page = Report(shown, ZoneInfo("Europe/Moscow"), Period.LESSON, _NOON, (head,), lines)
            if units(report_text(page, texts)) > LONGEST_MESSAGE:
                raise AssertionError("too long for a message")
            _check_csv(csv_table(page, texts))
        if made % 8 == 0:
            _check_xlsx(spreadsheet(page, texts))
        if made % 200 == 0 and not chart(page, texts).startswith(b"\x89PNG"):
            raise AssertionError("no picture")

    seeds = [
        "Физика 9Б\nАнна Белова\nИван Ким", "=1+1\n=cmd|' /C calc'!A0\n+1\n-1\n@SUM(A1)", "[]:*?/\\\nИван;=cmd|x!A0",
        "'\n$x^{$\n<b>&amp;\n\u202eavleB", "History\n" + "a" * 300, "\n\n",
    ]  # fmt: skip
    return Target(check, [seed.encode() for seed in seeds], 3_000, limit=5.0, longest=4096)


def _check_csv(table: bytes) -> None:
    text = table.decode("utf-8-sig")
    for row in csv.reader(io.StringIO(text)):
        for cell in row:
            if cell.lstrip(" ")[:1] in tuple("=+-@\t\r＝＋－＠"):
                raise AssertionError("a cell that a spreadsheet would run")
    # As a spreadsheet reads it where the separator is a semicolon: what stands first in the line is all that has names.
    for row in csv.reader(io.StringIO(text), delimiter=";"):
        if any(cell[:1] in tuple("=+-@") for cell in row):
            raise AssertionError("a cell that a spreadsheet of another country would run")


def _check_xlsx(book: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        for member in archive.namelist():
            content = archive.read(member)
            if member.endswith((".xml", ".rels")):
                ElementTree.fromstring(content)  # noqa: S314 - our own writing
            if member.startswith("xl/worksheets/") and (b"hyperlink" in content or not _all_ours(content)):
                raise AssertionError("a formula that is not ours, or a link")


def _all_ours(sheet: bytes) -> bool:
    """Whether every formula is one of the totals, in which the only words of people are a sheet's name: in quotes, or
    letters and digits alone.
    """
    ours = re.compile(r"(?:[-A-Z0-9$:+/=,()]|'[^']*'!?|\w+!|\"[^\"]*\")+")
    return all(ours.fullmatch(one) for one in re.findall(r"<f>([^<]*)</f>", sheet.decode()))


def ids() -> Target:
    """The names beside recordings to be evaluated."""
    from evaluation.recordings import _names, _speaker

    file = Path(tempfile.mkdtemp(prefix="rollcall-fuzz-")) / "ids.txt"

    def check(data: bytes) -> None:
        file.write_bytes(data)
        try:
            names = _names(file)
        except WrongUse:
            return
        _speaker(("1_a.wav",), names)
        if any("\n" in name or not name.strip() for name in names.values()):
            raise AssertionError("no name")

    seeds = ["1 - Анна Белова\n12 – Борис\n\n3 — Vera\n", "1 - " + "a" + " " * 500 + "b", "\ufeff1 - A"]
    return Target(check, [seed.encode() for seed in seeds], 20_000, longest=20_000)


def weights() -> Target:
    """A file of own weights: a pickle, read without running it."""
    import torch

    from models.errors import ModelError
    from models.weights.tensors import build

    content = io.BytesIO()
    torch.save({"a.weight": torch.ones(2, 2), "a.bias": torch.zeros(2)}, content)
    legacy = io.BytesIO()
    torch.save({"a.weight": torch.ones(2)}, legacy, _use_new_zipfile_serialization=False)
    file = Path(tempfile.mkdtemp(prefix="rollcall-fuzz-")) / "own.pt"

    def check(data: bytes) -> None:
        file.write_bytes(data)
        try:
            build(file, lambda state, _hash: {name: state[name].shape for name in state}, "weights")
        except ModelError:
            return

    return Target(check, [content.getvalue(), legacy.getvalue()], 4_000, limit=5.0)

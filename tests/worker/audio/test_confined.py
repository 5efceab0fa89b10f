"""ffmpeg under limits: each one is there and holds, and nothing of a voice is left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import sounds
from tests.conftest import WaitUntil
from tests.end_to_end.product import synthetic
from tests.worker.audio.test_decode import refusal
from worker.audio import ffmpeg
from worker.audio.decode import decode
from worker.audio.waveform import AudioRefused

FLAC = sounds.converted(synthetic("zac", 1), "-f", "flac")
Stand = Callable[[str], Path]


@pytest.fixture
def instead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stand:
    """Put a Python program in ffmpeg's place; what it writes of itself goes to the file that is returned."""

    def put(body: str) -> Path:
        told, program = tmp_path / "told", tmp_path / "ffmpeg"
        # A confined program may write no file, so what it tells goes through a pipe that is there already.
        os.mkfifo(told)
        head = f"#!{sys.executable} -IS\nimport json, os, resource, sys, time\n"
        head += f"told = os.open({str(told)!r}, os.O_WRONLY)\n"
        program.write_text(head + textwrap.dedent(body))
        program.chmod(0o700)
        monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(program))
        return told

    return put


def hear(pipe: Path) -> int:
    """Open the reading end before the program starts."""
    return os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)


def test_every_limit_is_set_on_what_decodes_and_it_is_told_no_secrets(
    instead: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROLLCALL_VOICEPRINT_KEY", "sesame")
    monkeypatch.setenv("POSTGRES_PASSWORD", "sesame")
    listening = hear(
        instead("""
        limits = [resource.getrlimit(getattr(resource, "RLIMIT_" + name)) for name in ("AS", "CPU", "FSIZE", "CORE")]
        facts = (sys.argv[1:], limits, sorted(os.environ), os.getcwd(), os.fstat(0).st_size)
        os.write(told, json.dumps(facts).encode())
        """)
    )
    assert refusal(FLAC) == "broken_file"
    arguments, limits, environment, folder, size = json.loads(os.read(listening, 4096))
    # It can open nothing by name, and no kind of file that is not listed, however it finds out what it is.
    kinds = ",".join(ffmpeg.KINDS)
    opened = f"-nostdin -loglevel quiet -protocol_whitelist fd -format_whitelist {kinds} -threads 1 -i fd: "
    assert " ".join(arguments).startswith(opened)
    assert not {"concat", "dash", "hls", "image2", "imf", "rtp", "sdp"} & set(ffmpeg.KINDS)
    assert limits == [[ffmpeg.MEMORY] * 2, [ffmpeg.CPU_SECONDS] * 2, [0, 0], [0, 0]]
    assert set(environment) <= {"LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "PATH"}
    assert (folder, size) == ("/", len(FLAC))


def test_more_memory_than_allowed_ends_in_a_refusal(instead: Stand) -> None:
    listening = hear(instead(f"bytearray({ffmpeg.MEMORY}); os.write(told, b'had it')"))
    assert refusal(FLAC) == "broken_file"
    assert os.read(listening, 100) == b""


def test_more_computing_than_allowed_ends_in_a_refusal(instead: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ffmpeg, "CPU_SECONDS", 1)
    monkeypatch.setattr(ffmpeg, "WALL_SECONDS", 60)
    instead("while True: pass").unlink()
    (Path(os.environ["IMAGEIO_FFMPEG_EXE"])).write_text(f"#!{sys.executable} -IS\nwhile True: pass\n")
    started = time.monotonic()
    assert refusal(FLAC) == "broken_file"
    assert time.monotonic() - started < 50


def test_the_recording_has_no_name_while_it_is_decoded(
    instead: Stand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    listening = hear(instead(f"os.write(told, repr(os.listdir({str(scratch)!r})).encode())"))
    assert refusal(FLAC) == "broken_file"
    assert os.read(listening, 100) == b"[]"


def test_what_claims_to_hold_hours_is_read_to_the_limit_only() -> None:
    wav = bytearray(sounds.converted(synthetic("zac", 1), "-f", "wav"))
    for at in (4, wav.index(b"data") + 4):
        wav[at : at + 4] = b"\xff\xff\xff\xff"
    assert decode(bytes(wav)).seconds == pytest.approx(5.75, abs=0.1)
    assert refusal(bytes(wav[: wav.index(b"data") + 8]) + bytes(19_000_000)) == "too_long"


@pytest.mark.parametrize("rate", [0, 1, 3999, 192_001, 2**31, 2**32 - 1])
def test_an_odd_rate_gives_a_refusal_or_as_much_as_a_note_may_hold(rate: int) -> None:
    wav = bytearray(sounds.converted(synthetic("zac", 1), "-f", "wav"))
    wav[24:28] = rate.to_bytes(4, "little")
    try:
        seconds = decode(bytes(wav)).seconds
    except AudioRefused:
        return
    assert seconds < 61


@pytest.mark.parametrize("channels", [0, 255, 65_535])
def test_any_number_of_channels_ends_soon(channels: int) -> None:
    wav = bytearray(sounds.converted(synthetic("zac", 1), "-f", "wav"))
    wav[22:24] = channels.to_bytes(2, "little")
    assert refusal(bytes(wav) + bytes(10_000_000)) in {"broken_file", "damaged", "no_sound"}


def test_silence_that_expands_a_thousandfold_stays_within_the_limits() -> None:
    bomb = sounds.converted(FLAC, "-af", "volume=0,apad=whole_dur=90", "-ar", "96000", "-ac", "8", "-f", "flac")
    assert len(bomb) < 4_000_000
    started = time.monotonic()
    assert refusal(bomb) in {"too_long", "broken_file"}
    assert time.monotonic() - started < ffmpeg.WALL_SECONDS + 10


async def test_what_decodes_dies_with_a_killed_worker(instead: Stand, wait_until: WaitUntil) -> None:
    listening = hear(instead("os.write(told, str(os.getpid()).encode()); time.sleep(600)"))
    code = "import sys; from worker.audio.decode import decode; decode(sys.stdin.buffer.read())"
    worker = subprocess.Popen([sys.executable, "-W", "ignore", "-c", code], stdin=subprocess.PIPE)
    assert worker.stdin
    worker.stdin.write(FLAC)
    worker.stdin.close()
    decoding = int(await wait_until(lambda: _read(listening)))
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    await wait_until(lambda: not Path(f"/proc/{decoding}").exists())


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 100)
    except BlockingIOError:
        return b""

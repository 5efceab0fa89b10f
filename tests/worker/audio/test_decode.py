"""Bytes from strangers become a waveform or a refusal, and nothing else."""

import struct
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import oggs, sounds
from tests.end_to_end.product import synthetic
from worker.audio import ffmpeg
from worker.audio.decode import decode, is_plain
from worker.audio.ogg import OpusLink, read_ogg
from worker.audio.opus import decode_link, decoder_name
from worker.audio.waveform import SAMPLE_RATE, AudioRefused

NOTE = synthetic("zac", 1)


def refusal(data: bytes) -> str:
    with pytest.raises(AudioRefused) as caught:
        decode(data)
    return caught.value.code


def tone(seconds: float) -> np.ndarray:
    moments = np.arange(round(seconds * sounds.RATE)) / sounds.RATE
    return (0.3 * np.sin(2 * np.pi * 440 * moments)).astype(np.float32)


@pytest.mark.parametrize("seconds", [0.5, 1.234, 4.0])
def test_an_opus_note_has_the_length_and_the_sound_that_went_in(seconds: float) -> None:
    decoded = decode(sounds.voice_note(tone(seconds))).samples
    assert len(decoded) == pytest.approx(seconds * SAMPLE_RATE, abs=0.01 * SAMPLE_RATE)
    spectrum = np.abs(np.fft.rfft(decoded))
    assert np.fft.rfftfreq(len(decoded), 1 / SAMPLE_RATE)[spectrum.argmax()] == pytest.approx(440, abs=3)
    assert np.sqrt(np.mean(decoded**2)) == pytest.approx(0.3 / 2**0.5, rel=0.1)


def test_stereo_is_mixed_down() -> None:
    stereo = sounds.converted(sounds.voice_note(tone(2)), "-ac", "2", "-c:a", "libopus", "-f", "ogg")
    assert decode(stereo).seconds == pytest.approx(2, abs=0.02)


def test_the_headers_gain_is_applied() -> None:
    note = sounds.voice_note(tone(1))
    head, *others = oggs.read(note)
    quieter = head.body[:16] + struct.pack("<h", -6 * 256) + head.body[18:]
    quiet = decode(oggs.write([oggs.holding(head, [quieter]), *others])).samples
    assert np.std(quiet) / np.std(decode(note).samples) == pytest.approx(10 ** (-6 / 20), rel=0.02)


@pytest.mark.parametrize("rubbish", [b"", b"O", bytes(1000), b"%PDF-1.7\n" + bytes(range(256)) * 40, b"<svg/>"])
def test_what_is_no_sound_is_called_that_and_not_broken(rubbish: bytes) -> None:
    assert refusal(rubbish) == "unreadable"


def test_a_file_that_leads_to_another_is_not_followed(tmp_path: Path) -> None:
    other = tmp_path / "other.wav"
    other.write_bytes(sounds.converted(NOTE, "-f", "wav"))
    lists = (
        f"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nfile://{other}\n#EXT-X-ENDLIST\n",
        f"ffconcat version 1.0\nfile {other}\n",
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 5004 RTP/AVP 0\n",
        "1\n00:00:01,000 --> 00:00:02,000\nhello\n\n2\n00:00:03,000 --> 00:00:04,000\nhello\n",
        '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"></MPD>',
    )
    assert {refusal(text.encode()) for text in lists} == {"unreadable"}


def test_more_than_a_minute_is_too_long_and_20_megabytes_are_too_big() -> None:
    assert refusal(sounds.voice_note(tone(61))) == "too_long"
    assert refusal(sounds.converted(sounds.voice_note(tone(62)), "-f", "wav")) == "too_long"
    assert refusal(bytes(20_000_001)) == "too_big"


def test_a_whole_minute_is_not_too_long() -> None:
    minute = sounds.voice_note(tone(60))
    assert decode(minute).seconds == pytest.approx(60, abs=0.1)
    assert decode(sounds.converted(minute, "-f", "mp3")).seconds == pytest.approx(60, abs=0.1)


def test_a_flood_of_empty_pages_is_broken_and_soon_noticed() -> None:
    head, tags, *rest = oggs.read(NOTE)
    empty = oggs.Page(0, -1, head.serial, 9, b"", b"").written()
    flood = oggs.write([head, tags]) + empty * 700_000 + oggs.write(rest)
    started = time.process_time()
    assert not is_plain(flood)
    assert refusal(flood) == "broken_file"
    assert time.process_time() - started < 1.5


def test_a_flood_of_what_looks_like_pages_is_soon_noticed() -> None:
    likely = b"OggS" + bytes(22) + b"\xff" * 256
    flood = oggs.write(oggs.read(NOTE)[:3]) + likely * (15_000_000 // len(likely))
    started = time.process_time()
    assert not is_plain(flood)
    assert refusal(flood) == "broken_file"
    assert time.process_time() - started < 3


@pytest.mark.parametrize("size", [64, 250])
def test_opus_is_found_beside_another_stream_that_begins_before_it(size: int) -> None:
    packet = b"fishead\0".ljust(size, b"\0")
    other = oggs.Page(oggs.FIRST, 0, 77, 0, bytes([size]), packet)
    assert np.array_equal(decode(other.written() + NOTE).samples, decode(NOTE).samples)


@pytest.mark.parametrize(
    "options",
    [
        ("-f", "wav"),
        ("-ar", "8000", "-c:a", "pcm_u8", "-f", "wav"),
        ("-ar", "44100", "-ac", "2", "-c:a", "pcm_s24le", "-f", "wav"),
        ("-f", "mp3"),
        ("-f", "flac"),
        ("-c:a", "libvorbis", "-f", "ogg"),
        ("-c:a", "libopus", "-f", "webm"),
        ("-c:a", "aac", "-movflags", "frag_keyframe", "-f", "mp4"),
        ("-f", "adts"),
    ],
    ids=lambda options: "-".join(options).strip("-"),
)
def test_other_kinds_of_files_decode_to_the_same_length(options: tuple[str, ...]) -> None:
    decoded = decode(sounds.converted(NOTE, *options))
    assert decoded.seconds == pytest.approx(decode(NOTE).seconds, rel=0.02)
    assert 0.01 < np.sqrt(np.mean(decoded.samples**2)) < 1


def test_a_round_video_gives_its_sound(tmp_path: Path) -> None:
    video = tmp_path / "round.mp4"  # ffmpeg writes the index last, as phones do: such a file must be sought in
    picture = ("-f", "lavfi", "-i", "testsrc=size=240x240:rate=15:duration=2", "-c:v", "libx264")
    sounds.converted(NOTE, *picture, "-c:a", "aac", "-y", str(video), "-f", "null")
    assert decode(video.read_bytes()).seconds == pytest.approx(decode(NOTE).seconds, rel=0.02)


def test_a_transcoded_file_leaves_nothing_behind() -> None:
    before = set(Path(tempfile.gettempdir()).glob("rollcall-*"))
    decode(sounds.converted(NOTE, "-f", "flac"))
    refusal(b"fLaC" + bytes(500))
    assert set(Path(tempfile.gettempdir()).glob("rollcall-*")) <= before


def test_a_decoder_that_hangs_is_ended_and_the_recording_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording = sounds.converted(NOTE, "-f", "flac")
    hanging = tmp_path / "ffmpeg"
    hanging.write_text("#!/bin/sh\nsleep 60\n")
    hanging.chmod(0o700)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(hanging))
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    monkeypatch.setattr(ffmpeg, "WALL_SECONDS", 3)
    started = time.monotonic()
    assert refusal(recording) == "broken_file"
    assert 3 <= time.monotonic() - started < 50
    assert not list(scratch.iterdir())


def test_notes_decoded_side_by_side_are_what_they_are_alone() -> None:
    notes = [synthetic(voice, 1) for voice in ("zac", "shelby", "Gene2", "klatt2")] * 4
    alone = [decode(note).samples for note in notes]
    with ThreadPoolExecutor(4) as threads:
        together = [waveform.samples for waveform in threads.map(decode, notes)]
    assert all(np.array_equal(a, b) for a, b in zip(alone, together, strict=True))


def test_the_decoder_says_which_it_is() -> None:
    assert decoder_name().startswith("libopus")


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.data_too_large])
@given(st.data())
def test_a_mutated_stream_with_right_checksums_gives_sound_or_a_refusal(data: st.DataObject) -> None:
    mutated = [bytearray(page.written()) for page in oggs.read(NOTE)[:4]]
    for _ in range(data.draw(st.integers(1, 12))):
        page = mutated[data.draw(st.integers(0, len(mutated) - 1))]
        page[data.draw(st.integers(4, len(page) - 1))] = data.draw(st.integers(0, 255))
    try:
        file = read_ogg(b"".join(oggs.resealed(bytes(page)) for page in mutated))
        sound = [decode_link(link, 60).samples for link in file.links if isinstance(link, OpusLink)] if file else []
    except AudioRefused:
        return
    for samples in sound:
        assert np.isfinite(samples).all()
        assert np.abs(samples).max(initial=0) <= 1

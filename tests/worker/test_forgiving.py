"""What recorders, killed recorders and tag editors make of a voice note is judged as the player plays it: all of it."""

from __future__ import annotations

import random
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import imageio_ffmpeg
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import resample_poly

from rollcall.domain.verdict import Purpose
from tests import oggs, sounds
from tests.end_to_end.product import synthetic
from tests.worker.audio.test_decode import refusal
from worker.audio.decode import decode, is_plain
from worker.audio.quality import complaint, measure
from worker.audio.speech import SpeechDetector
from worker.audio.waveform import SAMPLE_RATE

NOTE, OTHER = synthetic("zac", 1), synthetic("shelby", 2)
STEREO = sounds.converted(OTHER, "-ac", "2", "-c:a", "libopus", "-f", "ogg")
SURROUND = sounds.converted(OTHER, "-ac", "6", "-c:a", "libopus", "-mapping_family", "1", "-f", "ogg")
SHORT = sounds.voice_note(sounds.sound_of(NOTE)[: round(0.05 * sounds.RATE)])
SERIAL = oggs.read(NOTE)[0].serial
ENDLESS = oggs.without_end(NOTE)
Sound = NDArray[np.float32]


@cache
def by_ffmpeg(data: bytes, rate: int = SAMPLE_RATE) -> Sound:
    """What ffmpeg plays, run plainly on a named file as anybody would."""
    with tempfile.NamedTemporaryFile(suffix=".bin") as file:
        file.write(data)
        file.flush()
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-loglevel", "quiet", "-i", file.name, "-map", "0:a:0"]
        target = ["-f", "f32le", "-ar", str(rate), "-ac", "1", "-"]
        out = subprocess.run([*command, *target], capture_output=True, check=False).stdout
    return np.frombuffer(out, np.float32)


def assert_alike(heard: Sound, reference: Sound) -> None:
    assert len(heard) == pytest.approx(len(reference), abs=0.02 * SAMPLE_RATE)
    both = min(len(heard), len(reference))
    assert np.corrcoef(heard[:both], reference[:both])[0, 1] >= 0.99


def pages_changed(note: bytes, **fields: int) -> bytes:
    return oggs.write(replace(page, **fields) for page in oggs.read(note))  # type: ignore[arg-type]


PLAYED = {
    "untouched": NOTE,
    "ended on every page": oggs.write(replace(page, flags=page.flags | oggs.LAST) for page in oggs.read(NOTE)),
    "never ended": ENDLESS,
    "positions in bytes": oggs.with_granules(NOTE, lambda n, _: n * 2600),
    "positions at 16 kHz": oggs.with_granules(NOTE, lambda _, page: page.granule // 3),
    "positions that jump back": oggs.with_granules(NOTE, lambda n, page: page.granule if n < 4 else 48_000 * (n - 3)),
    "positions of nought": oggs.with_granules(NOTE, lambda _n, _page: 0),
    "positions an hour ahead": oggs.with_granules(NOTE, lambda n, page: page.granule + 48_000 * 3600 * (n > 2)),
    "a last position of five hours": oggs.with_granules(
        NOTE, lambda n, page: page.granule + 48_000 * 18_000 * (n == 6)
    ),
    "a picture among the tags": oggs.with_tags(NOTE, 100_000),
    "a large picture among the tags": oggs.with_tags(NOTE, 1_000_000),
    "one channel in family 1": oggs.with_mapping(NOTE, 1),
    "one channel in family 255": oggs.with_mapping(NOTE, 255),
    "two channels in family 1": oggs.with_mapping(STEREO, 1),
    "two channels in family 255": oggs.with_mapping(STEREO, 255),
    "5.1": SURROUND,
    "a link of headers only before it": oggs.write(oggs.read(NOTE)[: oggs.HEADERS]) + OTHER,
    "a link of 50 ms before it": SHORT + OTHER,
    "a link behind it": NOTE + OTHER,
    "the same file behind it": NOTE + NOTE,
    "another file under its number behind it": NOTE + oggs.with_serial(OTHER, SERIAL),
    "a link with another pre-skip behind it": NOTE + oggs.with_pre_skip(OTHER, 3840),
    "a link behind one without an end": ENDLESS + OTHER,
    "zeros between links": NOTE + bytes(5000) + OTHER,
    "one bad packet": oggs.with_bad_packets(NOTE, 0),
    "a wrong checksum": oggs.with_wrong_checksums(NOTE, 5),
    "a wrong checksum on the first page of sound": oggs.with_wrong_checksums(NOTE, 2),
    "a wrong checksum on the last page": oggs.with_wrong_checksums(NOTE, -1),
    "a page missing": oggs.without(NOTE, 5),
    "cut by 7 bytes": NOTE[:-7],
    "cut at two thirds": NOTE[: len(NOTE) * 2 // 3],
    "zeros behind it": ENDLESS + bytes(5000),
    "an ID3v1 tag behind it": ENDLESS + b"TAG" + bytes(125),
    "zeros behind its end": NOTE + bytes(5000),
    "an ID3v2 tag before it": oggs.id3() + NOTE,
    "packets across pages": oggs.across_pages(NOTE),
    "packets across pages of 64 bytes": oggs.across_pages(NOTE, 64),
    "a page twice": oggs.write([*oggs.read(NOTE)[:4], *oggs.read(NOTE)[3:]]),
    "pages without numbers": pages_changed(NOTE, sequence=0),
    "no pre-skip": oggs.with_pre_skip(NOTE, 0),
    "a pre-skip of more than a second": oggs.with_pre_skip(NOTE, 65_535),
}
"""What ffmpeg plays to its end."""

FOR_EARS = {
    "a stereo link behind it": (NOTE + STEREO, NOTE, STEREO),
    "a mono link behind a stereo one": (STEREO + NOTE, STEREO, NOTE),
    "a 5.1 link behind it": (NOTE + SURROUND, NOTE, SURROUND),
    "a Vorbis link behind it": (
        NOTE + (vorbis := sounds.converted(OTHER, "-c:a", "libvorbis", "-f", "ogg")),
        NOTE,
        vorbis,
    ),
    "no positions at all": (oggs.with_granules(NOTE, lambda _n, _page: -1), ENDLESS),
    "positions below nought": (oggs.with_granules(NOTE, lambda n, _: -(2**63) + n), ENDLESS),
    "begun anew on every page": (
        oggs.write(
            replace(page, flags=page.flags | (oggs.FIRST if n > 1 else 0)) for n, page in enumerate(oggs.read(NOTE))
        ),
        NOTE,
    ),
    "an empty packet": (
        oggs.write(oggs.holding(p, [*oggs.packets(p), b""]) if n == 3 else p for n, p in enumerate(oggs.read(NOTE))),
        NOTE,
    ),
    "a wrong checksum in its head": (oggs.with_wrong_checksums(NOTE, 0), NOTE),
    "a wrong checksum among its tags": (oggs.with_wrong_checksums(NOTE, 1), NOTE),
    "no tags": (oggs.without(NOTE, 1), NOTE),
    "rubbish before it": (bytes(range(256)) * 3 + NOTE, NOTE),
    "much rubbish before it": (random.Random(1).randbytes(200_000) + NOTE, NOTE),
    "zeros before it": (bytes(5000) + NOTE, NOTE),
    "a long ID3v2 tag before it": (oggs.id3(100_000) + NOTE, NOTE),
}
"""What ffmpeg gives up on, or leaves in the middle: the file, and what there is to hear in it."""


@pytest.mark.parametrize("kind", PLAYED)
def test_a_note_sounds_as_ffmpeg_plays_it(kind: str) -> None:
    assert_alike(decode(PLAYED[kind]).samples, by_ffmpeg(PLAYED[kind]))


@pytest.mark.parametrize("kind", FOR_EARS)
def test_a_note_is_heard_to_its_end_also_where_ffmpeg_stops(kind: str) -> None:
    data, *heard = FOR_EARS[kind]
    whole = np.concatenate([by_ffmpeg(one, sounds.RATE) for one in heard])
    assert_alike(decode(data).samples, resample_poly(whole, 1, sounds.RATE // SAMPLE_RATE))


@pytest.mark.parametrize("at", range(oggs.HEADERS, len(oggs.read(NOTE))))
def test_an_end_of_stream_anywhere_cuts_nothing_off(at: int) -> None:
    paused = oggs.with_flag(NOTE, at)
    assert is_plain(paused)
    assert np.array_equal(decode(paused).samples, decode(NOTE).samples)


def test_any_few_of_these_together_sound_as_ffmpeg_plays_them() -> None:
    chance = random.Random(10)
    ways: list[Callable[[bytes], bytes]] = [
        lambda note: oggs.with_flag(note, chance.choice((-5, -1))),
        lambda note: oggs.with_granules(note, lambda n, page: page.granule if n < chance.randint(2, 6) else n * 48_000),
        lambda note: oggs.with_tags(note, chance.randrange(70_000, 200_000)),
        lambda note: oggs.with_pre_skip(note, chance.randrange(4000)),
        lambda note: oggs.with_bad_packets(note, 0),
        lambda note: oggs.without(note, -3),
        lambda note: oggs.with_mapping(note, chance.choice((1, 255))),
        lambda note: oggs.with_serial(note, chance.randrange(2**32)),
    ]
    ends: list[Callable[[bytes], bytes]] = [
        lambda note: note + OTHER,
        lambda note: note + bytes(chance.randrange(1000)),
        lambda note: oggs.id3() + note,
        lambda note: note[:-9],
        lambda note: note,
    ]
    for _ in range(25):
        note = NOTE
        for way in chance.sample(ways, chance.randint(2, 4)):
            note = way(note)
        note = chance.choice(ends)(note)
        assert_alike(decode(note).samples, by_ffmpeg(note))


def test_only_what_is_clean_and_small_keeps_to_the_fast_lane() -> None:
    quick = {"untouched", "ended on every page", "never ended", "positions in bytes", "a link behind it"}
    assert {kind for kind in quick if is_plain(PLAYED[kind])} == quick
    slow = {"5.1", "a wrong checksum", "cut by 7 bytes", "zeros behind it", "an ID3v2 tag before it"}
    assert not [kind for kind in slow if is_plain(PLAYED[kind])]
    assert not is_plain(FOR_EARS["a Vorbis link behind it"][0])
    assert not is_plain(oggs.with_tags(NOTE, 5_000_000))


@pytest.mark.parametrize("share", [0.4, 0.8])
def test_a_note_of_which_much_is_lost_is_called_damaged(share: float) -> None:
    assert refusal(oggs.with_bad_packets(NOTE, share)) == "damaged"
    assert refusal(oggs.without(NOTE, 2, 4, 6)) == "damaged"
    assert refusal(oggs.with_wrong_checksums(NOTE, 3, 4, 5)) == "damaged"


@pytest.mark.parametrize("seconds", [0.0, 0.02, 0.05, 0.09])
def test_a_tap_on_the_button_is_too_short_and_not_broken(seconds: float) -> None:
    sound = sounds.sound_of(NOTE)[: round(seconds * sounds.RATE)]
    taps = [sounds.converted(NOTE, "-af", f"atrim=end={max(seconds, 0.001)}", "-f", "wav")]
    taps.append(sounds.voice_note(sound) if seconds else oggs.write(oggs.read(NOTE)[: oggs.HEADERS]))
    assert {refusal(tap) for tap in taps} == {"too_short"}


def _adts_with_checksums(adts: bytes) -> bytes:
    """Each frame with two bytes of checksum behind its header (ISO 14496-3, 1.A.2.2)."""
    out, at = b"", 0
    while at + 7 <= len(adts):
        size = (adts[at + 3] & 3) << 11 | adts[at + 4] << 3 | adts[at + 5] >> 5
        head, longer = bytearray(adts[at : at + 7]), size + 2
        head[1] &= 0xFE
        head[3], head[4], head[5] = head[3] & 0xFC | longer >> 11, longer >> 3 & 255, head[5] & 31 | (longer & 7) << 5
        out += bytes(head) + b"\0\0" + adts[at + 7 : at + size]
        at += size
    return out


def _named(suffix: str, *options: str) -> bytes:
    """The note in a container whose writer wants to go back."""
    with tempfile.NamedTemporaryFile(suffix=suffix) as file:
        sounds.converted(NOTE, *options, "-y", file.name, "-f", "null")
        return file.read()


MP3 = sounds.converted(NOTE, "-id3v2_version", "0", "-write_xing", "0", "-f", "mp3")
FLAC, WAV, ADTS = (sounds.converted(NOTE, "-f", kind) for kind in ("flac", "wav", "adts"))
CONTAINERS: dict[str, Callable[[], bytes]] = {
    "ID3v2 before FLAC": lambda: oggs.id3() + FLAC,
    "ID3v2 before AAC": lambda: oggs.id3() + ADTS,
    "ID3v2 before Vorbis": lambda: oggs.id3() + sounds.converted(NOTE, "-c:a", "libvorbis", "-f", "ogg"),
    "ID3v2 twice before MP3": lambda: oggs.id3() + oggs.id3(70_000) + MP3,
    "ADTS with checksums": lambda: _adts_with_checksums(ADTS),
    "LATM": lambda: sounds.converted(NOTE, "-c:a", "aac", "-f", "latm"),
    "MP3 behind zeros": lambda: bytes(50_000) + MP3,
    "MP3 behind a cut frame": lambda: MP3[200:],
    "MP3 cut at two thirds": lambda: MP3[: len(MP3) * 2 // 3],
    "AIFF-C": lambda: _named(".aif", "-c:a", "pcm_s16le"),
    "QuickTime": lambda: _named(".mov", "-c:a", "aac"),
    "QuickTime without ftyp": lambda: (mov := _named(".mov", "-c:a", "aac"))[:4] + b"free" + mov[8:],
    "WMA": lambda: sounds.converted(NOTE, "-c:a", "wmav2", "-f", "asf"),
    "AVI": lambda: _named(".avi", "-c:a", "libmp3lame"),
    "transport stream": lambda: sounds.converted(NOTE, "-c:a", "aac", "-f", "mpegts"),
    "AU": lambda: sounds.converted(NOTE, "-f", "au"),
    "AC-3": lambda: sounds.converted(NOTE, "-f", "ac3"),
    "3GP with AMR": lambda: _named(".3gp", "-ar", "8000", "-c:a", "libopencore_amrnb"),
    "AMR": lambda: sounds.converted(NOTE, "-ar", "8000", "-c:a", "libopencore_amrnb", "-f", "amr"),
    "CAF": lambda: _named(".caf", "-c:a", "alac"),
    "RF64": lambda: _named(".wav", "-rf64", "always"),
    "WAV in floating point": lambda: sounds.converted(NOTE, "-c:a", "pcm_f32le", "-f", "wav"),
    "WAV of three channels": lambda: sounds.converted(NOTE, "-ac", "3", "-c:a", "pcm_s24le", "-f", "wav"),
    "Matroska": lambda: sounds.converted(NOTE, "-c:a", "libvorbis", "-f", "matroska"),
    "mono and stereo in one MP3": lambda: MP3 + sounds.converted(OTHER, "-ac", "2", "-write_xing", "0", "-f", "mp3"),
}


@pytest.mark.parametrize("kind", CONTAINERS)
def test_a_healthy_file_of_any_kind_is_read(kind: str) -> None:
    data = CONTAINERS[kind]()
    assert_alike(decode(data).samples, by_ffmpeg(data))


def test_a_file_without_sound_and_half_a_file_have_their_own_reasons() -> None:
    picture = ("-f", "lavfi", "-i", "testsrc=size=64x64:duration=1", "-map", "1:v")
    assert refusal(sounds.converted(NOTE, *picture, "-c:v", "libx264", "-f", "matroska")) == "no_sound"
    assert refusal(sounds.converted(NOTE, *picture, "-c:v", "png", "-frames:v", "1", "-f", "image2")) == "unreadable"
    assert refusal(_named(".m4a", "-c:a", "aac")[:20_000]) == "broken_file"


@pytest.mark.parametrize(
    "layout", ["stereo|c0=c0|c1=-1*c0", "5.1|FL=c0|FR=-1*c0", "stereo|c0=0.5*c0|c1=-1*c0", "stereo|c1=c0"]
)
@pytest.mark.parametrize("codec", [("-f", "wav"), ("-c:a", "libopus", "-f", "ogg")], ids=["wav", "opus"])
def test_channels_against_each_other_do_not_cancel(layout: str, codec: tuple[str, ...]) -> None:
    family = ("-mapping_family", "1") if "libopus" in codec and "5.1" in layout else ()
    heard = decode(sounds.converted(NOTE, "-af", f"pan={layout}", *codec[:2], *family, *codec[2:])).samples
    plain = decode(NOTE).samples
    assert abs(np.corrcoef(heard[: len(plain)], plain[: len(heard)])[0, 1]) > 0.98
    assert np.std(heard) == pytest.approx(np.std(plain), rel=0.1)


@pytest.mark.parametrize(("offset", "rumble"), [(0.02, 0.0), (-0.3, 0.0), (0.0, 0.1)])
def test_an_offset_or_rumble_below_hearing_is_no_noise(offset: float, rumble: float) -> None:
    detector = SpeechDetector()
    voice = sounds.sound_of(NOTE) * np.float32(0.5)
    moments = np.arange(len(voice)) / sounds.RATE
    spoilt = (voice + offset + rumble * np.sin(2 * np.pi * 8 * moments)).astype(np.float32)
    for kind in ("wav", "flac"):
        heard, clean = (decode(sounds.written(sound, "-f", kind)) for sound in (spoilt, voice.astype(np.float32)))
        speech = detector.detect(heard)
        assert complaint(measure(heard, speech), Purpose.ENROL) is None
        assert speech.seconds == pytest.approx(detector.detect(clean).seconds, abs=0.2)
        assert np.corrcoef(heard.samples, clean.samples)[0, 1] > 0.99

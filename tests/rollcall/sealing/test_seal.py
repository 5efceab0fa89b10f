"""Seals: for one person, one model, one purpose; by the first key, opened by every one; keys changed while it runs."""

import dataclasses
import hashlib
import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from rollcall.config.settings import Settings
from rollcall.errors import SealBroken, SettingsError
from rollcall.sealing.seal import (
    KEY_FILE,
    Binding,
    KeyFile,
    Keyring,
    audio_binding,
    embedding_binding,
    fingerprint_binding,
    gallery_binding,
    key_id_of,
    load_keyring,
    new_key,
    recording_binding,
    voiceprint_binding,
    written,
)


def sealed_by_version_one(key: bytes, plain: bytes, binding: str) -> bytes:
    """A value as the first releases sealed it."""
    nonce = os.urandom(12)
    return b"\x01" + hashlib.sha256(key).digest()[:4] + nonce + AESGCM(key).encrypt(nonce, plain, binding.encode())


ANNAS = Binding("voiceprint", 1, "", "campplus", "w1")


def test_what_is_sealed_opens_again_and_does_not_show_its_content(keyring: Keyring) -> None:
    sealed = keyring.seal(b"a voiceprint", ANNAS)
    assert b"voiceprint" not in sealed
    assert keyring.open(sealed, ANNAS) == b"a voiceprint"


@pytest.mark.parametrize(
    "other",
    [{"person_id": 2}, {"purpose": "gallery"}, {"model": "ecapa"}, {"weight_hash": "w2"}, {"item": "1"}],
    ids=lambda change: next(iter(change)),
)
def test_a_seal_does_not_open_for_another_person_purpose_or_model(keyring: Keyring, other: dict[str, str]) -> None:
    with pytest.raises(SealBroken):
        keyring.open(keyring.seal(b"a voiceprint", ANNAS), dataclasses.replace(ANNAS, **other))  # type: ignore[arg-type]


def test_of_many_values_those_that_open_are_opened_and_the_others_left_out(keyring: Keyring) -> None:
    others = Keyring([new_key()])
    values = [keyring.seal(b"first", ANNAS), others.seal(b"second", ANNAS), b"", keyring.seal(b"fourth", ANNAS)]
    assert list(keyring.open_many((value, ANNAS) for value in values)) == [b"first", b"fourth"]


def test_a_part_of_a_binding_cannot_pass_for_another(keyring: Keyring) -> None:
    sealed = keyring.seal(b"x", Binding("embedding", 1, "a", 'm","w', "h"))
    with pytest.raises(SealBroken):
        keyring.open(sealed, Binding("embedding", 1, "a", "m", 'w","h'))


@pytest.mark.parametrize("place", [0, 1, 5, 17, -1])
def test_a_changed_byte_breaks_the_seal(keyring: Keyring, place: int) -> None:
    sealed = bytearray(keyring.seal(b"a voiceprint", ANNAS))
    sealed[place] ^= 3
    with pytest.raises(SealBroken):
        keyring.open(bytes(sealed), ANNAS)


@pytest.mark.parametrize("damaged", [b"", b"\x01", b"\x01abcd", b"\x02" + bytes(40), b"\x03" + bytes(40)])
def test_rubbish_breaks_the_seal_and_nothing_else(keyring: Keyring, damaged: bytes) -> None:
    with pytest.raises(SealBroken):
        keyring.open(damaged, ANNAS)


@pytest.mark.parametrize("head_only", [0, 4, 12])
def test_the_head_of_a_seal_without_the_rest_breaks_it(keyring: Keyring, head_only: int) -> None:
    with pytest.raises(SealBroken):
        keyring.open(keyring.seal(b"x", ANNAS)[: 5 + head_only], ANNAS)


@pytest.mark.parametrize(
    ("binding", "before"),
    [
        (voiceprint_binding(7, "campplus", "w1"), "voiceprint:7"),
        (gallery_binding(3, 7, "campplus", "w1"), "gallery:7"),
        (embedding_binding("note", 7, "campplus", "w1"), "embedding:note"),
        (fingerprint_binding("note", 7), "fingerprint:note"),
        (recording_binding("note", 7), "recording:note"),
        (audio_binding("note", 7), "audio:note"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_the_first_version_sealed_still_opens(binding: Binding, before: str) -> None:
    key = bytes(range(32))
    sealed = sealed_by_version_one(key, b"x", before)
    assert Keyring([key]).open(sealed, binding) == b"x"
    with pytest.raises(SealBroken):
        Keyring([key]).open(sealed, Binding("other", 8, "other"))


def test_an_older_key_still_opens_and_the_first_one_seals() -> None:
    old, new = bytes(32), bytes(range(32))
    sealed = Keyring([old]).seal(b"a voiceprint", ANNAS)
    assert Keyring([new, old]).open(sealed, ANNAS) == b"a voiceprint"
    with pytest.raises(SealBroken):
        Keyring([old]).open(Keyring([new, old]).seal(b"a voiceprint", ANNAS), ANNAS)


def test_the_key_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, _env_file=None)
    first = load_keyring(settings, create=True)
    assert load_keyring(settings, create=True).open(first.seal(b"x", ANNAS), ANNAS) == b"x"
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [KEY_FILE]


def test_a_running_process_takes_up_a_new_key_file(tmp_path: Path) -> None:
    running = load_keyring(Settings(data_dir=tmp_path, _env_file=None), create=True)
    before = running.seal(b"x", ANNAS)
    file, added = KeyFile(tmp_path / KEY_FILE), new_key()
    file.write([added, *file.read()])
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600
    after = running.seal(b"x", ANNAS)
    assert key_id_of(after) != key_id_of(before)
    assert Keyring([added]).open(after, ANNAS) == running.open(before, ANNAS) == b"x"


def test_a_key_file_that_is_gone_or_broken_stops_no_running_process(tmp_path: Path) -> None:
    running = load_keyring(Settings(data_dir=tmp_path, _env_file=None), create=True)
    sealed = running.seal(b"x", ANNAS)
    (tmp_path / KEY_FILE).unlink()
    assert running.open(sealed, ANNAS) == b"x"
    (tmp_path / KEY_FILE).write_text("no key at all")
    assert running.open(sealed, ANNAS) == b"x"


def test_keys_are_written_as_the_setting_holds_them() -> None:
    settings = Settings(voiceprint_key=written([bytes(32), bytes(range(32))]), _env_file=None)
    assert len(load_keyring(settings).ids) == 2


def test_a_worker_without_the_key_says_what_to_set(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="ROLLCALL_VOICEPRINT_KEY"):
        load_keyring(Settings(data_dir=tmp_path, _env_file=None))


def test_a_short_key_is_refused() -> None:
    with pytest.raises(SettingsError, match="32 bytes"):
        load_keyring(Settings(voiceprint_key="c2hvcnQ=", _env_file=None))

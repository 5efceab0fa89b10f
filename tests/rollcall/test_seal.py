from pathlib import Path

import pytest

from rollcall.errors import SealBroken, SettingsError
from rollcall.seal import Keyring, load_keyring
from rollcall.settings import Settings


def test_what_is_sealed_opens_again_and_does_not_show_its_content(keyring: Keyring) -> None:
    sealed = keyring.seal(b"a voiceprint", "voiceprint:1")
    assert b"voiceprint" not in sealed
    assert keyring.open(sealed, "voiceprint:1") == b"a voiceprint"


def test_a_seal_does_not_open_for_another_person(keyring: Keyring) -> None:
    with pytest.raises(SealBroken):
        keyring.open(keyring.seal(b"a voiceprint", "voiceprint:1"), "voiceprint:2")


def test_a_changed_byte_breaks_the_seal(keyring: Keyring) -> None:
    sealed = bytearray(keyring.seal(b"a voiceprint", "voiceprint:1"))
    sealed[-1] ^= 1
    with pytest.raises(SealBroken):
        keyring.open(bytes(sealed), "voiceprint:1")


@pytest.mark.parametrize("damaged", [b"", b"\x01", b"\x01abcd", b"\x02" + bytes(40)])
def test_rubbish_breaks_the_seal_and_nothing_else(keyring: Keyring, damaged: bytes) -> None:
    with pytest.raises(SealBroken):
        keyring.open(damaged, "voiceprint:1")


def test_an_older_key_still_opens_and_the_first_one_seals() -> None:
    old, new = bytes(32), bytes(range(32))
    sealed = Keyring([old]).seal(b"a voiceprint", "x")
    assert Keyring([new, old]).open(sealed, "x") == b"a voiceprint"
    with pytest.raises(SealBroken):
        Keyring([old]).open(Keyring([new, old]).seal(b"a voiceprint", "x"), "x")


def test_the_key_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, _env_file=None)
    first = load_keyring(settings, create=True)
    assert load_keyring(settings, create=True).open(first.seal(b"x", "y"), "y") == b"x"
    assert (tmp_path / "voiceprint.key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["voiceprint.key"]


def test_a_worker_without_the_key_says_what_to_set(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="ROLLCALL_VOICEPRINT_KEY"):
        load_keyring(Settings(data_dir=tmp_path, _env_file=None))


def test_a_short_key_is_refused() -> None:
    with pytest.raises(SettingsError, match="32 bytes"):
        load_keyring(Settings(voiceprint_key="c2hvcnQ=", _env_file=None))

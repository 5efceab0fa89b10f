"""Sealing of biometric data: AES-256-GCM (NIST SP 800-38D) with a random nonce, bound to what the value is for."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from rollcall.errors import SealBroken, SettingsError
from rollcall.settings import Settings

_VERSION = b"\x01"
_KEY_ID = 4
_NONCE = 12
_KEY_FILE = "voiceprint.key"


class Keyring:
    """The keys of an installation: the first seals, every one opens."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys or any(len(key) != 32 for key in keys):
            raise SettingsError("ROLLCALL_VOICEPRINT_KEY must be base64 of 32 bytes: openssl rand -base64 32")
        self._keys = {hashlib.sha256(key).digest()[:_KEY_ID]: key for key in keys}
        self._ciphers = {key_id: AESGCM(key) for key_id, key in self._keys.items()}
        self._first = next(iter(self._ciphers))

    @property
    def key_ids(self) -> tuple[str, ...]:
        """Hex ids of the keys, that which seals first: they tell keys apart, and nothing about them."""
        return tuple(key_id.hex() for key_id in self._keys)

    def derived(self, purpose: str) -> dict[str, bytes]:
        """For another purpose, a 32-byte key of each of ours, by hex id, the first first (HKDF-SHA256, RFC 5869)."""
        return {
            key_id.hex(): HKDF(SHA256(), length=32, salt=None, info=purpose.encode()).derive(key)
            for key_id, key in self._keys.items()
        }

    def seal(self, plain: bytes, binding: str) -> bytes:
        """Encrypt ``plain`` so that it opens only with the same ``binding`` (what it is, whose, for which model)."""
        nonce = os.urandom(_NONCE)
        sealed = self._ciphers[self._first].encrypt(nonce, plain, binding.encode())
        return _VERSION + self._first + nonce + sealed

    def open(self, sealed: bytes, binding: str) -> bytes:
        """Decrypt what `seal` made.

        Raises:
            SealBroken: another key or binding, or a changed value.
        """
        key_id, nonce = sealed[1 : 1 + _KEY_ID], sealed[1 + _KEY_ID : 1 + _KEY_ID + _NONCE]
        cipher = self._ciphers.get(key_id)
        if len(nonce) < _NONCE:
            raise SealBroken("a sealed value is cut off; it is not used")
        if sealed[:1] != _VERSION or cipher is None:
            raise SealBroken("a sealed value needs a key we do not hold: put its key into ROLLCALL_VOICEPRINT_KEY")
        try:
            return cipher.decrypt(nonce, sealed[1 + _KEY_ID + _NONCE :], binding.encode())
        except InvalidTag as error:
            raise SealBroken("a sealed value was changed or belongs to someone else; it is not used") from error


def audio_binding(job_id: str) -> str:
    """What a queued note's audio is sealed to."""
    return f"audio:{job_id}"


def embedding_binding(job_id: str) -> str:
    """What a note's embedding is sealed to, from the worker's result to the database."""
    return f"embedding:{job_id}"


def recording_binding(attempt_id: str) -> str:
    """What a kept enrolment recording is sealed to."""
    return f"recording:{attempt_id}"


def fingerprint_binding(job_id: str) -> str:
    """What a note's audio fingerprint is sealed to."""
    return f"fingerprint:{job_id}"


def load_keyring(settings: Settings, *, create: bool = False) -> Keyring:
    """The keys from ``ROLLCALL_VOICEPRINT_KEY`` or from the data folder, made there if ``create``.

    Raises:
        SettingsError: there is no key and none may be made, or it is malformed.
    """
    if settings.voiceprint_key is not None:
        return Keyring(_parse(settings.voiceprint_key.get_secret_value()))
    path = settings.data_dir / _KEY_FILE
    if create:
        _create(path)
    try:
        return Keyring(_parse(path.read_text()))
    except FileNotFoundError:
        raise SettingsError(f"no voiceprint key: set ROLLCALL_VOICEPRINT_KEY to the bot's key (see {path})") from None


def _parse(text: str) -> list[bytes]:
    try:
        return [base64.b64decode(part.strip(), validate=True) for part in text.split(",") if part.strip()]
    except binascii.Error:
        return []


def _create(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Written aside and linked into place: whoever reads the key sees a whole one, and the first maker wins.
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(base64.b64encode(os.urandom(32)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()

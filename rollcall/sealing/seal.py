"""Sealing of biometric data: AES-256-GCM (NIST SP 800-38D) with a random nonce, bound to what the value is for."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from rollcall.config.settings import Settings
from rollcall.errors import SealBroken, SettingsError
from rollcall.system.folders import make_folder, unusable

KEY_FILE = "voiceprint.key"
"""In the data folder: what ROLLCALL_VOICEPRINT_KEY would hold."""
_VERSION = b"\x02"
_FIRST_VERSION = b"\x01"
_KEY = 32
_KEY_ID = 4
_NONCE = 12
_compact = json.JSONEncoder(separators=(",", ":")).encode
HEAD = len(_VERSION) + _KEY_ID
"""Bytes of a value's head: its version and its key's id."""


@dataclass(frozen=True)
class Binding:
    """What a sealed value is for: it opens for nothing else.

    Attributes:
        purpose: what it is used for.
        person_id: whose voice it is.
        item: the note or the class it belongs to; empty where there is one per person.
        model, weight_hash: the encoder that made an embedding; empty for what no encoder made.
    """

    purpose: str
    person_id: int
    item: str = ""
    model: str = ""
    weight_hash: str = ""

    def data(self, head: bytes) -> bytes:
        """The associated data, under a value's head: its version and its key."""
        if head[:1] == _FIRST_VERSION:
            # Version 1 named the note where there was one, else the person.
            return f"{self.purpose}:{self._single or self.person_id}".encode()
        parts = [self.purpose, self.person_id, self.item, self.model, self.weight_hash]
        return head + _compact(parts).encode()

    @property
    def _single(self) -> str:
        return "" if self.purpose == "gallery" else self.item


class Keyring:
    """The keys of an installation: the first seals, every one opens."""

    def __init__(
        self,
        keys: Sequence[bytes],
        changed: Callable[[], Sequence[bytes] | None] | None = None,
        place: str = "ROLLCALL_VOICEPRINT_KEY",
    ) -> None:
        """
        Args:
            keys: 32 bytes each.
            changed: asked before each use for the keys that have taken their place; None while there are none.
            place: where they are kept, for whoever has to put another there.
        """
        self._changed = changed
        self.place = place
        self._take(keys)

    @property
    def key_ids(self) -> tuple[str, ...]:
        """Hex ids of the keys, that which seals first: they tell keys apart, and nothing about them."""
        return tuple(one.hex() for one in self.ids)

    def derived(self, purpose: str) -> dict[str, bytes]:
        """For another purpose, a 32-byte key of each of ours, by hex id, the first first (HKDF-SHA256, RFC 5869)."""
        self._refresh()
        return {
            one.hex(): HKDF(SHA256(), length=32, salt=None, info=purpose.encode()).derive(key)
            for one, key in self._keys.items()
        }

    def seal(self, plain: bytes, binding: Binding) -> bytes:
        """Encrypt ``plain`` so that it opens only with the same ``binding``."""
        head, nonce = self.head, os.urandom(_NONCE)
        return head + nonce + self._ciphers[head[1:]].encrypt(nonce, plain, binding.data(head))

    def open(self, sealed: bytes, binding: Binding) -> bytes:
        """Decrypt what `seal` made.

        Raises:
            SealBroken: another key or binding, or a changed value.
        """
        self._refresh()
        return self._opened(sealed, binding)

    def open_many(self, values: Iterable[tuple[bytes, Binding]]) -> Iterator[bytes]:
        """Decrypt what opens of many values; the keys are looked after once, for that takes longer than a value."""
        self._refresh()
        for sealed, binding in values:
            try:
                yield self._opened(sealed, binding)
            except SealBroken:
                continue

    def _opened(self, sealed: bytes, binding: Binding) -> bytes:
        head, nonce = sealed[:HEAD], sealed[HEAD : HEAD + _NONCE]
        if len(nonce) < _NONCE:
            raise SealBroken("a sealed value is cut off; it is not used")
        cipher = self._ciphers.get(head[1:])
        if head[:1] not in (_VERSION, _FIRST_VERSION) or cipher is None:
            raise SealBroken("a sealed value needs a key we do not hold: put its key into ROLLCALL_VOICEPRINT_KEY")
        try:
            return cipher.decrypt(nonce, sealed[HEAD + _NONCE :], binding.data(head))
        except (InvalidTag, ValueError) as error:
            raise SealBroken("a sealed value was changed or belongs to someone else; it is not used") from error

    @property
    def head(self) -> bytes:
        """How every value begins that is sealed now; others are of an older key or form."""
        self._refresh()
        return _VERSION + self._first

    @property
    def ids(self) -> tuple[bytes, ...]:
        """The keys' ids, the sealing one first."""
        self._refresh()
        return tuple(self._ciphers)

    def _refresh(self) -> None:
        keys = self._changed() if self._changed is not None else None
        if keys and all(
            len(key) == _KEY for key in keys
        ):  # a file that somebody is in the middle of writing serves nobody
            self._take(keys)

    def _take(self, keys: Sequence[bytes]) -> None:
        if not keys or any(len(key) != _KEY for key in keys):
            raise SettingsError("ROLLCALL_VOICEPRINT_KEY must be base64 of 32 bytes: openssl rand -base64 32")
        self._keys = {key_id(key): key for key in keys}
        self._ciphers = {one: AESGCM(key) for one, key in self._keys.items()}
        self._first = next(iter(self._ciphers))


def key_id(key: bytes) -> bytes:
    """What names a key in the values it seals."""
    return hashlib.sha256(key).digest()[:_KEY_ID]


def key_id_of(sealed: bytes) -> bytes:
    """The id of the key that a sealed value needs."""
    return sealed[1:HEAD]


def audio_binding(job_id: str, person_id: int) -> Binding:
    """What a queued note's audio is sealed to."""
    return Binding("audio", person_id, job_id)


def embedding_binding(attempt_id: str, person_id: int, model: str, weight_hash: str) -> Binding:
    """What a note's embedding is sealed to, from the worker's result to the database."""
    return Binding("embedding", person_id, attempt_id, model, weight_hash)


def narrow_embedding_binding(attempt_id: str, person_id: int, model: str, weight_hash: str) -> Binding:
    """What the embedding of a note as a telephone passes it is sealed to: it never opens for the note's own."""
    return Binding("narrow embedding", person_id, attempt_id, model, weight_hash)


def recording_binding(attempt_id: str, person_id: int) -> Binding:
    """What a kept enrolment recording is sealed to."""
    return Binding("recording", person_id, attempt_id)


def fingerprint_binding(attempt_id: str, person_id: int) -> Binding:
    """What a note's audio fingerprint is sealed to."""
    return Binding("fingerprint", person_id, attempt_id)


def shapes_binding(attempt_id: str, person_id: int) -> Binding:
    """What the fingerprints of a note with changes undone are sealed to, from the worker to the bot."""
    return Binding("shapes", person_id, attempt_id)


def file_key_binding(class_id: int) -> Binding:
    """What a class's key for the files of erased notes is sealed to."""
    return Binding("file key", 0, str(class_id))


def voiceprint_binding(person_id: int, model: str, weight_hash: str) -> Binding:
    """What a voiceprint in the database is sealed to."""
    return Binding("voiceprint", person_id, "", model, weight_hash)


def gallery_binding(class_id: int, person_id: int, model: str, weight_hash: str) -> Binding:
    """What a voiceprint in a class's gallery is sealed to."""
    return Binding("gallery", person_id, str(class_id), model, weight_hash)


def narrow_gallery_binding(class_id: int, person_id: int, model: str, weight_hash: str) -> Binding:
    """What a second print, for telephone notes, in a class's gallery is sealed to."""
    return Binding("narrow gallery", person_id, str(class_id), model, weight_hash)


def gallery_head_binding(class_id: int) -> Binding:
    """What the head of a class's gallery is sealed to."""
    return Binding("gallery head", 0, str(class_id))


def narrow_head_binding(class_id: int) -> Binding:
    """What is said of all second prints of a class's gallery is sealed to."""
    return Binding("narrow head", 0, str(class_id))


def load_keyring(settings: Settings, *, create: bool = False) -> Keyring:
    """The keys from ``ROLLCALL_VOICEPRINT_KEY`` or from the data folder, made there if ``create``.

    A key file that is replaced is read anew, so that keys can be changed while the processes run.

    Raises:
        SettingsError: there is no key and none may be made, or it is malformed.
    """
    if settings.voiceprint_key is not None:
        return Keyring(parse_keys(settings.voiceprint_key.get_secret_value()))
    file = KeyFile(settings.data_dir / KEY_FILE)
    if create:
        file.create()
    return Keyring(file.read(), file.changed, str(file.path))


class KeyFile:
    """The key file of a data folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen: tuple[int, int] | None = None

    def read(self) -> list[bytes]:
        """Its keys.

        Raises:
            SettingsError: there is none.
        """
        try:
            self._seen = self._stamp()
            return parse_keys(self.path.read_text())
        except FileNotFoundError:
            raise SettingsError(
                f"no voiceprint key: set ROLLCALL_VOICEPRINT_KEY to the bot's key (see {self.path})"
            ) from None
        except NotADirectoryError as error:
            raise unusable(self.path.parent, error) from error

    def changed(self) -> list[bytes] | None:
        """Its keys, if it was replaced since they were read; None also where it is gone: then the old ones serve."""
        try:
            if self._stamp() == self._seen:
                return None
            return self.read()
        except (OSError, SettingsError):
            return None

    def write(self, keys: Sequence[bytes]) -> None:
        """Replace its keys, whole or not at all."""
        self._draft(keys).replace(self.path)

    def create(self) -> None:
        """Make it with a new key, unless it is there: the first maker wins."""
        make_folder(self.path.parent)
        # Written aside and linked into place: whoever reads the key sees a whole one.
        try:
            draft = self._draft([new_key()])
        except OSError as error:
            raise unusable(self.path.parent, error) from error
        try:
            os.link(draft, self.path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()

    def _draft(self, keys: Sequence[bytes]) -> Path:
        draft = self.path.with_name(f"{self.path.name}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(written(keys) + "\n")
            file.flush()
            os.fsync(file.fileno())
        return draft

    def _stamp(self) -> tuple[int, int]:
        facts = self.path.stat()
        return facts.st_mtime_ns, facts.st_ino


def new_key() -> bytes:
    """32 random bytes."""
    return os.urandom(_KEY)


def written(keys: Sequence[bytes]) -> str:
    """Keys as ROLLCALL_VOICEPRINT_KEY holds them."""
    return ",".join(base64.b64encode(key).decode() for key in keys)


def parse_keys(text: str) -> list[bytes]:
    """Keys out of what ROLLCALL_VOICEPRINT_KEY holds; none where it is malformed."""
    try:
        return [base64.b64decode(part.strip(), validate=True) for part in text.split(",") if part.strip()]
    except binascii.Error:
        return []

"""Signatures of what lies open in Redis: who reads a job, a result or the encoder's name knows that one of us wrote it.

HMAC-SHA256 (RFC 2104) under keys derived from the installation's for this purpose alone. A signature names its key, as
sealed values do, so that what an older key of the ring has signed is still good.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import time
from collections.abc import Callable

from rollcall.errors import NotSigned
from rollcall.sealing.seal import HEAD, Keyring, key_id_of

_PURPOSE = "rollcall queue v1"
_VERSION = b"\x01"
_TOLD_EVERY = 60.0
"""Seconds: a thousand entries of before an upgrade, or of an attacker, are not worth a thousand lines."""

_log = logging.getLogger(__name__)


class Signatures:
    """Signs with the newest key, and knows the signatures of all that are held."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self._of: tuple[str, ...] = ()
        self._derived: dict[str, bytes] = {}

    def sign(self, place: str, said: bytes) -> bytes:
        """Vouch for words in a place of Redis: they are worth nothing anywhere else."""
        newest, key = next(iter(self._keys().items()))
        return _VERSION + bytes.fromhex(newest) + _mac(key, place, said)

    def check(self, place: str, said: bytes, signature: bytes | None) -> None:
        """Whether one of us wrote this.

        Raises:
            NotSigned: nobody has, or not with a key that we hold, or not this, or for another place.
        """
        if not signature:
            raise NotSigned("nobody has signed it")
        key = self._keys().get(key_id_of(signature).hex())
        if key is None or not hmac.compare_digest(signature[HEAD:], _mac(key, place, said)):
            raise NotSigned("it is not signed with a key of ours")

    def _keys(self) -> dict[str, bytes]:
        """Derived once, and anew when the installation's keys change while we run."""
        ids = self._keyring.key_ids
        if ids != self._of:
            self._of, self._derived = ids, self._keyring.derived(_PURPOSE)
        return self._derived


class Complaint:
    """What is told of entries that are not ours: one ERROR line at once, then one a minute; each is counted."""

    def __init__(self, words: str, count: Callable[[], None] = lambda: None) -> None:
        """`count` is called for each entry."""
        self._words = words
        self._count = count
        self._told_at = float("-inf")
        self._untold = 0

    def tell(self, error: NotSigned) -> None:
        """Another one."""
        self._count()
        self._untold += 1
        if time.monotonic() - self._told_at >= _TOLD_EVERY:
            _log.error(self._words, extra={"why": str(error), "entries": self._untold})
            self._told_at, self._untold = time.monotonic(), 0


def _mac(key: bytes, place: str, said: bytes) -> bytes:
    return hmac.digest(key, place.encode() + b"\0" + said, hashlib.sha256)

"""The audit as a chain: every record carries the hash of the one before, and a seal that only the installation makes.

The hash (SHA-256) is over everything a record says, so whoever has the records can follow the chain. The seal (HMAC)
is over the hash, with a key that is not in the database: whoever has the database alone cannot write the chain anew.
A hash covers all earlier records, and so does its seal: once the key has changed, newer seals vouch for older records.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from rollcall.sealing.seal import Keyring

GENESIS = "0" * 64
"""What stands for the hash before the first record."""
_FORMAT = 1
_PURPOSE = "rollcall audit seal v1"
_LONGEST = 64

Detail = str | int | bool | None


class Action(StrEnum):
    """What happened."""

    CLASS_MADE = "class.made"
    CLASS_ARCHIVED = "class.archived"
    CLASS_RESTORED = "class.restored"
    CLASS_SET = "class.set"
    """What its lessons are judged by, such as its zone."""
    TIMETABLE_CHANGED = "timetable.changed"
    CODE_RENEWED = "code.renewed"
    INVITE_MADE = "invite.made"
    INVITE_USED = "invite.used"
    INVITE_REVOKED = "invite.revoked"
    TEACHER_MADE = "teacher.made"
    TEACHER_REMOVED = "teacher.removed"
    COLLEAGUE_JOINED = "colleague.joined"
    COLLEAGUE_LEFT = "colleague.left"
    CLASS_HANDED_OVER = "class.handed_over"
    STUDENT_JOINED = "student.joined"
    STUDENT_LEFT = "student.left"
    STUDENT_REMOVED = "student.removed"
    """From a class, by its teacher."""
    STUDENT_MOVED = "student.moved"
    """To another class, by a teacher of both."""
    STUDENT_LISTED = "student.listed"
    """On a class's list, without an account so far."""
    STUDENT_RENAMED = "student.renamed"
    STUDENT_CLAIMED = "student.claimed"
    """An account says which line of the list it is; of both pseudonyms there is one person from now on."""
    LINE_FREED = "line.freed"
    """A teacher parts a line of the list from the account that has claimed it."""
    STUDENT_MERGED = "student.merged"
    """What was one person's is another's; a record about each of the two."""
    JOINER_DECIDED = "joiner.decided"
    ROSTER_TAKEN = "roster.taken"
    LESSON_OPENED = "lesson.opened"
    LESSON_CLOSED = "lesson.closed"
    LESSON_EXTENDED = "lesson.extended"
    LESSON_REOPENED = "lesson.reopened"
    LESSON_DELETED = "lesson.deleted"
    LESSON_MERGED = "lesson.merged"
    """With another one of the same day, which is no more."""
    MARK_MADE = "mark.made"
    MARK_CHANGED = "mark.changed"
    MARK_REMOVED = "mark.removed"
    REVIEW_DECIDED = "review.decided"
    ABSENCE_ANNOUNCED = "absence.announced"
    ABSENCE_DECIDED = "absence.decided"
    MARK_APPEALED = "mark.appealed"
    APPEAL_DECIDED = "appeal.decided"
    CONSENT_GIVEN = "consent.given"
    CONSENT_WITHDRAWN = "consent.withdrawn"
    VOICEPRINT_MADE = "voiceprint.made"
    VOICEPRINT_RENEWED = "voiceprint.renewed"
    """By a step towards a note of its owner's, who has agreed to that."""
    VOICEPRINT_PUT_BACK = "voiceprint.put_back"
    """Before such steps: by its owner, or by a teacher who gave the mark of such a note by hand."""
    VOICE_CLAIMED = "claim.made"
    CLAIM_DECIDED = "claim.decided"
    CLAIM_LAPSED = "claim.lapsed"
    PERSON_ERASED = "person.erased"
    EXPORT_MADE = "export.made"
    SIGNED_IN = "web.signed_in"
    """A device may look at the pages in somebody's name."""
    SIGNED_OUT = "web.signed_out"
    SCREEN_MADE = "web.screen_made"
    """A link that shows a lesson on a projector."""
    BACKUP_MADE = "backup.made"
    DATABASE_RESTORED = "database.restored"
    KEYS_ROTATED = "keys.rotated"
    KEYS_RENEWED = "keys.renewed"
    """A key was lost for good, and what only it opened was erased."""
    HEAD_LOST = "audit.head_lost"
    """The chain went on without a head that fits: records may have been cut off before."""


@dataclass(frozen=True)
class Record:
    """One fact.

    Attributes:
        sequence: counts from 1, without gaps.
        actor: the pseudonym of who did it, or ``system``.
        object: what it was done to, such as ``lesson:7``.
        subject: the pseudonym of whom it concerns.
        details: JSON text, as it is hashed; nothing personal.
        previous: the hash of the record before.
    """

    sequence: int
    at: datetime
    actor: str
    action: str
    object: str
    subject: str | None
    details: str
    previous: str

    def hash(self) -> str:
        """SHA-256, in hex, over everything above."""
        at = self.at.astimezone(UTC).isoformat(timespec="microseconds")
        parts = [_FORMAT, self.sequence, at, self.actor, self.action, self.object, self.subject, self.details]
        return hashlib.sha256(canonical([*parts, self.previous]).encode()).hexdigest()


@dataclass(frozen=True)
class Sealed:
    """A record's or a head's hash, and who vouches for it: a key by its id, and the seal, all in hex."""

    hash: str
    key_id: str
    seal: str


@dataclass(frozen=True)
class Head:
    """The chain's end, kept apart from the records, so that a missing last record is missed."""

    sequence: int
    sealed: Sealed

    def __str__(self) -> str:
        return f"{self.sequence}:{self.sealed.hash}"


class Sealer:
    """Seals with a key derived from the installation's newest, and knows the seals of all that are held."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self._of: tuple[str, ...] = ()
        self._derived: dict[str, bytes] = {}

    @property
    def _keys(self) -> dict[str, bytes]:
        """Derived once, and anew when the installation's keys change while we run."""
        ids = self._keyring.key_ids
        if ids != self._of:
            self._of, self._derived = ids, self._keyring.derived(_PURPOSE)
        return self._derived

    @property
    def _key_id(self) -> str:
        return next(iter(self._keys))

    def record(self, digest: str) -> Sealed:
        """Vouch for a record."""
        key = self._key_id  # read once: a key file may be replaced at any moment
        return Sealed(digest, key, self._seal(key, _record_words(digest)))

    def head(self, sequence: int, digest: str) -> Head:
        """Vouch for the chain ending here."""
        key = self._key_id
        return Head(sequence, Sealed(digest, key, self._seal(key, _head_words(sequence, digest))))

    def knows(self, key_id: str) -> bool:
        """Whether the key is held."""
        return key_id in self._keys

    def made_record(self, sealed: Sealed) -> bool:
        """Whether the seal is ours."""
        return self._made(sealed, _record_words(sealed.hash))

    def made_head(self, head: Head) -> bool:
        """Whether the seal is ours."""
        return self._made(head.sealed, _head_words(head.sequence, head.sealed.hash))

    def _made(self, sealed: Sealed, words: str) -> bool:
        return self.knows(sealed.key_id) and hmac.compare_digest(sealed.seal, self._seal(sealed.key_id, words))

    def _seal(self, key_id: str, words: str) -> str:
        return hmac.new(self._keys[key_id], words.encode(), hashlib.sha256).hexdigest()


def canonical(value: object) -> str:
    """The one JSON text of a value."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def detail_text(details: Mapping[str, Detail]) -> str:
    """A record's details as they are hashed.

    Raises:
        ValueError: a detail is not a short word, a number or a truth value. Fractions are refused: no score of a
            voice belongs here, and databases differ in how they keep them.
    """
    for name, value in details.items():
        if not isinstance(value, str | int | None) or (isinstance(value, str) and len(value) > _LONGEST):
            raise ValueError(f"no detail for an audit record: {name}")
    return canonical(dict(details))


def _record_words(digest: str) -> str:
    return f"record:{digest}"


def _head_words(sequence: int, digest: str) -> str:
    return f"head:{sequence}:{digest}"

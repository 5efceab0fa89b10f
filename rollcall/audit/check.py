"""Following the audit's chain from its first record to its head: what does not fit is named."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from rollcall.audit.chain import GENESIS, Action, Head, Record, Sealed, Sealer
from rollcall.errors import WrongUse


@dataclass(frozen=True)
class Noted:
    """A head that somebody wrote down outside the database."""

    sequence: int
    hash: str

    @classmethod
    def parse(cls, text: str) -> Noted:
        """From ``1234:<64 hex digits>``, as ``rollcall audit verify`` prints it."""
        match = re.fullmatch(r"(\d{1,18}):([0-9a-f]{64})", text.strip().lower())
        if match is None:
            raise WrongUse("a head looks like 1234:<64 hex digits>, as rollcall audit verify prints it")
        return cls(int(match[1]), match[2])


@dataclass
class Chain:
    """Takes the records in their order, then the head.

    Attributes:
        noted: a head from outside. Where the chain contains it, whoever wrote it down vouches for all before.
    """

    sealer: Sealer
    noted: Noted | None = None
    _sequence: int = 0
    _hash: str = GENESIS
    _proven: int = 0
    _meets_noted: bool = False
    _changed: list[str] = field(default_factory=list)
    _doubtful: list[tuple[int, str]] = field(default_factory=list)

    def take(self, record: Record, sealed: Sealed) -> None:
        """The next record."""
        number = record.sequence
        if number != self._sequence + 1:
            self._changed.append(_missing(self._sequence + 1, number - 1))
        elif record.previous != self._hash:
            self._changed.append(f"record {number} does not follow record {number - 1}: one of them was replaced")
        if record.hash() != sealed.hash:
            self._changed.append(f"record {number} was changed")
        elif self.sealer.made_record(sealed):
            self._proven = number
        elif self.sealer.knows(sealed.key_id):
            self._doubtful.append((number, f"record {number} was not written by Rollcall: its seal is not ours"))
        if record.action == Action.HEAD_LOST:
            why = f"record {number} tells that the head was lost or changed: records before it may have been cut off"
            self._doubtful.append((number, why))
        if self.noted is not None and self.noted.sequence == number:
            self._meets_noted = self.noted.hash == sealed.hash
        self._sequence, self._hash = number, sealed.hash

    def findings(self, head: Head | None) -> list[str]:
        """What is wrong, one line each; nothing where the chain is whole."""
        vouched = self.noted.sequence if self.noted is not None and self._meets_noted else 0
        found = [*self._changed, *(why for number, why in self._doubtful if number > vouched)]
        if max(self._proven, vouched) < self._sequence and not found:
            first = max(self._proven, vouched) + 1
            found.append(
                f"records {first} to {self._sequence} are sealed with a key that is not held: "
                "put it back into ROLLCALL_VOICEPRINT_KEY, after the new one"
            )
        if head is not None or self._sequence:
            found += self._compare(head)
        if self.noted is not None and not self._meets_noted:
            found.append(
                f"the head you noted is record {self.noted.sequence}, and the chain ends with {self._sequence}"
                if self.noted.sequence > self._sequence
                else f"record {self.noted.sequence} is another than the one you noted"
            )
        return found

    @property
    def end(self) -> str:
        """The last record, to be written down outside the database."""
        return f"{self._sequence}:{self._hash}"

    @property
    def length(self) -> int:
        """Records so far."""
        return self._sequence

    def _compare(self, head: Head | None) -> list[str]:
        if head is None:
            return ["the head is missing: records may have been cut off"]
        found = []
        if not self.sealer.made_head(head):
            known = self.sealer.knows(head.sealed.key_id)
            found.append("the head was changed" if known else "the head is sealed with a key that is not held")
        if head.sequence > self._sequence:
            found.append(_missing(self._sequence + 1, head.sequence) + ", at the end")
        elif head.sequence < self._sequence:
            found.append(f"{_range(head.sequence + 1, self._sequence)} beyond the head: not written by Rollcall")
        elif head.sealed.hash != self._hash:
            found.append(f"record {self._sequence} is another than the head's")
        return found


def _missing(first: int, last: int) -> str:
    return f"{_range(first, last)} missing"


def _range(first: int, last: int) -> str:
    return f"record {first} is" if first == last else f"records {first} to {last} are"

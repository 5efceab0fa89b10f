"""Whom the visitor may be: a teacher, three students, and somebody who has no business in the class."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.errors import Json
from sandbox.person import Person
from sandbox.telegram import Telegram

TEACHER_ID = 5_000_001
LANGUAGES = ("ru", "en")


@dataclass(frozen=True)
class Part:
    """Somebody to be.

    Attributes:
        key: what the page calls the part.
        names: first and last name of the account, by language.
        full_name: as the class's list has it, by language; empty for those who are on none.
        voice: the synthetic voice that is meant for the part.
    """

    key: str
    id: int
    names: dict[str, tuple[str, str]]
    full_name: dict[str, str]
    voice: str | None


# As synthetic voices go, the stranger's is far from everybody's.
PARTS = (
    Part("teacher", TEACHER_ID, {"ru": ("Ольга", "Петровна"), "en": ("Olga", "Peters")}, {}, None),
    Part(
        "anna", 5_000_101,
        {"ru": ("Анна", "Белова"), "en": ("Anna", "Bell")}, {"ru": "Белова Анна", "en": "Bell Anna"}, "steph2",
    ),
    Part(
        "boris", 5_000_102,
        {"ru": ("Борис", "Орлов"), "en": ("Boris", "Orlow")}, {"ru": "Орлов Борис", "en": "Orlow Boris"}, "zac",
    ),
    Part(
        "vera", 5_000_103,
        {"ru": ("Вера", "Зайцева"), "en": ("Vera", "Hayes")}, {"ru": "Зайцева Вера", "en": "Hayes Vera"}, "whisperf",
    ),
    Part("stranger", 5_000_201, {"ru": ("Незнакомец", ""), "en": ("Stranger", "")}, {}, "klatt2"),
)  # fmt: skip


class Company:
    """Everybody there is to be, on one Telegram."""

    def __init__(self, telegram: Telegram, language: str = "ru") -> None:
        self.telegram = telegram
        self.language = language
        self.people: dict[int, Person] = {}
        for part in PARTS:
            first, last = part.names[language]
            self.people[part.id] = Person(telegram, first, last or None, id=part.id, language_code=language)
            telegram.open_private(part.id)

    def speak(self, language: str) -> None:
        """From now on everybody's Telegram is set to this language; who has not written yet is also called so."""
        self.language = language
        spoken = {chat_id for chat_id, _ in self.telegram.messages}
        for part in PARTS:
            user = self.people[part.id].user
            user["language_code"] = language
            if part.id in spoken:
                continue
            first, last = part.names[language]
            user.pop("last_name", None)
            user.update({"first_name": first, **({"last_name": last} if last else {})})
            chat = self.telegram.open_private(part.id)
            chat.pop("last_name", None)
            chat.update({key: user[key] for key in ("first_name", "last_name") if key in user})

    @property
    def told(self) -> list[Json]:
        """What the page is told of them."""
        return [
            {
                "id": part.id,
                "key": part.key,
                "name": self.people[part.id].name,
                "full_name": part.full_name.get(self.language, ""),
                "voice": part.voice,
            }
            for part in PARTS
        ]

"""The language is Telegram's word until the person has a say, and is not lost where Telegram says nothing."""

from __future__ import annotations

from pathlib import Path

from sandbox.person import Person
from tests.bot.door import open_door


async def test_a_language_that_telegram_leaves_out_once_changes_nothing(tmp_path: Path, valkey_url: str) -> None:
    database = f"sqlite:///{tmp_path / 'language.sqlite3'}"
    async with open_door(tmp_path, database, valkey_url, admins=frozenset({1}), speaker_model="dummy") as door:
        teacher = Person(door.telegram, "Мария", id=1, language_code="ru")
        stranger = Person(door.telegram, "Somebody", id=2, language_code=None)
        await door.ask(teacher, "/newclass Физика")
        russian = await door.ask(teacher, "/help")
        code = teacher.user.pop("language_code")
        assert await door.ask(teacher, "/help") == russian
        teacher.user["language_code"] = "de"
        english = await door.ask(teacher, "/help")
        assert english != russian
        await door.press(teacher, "language:ru")
        assert await door.ask(teacher, "/help") == russian
        del teacher.user["language_code"]
        assert await door.ask(teacher, "/help") == russian
        assert code == "ru"
        assert "Hello" in (await door.ask(stranger, "/start"))[0]

"""What people see of the bot before a word is said, by role, chat and language."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.commands import ADMIN_COMMANDS, GROUP_TEACHER_COMMANDS, STUDENT_COMMANDS, TEACHER_COMMANDS
from bot.services import now
from bot.transport.pace import pace_of
from bot.upkeep.appearance import Menus, appear
from rollcall.storage.people import find_person, make_teacher
from rollcall.texts import LANGUAGES, texts_in
from rollcall.usecases.teaching import unteach
from sandbox.faults import Fault
from sandbox.methods import METHODS
from tests.bot.door import Door, open_door
from tests.bot.school import ADMIN, ANNA, BORIS, MARIA, OLGA, found, people_on


@pytest.fixture
async def door(tmp_path: Path, valkey_url: str) -> AsyncIterator[Door]:
    url = f"sqlite:///{tmp_path / 'looks.sqlite3'}"
    async with open_door(tmp_path, url, valkey_url, admins=frozenset({ADMIN}), speaker_model="dummy") as door:
        await found(door.services.database)
        for person in people_on(door.telegram).values():
            await person.say("hm")
        door.telegram.updates.drop()
        yield door


def menu(door: Door, scope: str, language: str = "") -> list[tuple[str, str]]:
    """A menu of commands, as it was set."""
    kept: dict[str, list[tuple[str, Any]]] = {
        "default": [("type", "default")],
        "managers": [("type", "all_chat_administrators")],
    }
    slot = kept.get(scope) or [("chat_id", int(scope)), ("type", "chat")]
    entries = door.telegram.profile.get(f"commands/{language}/{slot}", [])
    return [(one["command"], one["description"]) for one in entries]


def button(door: Door, chat: int) -> Any:
    """What is beside the text field of a chat; None where nothing was set."""
    return door.telegram.profile.get(f"menu_button/{chat}")


def names(door: Door, scope: str, language: str = "") -> list[str]:
    return [name for name, _ in menu(door, scope, language)]


async def test_every_role_has_its_menu_in_its_language_from_the_start(door: Door) -> None:
    await appear(door.application, door.services)
    await Menus().keep(door.application, door.services)
    assert names(door, "default") == names(door, "default", "ru") == list(STUDENT_COMMANDS)
    assert names(door, "managers") == list(GROUP_TEACHER_COMMANDS)
    assert menu(door, "default", "ru")[0][1] == texts_in("ru")(f"command-{STUDENT_COMMANDS[0]}")
    assert menu(door, "default")[0][1] == texts_in("en")(f"command-{STUDENT_COMMANDS[0]}")
    assert names(door, str(MARIA)) == list(TEACHER_COMMANDS)
    assert menu(door, str(MARIA))[0][1] == texts_in("ru")(f"command-{TEACHER_COMMANDS[0]}")
    assert names(door, str(ADMIN)) == list(TEACHER_COMMANDS + ADMIN_COMMANDS)
    assert names(door, str(ANNA)) == []


async def test_a_chat_that_is_empty_yet_says_what_the_bot_does(door: Door) -> None:
    await appear(door.application, door.services)
    for language in LANGUAGES:
        code, t = "" if language == "en" else language, texts_in(language)
        assert door.telegram.profile[f"description/{code}/[('type', 'default')]"] == t("about-description")
        assert door.telegram.profile[f"short_description/{code}/[('type', 'default')]"] == t("about-short")
        assert len(t("about-description")) <= 512
        assert len(t("about-short")) <= 120
    assert door.telegram.profile["menu_button/"] == {"type": "commands"}


async def test_whoever_becomes_a_teacher_has_the_pages_button_and_whoever_ceases_to_be_one_loses_it(door: Door) -> None:
    door.use_setting(web_url="https://rollcall.school.example")
    menus, services = Menus(), door.services
    await menus.keep(door.application, services)
    assert button(door, MARIA)["web_app"] == {"url": "https://rollcall.school.example/app"}
    assert button(door, BORIS) is None
    with services.database.session() as session:
        boris = find_person(session, BORIS)
        assert boris
        make_teacher(session, boris, None)
    await menus.keep(door.application, services)
    assert button(door, BORIS)["text"] == texts_in("ru")("button-pages-menu")
    assert {"open", "here"} <= set(names(door, str(BORIS)))
    with services.database.session() as session:
        unteach(session, None, boris.id, services.settings.admins, now())  # as an admin does in the browser
    before = len(door.telegram.calls)
    await menus.keep(door.application, services)
    assert button(door, BORIS) == {"type": "default"}
    assert names(door, str(BORIS)) == []
    assert len(door.telegram.calls) == before + 2, "nobody else's is set again"


async def test_who_ceased_to_teach_while_no_bot_ran_loses_the_button_at_the_next_start(door: Door) -> None:
    door.use_setting(web_url="https://rollcall.school.example")
    await Menus().keep(door.application, door.services)
    with door.services.database.session() as session:
        maria = find_person(session, MARIA)
        assert maria
        unteach(session, None, maria.id, door.services.settings.admins, now())
    assert button(door, MARIA)["type"] == "web_app"
    before = len(door.telegram.calls)
    await Menus().keep(door.application, door.services)
    assert button(door, MARIA) == {"type": "default"}
    assert names(door, str(MARIA)) == []
    theirs = [call.method for call in door.telegram.calls[before:] if str(call.values.get("chat_id")) == str(ANNA)]
    assert theirs == [], "who never taught is left alone"


@pytest.mark.parametrize("trouble", [{"retry_after": 60}, {"code": 500, "detail": "Internal Server Error"}])
async def test_a_chat_that_telegram_takes_nothing_for_gets_its_button_later_and_holds_up_no_other(
    door: Door, monkeypatch: pytest.MonkeyPatch, trouble: dict[str, Any]
) -> None:
    door.use_setting(web_url="https://rollcall.school.example")
    menus = Menus()
    door.telegram.faults.add(Fault("setChatMenuButton", chat_id=MARIA, **trouble))
    await menus.keep(door.application, door.services)
    assert button(door, MARIA) is None
    assert button(door, OLGA)["type"] == "web_app"
    await menus.keep(door.application, door.services)
    assert button(door, MARIA) is None, "it is not asked for at once"
    later = now() + timedelta(seconds=61)
    monkeypatch.setattr("bot.upkeep.tries.now", lambda: later)
    pace_of(door.application.bot)._closed_until.clear()
    await menus.keep(door.application, door.services)
    assert button(door, MARIA)["type"] == "web_app"


async def test_what_everybody_sees_waits_for_as_long_as_telegram_asks(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")  # spares us the library's warning about the coming type
    door.telegram.faults.flood("setChatMenuButton", retry_after=1)
    await appear(door.application, door.services)
    assert door.telegram.profile["menu_button/"] == {"type": "commands"}


async def test_whoever_follows_an_invitation_has_the_pages_button_at_once(door: Door) -> None:
    door.use_setting(web_url="https://rollcall.school.example")
    people = people_on(door.telegram)
    (link,) = [word for word in (await door.ask(people[ADMIN], "/invite"))[0].split() if "teach-" in word]
    await door.ask(people[BORIS], f"/start {link.partition('start=')[2]}")
    assert button(door, BORIS)["type"] == "web_app"


async def test_what_says_so_already_is_not_set_again(door: Door) -> None:
    await appear(door.application, door.services)
    before = len(door.telegram.calls)
    await appear(door.application, door.services)
    again = {call.method.lower() for call in door.telegram.calls[before:]}
    assert not again & {"setmydescription", "setmyshortdescription"}


async def test_a_server_that_lacks_these_methods_is_no_failure(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    for method in ("setmycommands", "setmyshortdescription", "setchatmenubutton"):
        monkeypatch.delitem(METHODS, method)
    await appear(door.application, door.services)
    assert {slot.partition("/")[0] for slot in door.telegram.profile} == {"description"}


async def test_the_menu_of_a_chat_follows_what_its_owner_becomes_and_picks(door: Door) -> None:
    people = people_on(door.telegram)
    await door.press(people[BORIS], "language:en")
    assert menu(door, str(BORIS))[0] == (STUDENT_COMMANDS[0], texts_in("en")(f"command-{STUDENT_COMMANDS[0]}"))
    await door.ask(people[OLGA], "/start")
    assert names(door, str(OLGA)) == list(TEACHER_COMMANDS)
    await people[ADMIN].say("/teachers")
    sent = [call for call in await door.handle() if call.method.lower() == "sendmessage"]
    rows = json.loads(sent[0].values["reply_markup"])["inline_keyboard"]
    (number,) = [one["callback_data"] for row in rows for one in row if one["text"] == "Ольга Ол"]
    await door.press(people[ADMIN], number.replace("unteach", "unteach-yes"))
    menus = Menus()
    await menus.keep(door.application, door.services)
    assert names(door, str(OLGA)) == []


async def test_a_teacher_who_attends_a_colleagues_class_has_both_menus(door: Door) -> None:
    people = people_on(door.telegram)
    (link,) = [word for word in (await door.ask(people[ADMIN], "/invite"))[0].split() if "teach-" in word]
    await door.ask(people[BORIS], f"/start {link.partition('start=')[2]}")
    assert {"open", "here", "me"} <= set(names(door, str(BORIS)))
    assert len(names(door, str(BORIS))) == len(set(names(door, str(BORIS))))

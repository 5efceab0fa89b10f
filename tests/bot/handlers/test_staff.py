"""Colleagues, substitutes, handing over: at the bot's own door, with what each may do before and after."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update
from telegram import Update

from bot.gate import Guarded
from bot.outbox.staff_notices import keep_staff
from bot.services import Context, now
from rollcall.domain.permissions import PERMISSIONS, Role, Target
from rollcall.domain.staff import Standing
from rollcall.storage.audit_tables import AuditRecord
from rollcall.storage.people import find_person
from rollcall.storage.tables import TEACHER, Lesson, Membership, SchoolClass, StaffNotice
from rollcall.storage.tables import Person as Row
from rollcall.texts import texts_in
from sandbox.person import Person
from tests.bot.door import Door
from tests.bot.school import ADMIN, ANNA, CLASS_ID, IGOR, MARIA, OLGA, PAVEL, STRANGER
from tests.bot.test_permissions import CASES

T = texts_in("ru")
LINK = re.compile(r"\?start=(with-\S+)")
SECOND = timedelta(seconds=1)


@pytest.fixture
def admins() -> frozenset[int]:
    return frozenset({ADMIN})


async def link_for(door: Door, teacher: Person, term: str = "good") -> str:
    (text,) = await door.press(teacher, f"staff-link:{CLASS_ID}:{term}")
    link = LINK.search(text)
    assert link, text
    return link[1]


async def joins(door: Door, people: dict[int, Person], account: int, term: str = "good") -> int:
    """By a link of Maria's; the number among the people."""
    await door.ask(people[account], f"/start {await link_for(door, people[MARIA], term)}")
    return await number_of(door, account)


async def number_of(door: Door, account: int) -> int:
    with door.services.database.session() as session:
        person = find_person(session, account)
        assert person
        return person.id


async def told(door: Door) -> dict[int, list[str]]:
    """What is owed to teachers is sent; what each hears."""
    before = len(door.telegram.calls)
    await keep_staff(door.application, door.services)
    heard: dict[int, list[str]] = {}
    for call in door.telegram.calls[before:]:
        if call.method.lower() == "sendmessage":
            heard.setdefault(int(call.values["chat_id"]), []).append(str(call.values["text"]))
    return heard


async def on_record(door: Door) -> list[str]:
    with door.services.database.session() as session:
        return list(session.scalars(select(AuditRecord.action).order_by(AuditRecord.sequence)))


async def time_is_over(door: Door, account: int) -> None:
    """A substitute's, as of now."""
    with door.services.database.session() as session:
        person = find_person(session, account)
        assert person
        session.execute(
            update(Membership)
            .where(Membership.person_id == person.id, Membership.role == TEACHER, Membership.until.is_not(None))
            .values(until=now())
        )


async def tries(door: Door, person: Person) -> dict[str, bool]:
    """Every button about class 1 or something in it that teachers have, and whether the gate lets the person press it.

    Nothing is carried out.
    """
    passed: list[Update] = []

    async def pass_by(update: Update, _context: Context) -> None:
        passed.append(update)

    may = {}
    with pytest.MonkeyPatch.context() as patch:
        for handler in door.application.handlers[0]:
            if isinstance(handler.callback, Guarded):
                patch.setitem(vars(handler.callback), "handler", pass_by)
        for action, row in PERMISSIONS.items():
            if Role.TEACHER in row.roles and row.target not in (Target.NONE, Target.PERSON, Target.INVITE):
                passed.clear()
                await door.press(person, CASES[action].data)
                may[action] = bool(passed)
    return may


async def test_a_colleague_teaches_the_class_and_the_others_hear_of_it(door: Door, people: dict[int, Person]) -> None:
    await joins(door, people, STRANGER)
    assert "Физика" in (await door.ask(people[STRANGER], "/classes"))[0]
    heard = await told(door)
    assert list(heard) == [MARIA]
    assert heard[MARIA] == [T("staff-told-joined", title="Физика", name="Кто-то")]
    assert await told(door) == {}
    assert {"invite.made", "invite.used", "teacher.made", "colleague.joined"} <= set(await on_record(door))


async def test_an_invitation_works_once_and_while_whoever_made_it_teaches_the_class(
    door: Door, people: dict[int, Person]
) -> None:
    link = await link_for(door, people[MARIA])
    await door.ask(people[IGOR], f"/start {link}")
    assert await door.ask(people[STRANGER], f"/start {link}") == [T("colleague-unusable")]
    assert await door.ask(people[IGOR], f"/start {link}") == [T("colleague-welcome", title="Физика")], "once more"
    made = await door.press(people[IGOR], f"staff-link:{CLASS_ID}:good")
    of_igor = LINK.search(made[0])
    assert of_igor
    await door.press(people[MARIA], f"staff-out:{CLASS_ID}:{await number_of(door, IGOR)}")
    assert await door.ask(people[STRANGER], f"/start {of_igor[1]}") == [T("colleague-unusable")]
    assert await door.ask(people[IGOR], f"/start {link}") == [T("colleague-unusable")], "it does not bring one back"
    teach = link.replace("with-", "teach-")
    assert await door.ask(people[STRANGER], f"/start {teach}") == [T("invite-unusable")], "it is to one class only"


async def test_a_revoked_invitation_makes_nobody_a_colleague(door: Door, people: dict[int, Person]) -> None:
    link = await link_for(door, people[MARIA])
    door.forge(people[MARIA], f"staff:{CLASS_ID}")
    (handle,) = set(re.findall(r"staff-revoke:1:[0-9a-f]{16}", str([call.values for call in await door.handle()])))
    assert await door.press(people[PAVEL], handle) == [T("class-not-yours")]
    assert (await door.press(people[MARIA], handle))[0].startswith(T("invite-revoked"))
    assert await door.ask(people[STRANGER], f"/start {link}") == [T("colleague-unusable")]


async def test_where_admins_alone_make_teachers_a_class_is_open_to_those_only(
    door: Door, people: dict[int, Person]
) -> None:
    door.use_setting(teachers_may_invite=False)
    link = await link_for(door, people[MARIA])
    assert await door.ask(people[STRANGER], f"/start {link}") == [T("colleague-not-yet")]
    assert await door.ask(people[OLGA], f"/start {link}") == [T("colleague-welcome", title="Физика")]


async def test_a_student_of_the_class_does_not_become_its_teacher(door: Door, people: dict[int, Person]) -> None:
    link = await link_for(door, people[MARIA])
    assert await door.ask(people[ANNA], f"/start {link}") == [T("colleague-student")]
    assert await door.press(people[ANNA], f"class:{CLASS_ID}") == [T("not-a-teacher")]


async def test_what_a_substitute_may_before_the_end_and_after_it(door: Door, people: dict[int, Person]) -> None:
    await joins(door, people, IGOR, "today")
    may = await tries(door, people[IGOR])
    assert may == {action: PERMISSIONS[action].standing is Standing.ANY for action in may}
    assert len(may) > 20
    assert await door.ask(people[IGOR], "/newclass Своё") == [T("standing-lasting")]


async def test_a_substitutes_time_ends_by_itself_and_nothing_of_the_class_is_left(
    door: Door, people: dict[int, Person]
) -> None:
    number = await joins(door, people, IGOR, "today")
    with door.services.database.session() as session:
        zone = ZoneInfo((session.get_one(SchoolClass, CLASS_ID)).timezone)
        membership = session.get_one(Membership, (CLASS_ID, number))
        assert membership.until is not None
        end = membership.until.astimezone(zone)
        assert (end.hour, end.minute) == (0, 0)
        assert timedelta(0) < end - now() <= timedelta(days=1)
        lesson = session.scalar(select(Lesson).where(Lesson.class_id == CLASS_ID))
        assert lesson
        lesson.board_chat_id, lesson.board_message_id = IGOR, 5
    await told(door)
    await time_is_over(door, IGOR)
    # Before any task has noticed it.
    assert not any((await tries(door, people[IGOR])).values())
    assert await told(door) == {IGOR: [T("staff-told-over", title="Физика")]}
    with door.services.database.session() as session:
        assert session.get(Membership, (CLASS_ID, number)) is None
        assert (session.get_one(Lesson, lesson.id)).board_chat_id is None
        assert not (session.get_one(Row, number)).is_teacher, "nor was he a teacher before"
    assert await door.ask(people[IGOR], "/classes") == [T("not-a-teacher")]
    assert {"colleague.left", "teacher.removed"} <= set(await on_record(door))


async def test_a_teacher_who_stood_in_is_a_teacher_afterwards(door: Door, people: dict[int, Person]) -> None:
    await joins(door, people, OLGA, "week")
    await time_is_over(door, OLGA)
    assert T("staff-told-over", title="Физика") in (await told(door))[OLGA]
    assert "Труд" in (await door.ask(people[OLGA], "/classes"))[0]
    assert await door.press(people[OLGA], f"class:{CLASS_ID}") == [T("class-not-yours")]


async def test_a_guest_whom_an_admin_makes_a_teacher_stays_one(door: Door, people: dict[int, Person]) -> None:
    await joins(door, people, IGOR, "today")
    (invited,) = await door.ask(people[ADMIN], "/invite")
    token = re.search(r"start=(teach-\S+)", invited)
    assert token
    await door.ask(people[IGOR], f"/start {token[1]}")
    await time_is_over(door, IGOR)
    await told(door)
    assert "Своё" in (await door.ask(people[IGOR], "/newclass Своё"))[0]


async def test_what_a_colleague_may_and_what_only_who_is_in_charge(door: Door, people: dict[int, Person]) -> None:
    await joins(door, people, IGOR)
    may = await tries(door, people[IGOR])
    assert may == {action: PERMISSIONS[action].standing is not Standing.OWNER for action in may}


async def test_whoever_was_taken_out_hears_it_and_reaches_nothing(door: Door, people: dict[int, Person]) -> None:
    number = await joins(door, people, IGOR)
    await joins(door, people, OLGA)
    await told(door)
    (menu,) = await door.press(people[MARIA], f"staff-out:{CLASS_ID}:{number}")
    assert menu.startswith(T("staff-taken-out", name="Игорь Иг"))
    heard = await told(door)
    assert heard == {
        OLGA: [T("staff-told-left", title="Физика", name="Игорь Иг")],
        IGOR: [T("staff-told-you-left", title="Физика", by="Мария Ма")],
    }
    assert not any((await tries(door, people[IGOR])).values())
    assert await door.press(people[MARIA], f"staff-out:{CLASS_ID}:{number}")  # once more: nothing happens
    assert await told(door) == {}


async def test_handing_over_changes_who_decides(door: Door, people: dict[int, Person]) -> None:
    igor = await joins(door, people, IGOR)
    await joins(door, people, OLGA)
    await told(door)
    await door.press(people[MARIA], f"staff-owner:{CLASS_ID}:{igor}:stay")
    assert await told(door) == {
        IGOR: [T("staff-told-you-own", title="Физика")],
        OLGA: [T("staff-told-owner", title="Физика", name="Игорь Иг")],
    }
    maria = await number_of(door, MARIA)
    assert await door.press(people[MARIA], f"staff-out:{CLASS_ID}:{igor}") == [T("standing-owner")]
    assert (await tries(door, people[IGOR]))["button:staff-out"]
    await door.press(people[IGOR], f"staff-owner:{CLASS_ID}:{maria}:go")
    assert await door.press(people[IGOR], f"class:{CLASS_ID}") == [T("class-not-yours")]
    assert "class.handed_over" in await on_record(door)


async def test_a_class_is_never_left_without_a_teacher(door: Door, people: dict[int, Person]) -> None:
    alone = [T("staff-leave-last", title="Физика")]
    assert await door.press(people[MARIA], f"staff-left:{CLASS_ID}") == alone
    await joins(door, people, STRANGER, "week")
    assert await door.press(people[MARIA], f"staff-left:{CLASS_ID}") == alone, "a substitute goes anyway"
    await joins(door, people, IGOR)
    assert await door.press(people[MARIA], f"staff-left:{CLASS_ID}") == [T("staff-leave-owner", title="Физика")]
    assert await door.press(people[IGOR], f"staff-left:{CLASS_ID}") == [T("staff-left", title="Физика")]
    assert await door.press(people[MARIA], f"staff-left:{CLASS_ID}") == alone


async def test_who_is_in_charge_and_does_not_teach_any_more_is_followed(door: Door, people: dict[int, Person]) -> None:
    await joins(door, people, IGOR)
    await told(door)
    await door.press(people[ADMIN], f"unteach-yes:{await number_of(door, MARIA)}")
    assert await told(door) == {
        IGOR: [T("staff-told-you-own", title="Физика")],
        MARIA: [T("staff-told-no-teacher")],
    }
    assert (await tries(door, people[IGOR]))["button:staff-out"]


async def test_an_invitation_for_a_day_that_is_over_or_none_at_all_is_not_made(
    door: Door, people: dict[int, Person]
) -> None:
    today = now().date()
    for term in ("20010101", "20260230", f"{today + timedelta(days=400):%Y%m%d}"):
        text = T("staff-invite-ask", title="Физика")
        assert await door.press(people[MARIA], f"staff-link:{CLASS_ID}:{term}") == [text]
    (text,) = await door.press(people[MARIA], f"staff-link:{CLASS_ID}:{today + timedelta(days=40):%Y%m%d}")
    assert LINK.search(text)


async def test_a_word_that_a_chat_does_not_take_is_said_later(door: Door, people: dict[int, Person]) -> None:
    await joins(door, people, IGOR)
    door.telegram.blocked.add(MARIA)
    await told(door)
    with door.services.database.session() as session:
        (notice,) = session.scalars(select(StaffNotice)).all()
        assert notice.tries == 1
        assert isinstance(notice.not_before, datetime)
    door.telegram.blocked.discard(MARIA)
    await door.ask(people[MARIA], "/help")
    assert list(await told(door)) == [MARIA]

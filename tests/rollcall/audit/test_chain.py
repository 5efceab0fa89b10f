"""The audit, on SQLite and on PostgreSQL: what is on record, what the database refuses, what a check finds."""

import asyncio
import json
from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError

from rollcall.audit.chain import GENESIS, Action, Record, Sealed, Sealer, detail_text
from rollcall.audit.check import Chain, Noted
from rollcall.cli.audit import Choice, Verdict, export, verify, verify_database
from rollcall.config.settings import load_settings
from rollcall.domain.verdict import Reason
from rollcall.domain.verdict import Verdict as Judged
from rollcall.errors import WrongUse
from rollcall.sealing.seal import Keyring
from rollcall.storage import audit, classes, invites, people, reviews, voiceprints
from rollcall.storage.audit import Account
from rollcall.storage.audit_reading import read_records
from rollcall.storage.database import Database
from rollcall.storage.tables import Person, Review, SchoolClass, Table
from rollcall.usecases.settlement import apply_result
from tests.rollcall.conftest import ANNA, BORIS, NINE, TEACHER, School

VOICE = np.array([1, 0, 0], np.float32)
RECORDS, HEAD, PSEUDONYMS = (Table.metadata.tables[f"audit_{name}"] for name in ("records", "head", "pseudonyms"))
OLD, NEW = bytes(range(32)), bytes(range(1, 33))


async def records(database: Database) -> list[tuple[Record, Sealed]]:
    with database.snapshot() as connection:
        return list(read_records(connection))


async def check(database: Database, keyring: Keyring, noted: Noted | None = None) -> Verdict:
    return verify_database(database, Sealer(keyring), noted)


async def tamper(database: Database, *statements: str) -> None:
    """What someone can do who has the database and no key."""
    with database.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            for event in ("update", "delete", "replace"):
                connection.execute(text(f"DROP TRIGGER IF EXISTS audit_records_keep_{event}"))
        else:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in statements:
            connection.execute(text(statement))


async def invite(database: Database, times: int = 1) -> None:
    for _ in range(times):
        with database.session() as session:
            invites.create_invite(session, TEACHER, timedelta(days=7), NINE)


async def school_day(school: School) -> int:
    """A lesson in which one comes, one is doubted and confirmed, and everything is exported."""
    lesson = await school.open()
    with school.database.session() as session:
        people.give_consent(session, ANNA, "1", "ru", NINE)
    with school.database.session() as session:
        note = await school.note(ANNA, lesson_id=lesson)
        apply_result(session, school.keyring, school.result(note), NINE)
    for minute in (1, 2, 3):
        note = await school.note(BORIS, lesson_id=lesson, sent_at=NINE + timedelta(minutes=minute))
        with school.database.session() as session:
            result = school.result(note, Judged.UNSURE, Reason.UNSURE, voice=VOICE)
            apply_result(session, school.keyring, result, NINE)
    await school.close(lesson)
    with school.database.session() as session:
        teacher = people.find_person(session, TEACHER)
        review = session.scalars(select(Review)).one()
        assert teacher
        reviews.decide_review(session, review, teacher, confirmed=True, now=NINE)
    return lesson


async def test_every_fact_of_a_school_day_is_on_record_once_and_in_order(school: School) -> None:
    lesson = await school_day(school)
    found = [(one.action, one.object, json.loads(one.details)) for one, _ in await records(school.database)]
    school_class, at = f"class:{school.class_id}", f"lesson:{lesson}"
    assert found == [
        ("class.made", school_class, {}),
        ("student.joined", school_class, {}),
        ("student.joined", school_class, {}),
        ("lesson.opened", at, {"minutes": 90, "school_class": school.class_id}),
        ("consent.given", "consent", {"version": "1"}),
        ("mark.made", at, {"status": "present", "how": "voice"}),
        ("lesson.closed", at, {}),
        ("mark.made", at, {"status": "flagged", "how": "closing"}),
        ("review.decided", at, {"decision": "confirmed"}),
        ("mark.changed", at, {"status": "present", "how": "teacher", "was": "flagged"}),
    ]
    verdict = await check(school.database, school.keyring)
    assert (verdict.records, verdict.marks, verdict.findings) == (10, 2, [])


async def test_who_did_it_and_whom_it_concerns_are_pseudonyms_that_tell_people_apart(school: School) -> None:
    await school_day(school)
    by_action = {one.action: one for one, _ in await records(school.database)}
    decided, changed, made = (by_action[word] for word in ("review.decided", "mark.changed", "class.made"))
    assert decided.actor == changed.actor == made.actor, "the teacher"
    assert decided.subject == changed.subject != decided.actor
    assert by_action["lesson.closed"].actor == "system"
    consent = by_action["consent.given"]
    assert consent.actor == consent.subject, "by herself"


async def test_rights_and_consents_are_on_record(database: Database) -> None:
    with database.session() as session:
        token = invites.create_invite(session, 1, timedelta(days=7), NINE)
        assert invites.redeem_invite(session, token, TEACHER, NINE)
        assert invites.redeem_invite(session, token, TEACHER, NINE)  # pressed twice
        person = people.register_person(session, TEACHER, "Мария", NINE)
        for _ in range(2):
            people.make_teacher(session, person, person)
        school_class = classes.create_class(session, person, "Физика", "UTC", NINE)
        classes.archive_class(session, school_class, person, NINE)
        people.give_consent(session, TEACHER, "2", "ru", NINE)
        people.agree_to_keep_recordings(session, TEACHER, "2", "ru", NINE)
        for _ in range(2):
            people.withdraw_consent(session, TEACHER, NINE)
    assert [one.action for one, _ in await records(database)] == [
        "invite.made", "invite.used", "teacher.made", "class.made", "class.archived", "consent.given",
        "consent.given", "consent.withdrawn", "consent.withdrawn",
    ]  # fmt: skip


async def test_a_voiceprint_and_a_late_flag_are_on_record(school: School) -> None:
    await school.begin_enrolment(ANNA, "e1")
    for _ in range(3):
        note = await school.note(ANNA, enrolment="e1")
        with school.database.session() as session:
            apply_result(session, school.keyring, school.result(note, reason=Reason.GOOD_NOTE, voice=VOICE), NINE)
    lesson = await school.open()
    note = await school.note(BORIS, lesson_id=lesson)
    await school.close(lesson)
    with school.database.session() as session:
        result = school.result(note, Judged.UNKNOWN, Reason.UNKNOWN_VOICE)
        apply_result(session, school.keyring, result, NINE)
    found = [(one.action, json.loads(one.details)) for one, _ in await records(school.database)]
    assert ("voiceprint.made", {"model": "campplus"}) in found
    assert found[-1] == ("mark.changed", {"status": "flagged", "how": "late note", "was": "absent"})
    assert (await check(school.database, school.keyring)).findings == []


async def test_a_transaction_that_fails_leaves_neither_the_fact_nor_its_record(database: Database) -> None:
    async def fail() -> None:
        with database.session() as session:
            people.give_consent(session, ANNA, "1", "ru", NINE)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert await records(database) == []
    with database.session() as session:
        assert not people.has_consent(session, ANNA)


async def test_without_the_keyring_no_fact_is_taken(database: Database) -> None:
    other = Database(database.engine.url.render_as_string(hide_password=False))
    with pytest.raises(RuntimeError, match=r"Database\.open"):
        await invite(other)
    await other.close()
    assert await records(database) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_records SET actor = 'nobody' WHERE sequence = 1",
        "DELETE FROM audit_records WHERE sequence = 2",
        "DELETE FROM audit_records",
    ],
)
async def test_the_database_itself_refuses_to_change_or_delete_a_record(database: Database, statement: str) -> None:
    await invite(database, 2)
    before = await records(database)
    with pytest.raises(DBAPIError, match="append-only"), database.engine.begin() as connection:
        connection.execute(text(statement))
    assert await records(database) == before


async def test_nor_does_it_let_records_be_replaced_or_emptied_at_once(database: Database) -> None:
    await invite(database, 2)
    statement = (
        "INSERT OR REPLACE INTO audit_records SELECT sequence, at, 'nobody', action, object, subject, details, "
        "previous, hash, key_id, seal FROM audit_records WHERE sequence = 2"
        if database.engine.dialect.name == "sqlite"
        else "TRUNCATE audit_records"
    )
    with pytest.raises(DBAPIError, match="append-only"), database.engine.begin() as connection:
        connection.execute(text(statement))


TAMPERING = {
    "record 3 was changed": ['UPDATE audit_records SET details = \'{"status":"late"}\' WHERE sequence = 3'],
    "record 4 is missing": ["DELETE FROM audit_records WHERE sequence = 4"],
    "records 1 to 2 are missing": ["DELETE FROM audit_records WHERE sequence < 3"],
    "records 5 to 6 are missing, at the end": ["DELETE FROM audit_records WHERE sequence > 4"],
    "records 1 to 6 are missing, at the end": ["DELETE FROM audit_records"],
    "record 2 was changed": [  # two facts change places
        "UPDATE audit_records SET sequence = -1 WHERE sequence = 2",
        "UPDATE audit_records SET sequence = 2 WHERE sequence = 5",
        "UPDATE audit_records SET sequence = 5 WHERE sequence = -1",
    ],
    "record 7 is beyond the head: not written by Rollcall": [
        "INSERT INTO audit_records SELECT 7, at, actor, action, object, subject, details, hash, hash, key_id, seal "
        "FROM audit_records WHERE sequence = 6"
    ],
    "the head is missing: records may have been cut off": ["DELETE FROM audit_head"],
    "the head was changed": [
        "DELETE FROM audit_records WHERE sequence = 6",
        "UPDATE audit_head SET sequence = 5, hash = (SELECT hash FROM audit_records WHERE sequence = 5)",
    ],
    "record 6 was not written by Rollcall: its seal is not ours": [
        "UPDATE audit_records SET seal = hash WHERE sequence = 6"
    ],
}


async def test_a_record_changed_missing_replaced_or_cut_off_is_named(database: Database, keyring: Keyring) -> None:
    await invite(database, 6)
    with database.snapshot() as connection:
        whole = {table: (connection.execute(select(table))).mappings().all() for table in (RECORDS, HEAD)}
    assert (await check(database, keyring)).findings == []
    for finding, statements in TAMPERING.items():
        await tamper(database, *statements)
        assert finding in (await check(database, keyring)).findings
        await tamper(database, "DELETE FROM audit_records", "DELETE FROM audit_head")
        with database.engine.begin() as connection:
            for table, rows in whole.items():
                connection.execute(insert(table), [dict(row) for row in rows])
        assert (await check(database, keyring)).findings == [], "as before"


async def test_a_chain_written_anew_without_the_key_is_found_and_stays_found(
    database: Database, keyring: Keyring
) -> None:
    await invite(database, 3)
    forger = Sealer(Keyring([NEW]))
    previous, statements = GENESIS, []
    for record, sealed in await records(database):
        forged = Record(**{**vars(record), "actor": "f" * 32, "previous": previous})
        previous = forged.hash()
        seal = forger.record(previous)
        statements.append(
            f"UPDATE audit_records SET actor = '{forged.actor}', previous = '{forged.previous}', "  # noqa: S608
            f"hash = '{previous}', key_id = '{sealed.key_id}', seal = '{seal.seal}' WHERE sequence = {forged.sequence}"
        )
    head = forger.head(3, previous)
    statements.append(f"UPDATE audit_head SET hash = '{previous}', seal = '{head.sealed.seal}'")  # noqa: S608
    await tamper(database, *statements)
    found = (await check(database, keyring)).findings
    assert "record 1 was not written by Rollcall: its seal is not ours" in found
    assert "the head was changed" in found
    await invite(database)  # a bot goes on; it must not vouch for what it finds
    found = (await check(database, keyring)).findings
    assert "record 4 tells that the head was lost or changed: records before it may have been cut off" in found


async def test_records_cut_off_together_with_the_head_are_missed_by_the_next_record(
    database: Database, keyring: Keyring
) -> None:
    await invite(database, 6)
    noted = Noted.parse((await check(database, keyring)).end)
    await tamper(database, "DELETE FROM audit_records WHERE sequence > 4", "DELETE FROM audit_head")
    await invite(database)
    assert [one.action for one, _ in await records(database)][4:] == ["audit.head_lost", "invite.made"]
    verdict = await check(database, keyring, noted)
    assert len(verdict.findings) == 2
    assert "record 6 is another than the one you noted" in verdict.findings


async def test_a_head_noted_elsewhere_finds_a_database_set_back_to_an_older_state(
    database: Database, keyring: Keyring
) -> None:
    await invite(database, 2)
    older = await check(database, keyring)
    with database.snapshot() as connection:
        head = (connection.execute(text("SELECT sequence, hash, key_id, seal FROM audit_head"))).one()
    await invite(database, 2)
    noted = Noted.parse((await check(database, keyring)).end)
    await tamper(
        database,
        "DELETE FROM audit_records WHERE sequence > 2",
        f"UPDATE audit_head SET sequence = 2, hash = '{head.hash}', seal = '{head.seal}'",  # noqa: S608
    )
    assert (await check(database, keyring)).findings == [], "from inside, an old state looks like the present one"
    assert (await check(database, keyring, Noted.parse(older.end))).findings == []
    assert (await check(database, keyring, noted)).findings == [
        "the head you noted is record 4, and the chain ends with 2"
    ]


async def test_two_bots_that_append_at_once_never_fork_the_chain(school: School) -> None:
    url = school.database.engine.url.render_as_string(hide_password=False)
    bots = [Database(url, school.keyring) for _ in range(2)]
    lesson = await school.open()
    before = len(await records(school.database))

    async def work(bot: Database, number: int) -> None:
        for turn in range(8):
            with bot.session() as session:
                audit.record(session, Action.EXPORT_MADE, Account(1000 + number % 3), "class:1", turn=turn)
                row = session.get_one(Person, school.ids[ANNA], with_for_update=True)
                row.full_name = f"Анна {number}.{turn}"

    async with asyncio.timeout(120):
        await asyncio.gather(*(work(bots[number % 2], number) for number in range(6)), school.close(lesson))
    for bot in bots:
        await bot.close()
    verdict = await check(school.database, school.keyring)
    assert verdict.findings == []
    assert verdict.records == before + 6 * 8 + 3
    pseudonyms = {one.actor for one, _ in await records(school.database) if one.action == "export.made"}
    assert len(pseudonyms) == 3, "one each, however many bots give them"


async def test_after_an_erasure_the_records_stay_and_name_nobody(school: School) -> None:
    telegram_id, name = 7_123_456_789_012, "Дарья Незабудкина"
    with school.database.session() as session:
        people.give_consent(session, telegram_id, "1", "ru", NINE)
        person = people.register_person(session, telegram_id, name, NINE)
        classes.join_class(session, person, session.get_one(SchoolClass, school.class_id), NINE)
    await school.close(await school.open())
    with school.database.session() as session:
        people.withdraw_consent(session, telegram_id, NINE)
        voiceprints.forget_voice(session, session.get_one(Person, person.id), NINE)
    everything = await records(school.database)
    assert [one.action for one, _ in everything][-2:] == ["consent.withdrawn", "person.erased"]
    pseudonym = everything[-1][0].subject
    assert [one.action for one, _ in everything if one.subject == pseudonym] == [
        "consent.given", "student.joined", "mark.made", "consent.withdrawn", "person.erased",
    ]  # fmt: skip
    with school.database.snapshot() as connection:
        for table in (RECORDS, HEAD, PSEUDONYMS):
            rows = str((connection.execute(select(table))).all())
            assert str(telegram_id) not in rows
            assert name not in rows
        assert str(pseudonym) not in str((connection.execute(select(PSEUDONYMS))).all())
    assert (await check(school.database, school.keyring)).findings == []
    with school.database.session() as session:
        people.give_consent(session, telegram_id, "1", "ru", NINE)
    assert (await records(school.database))[-1][0].actor != pseudonym, "whoever comes back is somebody new"


async def test_a_new_key_vouches_for_what_the_old_one_sealed(database: Database) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    await invite(database, 2)
    rotated = Database(url, Keyring([NEW, OLD]))
    with rotated.session() as session:
        audit.record(session, Action.KEYS_ROTATED, None, "keys")
    await rotated.close()
    for keys in ([NEW], [NEW, OLD]):
        assert (await check(database, Keyring(keys))).findings == []
    assert "the head is sealed with a key that is not held" in (await check(database, Keyring([OLD]))).findings


async def test_a_key_dropped_too_early_is_told_until_somebody_vouches_for_the_records(database: Database) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    await invite(database, 2)
    only_new = Keyring([NEW])
    assert (await check(database, only_new)).findings == [
        "records 1 to 2 are sealed with a key that is not held: put it back into ROLLCALL_VOICEPRINT_KEY, "
        "after the new one",
        "the head is sealed with a key that is not held",
    ]
    bot = Database(url, only_new)
    await invite(bot)
    await bot.close()
    verdict = await check(database, only_new)
    assert len(verdict.findings) == 1
    assert verdict.findings[0].startswith("record 3 tells that the head was lost")
    assert (await check(database, only_new, Noted.parse(verdict.end))).findings == []


async def test_a_mark_made_or_changed_behind_the_audits_back_is_named(school: School) -> None:
    lesson = await school.open()
    await school.close(lesson)
    assert (await check(school.database, school.keyring)).marks == 2
    with school.database.session() as session:
        teacher = people.find_person(session, TEACHER)
    assert teacher
    boris = school.ids[BORIS]
    await tamper(
        school.database,
        f"UPDATE attendance SET status = 'present' WHERE person_id = {boris}",  # noqa: S608
        f"INSERT INTO attendance (lesson_id, person_id, status) VALUES ({lesson}, {teacher.id}, 'late')",  # noqa: S608
    )
    verdict = await check(school.database, school.keyring)
    assert verdict.marks == 1
    assert set(verdict.findings) == {
        f"person {boris} is present in lesson {lesson}, but on record absent",
        f"person {teacher.id} is late in lesson {lesson}, and nothing is on record",
    }


async def test_marks_from_before_the_audit_are_not_held_against_it(school: School) -> None:
    lesson = await school.open()
    await school.close(lesson)
    await tamper(
        school.database,
        "DELETE FROM audit_records", "DELETE FROM audit_head", "DELETE FROM audit_pseudonyms",
    )  # fmt: skip
    later = await school.open(NINE + timedelta(days=1))
    await school.close(later, NINE + timedelta(days=1, hours=1))
    verdict = await check(school.database, school.keyring)
    assert (verdict.marks, verdict.findings) == (2, [])


async def test_the_export_gives_the_records_chosen_with_names_where_asked(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    await school_day(school)
    monkeypatch.setenv("ROLLCALL_DATABASE_URL", school.database.engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("ROLLCALL_VOICEPRINT_KEY", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
    settings = load_settings()

    def lines(choice: Choice, *, names: bool = False) -> list[dict[str, object]]:
        return [json.loads(line) for line in export(settings, choice, names=names)]

    marks = lines(Choice(action="mark"), names=True)
    assert [(one["action"], one["actor_name"], one["subject_name"]) for one in marks] == [
        ("mark.made", "Анна Белова", "Анна Белова"),
        ("mark.made", None, "Борис Громов"),
        ("mark.changed", "Мария Ивановна", "Борис Громов"),
    ]
    everything = lines(Choice())
    assert "actor_name" not in everything[0]
    assert everything[-1]["action"] == "export.made", "the export is itself on record"
    assert len({str(one["hash"]) for one in everything}) == len(everything)
    assert lines(Choice(until=NINE)) == []
    assert verify(settings).findings == []


@pytest.mark.parametrize("value", [0.97, "x" * 65, b"voice", ["a"]])
def test_a_record_takes_no_fractions_and_nothing_long(value: object) -> None:
    with pytest.raises(ValueError, match="no detail"):
        detail_text({"score": value})  # type: ignore[dict-item]


def test_a_head_is_read_as_it_is_printed_and_nothing_else() -> None:
    assert Noted.parse(f" 12:{'A' * 64}\n") == Noted(12, "a" * 64)
    for wrong in ("", "12", f"12:{'g' * 64}", f"{'1' * 30}:{'a' * 64}"):
        with pytest.raises(WrongUse):
            Noted.parse(wrong)


def test_an_empty_chain_is_whole(keyring: Keyring) -> None:
    assert Chain(Sealer(keyring)).findings(None) == []

"""Who is not on a class's list: every teacher has a card, which shows the answer; nothing is left once all is said."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from rollcall.domain.joiner import JoinState
from rollcall.storage import cards, join_requests, people, questions, staff
from rollcall.storage.questions import JOINERS
from rollcall.storage.roster_tables import JoinRequest
from rollcall.usecases.cards import Due
from rollcall.usecases.join_requests import decide, joiner_facts, joiner_told, joiners_due
from tests.rollcall.conftest import NINE, TEACHER, School

COLLEAGUE, JOINER = 101, 299
LATER = NINE + timedelta(hours=1)


def asked(school: School) -> int:
    """Two teachers are asked, and have their cards; the question."""
    with school.database.session() as session:
        teacher = people.find_person(session, TEACHER)
        colleague = people.register_person(session, COLLEAGUE, "Ольга Олегова", NINE)
        people.make_teacher(session, colleague, teacher)
        staff.add(session, colleague, school.class_id, None, None, NINE)
        question = join_requests.ask(session, school.class_id, JOINER, "Ева Ким", NINE, without_voice=True).id
    with school.database.session() as session:
        assert set(joiners_due(session, NINE).missing) == {(question, TEACHER), (question, COLLEAGUE)}
        for message, chat in enumerate((TEACHER, COLLEAGUE), start=5):
            assert cards.take(session, JOINERS, question, chat, NINE)
            cards.sent(session, JOINERS, question, chat, message)
    return question


def due(school: School) -> Due:
    with school.database.session() as session:
        return joiners_due(session, LATER)


@pytest.mark.parametrize("accepted", [True, False])
async def test_once_one_teacher_has_decided_the_others_cards_say_so(school: School, accepted: bool) -> None:
    question = asked(school)
    assert due(school) == Due(missing=[], outdated=[], untold=[])
    with school.database.session() as session:
        colleague = people.find_person(session, COLLEAGUE)
        assert colleague
        word = (session, colleague, school.keyring, school.class_id, question, LATER)
        assert decide(*word, accepted=accepted)
        assert decide(*word, accepted=not accepted) is None, "somebody has decided"
    found = due(school)
    assert set(found.outdated) == {(question, TEACHER), (question, COLLEAGUE)}
    assert (found.missing, found.untold) == ([], [question])
    with school.database.session() as session:
        facts = joiner_facts(session, question, TEACHER, LATER)
        assert (facts.state is JoinState.ACCEPTED, facts.teacher) == (accepted, "Ольга Олегова")
        assert questions.take_telling(session, JOINERS, question, LATER)
        told = joiner_told(session, question)
        assert (told.chat_id, told.accepted, told.enrolled) == (JOINER, accepted, False)
        cards.mended(session, JOINERS, question, TEACHER, facts.state)
    assert due(school).outdated == [(question, COLLEAGUE)], "the question stays until all is said"
    with school.database.session() as session:
        cards.mended(session, JOINERS, question, COLLEAGUE, facts.state)
    due(school)
    with school.database.session() as session:
        assert session.scalars(select(JoinRequest)).all() == []


async def test_who_was_refused_may_ask_again_and_under_another_name(school: School) -> None:
    first = asked(school)
    with school.database.session() as session:
        teacher = people.find_person(session, TEACHER)
        assert teacher
        assert decide(session, teacher, school.keyring, school.class_id, first, LATER, accepted=False)
        second = join_requests.ask(session, school.class_id, JOINER, "Ева Ким", LATER, without_voice=True).id
        assert second != first
        assert join_requests.ask(session, school.class_id, JOINER, "Ева Ким", LATER, without_voice=True).id == second
        third = join_requests.ask(session, school.class_id, JOINER, "Ева Кимова", LATER, without_voice=True).id
    assert set(due(school).missing) == {(third, TEACHER), (third, COLLEAGUE)}

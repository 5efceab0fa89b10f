"""How the demo judges an answer."""

from __future__ import annotations

import pytest

from sandbox import verdicts

NAME, OTHERS = "Анна Белова", ["Борис Орлов", "Вера Зайцева"]


@pytest.mark.parametrize(
    "text",
    [
        "Анна Белова — 97 %\nприсутствует, 09:41",
        "Анна Белова — 97\u00a0% · late at 09:41",
        "АННА БЕЛОВА 97% 9:41 present",
    ],
)
def test_an_identity_with_status_and_time_is_accepted(text: str) -> None:
    assert verdicts.accepted(text, NAME, OTHERS) == []
    assert verdicts.refused(text, NAME, OTHERS) != []


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("97 %, присутствует, 09:41", "does not name Анна Белова"),
        ("Анна Белова, присутствует, 09:41", "has no confidence"),
        ("Анна Белова — 12 %, присутствует, 09:41", "only 12 % sure"),
        ("Анна Белова — 97 %, 09:41", "neither present nor late"),
        ("Анна Белова — 97 %, присутствует", "names no time"),
        ("Анна Белова — 97 %, присутствует, 09:41, не Орлов", "gives away the name Борис Орлов"),
    ],
)
def test_what_an_answer_lacks_is_said(text: str, complaint: str) -> None:
    assert any(complaint in wrong for wrong in verdicts.accepted(text, NAME, OTHERS))


def test_a_refusal_may_speak_to_its_reader_but_of_nobody_else() -> None:
    assert verdicts.refused("Анна Белова, не узнаю ваш голос (12 %).", NAME, OTHERS) == []
    assert verdicts.refused("Это голос Бориса? Борис Орлов!", NAME, OTHERS) == ["gives away the name Борис Орлов"]
    assert verdicts.refused(" ", NAME, OTHERS) == ["says nothing"]


def test_counts_are_found_in_any_words() -> None:
    assert verdicts.counts("присутствуют 5 из 6", 5, 6)
    assert verdicts.counts("present 5 of 6", 5, 6)
    assert not verdicts.counts("present 15 of 6", 5, 6)


def test_a_join_link_is_found_in_a_text() -> None:
    found = verdicts.JOIN_LINK.search("Ссылка: https://t.me/a_bot?start=join-x_Y-1.")
    assert found is not None
    assert found[0] == "https://t.me/a_bot?start=join-x_Y-1"

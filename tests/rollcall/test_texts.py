"""The words that a class uses for its people and what they come to."""

import pytest

from rollcall.domain.class_settings import Vocabulary
from rollcall.texts import texts_in


@pytest.mark.parametrize(
    ("language", "vocabulary", "board", "students"),
    [
        ("ru", Vocabulary.SCHOOL, "урок открыт", "5 учеников"),
        ("ru", Vocabulary.UNIVERSITY, "пара открыта", "5 студентов"),
        ("ru", Vocabulary.NEUTRAL, "занятие открыто", "5 участников"),
        ("en", Vocabulary.SCHOOL, "the lesson is open", "5 students"),
        ("en", Vocabulary.UNIVERSITY, "the session is open", "5 students"),
        ("en", Vocabulary.NEUTRAL, "the session is open", "5 participants"),
    ],
)
def test_a_class_has_its_own_words(language: str, vocabulary: Vocabulary, board: str, students: str) -> None:
    t = texts_in(language).speaking(vocabulary)
    assert board in t("board-open", title="9Б", closes="10:30")
    assert t("report-students", number=5) == students
    assert t.speaking(vocabulary) is t
    assert t.speaking(Vocabulary.SCHOOL) is texts_in(language)

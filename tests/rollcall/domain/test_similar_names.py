"""Names that a reader takes for one, and names that only resemble each other."""

import pytest

from rollcall.domain.similar_names import look_alike, same_letters, skeleton, told_apart


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Anna Belova", "\u0410nna Belova"),  # a Cyrillic capital А
        ("Anna Belova", "Ann\u0430 Bel\u043ev\u0430"),
        ("Вова Сорока", "Вова Co\u0440oka"),  # C, o, o, k, a are Latin
        ("Boris Kim", "\u0412o\u0433is Kim".replace("\u0433", "r")),  # В
        ("boris kim", "\u0412oris Kim"),
        ("TOM HART", "\u0422\u041e\u041c H\u0410RT"),
        ("Tom Hart", "\u0422\u041e\u041c HART"),
        ("Ivan Petrov", "lvan Petrov"),
        ("IVAN PETROV", "lvan Petrov"),
        ("Pavel Orlov", "PaveI Orlov"),
        ("PAVEL ORLOV", "PaveI Orlov"),
        ("Pavel Orlov", "Pave\u01c0 Orlov"),  # a click letter
        ("Олег Попов", "0лег Попов"),
        ("Olga O'Neill", "0lga O’Neill"),
        ("Olga O'Neill", "ONeill Olga"),
        ("Maria Arnold", "Maria Amold"),
        ("Anna Belova", "Ａｎｎａ Ｂｅｌｏｖａ"),
        ("Anna Belova", "𝐀nna 𝓑elova"),
        ("Anna Belova", "An\u200dna Belova"),
        ("Anna Belova", "An\u00adna Be\u2060lova"),
        ("Анна Белова", "Анна\ufe0f Белова"),
        ("Анна Белова", "Анна\u3164 Белова"),
        ("Анна Белова", "А\u0301нна Белова"),
        ("Анна Белова", "Анна Бел\u0323ова"),
        ("José García", "Jose Garcia"),
        ("José", "Jose\u0301"),
        ("Пётр Ли", "Петр Ли"),
        ("Алексей Ли", "Алексеи Ли"),
        ("Анна Белова", "Белова Анна"),
        ("Анна Белова", "  АННА   БЕЛОВА "),
        ("Анна Белова", "АннаБелова"),
        ("Анна-Мария Белова", "Белова Анна Мария"),
        ("Анна‑Мария Белова", "Анна - Мария Белова"),
        ("О. В. Петрова", "О В Петрова"),
        ("Αλέξης Νίκου", "Αλεξης Nικου"),  # a Latin N
        ("김민수", "김 민수"),
    ],
)
def test_a_reader_takes_them_for_one(one: str, other: str) -> None:
    assert look_alike(one, other)
    assert look_alike(other, one)
    assert told_apart({1: one, 2: other})[2] == f"{other} (2)"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Анна Белова", "Анна Белоусова"),
        ("Анна Белова", "Анна Ивановна Белова"),
        ("Анна Белова", "Яна Белова"),
        ("Lila Kim", "Ilia Kim"),
        ("Ian Kim", "Lan Kim"),
        ("IAN KIM", "LAN KIM"),
        ("Ilya Kim", "Iya Kim"),
        ("Сергей Ким", "Сергий Ким"),
        ("Anna Belova", "Анна Белова"),  # two alphabets that nobody mixes up
        ("Student 1", "Student 11"),
        ("Student 10", "Student 16"),
        ("王小明", "王小朋"),
        ("सुमन", "सूमन"),
        ("か", "が"),
        ("Anna B", "Anna V"),
    ],
)
def test_they_only_resemble_each_other(one: str, other: str) -> None:
    assert not look_alike(one, other)
    assert told_apart({1: one, 2: other}) == {1: one, 2: other}


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("раураl", "paypal"),
        ("ℜ𝘂ᖯʏ", "Ruby"),
        ("ΑΒΕ", "ABE"),
        ("m", "rn"),
        ("é", "e\u0301"),
        ("\u0435\u0301", "\u00e9"),
        ("ℌ", "H"),
        ("a\u200cb", "ab"),
    ],
)
def test_a_skeleton_is_the_same_for_texts_that_look_the_same(text: str, same: str) -> None:
    assert skeleton(text) == skeleton(same)
    assert skeleton(skeleton(text)) == skeleton(text)


def test_whether_a_name_is_typed_with_other_letters_is_a_question_of_its_own() -> None:
    assert same_letters("Анна Белова", "БЕЛОВА Анна")
    assert same_letters("Пётр", "петр")
    assert not same_letters("Anna", "\u0410nna")
    assert not same_letters("Ivan", "lvan")


def test_the_third_of_a_name_is_the_third_whichever_of_the_others_it_looks_like() -> None:
    names = {4: "Anna Kim", 2: "\u0410nna Kim", 9: "Bo Li", 7: "Kim Anna", 1: "0lga Bo", 3: "Olga Bo"}
    assert list(told_apart(names).values()) == [
        "Anna Kim", "\u0410nna Kim (2)", "Bo Li", "Kim Anna (3)", "0lga Bo", "Olga Bo (2)",
    ]  # fmt: skip

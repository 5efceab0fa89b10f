import pytest

from rollcall.domain.names import NameFault, clean_name, clean_title, full_name_in, one_visible_line, shortened_name


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Anna\u202eavleB", "AnnaavleB"),
        ("\u3164\u3164\u3164", ""),
        ("Анна\n\tБелова\0", "Анна Белова"),
        ("a" + "\u0323" * 50, "\u1ea1" + "\u0323" * 4),
        ("А\u200d \u200cБелова", "А Белова"),
        ("=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0"),
        ("Анна " * 2000, ""),
        ("\ud800\ud800", ""),
    ],
)
def test_a_name_keeps_what_is_seen(typed: str, kept: str) -> None:
    assert clean_name(typed) == kept


def test_a_title_may_have_emoji_and_no_turned_writing() -> None:
    assert clean_title("👩‍🏫 Физика 9Б") == "👩‍🏫 Физика 9Б"
    assert clean_title("Физика\u202e 9Б\u2066") == "Физика 9Б"
    assert clean_title("x" * 65) == ""


@pytest.mark.parametrize(
    ("typed", "kept"), [("Ян\t\u200d", "Ян"), ("Ян\x0b\u200d\u200c \u200dМ", "Ян М"), ("\u200d \u200d", "")]
)
def test_a_joiner_between_spaces_leaves_no_second_space(typed: str, kept: str) -> None:
    assert clean_title(typed) == kept
    assert clean_title(kept) == kept


def test_marks_cannot_be_piled_up_between_joiners() -> None:
    assert len(one_visible_line("a" + "\u0323\u0323\u0323\u200d" * 20)) < 12


@pytest.mark.parametrize(("given", "kept"), [("A" * 500, "A" * 100), ("\u202e\0", "?"), ("🦊", "?"), ("Ян", "Ян")])
def test_an_accounts_name_is_cut_and_never_empty(given: str, kept: str) -> None:
    assert shortened_name(given, "?") == kept


@pytest.mark.parametrize(
    "name",
    ["О'Нил Ян", "Сальников-Щедрин Пётр", "Anna-Maria de la Cruz", "Nguyễn Văn A", "О. В. Петрова", "King, Jr.",
     "محمد علي", "王小明", "김민수", "Student 12", "Добрыня Никитич", "Hi Nguyen", "Олег Тестов"],
)  # fmt: skip
def test_no_name_is_refused(name: str) -> None:
    assert full_name_in(name) == name


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("Здравствуйте!", NameFault.GREETING), ("добрый день", NameFault.GREETING),
        ("Hello, teacher", NameFault.GREETING),
        ("ok", NameFault.GREETING), ("Спасибо.", NameFault.GREETING), ("Меня зовут Анна Белова", NameFault.GREETING),
        ("I’m Ann Lee", NameFault.GREETING), ("Аня 😀", NameFault.SIGNS), ("Анна Белова =)", NameFault.SIGNS),
        ("12345", NameFault.LENGTH), ("Аня2007", NameFault.DIGITS), ("Анна Белова 9 Б", NameFault.DIGITS),
        ("https://t.me/anna", NameFault.LINK), ("/enroll", NameFault.LINK), ("@anna_b", NameFault.LINK),
        ("А что писать?", NameFault.QUESTION), ("Аня", NameFault.ONE_WORD), ("Ли", NameFault.ONE_WORD),
        ("...", NameFault.LENGTH), ("", NameFault.LENGTH),
    ],
)  # fmt: skip
def test_what_is_no_full_name_has_its_own_reason(text: str, fault: NameFault) -> None:
    assert full_name_in(text) is fault

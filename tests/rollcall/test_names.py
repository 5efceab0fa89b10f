import pytest

from rollcall.names import clean_name, clean_title, one_visible_line, shortened_name


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

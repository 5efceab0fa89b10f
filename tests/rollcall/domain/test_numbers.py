"""Digits are found however they were said or written, and nothing else is taken for them."""

from __future__ import annotations

import pytest

from rollcall.domain.numbers import numbers

WAYS = """
4712
4 7 1 2
4, 7, 1, 2.
4-7-1-2
47 12
4,712
Я здесь, четыре, семь, один, два.
Четыре. Семь! Один... Два
сорок семь двенадцать
сорок семь, один, два
четыре тысячи семьсот двенадцать
4 тысячи 712
четыре тысячи 712
четыре семьсот двенадцать
I'm here: four, seven, one, two.
forty-seven twelve
forty seven one two
forty-seven hundred and twelve
four thousand seven hundred and twelve
four thousand, seven hundred twelve
4 thousand 7 hundred 12
"""


@pytest.mark.parametrize("text", WAYS.strip().splitlines())
def test_one_number_is_the_same_in_every_form_in_which_people_say_it(text: str) -> None:
    assert [number.digits for number in numbers(text)] == ["4712"]


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("four oh two oh", "4020"),
        ("ноль пять нуль шесть", "0506"),
        ("nought nine zero one", "0901"),
        ("раз два три", "123"),
        ("двадцать ноль пять", "2005"),
        ("девятнадцать сорок", "1940"),
        ("nineteen oh five", "1905"),
        ("тысяча двести", "1200"),
        ("seventeen hundred", "1700"),
        ("сто два", "102"),
        ("пятьсот тридцать один", "531"),
        ("один ноль", "10"),
        ("двадцать десять", "2010"),
        ("90 210", "90210"),
    ],
)
def test_what_goes_on_with_a_number_is_of_it_and_what_does_not_begins_another(text: str, digits: str) -> None:
    assert [number.digits for number in numbers(text)] == [digits]


def test_numbers_with_other_words_between_them_are_several_and_each_is_found_where_it_stands() -> None:
    text = "В семь часов утра: 4, 7, 1, 2!"
    assert [(one.digits, text[one.start : one.end]) for one in numbers(text)] == [("7", "семь"), ("4712", "4, 7, 1, 2")]


@pytest.mark.parametrize("text", ["", "oh well", "Он говорил о погоде", "раз и навсегда", "bread and butter", "o, и"])
def test_words_of_other_meanings_are_no_numbers(text: str) -> None:
    assert [number.digits for number in numbers(text) if len(number.digits) > 1] == []

"""Sentences to read aloud: different each time, so that a recording of an earlier one is no use."""

from __future__ import annotations

import random

from rollcall.storage.tables import Lesson

_THEN = 4
_WORDS = {
    "ru": (
        ("Сегодня утром", "Вчера вечером", "В прошлую среду", "После уроков", "На большой перемене", "Ранней весной"),
        ("мой старший брат", "весёлый сосед", "учитель географии", "мой одноклассник", "школьный садовник"),
        ("отнёс {} в библиотеку", "забрал {} из мастерской", "нарисовал {} на доске", "сфотографировал {} у реки"),
        ("семь зелёных тетрадей", "старую карту города", "два бумажных фонаря", "большую жёлтую лодку"),
        (" и потом долго рассказывал об этом за чаем", ", а затем пошёл домой пешком через парк",
         " и никому не сказал, зачем это нужно", ", хотя на улице шёл сильный дождь"),
    ),
    "en": (
        ("This morning", "Yesterday evening", "Last Wednesday", "After the second lesson", "Early in spring"),
        ("my older brother", "our neighbour", "the geography teacher", "a friend of mine", "the school gardener"),
        ("took {} to the library", "found {} behind the workshop", "drew {} on the board", "saw {} by the river"),
        ("seven green notebooks", "an old map of the city", "two paper lanterns", "a large yellow boat"),
        (" and talked about it over tea for an hour", ", and then walked home through the park",
         " and never told anybody why", ", although it was raining hard outside"),
    ),
}  # fmt: skip


def phrase(language: str, source: random.Random | None = None) -> str:
    """A sentence of 9 to 25 words, some eight seconds of speech, one of about two thousand."""
    source = source or random.SystemRandom()
    return f"{_beginning(language, source)}{source.choice(_WORDS[language][_THEN])}."


def enrolment_phrase(enrolment: str, step: int, language: str) -> str:
    """What to read aloud for a step of an enrolment (1 is the first): asked for again, it is the same sentence.

    An enrolment's number is drawn at random: nobody knows its sentences before it begins.
    """
    return phrase(language, random.Random(f"{enrolment}:{step}"))


def lesson_phrase(lesson: Lesson, language: str) -> str:
    """The lesson's own sentence, some five seconds, the same for everyone; nobody knows it before the lesson opens.

    It is an example for whoever does not know what to say, and not checked: any words will do.
    """
    return _beginning(language, random.Random(f"{lesson.id}:{lesson.opened_at.timestamp():.0f}")) + "."


def _beginning(language: str, source: random.Random) -> str:
    when, who, did, what = (source.choice(options) for options in _WORDS[language][:_THEN])
    return f"{when} {who} {did.format(what)}"

"""Sentences to read aloud: different each time, so that a recording of an earlier one is no use."""

from __future__ import annotations

import random

from rollcall.storage.tables import Lesson

_WHEN, _WHO, _DID, _WHAT, _THEN = range(5)
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
    """A sentence of 9 to 25 words, some six seconds of speech, one of about two thousand."""
    source = source or random.SystemRandom()
    choice = [source.choice(options) for options in _WORDS[language]]
    return f"{choice[_WHEN]} {choice[_WHO]} {choice[_DID].format(choice[_WHAT])}{choice[_THEN]}."


def lesson_phrase(lesson: Lesson, language: str) -> str:
    """The lesson's own sentence, the same for everyone who asks; nobody knows it before the lesson opens.

    It is offered, not checked: what is said does not matter, but a fresh sentence is hard to have recorded before.
    """
    return phrase(language, random.Random(f"{lesson.id}:{lesson.opened_at.timestamp():.0f}"))

"""Sentences to read aloud: different each time, so that a recording of an earlier one is no use."""

from __future__ import annotations

import random

_WORDS = {
    "ru": (
        ("Сегодня утром", "Вчера вечером", "В прошлую среду", "После уроков", "На большой перемене", "Ранней весной"),
        ("мой старший брат", "наша соседка", "учитель географии", "мой одноклассник", "школьный садовник", "моя тётя"),
        ("отнёс в библиотеку", "забрал из мастерской", "нарисовал на доске", "сфотографировал у реки"),
        ("семь зелёных тетрадей", "старую карту города", "два бумажных фонаря", "большую жёлтую рыбу"),
        (
            "и потом долго рассказывал об этом за чаем",
            "а затем пошёл домой пешком через парк",
            "и никому не сказал, зачем это нужно",
            "хотя на улице шёл сильный дождь",
        ),
    ),
    "en": (
        ("This morning", "Yesterday evening", "Last Wednesday", "After the second lesson", "Early in spring"),
        ("my older brother", "our neighbour", "the geography teacher", "a friend of mine", "the school gardener"),
        ("brought to the library", "found behind the workshop", "drew on the blackboard", "photographed by the river"),
        ("seven green notebooks", "an old map of the city", "two paper lanterns", "a large yellow fish"),
        (
            "and talked about it over tea for an hour",
            "and then walked home through the park",
            "and never told anybody why",
            "although it was raining hard outside",
        ),
    ),
}
_FEMININE = frozenset({"наша соседка", "моя тётя"})
_PAST_FEMININE = {
    "отнёс": "отнесла", "забрал": "забрала", "нарисовал": "нарисовала", "сфотографировал": "сфотографировала",
    "рассказывал": "рассказывала", "пошёл": "пошла", "сказал": "сказала",
}  # fmt: skip


def phrase(language: str, source: random.Random | None = None) -> str:
    """A sentence of 12 to 20 words: some six seconds of speech."""
    source = source or random.SystemRandom()
    when, who, did, what, then = (source.choice(choices) for choices in _WORDS[language])
    sentence = f"{when} {who} {did} {what} {then}."
    if who in _FEMININE:
        for masculine, feminine in _PAST_FEMININE.items():
            sentence = sentence.replace(f" {masculine} ", f" {feminine} ")
    return sentence

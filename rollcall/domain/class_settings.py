"""What a class may be set to, and how a typed time zone is understood. Pure functions."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cache
from zoneinfo import available_timezones


class Vocabulary(StrEnum):
    """The words that a class's texts use for its people and what they come to."""

    SCHOOL = "school"
    """Student and lesson; ученик, урок."""
    UNIVERSITY = "university"
    """Student and session; студент, пара."""
    NEUTRAL = "neutral"
    """Participant and session; участник, занятие."""


LATE_AFTER = (0, 5, 10, 15, 20, 30)
"""Minutes to choose from, after which a note counts as late."""
LENGTHS = (30, 40, 45, 60, 80, 90, 120, 180)
"""Minutes to choose from, for which a lesson is open."""

_ASSUMED = "Etc/"
_OFFSET = re.compile(r"(?:utc|gmt|мск)?\s*([+\-−–])?\s*(\d{1,2})(?::?00)?")
_MOSCOW = 3
_RUSSIAN = {
    "москва": "Europe/Moscow", "мск": "Europe/Moscow", "санкт-петербург": "Europe/Moscow", "петербург": "Europe/Moscow",
    "спб": "Europe/Moscow", "казань": "Europe/Moscow", "нижний новгород": "Europe/Moscow",
    "ростов-на-дону": "Europe/Moscow", "краснодар": "Europe/Moscow", "воронеж": "Europe/Moscow",
    "сочи": "Europe/Moscow", "калининград": "Europe/Kaliningrad", "самара": "Europe/Samara",
    "ижевск": "Europe/Samara", "саратов": "Europe/Saratov", "волгоград": "Europe/Volgograd",
    "астрахань": "Europe/Astrakhan", "ульяновск": "Europe/Ulyanovsk", "екатеринбург": "Asia/Yekaterinburg",
    "пермь": "Asia/Yekaterinburg", "уфа": "Asia/Yekaterinburg", "челябинск": "Asia/Yekaterinburg",
    "тюмень": "Asia/Yekaterinburg", "омск": "Asia/Omsk", "новосибирск": "Asia/Novosibirsk", "томск": "Asia/Tomsk",
    "барнаул": "Asia/Barnaul", "кемерово": "Asia/Novokuznetsk", "новокузнецк": "Asia/Novokuznetsk",
    "красноярск": "Asia/Krasnoyarsk", "иркутск": "Asia/Irkutsk", "улан-удэ": "Asia/Irkutsk", "чита": "Asia/Chita",
    "якутск": "Asia/Yakutsk", "владивосток": "Asia/Vladivostok", "хабаровск": "Asia/Vladivostok",
    "магадан": "Asia/Magadan", "южно-сахалинск": "Asia/Sakhalin", "камчатка": "Asia/Kamchatka",
    "петропавловск-камчатский": "Asia/Kamchatka", "минск": "Europe/Minsk", "киев": "Europe/Kyiv",
    "одесса": "Europe/Kyiv", "кишинёв": "Europe/Chisinau", "кишинев": "Europe/Chisinau", "рига": "Europe/Riga",
    "вильнюс": "Europe/Vilnius", "таллин": "Europe/Tallinn", "тбилиси": "Asia/Tbilisi", "ереван": "Asia/Yerevan",
    "баку": "Asia/Baku", "алматы": "Asia/Almaty", "алма-ата": "Asia/Almaty", "астана": "Asia/Almaty",
    "ташкент": "Asia/Tashkent", "бишкек": "Asia/Bishkek", "душанбе": "Asia/Dushanbe", "ашхабад": "Asia/Ashgabat",
    "берлин": "Europe/Berlin", "мюнхен": "Europe/Berlin", "гамбург": "Europe/Berlin", "вена": "Europe/Vienna",
    "прага": "Europe/Prague", "варшава": "Europe/Warsaw", "париж": "Europe/Paris", "лондон": "Europe/London",
    "рим": "Europe/Rome", "мадрид": "Europe/Madrid", "белград": "Europe/Belgrade", "стамбул": "Europe/Istanbul",
    "дубай": "Asia/Dubai", "иерусалим": "Asia/Jerusalem", "тель-авив": "Asia/Jerusalem", "нью-йорк": "America/New_York",
    "пекин": "Asia/Shanghai", "токио": "Asia/Tokyo",
}  # fmt: skip
_ENGLISH = {
    "saint petersburg": "Europe/Moscow", "st petersburg": "Europe/Moscow", "munich": "Europe/Berlin",
    "hamburg": "Europe/Berlin", "san francisco": "America/Los_Angeles", "boston": "America/New_York",
    "washington": "America/New_York", "beijing": "Asia/Shanghai", "delhi": "Asia/Kolkata", "mumbai": "Asia/Kolkata",
    "bangalore": "Asia/Kolkata", "milan": "Europe/Rome", "barcelona": "Europe/Madrid", "geneva": "Europe/Zurich",
    "edinburgh": "Europe/London", "tel aviv": "Asia/Jerusalem",
}  # fmt: skip


def zone_named(text: str) -> str | None:
    """The zone that somebody means who types its name, a city, or how far it is from UTC; None for anything else."""
    typed = " ".join(text.casefold().split()).strip(" .")
    city = _RUSSIAN.get(typed) or _ENGLISH.get(typed.replace(".", ""))
    if city is not None:
        return city
    name = _zones().get(typed.replace(" ", "_"))
    if name is not None:
        return name
    found = _OFFSET.fullmatch(typed)
    return _with_offset(typed, found) if found is not None else None


def is_zone(name: str) -> bool:
    """Whether there is a zone of this very name."""
    return name in _names()


def _with_offset(typed: str, found: re.Match[str]) -> str | None:
    if found[1] is None and not typed.startswith(("utc", "gmt")):
        return None  # a bare number says too little
    hours = int(found[2]) * (1 if found[1] in (None, "+") else -1)
    if typed.startswith("мск"):
        hours += _MOSCOW
    if hours == 0:
        return "UTC"
    # In these names the sign is what POSIX makes of it: hours that UTC is ahead.
    name = f"{_ASSUMED}GMT{-hours:+d}"
    return name if is_zone(name) else None


@cache
def _zones() -> dict[str, str]:
    """By the whole name and by the city in it, in small letters; a city in two zones by neither."""
    found: dict[str, str] = {}
    twice = set()
    for name in sorted(_names()):
        found[name.casefold()] = name
        city = name.rpartition("/")[2].casefold()
        if "/" in name and not name.startswith(_ASSUMED):
            if city in found:
                twice.add(city)
            found.setdefault(city, name)
    return {typed: name for typed, name in found.items() if typed not in twice}


@cache
def _names() -> frozenset[str]:
    return frozenset(name for name in available_timezones() if not name.startswith(("posix", "right", "SystemV")))

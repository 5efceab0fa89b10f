"""Time zones as people call them: by a city."""

from __future__ import annotations

LIKELY = {
    "ru": (
        "Europe/Kaliningrad", "Europe/Moscow", "Europe/Samara", "Asia/Yekaterinburg", "Asia/Omsk", "Asia/Novosibirsk",
        "Asia/Irkutsk", "Asia/Yakutsk", "Asia/Vladivostok",
    ),
    "en": (
        "Europe/London", "Europe/Berlin", "Europe/Moscow", "America/New_York", "America/Chicago",
        "America/Los_Angeles", "Asia/Kolkata", "UTC",
    ),
}  # fmt: skip
"""To choose from, by the language that is read; any other can be typed."""
_IN_RUSSIAN = {
    "Europe/Kaliningrad": "Калининград", "Europe/Moscow": "Москва", "Europe/Samara": "Самара",
    "Asia/Yekaterinburg": "Екатеринбург", "Asia/Omsk": "Омск", "Asia/Novosibirsk": "Новосибирск",
    "Asia/Krasnoyarsk": "Красноярск", "Asia/Irkutsk": "Иркутск", "Asia/Yakutsk": "Якутск",
    "Asia/Vladivostok": "Владивосток", "Europe/Minsk": "Минск", "Europe/Kyiv": "Киев", "Asia/Almaty": "Алматы",
    "Asia/Tashkent": "Ташкент", "Europe/Berlin": "Берлин", "Europe/London": "Лондон", "Europe/Paris": "Париж",
    "America/New_York": "Нью-Йорк",
}  # fmt: skip


def zone_label(zone: str, language: str) -> str:
    """The city that a zone is named after, or what else it is called."""
    if language == "ru" and zone in _IN_RUSSIAN:
        return _IN_RUSSIAN[zone]
    if zone.startswith("Etc/GMT") and zone[7:]:
        return f"UTC{-int(zone[7:]):+d}"
    return zone.rpartition("/")[2].replace("_", " ")

"""How long the ways into the pages last, and what a device is called."""

from __future__ import annotations

from datetime import timedelta

LINK_LASTS = timedelta(minutes=5)
"""From the bot's message to its being opened; a link works once."""
SESSION_LASTS = timedelta(hours=12)
"""A school day; then the bot gives another link."""
MOST_SESSIONS = 10
"""Of one person at a time: with another, the oldest ends."""
LONGEST_PATH = 200

_BROWSERS = (
    ("Telegram", "Telegram"),
    ("Edg", "Edge"),
    ("YaBrowser", "Yandex"),
    ("OPR/", "Opera"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def device_called(user_agent: str) -> str:
    """The browser and the system in it, such as "Chrome, Windows", for whoever looks through their devices. No more of
    it is kept.
    """
    named = (next((name for sign, name in words if sign in user_agent), "") for words in (_BROWSERS, _SYSTEMS))
    return ", ".join(filter(None, named))

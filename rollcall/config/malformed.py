"""What is wrong with a setting, in our own words."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError


def explained(error: ValueError, env_file: str) -> str:
    """One line that names the setting and what is wrong with it; a value is quoted where it can be no secret."""
    if isinstance(unread := error.__cause__, OSError):
        return f"{unread.filename} cannot be read: {unread.strerror}"
    if isinstance(error, UnicodeDecodeError):
        return f"{env_file}, or a file of ROLLCALL_SECRETS_DIR, is no UTF-8 text: save it as UTF-8"
    if not isinstance(error, ValidationError):
        return f"a ROLLCALL_ setting is malformed: {error}"
    first: dict[str, Any] = dict(error.errors(include_url=False)[0])
    name = "ROLLCALL_" + "_".join(str(part) for part in first["loc"]).upper()
    return f"{name} is malformed: {_in_our_words(first)}; see .env.example"


def _in_our_words(error: dict[str, Any]) -> str:
    kind, given, limits = str(error["type"]), repr(error["input"]), error.get("ctx", {})
    if kind == "value_error":
        return str(limits["error"])
    if kind == "literal_error":
        return f"{given} is none of {limits['expected'].replace(' or ', ', ').replace(chr(39), '')}"
    if kind.startswith("time_delta"):
        return f"{given} is no duration: write 30s, 5m, 2h, 7d or 00:05:00"
    if kind.startswith("byte_size"):
        return f"{given} is no size: write 512mb or 1gb"
    if kind.startswith("int_"):
        return f"{given} is no whole number"
    if kind in ("greater_than_equal", "less_than_equal"):
        least, most = limits.get("ge"), limits.get("le")
        return f"it must be at least {least}" if least is not None else f"it must be at most {most}"
    return str(error["msg"])

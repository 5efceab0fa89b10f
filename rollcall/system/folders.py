"""Folders of an installation, made where they are missing."""

from __future__ import annotations

from pathlib import Path

from rollcall.errors import Unavailable


def make_folder(folder: Path, setting: str = "ROLLCALL_DATA_DIR") -> None:
    """Make a folder of this user's own, with those above it.

    Raises:
        Unavailable: something else has its name, or it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise unusable(folder, error, setting) from error


def unusable(folder: Path, error: OSError, setting: str = "ROLLCALL_DATA_DIR") -> Unavailable:
    """One line about a folder that does not serve."""
    return Unavailable(f"the folder {folder} cannot be used ({error.strerror}): make it this user's, or set {setting}")

"""LibreOffice, where it is installed: what a teacher's own program makes of a file of ours.

It is some 400 MB, so no check installs it by itself; what it is asked beside `tests.formulas` is left out aloud.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

PROGRAM = shutil.which("soffice") or shutil.which("libreoffice")
MISSING = [
    *(["LibreOffice (libreoffice-calc-nogui)"] if PROGRAM is None else []),
    *(["pdftotext (poppler-utils)"] if shutil.which("pdftotext") is None or shutil.which("pdfinfo") is None else []),
]
needs_office = pytest.mark.office
PATIENCE = 170

_RUSSIAN, _ENGLISH = 0x0419, 0x0409
_QUOTE, _UTF_8 = 34, 76


def converted(file: Path, kind: str, reading: str | None = None) -> Path:
    """The file as LibreOffice saves it: ``xlsx``, ``csv`` or ``pdf``.

    Args:
        reading: the filter to open it with.
    """
    assert PROGRAM
    profile = (file.parent / "office-profile").as_uri()
    out = file.parent / "converted"
    command = [PROGRAM, f"-env:UserInstallation={profile}", "--headless", "--norestore", "--convert-to", kind]
    command += [f"--infilter={reading}"] if reading else []
    subprocess.run([*command, "--outdir", str(out), str(file)], check=True, capture_output=True, timeout=PATIENCE)
    return out / f"{file.stem}.{kind}"


def csv_as_opened(file: Path, language: str) -> Path:
    """A CSV as a spreadsheet program opens it that is set to the language: a workbook of what it understood."""
    separator, country = (";", _RUSSIAN) if language == "ru" else (",", _ENGLISH)
    # Separator, quotation mark, encoding, first line, columns, language, quoted is text, numbers that are special.
    reading = f"CSV:{ord(separator)},{_QUOTE},{_UTF_8},1,,{country},false,true"
    return converted(file, "xlsx", reading)

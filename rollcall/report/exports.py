"""The forms in which a class's record is taken out of Rollcall, and the files that they make."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from rollcall.report.model import Report
from rollcall.texts import Texts, texts_in

_LONGEST_TITLE = 40
"""In a file's name, of which file systems take 255 bytes."""


class Form(StrEnum):
    """A form."""

    XLSX = "xlsx"
    REGISTER = "register"
    CSV = "csv"
    MOODLE = "moodle"
    MOODLE_ENGLISH = "moodle-en"
    """With the letters of a Moodle that speaks English."""
    JSON = "json"


@dataclass(frozen=True)
class Made:
    """A file.

    Attributes:
        data: empty where there is nothing that the other program could read.
        identifier: for Moodle, by what it finds the students.
        without: for Moodle, the names of those who have none, and are left out.
    """

    data: bytes
    name: str
    identifier: str = ""
    without: tuple[str, ...] = ()


def forms_for(language: str) -> list[Form]:
    """The forms that differ for a reader of the language."""
    return [form for form in Form if form is not Form.MOODLE_ENGLISH or language != "en"]


def export(form: Form, report: Report, texts: Texts) -> Made:
    """The report in a form."""
    name = file_name(report)
    # Each is loaded where it is wanted: xlsxwriter is not needed for a table.
    match form:
        case Form.XLSX:
            from rollcall.report.spreadsheet import spreadsheet

            return Made(spreadsheet(report, texts), f"{name}.xlsx")
        case Form.REGISTER:
            from rollcall.report.register import register

            return Made(register(report, texts), f"{name}-{texts('register-file')}.xlsx")
        case Form.CSV:
            from rollcall.report.table import csv_table

            return Made(csv_table(report, texts), f"{name}.csv")
        case Form.JSON:
            from rollcall.report.data import json_report

            return Made(json_report(report), f"{name}.json")
        case Form.MOODLE | Form.MOODLE_ENGLISH:
            from rollcall.report.moodle import moodle_table

            made = moodle_table(report, texts if form is Form.MOODLE else texts_in("en"))
            return Made(made.table, f"{name}-{form.value}.csv", made.identifier, made.without)


def file_name(report: Report) -> str:
    """Class and days, without an ending; what file systems dislike is left out."""
    title = re.sub(r"[^\w-]+", "-", report.class_title).strip("-") or "class"
    begins = [lesson.opened_at for lesson in report.lessons] or [report.made_at]
    days = report.between or [report.local(moment).date() for moment in (begins[0], begins[-1])]
    return "-".join([title[:_LONGEST_TITLE], *(day.isoformat() for day in dict.fromkeys(days))])

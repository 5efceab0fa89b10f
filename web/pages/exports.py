"""The record of a class or of a lesson as a file, in every form that there is."""

from __future__ import annotations

from starlette.responses import Response

from rollcall.report.exports import Form, export, forms_for
from rollcall.report.model import Period
from rollcall.texts import texts_in
from rollcall.usecases.report import make_report
from web.pages.downloads import KINDS, download, in_thread
from web.pages.within import gone
from web.visit import Visit


async def exports(visit: Visit) -> Response:
    """GET /classes/…/exports: which form, of which lessons?"""
    return _ask(visit, f"/classes/{visit.class_id}/exports", list(Period))


async def lesson_exports(visit: Visit) -> Response:
    """GET /lessons/…/exports: the same of one lesson."""
    return _ask(visit, f"/lessons/{visit.number}/exports", [])


async def exported(visit: Visit) -> Response:
    """POST /classes/…/exports: the file."""
    period = visit.said("period", Period.ALL)
    if period not in set(Period):
        return gone(visit)
    return await _file(visit, Period(period), None)


async def lesson_exported(visit: Visit) -> Response:
    """POST /lessons/…/exports: the same of one lesson."""
    return await _file(visit, Period.LESSON, visit.number)


def _ask(visit: Visit, path: str, periods: list[Period]) -> Response:
    t = visit.texts
    return visit.page(
        "exports.html",
        tab="exports",
        path=path,
        forms=[(form, t(f"export-form-{form}"), t(f"web-export-{form}")) for form in forms_for(t.language)],
        periods=[(period, t(f"report-period-button-{period}")) for period in periods],
    )


async def _file(visit: Visit, period: Period, lesson_id: int | None) -> Response:
    form = visit.said("form")
    if form not in set(Form):
        return gone(visit)
    made = await visit.as_teacher(make_report, visit.class_id, period, form, visit.now, lesson_id)
    t, here = visit.texts, visit.request.url.path
    if not made.report.lessons:
        return visit.go(here, t("report-no-lessons", period=period.value))
    in_file = texts_in(made.language).speaking(t.vocabulary) if made.language else t
    file = await in_thread(export, Form(form), made.report, in_file)
    if not file.data:
        return visit.go(here, t("export-moodle-none"))
    return download(file.data, file.name, KINDS[file.name.rpartition(".")[2]])

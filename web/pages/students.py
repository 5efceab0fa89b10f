"""The students of a class: the list, and each with their lessons and what can be done."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session
from starlette.responses import Response

from rollcall.domain.attendance import STATUSES
from rollcall.domain.names import LONGEST_NAME, NameFault
from rollcall.report.columns import mark_said
from rollcall.report.exports import file_name
from rollcall.report.wording import capital, count_words, lesson_when, share_percent
from rollcall.storage.classes import Member
from rollcall.storage.tables import Person
from rollcall.usecases import class_moves, freeing
from rollcall.usecases import students as use_cases
from rollcall.usecases.freeing import is_claimed
from rollcall.usecases.merges import ask_to_merge
from rollcall.usecases.staff import has_for_good
from rollcall.usecases.student_sheet import Sheet, sheet_file, student_sheet
from rollcall.usecases.students import Merging, Named, OneStudent
from rollcall.usecases.waiting import Waiting, waiting
from web.pages.downloads import WORKBOOK, download, in_thread
from web.pages.follow import follow
from web.pages.register import classes_of
from web.pages.within import gone, named, part, typed
from web.render import as_html
from web.visit import Undo, Visit

_LISTED, _LESSONS = 100, 60


async def students(visit: Visit) -> Response:
    """GET …/students: who is in the class, who was, and what is asked of its teachers."""
    found = await visit.as_teacher(use_cases.students, visit.class_id)
    current = visit.school_class.archived_at is None
    asked: Waiting | None = await visit.look(waiting, visit.class_id) if current else None
    present = [one for one in found.members if not one.is_former]
    return visit.page(
        "students.html",
        tab="students",
        part=part(visit, found.members, _LISTED),
        present=len(present),
        without=sum(not one.person.has_account for one in present),
        asked=asked.total if asked is not None else 0,
        lasting=await _lasting(visit),
        longest=LONGEST_NAME,
    )


async def student(visit: Visit) -> Response:
    """GET …/students/…: the sheet, and what can be done."""
    one, t = await _one(visit), visit.texts
    if one is None:
        return gone(visit)
    person_id = one.member.person.id
    sheet: Sheet | None = await visit.look(student_sheet, visit.class_id, person_id, visit.now)
    lasting = await _lasting(visit)
    report = sheet.report if sheet is not None else None
    lines = []
    if sheet is not None and report is not None:
        lines = [
            (head.id, lesson_when(report, head, t), head.title, classes_of(mark), mark_said(report, mark, t))
            for head, mark in sheet.newest_first
        ]
    counts = []
    if report is not None:
        said = count_words({status: report.students[0].count(status) for status in STATUSES}, t, single=False)
        counts = list(said.items())
    return visit.page(
        "student.html",
        tab="students",
        one=one,
        sheet=sheet,
        counts=counts,
        percent=share_percent,
        capital=capital,
        part=part(visit, lines, _LESSONS),
        taught={found.id for found in visit.taught},
        lasting=lasting,
        claimed=is_claimed(one),
        longest=LONGEST_NAME,
        others=await _others(visit, one) if lasting else [],
        ways=await _ways(visit, one) if lasting else [],
    )


async def sheet_downloaded(visit: Visit) -> Response:
    """POST …/students/…/file: the sheet as a spreadsheet."""
    from rollcall.report.spreadsheet import spreadsheet  # its library is loaded where it is wanted

    sheet = await visit.as_teacher(sheet_file, visit.class_id, named(visit, "person_id"), visit.now)
    if sheet is None:
        return gone(visit)
    data = await in_thread(spreadsheet, sheet.report, visit.texts)
    return download(data, f"{file_name(sheet.report)}.xlsx", WORKBOOK)


async def add(visit: Visit) -> Response:
    """POST …/students: one without a phone."""
    return await _name(visit, None, f"/classes/{visit.class_id}/students")


async def rename(visit: Visit) -> Response:
    """POST …/students/…/name."""
    return await _name(visit, named(visit, "person_id"), _here(visit))


async def take_out(visit: Visit) -> Response:
    """POST …/students/…/out: a former student from now on."""
    moved = await visit.as_teacher(use_cases.take_out, visit.class_id, named(visit, "person_id"), visit.now)
    return await _moved(visit, moved, "out")


async def put_back(visit: Visit) -> Response:
    """POST …/students/…/back: a student again."""
    keyring = visit.site.keyring
    moved = await visit.as_teacher(use_cases.put_back, keyring, visit.class_id, named(visit, "person_id"), visit.now)
    return await _moved(visit, moved, "back")


async def merge_asked(visit: Visit) -> Response:
    """GET …/students/…/merge?other=…: is it one and the same?"""
    other = typed(visit.request.query_params.get("other", ""))
    found = await visit.as_teacher(use_cases.merging, visit.class_id, named(visit, "person_id"), other)
    if found is None:
        return visit.go(_here(visit), visit.texts("student-merge-not"))
    said = visit.texts("student-merge-ask", name=found.old.member.name, other=found.new.member.name)
    return visit.page(
        "ask.html",
        tab="students",
        question=as_html(said),
        yes=visit.texts("student-merge-yes"),
        path=f"{_here(visit)}/merge",
        fields={"other": str(other)},
        back=_here(visit),
    )


async def merge(visit: Visit) -> Response:
    """POST …/students/…/merge: a line of the list and an account are one; so will two accounts be.

    Of these the bot makes one, in a moment: what was made of the lost one's voice goes first, in chats as well.
    """
    other, list_page = typed(visit.said("other")), f"/classes/{visit.class_id}/students"
    one = await visit.as_teacher(_merge, visit.class_id, named(visit, "person_id"), other, visit)
    if one is None:
        return gone(visit)
    if isinstance(one, Merging):
        said = visit.texts("web-merging", name=one.old.member.name, other=one.new.member.name)
        return visit.go(f"{list_page}/{one.new.member.person.id}", said)
    await follow(visit, visit.class_id)
    return visit.go(f"{list_page}/{one.member.person.id}", visit.texts("student-merged", name=one.member.name))


async def move_asked(visit: Visit) -> Response:
    """GET …/students/…/move?to=…: to that class?"""
    to_id = typed(visit.request.query_params.get("to", ""))
    found = await visit.as_teacher(class_moves.way, visit.class_id, named(visit, "person_id"), to_id, visit.now)
    if found is None:
        return gone(visit)
    one = found.one
    values = {"name": one.member.name, "title": one.school_class.title, "other": found.to.title}
    return visit.page(
        "ask.html",
        tab="students",
        question=as_html(visit.texts("student-move-ask", **values)),
        yes=visit.texts("student-move-yes"),
        path=f"{_here(visit)}/move",
        fields={"to": str(to_id)},
        back=_here(visit),
    )


async def move(visit: Visit) -> Response:
    """POST …/students/…/move: a student of that class from now on."""
    to_id, person_id = typed(visit.said("to")), named(visit, "person_id")
    done = await visit.as_teacher(class_moves.move, visit.site.keyring, visit.class_id, person_id, to_id, visit.now)
    if done is None:
        return gone(visit)
    await follow(visit, visit.class_id, to_id)
    one = done.one
    said = visit.texts("student-moved", name=one.member.name, title=one.school_class.title, other=done.to.title)
    back = Undo(f"/classes/{to_id}/students/{person_id}/move", {"to": str(visit.class_id)})
    return visit.go(f"/classes/{to_id}/students/{person_id}", said, back)


async def free(visit: Visit) -> Response:
    """POST …/students/…/free: the line has no account from now on."""
    ask = visit.said("how") != "out"
    done = await visit.as_teacher(freeing.free, visit.class_id, named(visit, "person_id"), visit.now, ask=ask)
    if done is None:
        return gone(visit)
    await follow(visit, visit.class_id)
    line = done.line
    said = visit.texts(
        "student-freed" if ask else "student-freed-out", name=line.member.name, title=line.school_class.title
    )
    return visit.go(f"/classes/{visit.class_id}/students/{line.member.person.id}", said)


def _merge(
    session: Session, teacher: Person, class_id: int, old_id: int, new_id: int, visit: Visit
) -> OneStudent | Merging | None:
    found = use_cases.merging(session, teacher, class_id, old_id, new_id)
    if found is not None and found.old.member.person.has_account:
        return ask_to_merge(session, teacher, class_id, old_id, new_id, visit.now)
    return use_cases.merge(session, teacher, class_id, old_id, new_id, visit.now)


async def _one(visit: Visit) -> OneStudent | None:
    return await visit.as_teacher(use_cases.student, visit.class_id, named(visit, "person_id"))


async def _others(visit: Visit, one: OneStudent) -> Sequence[Member]:
    found = await visit.as_teacher(use_cases.students, visit.class_id)
    return [other for other in found.members if not other.is_former and other.person.id != one.member.person.id]


async def _ways(visit: Visit, one: OneStudent) -> Sequence[tuple[int, str]]:
    found = await visit.as_teacher(class_moves.ways, visit.class_id, one.member.person.id, visit.now)
    return [(to.id, to.title) for to in found.classes] if found is not None else []


async def _lasting(visit: Visit) -> bool:
    if visit.school_class.archived_at is not None:
        return False
    return await visit.as_teacher(has_for_good, visit.class_id, visit.now)


async def _name(visit: Visit, person_id: int | None, back: str) -> Response:
    text, sure = visit.said("name"), visit.said("sure") == "yes"
    given = await visit.as_teacher(use_cases.name_given, visit.class_id, person_id, text, visit.now, sure=sure)
    match given:
        case Named(one, added):
            key = "student-added" if added else "student-named"
            return visit.go(back, visit.texts(key, name=one.member.name, title=one.school_class.title))
        case NameFault():
            return visit.go(back, visit.texts("web-name-one-word" if given is NameFault.ONE_WORD else "web-name-fault"))
        case _:
            return gone(visit)


async def _moved(visit: Visit, one: OneStudent | None, what: str) -> Response:
    if one is None:
        return gone(visit)
    await follow(visit, visit.class_id)
    said = visit.texts(f"namesake-{what}-done", name=one.member.name, title=one.school_class.title)
    here = f"/classes/{visit.class_id}/students/{one.member.person.id}"
    return visit.go(here, said, Undo(f"{here}/back", {}) if what == "out" else None)


def _here(visit: Visit) -> str:
    return f"/classes/{visit.class_id}/students/{named(visit, 'person_id')}"

"""What a class is set to, and its way into the archive and out of it."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session
from starlette.responses import Response

from rollcall.domain.class_settings import LATE_AFTER, LENGTHS, Vocabulary, zone_named
from rollcall.domain.weekly import IN_A_ROW, SHARES
from rollcall.report.understood import number_words
from rollcall.report.wording import day_words
from rollcall.texts import LANGUAGES
from rollcall.usecases.archive import Archived, in_archive, put_away, restore
from rollcall.usecases.calls import set_calls
from rollcall.usecases.challenge_settings import NUMBER, NotSet, offered, rates_of, set_number
from rollcall.usecases.class_settings import DEFAULT, set_class
from rollcall.usecases.staff import has_for_good
from web.pages.follow import follow
from web.pages.within import gone
from web.render import as_html
from web.visit import Undo, Visit

_MINUTE = timedelta(minutes=1)
_SETTINGS = ("zone", "late", "length", "words", "language", "number", "sentence", "row", "share")
Choice = tuple[str, str, bool]
"""A value, its words, and whether it is the class's."""


async def settings(visit: Visit) -> Response:
    """GET …/settings: all of it, each with what there is to choose from."""
    one, t = visit.school_class, visit.texts
    hearing, rates = await visit.site.outside.hears_words(), await visit.run(rates_of, visit.class_id)
    modes = [
        (mode.value, t(f"button-number-{mode}"), mode is one.challenge) for mode in offered(one, rates, hearing=hearing)
    ]
    choices = {what: modes if what == NUMBER else _choices(visit, what) for what in _SETTINGS if what != "zone"}
    return visit.page(
        "settings.html",
        tab="settings",
        one=one,
        clock=f"{visit.now.astimezone(ZoneInfo(one.timezone)):%H:%M}",
        choices=choices,
        hints={NUMBER: number_words(t, rates, hearing=hearing)},
        asks={what: t(f"settings-{what}-ask") for what in _SETTINGS},
        labels={what: t(f"button-settings-{what}") for what in _SETTINGS},
        lasting=await visit.as_teacher(has_for_good, visit.class_id, visit.now),
    )


async def set_one(visit: Visit) -> Response:
    """POST …/settings: one thing."""
    what, value, here = visit.said("what"), visit.said("value"), f"/classes/{visit.class_id}/settings"
    if what not in _SETTINGS:
        return gone(visit)
    if what == "zone":
        zone = zone_named(value)
        if zone is None:
            return visit.go(here, visit.texts("zone-unknown"))
        value = zone
    if what == NUMBER:
        hearing = await visit.site.outside.hears_words()
        changed = await visit.as_teacher(set_number, visit.class_id, value, hearing=hearing)
    else:
        changed = await visit.as_teacher(set_class, visit.class_id, what, value)
    if isinstance(changed, NotSet):
        return visit.go(here, visit.texts(f"number-{changed}"))
    return gone(visit) if changed is None else visit.go(here, visit.texts("web-saved"))


async def calls(visit: Visit) -> Response:
    """POST …/calls: the students hear of lessons, or do not."""
    await visit.run(_set_calls, visit.class_id, visit.said("wanted") == "on")
    return visit.go(f"/classes/{visit.class_id}/settings", visit.texts("web-saved"))


async def archive_asked(visit: Visit) -> Response:
    """GET …/archive: put it away?"""
    here, one = f"/classes/{visit.class_id}", visit.school_class
    days = visit.site.settings.keep_archived_classes_days
    return visit.page(
        "ask.html",
        tab="settings",
        question=as_html(visit.texts("class-archive-ask", title=one.title, days=days)),
        yes=visit.texts("button-archive-yes"),
        path=f"{here}/archive",
        fields={},
        back=f"{here}/settings",
    )


async def archive(visit: Visit) -> Response:
    """POST …/archive: nobody joins or checks in any more, the record stays."""
    done: Archived = await visit.as_teacher(put_away, visit.class_id, visit.now, visit.now, _keep(visit))
    await follow(visit, visit.class_id)
    said = visit.texts("class-archived", title=done.school_class.title, last=day_words(done.until, visit.texts))
    return visit.go("/archive", said, Undo(f"/classes/{visit.class_id}/restore", {}))


async def archived(visit: Visit) -> Response:
    """GET /archive: what is in the visitor's archive, and until when."""
    found = await visit.as_teacher(in_archive, visit.now, _keep(visit))
    return visit.page("archive.html", found=found, until=[day_words(one.until, visit.texts) for one in found])


async def brought_back(visit: Visit) -> Response:
    """POST …/restore: it is a class like any other again."""
    one = await visit.as_teacher(restore, visit.site.keyring, visit.class_id, visit.now)
    await follow(visit, visit.class_id)
    return visit.go(f"/classes/{visit.class_id}", visit.texts("class-restored", title=one.title))


def _set_calls(session: Session, class_id: int, wanted: bool) -> None:
    set_calls(session, class_id, wanted=wanted)


def _keep(visit: Visit) -> timedelta:
    return timedelta(days=visit.site.settings.keep_archived_classes_days)


def _choices(visit: Visit, what: str) -> list[Choice]:
    one, t, defaults = visit.school_class, visit.texts, visit.site.settings

    def choices(pairs: list[tuple[str, str]], mine: object) -> list[Choice]:
        return [(value, label, value == str(mine)) for value, label in pairs]

    if what == "late":
        mine = one.late_after_minutes if one.late_after_minutes is not None else defaults.late_after // _MINUTE
        known = sorted({*LATE_AFTER, mine})
        return choices([(str(it), t("minutes", minutes=it) if it else t("late-at-once")) for it in known], mine)
    if what == "length":
        mine = one.lesson_minutes or defaults.lesson_length // _MINUTE
        return choices([(str(it), t("minutes", minutes=it)) for it in sorted({*LENGTHS, mine})], mine)
    if what == "words":
        return choices([(it.value, t(f"button-words-{it}")) for it in Vocabulary], one.vocabulary)
    if what == "language":
        mine_language = one.language or DEFAULT
        return choices([(it, t(f"class-language-{it}")) for it in (DEFAULT, *LANGUAGES)], mine_language)
    if what == "sentence":
        return choices(
            [(it, t(f"button-sentence-{it}")) for it in ("on", "off")], "on" if one.enrol_challenge else "off"
        )
    numbers, mine = (IN_A_ROW, one.told_missed_in_a_row) if what == "row" else (SHARES, one.told_share_below)
    return choices([(str(it), t(f"told-{what}", number=it) if it else t("told-never")) for it in numbers], mine)

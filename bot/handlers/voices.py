"""voices:<id>: how well a class's voices can be told apart, in words that a teacher can act on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session
from telegram import Update

from bot.messages.replies import reply
from bot.services import Context
from rollcall.domain.recalibration import Outlook
from rollcall.marked import one_below_the_other
from rollcall.storage.claims import of_class, whom_it_sounds_like
from rollcall.storage.classes import names_in_class
from rollcall.storage.people import names_of
from rollcall.storage.tables import SchoolClass
from rollcall.texts import Texts
from rollcall.usecases.galleries import outlook_of

_MOST_PAIRS = 5
"""Named in one message."""


@dataclass(frozen=True)
class Voices:
    """What is told of a class's voices beside the outlook.

    Attributes:
        names: of everybody who may be named, by person.
        waiting: whose voice waits for the teacher's word, each with those it sounds like.
    """

    title: str
    names: dict[int, str]
    waiting: Sequence[tuple[str, Sequence[str]]]


async def voices_pressed(update: Update, context: Context) -> None:
    """What to expect of the class's voices, and who sound alike."""
    services, t, class_id = context.services, context.caller.texts, context.class_id
    found = await outlook_of(services.database, services.keyring, class_id)
    ids = {person for pair in (found.closest, *found.mixed_up) for person in pair} if found is not None else set()
    voices = await services.database.run(_read, class_id, ids)
    waiting = waiting_lines(voices, t)
    if found is None:
        await reply(update, t("voices-too-few", title=voices.title) + waiting)
        return
    head = t("voices-head", title=voices.title, students=found.students)
    await reply(update, head + "\n\n" + outlook_text(found, voices.names, t) + waiting)


def _read(session: Session, class_id: int, person_ids: Collection[int]) -> Voices:
    names, waiting = names_in_class(session, class_id), []
    for claim in of_class(session, class_id):
        alike = whom_it_sounds_like(session, claim.id, [class_id])
        waiting.append((names[claim.person_id], [names[one.other_id] for one in alike if one.other_id in names]))
    return Voices(session.get_one(SchoolClass, class_id).title, names_of(session, person_ids) | names, waiting)


def waiting_lines(voices: Voices, t: Texts) -> str:
    """Whose voice waits for the teacher's word, and whom it sounds like; a paragraph of its own, or nothing."""
    lines = [
        t("voices-waiting-like", one=name, other=", ".join(others)) if others else t("voices-waiting", one=name)
        for name, others in voices.waiting[:_MOST_PAIRS]
    ]
    return "\n\n" + one_below_the_other("• " + line for line in lines) if lines else ""


def outlook_text(found: Outlook, names: dict[int, str], t: Texts) -> str:
    """The outlook in plain words."""
    lines = [
        t("voices-second-tries", n=round(found.second_tries * 100)),
        t("voices-false-accepts", n=round(found.false_accepts * 1000)),
    ]
    if found.raised > 0:
        lines.append(t("voices-raised"))
    if found.mixed_up:
        pairs = found.mixed_up[:_MOST_PAIRS]
        lines += [t("voices-mixed-up", one=names[one], other=names[other]) for one, other in pairs]
    else:
        one, other = found.closest
        lines.append(t("voices-closest", one=names[one], other=names[other]))
    return one_below_the_other("• " + line for line in lines)

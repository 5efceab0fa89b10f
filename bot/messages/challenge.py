"""What somebody is to say, in words: large, spelt out, and how."""

from __future__ import annotations

from datetime import datetime

from bot.messages.phrases import lesson_phrase
from bot.messages.replies import Buttons
from rollcall.storage.tables import Lesson
from rollcall.texts import Texts
from rollcall.usecases.challenges import Asked, NotShown, Shown

_BETWEEN = " · "


def asked_words(asked: Asked, t: Texts, now: datetime, *, by_note: bool = False) -> str:
    """What to say, or why there is nothing to say.

    Args:
        t: in the class's words.
        by_note: a note that says too little was sent, and no button pressed.
    """
    if by_note and asked.outcome is NotShown.CLOSED:
        return t("say-closed")
    if isinstance(asked.outcome, NotShown):
        return t(_NOTHING[asked.outcome], **({"title": asked.title} if asked.outcome is NotShown.AGREE else {}))
    if asked.lesson is None:
        return t("enrol-number", **_said(asked.outcome, t))
    return shown_words(asked.outcome, asked.lesson, t, now)


def shown_words(shown: Shown, lesson: Lesson, t: Texts, now: datetime) -> str:
    """The digits, and under them the same in the person's words."""
    said = {**_said(shown, t), "phrase": lesson_phrase(lesson, t.language)}
    if shown.kept:
        return t("say-same", seconds=max(0, int((shown.until - now).total_seconds())), **said)
    return t("say-number", **said)


def _said(shown: Shown, t: Texts) -> dict[str, str]:
    items = shown.challenge.items
    return {"digits": _BETWEEN.join(items), "spelt": ", ".join(t(f"digit-{digit}") for digit in items)}


def asked_buttons(asked: Asked, t: Texts) -> Buttons:
    """To be shown another number, to agree to be listened to, and always the way without a voice."""
    lesson = asked.lesson
    if lesson is None or asked.outcome is NotShown.MARKED:
        return []
    here = [(t("here-button", title=asked.title), f"here:{lesson.id}")]
    match asked.outcome:
        case Shown():
            return [[(t("button-say-another"), f"say:{lesson.id}")], here]
        case NotShown.AGREE:
            return [[(t("button-say-agree"), f"say-yes:{lesson.id}")], here]
        case _:
            return [here]


def say_button(t: Texts, title: str, lesson_id: int) -> Buttons:
    """To be shown what to say."""
    return [[(t("button-say", title=title), f"say:{lesson_id}")]]


_NOTHING = {
    NotShown.CLOSED: "here-closed",
    NotShown.MARKED: "here-marked",
    NotShown.NO_VOICE: "say-no-voice",
    NotShown.ANYTHING: "say-anything",
    NotShown.AGREE: "say-agree",
    NotShown.ENOUGH: "say-enough",
}

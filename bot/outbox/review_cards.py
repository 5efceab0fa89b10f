"""Reviews in the chat: the words of a teacher's card, and of what a student hears of the decision."""

from __future__ import annotations

from bot.messages.replies import Buttons
from bot.outbox.asking import ask, show
from bot.outbox.cards import Subject, keep
from bot.services import App, Services, now
from rollcall.domain.repeated_notes import MOST
from rollcall.domain.review import Asked, ReviewState
from rollcall.report.wording import status_word
from rollcall.storage.questions import REVIEWS
from rollcall.texts import Texts
from rollcall.usecases.review_cards import ReviewFacts, ReviewTold, asked_about, review_facts, review_told, reviews_due


async def keep_reviews(application: App, services: Services) -> None:
    """What teachers and students are owed about reviews, said as far as their chats take it."""
    await keep(application, services, _REVIEWS)


async def show_reviews(application: App, services: Services) -> None:
    """`keep_reviews` for someone who waits."""
    await show(application, keep_reviews(application, services))


async def ask_teachers(application: App, services: Services, lesson_id: int, person_id: int) -> Asked:
    """Ask the teachers about a student who waits; whether one was really asked."""

    async def asked() -> Asked:
        return await services.database.run(asked_about, lesson_id, person_id, now())

    return await ask(application, keep_reviews(application, services), asked)


def card_text(of: ReviewFacts, t: Texts) -> str:
    """What a card says: who, where, why, and what was decided."""
    kind = "review" if of.by_voice else "here"
    card = "review-card-voice-waits" if of.voice_waits else "review-card-words" if of.words else f"{kind}-card"
    head = t(card, name=of.name, title=of.title, time=f"{of.at:%d.%m. %H:%M}", tries=MOST)
    if of.state is not ReviewState.OPEN:
        return head + "\n\n" + t(f"{kind}-{of.state}", teacher=of.teacher)
    if of.other_voices:
        head += "\n" + t("review-other-voices", number=of.other_voices)
    return head + "\n\n" + t(f"{kind}-ask", name=of.name)


def card_buttons(of: ReviewFacts, t: Texts) -> Buttons:
    """To decide; once that is done, to turn it round: a slip of the thumb is nobody's fate."""
    this = f"review:{of.question}"
    match of.state:
        case ReviewState.OPEN:
            return [[(t("review-confirm"), f"{this}:yes"), (t("review-reject"), f"{this}:no")]]
        case ReviewState.CONFIRMED:
            return [[(t("review-reject-after-all"), f"{this}:reject")]]
        case ReviewState.REJECTED:
            return [[(t("review-confirm-after-all"), f"{this}:confirm")]]
        case _:
            return []


def _told_text(told: ReviewTold, t: Texts) -> str:
    how = "review-told" if told.by_voice else "here-told"
    if told.status is None:
        return t(f"{how}-rejected", title=told.title)
    return t(f"{how}-confirmed", title=told.title, status=status_word(told.status, t), time=f"{told.at:%H:%M}")


_REVIEWS = Subject(
    kind=REVIEWS,
    due=reviews_due,
    facts=review_facts,
    text=card_text,
    buttons=card_buttons,
    end=review_told,
    end_text=_told_text,
)

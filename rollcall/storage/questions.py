"""Questions that only a teacher can settle: who may, and which students are still to hear how they ended."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, or_, select, update
from sqlalchemy.orm import Session, aliased

from rollcall.domain.absence import AbsenceState, AppealState
from rollcall.domain.claim import ClaimState
from rollcall.domain.joiner import ANSWERED, JoinState
from rollcall.domain.review import ReviewState
from rollcall.storage.claim_tables import ClaimCard, VoiceClaim
from rollcall.storage.excuse_tables import Absence, AbsenceCard, Appeal, AppealCard
from rollcall.storage.roster_tables import JoinerCard, JoinRequest
from rollcall.storage.tables import STUDENT, Card, Lesson, Membership, Person, Review, ReviewCard, SchoolClass
from rollcall.storage.teaching import gives_right, practises
from rollcall.storage.written import QUIETLY

State = ReviewState | ClaimState | AbsenceState | AppealState | JoinState


@dataclass(frozen=True, eq=False)
class Kind:
    """One kind of question.

    Attributes:
        name: for the log.
        asked: in their chats the teachers see each by such a card.
        askable: each question with the chat of each teacher who may decide on it at a moment.
        open: its state until then.
        told_of: the ends of which its student is to hear.
    """

    name: str
    question: type[Review] | type[VoiceClaim] | type[Absence] | type[Appeal] | type[JoinRequest]
    card: type[Card]
    askable: Callable[[datetime], Select[int, int]]
    open: State
    told_of: Collection[State]


def _reviews(moment: datetime) -> Select[int, int]:
    return (
        select(Review.id, Person.telegram_id)
        .join(Lesson, Lesson.id == Review.lesson_id)
        .join(Membership, (Membership.class_id == Lesson.class_id) & or_(gives_right(moment), practises()))
        .join(Person, (Person.id == Membership.person_id) & Person.is_teacher)
    )


def _claims(moment: datetime) -> Select[int, int]:
    attended, taught = aliased(Membership), aliased(Membership)
    return (
        select(VoiceClaim.id, Person.telegram_id)
        .join(attended, (attended.person_id == VoiceClaim.person_id) & (attended.role == STUDENT))
        .join(SchoolClass, (SchoolClass.id == attended.class_id) & SchoolClass.archived_at.is_(None))
        .join(taught, (taught.class_id == attended.class_id) & gives_right(moment, taught))
        .join(Person, (Person.id == taught.person_id) & Person.is_teacher)
        .where(or_(VoiceClaim.class_id.is_(None), VoiceClaim.class_id == attended.class_id))
        .distinct()
    )


def _absences(moment: datetime) -> Select[int, int]:
    return (
        select(Absence.id, Person.telegram_id)
        .join(SchoolClass, (SchoolClass.id == Absence.class_id) & SchoolClass.archived_at.is_(None))
        .join(Membership, (Membership.class_id == Absence.class_id) & or_(gives_right(moment), practises()))
        .join(Person, (Person.id == Membership.person_id) & Person.is_teacher)
    )


def _appeals(moment: datetime) -> Select[int, int]:
    return (
        select(Appeal.id, Person.telegram_id)
        .join(Lesson, Lesson.id == Appeal.lesson_id)
        .join(SchoolClass, (SchoolClass.id == Lesson.class_id) & SchoolClass.archived_at.is_(None))
        .join(Membership, (Membership.class_id == Lesson.class_id) & or_(gives_right(moment), practises()))
        .join(Person, (Person.id == Membership.person_id) & Person.is_teacher)
    )


def _joiners(moment: datetime) -> Select[int, int]:
    return (
        select(JoinRequest.id, Person.telegram_id)
        .join(SchoolClass, (SchoolClass.id == JoinRequest.class_id) & SchoolClass.archived_at.is_(None))
        .join(Membership, (Membership.class_id == JoinRequest.class_id) & gives_right(moment))
        .join(Person, (Person.id == Membership.person_id) & Person.is_teacher)
    )


REVIEWS = Kind(
    name="review",
    question=Review,
    card=ReviewCard,
    askable=_reviews,
    open=ReviewState.OPEN,
    told_of=(ReviewState.CONFIRMED, ReviewState.REJECTED),
)
CLAIMS = Kind(
    name="claim",
    question=VoiceClaim,
    card=ClaimCard,
    askable=_claims,
    open=ClaimState.OPEN,
    told_of=(ClaimState.ACCEPTED, ClaimState.REJECTED, ClaimState.LAPSED),
)
ABSENCES = Kind(
    name="absence",
    question=Absence,
    card=AbsenceCard,
    askable=_absences,
    open=AbsenceState.OPEN,
    told_of=(AbsenceState.EXCUSED, AbsenceState.REFUSED),
)
APPEALS = Kind(
    name="appeal",
    question=Appeal,
    card=AppealCard,
    askable=_appeals,
    open=AppealState.OPEN,
    told_of=(AppealState.KEPT,),  # of another mark the student hears as of any change
)
JOINERS = Kind(
    name="joiner",
    question=JoinRequest,
    card=JoinerCard,
    askable=_joiners,
    open=JoinState.OPEN,
    told_of=ANSWERED,
)


def untold(session: Session, kind: Kind) -> Sequence[int]:
    """The questions of whose end the student has not heard."""
    one = kind.question
    return session.scalars(select(one.id).where(one.state.in_(kind.told_of), one.told_at.is_(None))).all()


def take_telling(session: Session, kind: Kind, question_id: int, now: datetime) -> bool:
    """Take it on to tell the student; False where that is done."""
    one = kind.question
    taken = update(one).where(one.id == question_id, one.told_at.is_(None)).values(told_at=now)
    return session.scalar(taken.returning(one.id), execution_options=QUIETLY) is not None


def not_told(session: Session, kind: Kind, question_id: int, at: datetime) -> None:
    """The student could not be told: it is still owed."""
    one = kind.question
    untold = update(one).where(one.id == question_id, one.told_at == at).values(told_at=None)
    session.execute(untold, execution_options=QUIETLY)  # tried again, but not at once

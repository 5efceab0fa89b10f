"""The tables. Times are UTC; embeddings and fingerprints are sealed before they get here."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    Enum,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    TypeDecorator,
    UniqueConstraint,
    false,
    true,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from rollcall.domain.absence import AbsenceState, AppealState
from rollcall.domain.attendance import Status
from rollcall.domain.challenge import ChallengeMode, Words
from rollcall.domain.claim import ClaimState
from rollcall.domain.class_settings import Vocabulary
from rollcall.domain.joiner import JoinState
from rollcall.domain.review import ReviewState
from rollcall.domain.screen_names import ScreenNames
from rollcall.domain.sent_as import SentAs
from rollcall.domain.staff import StaffNews
from rollcall.domain.verdict import Purpose, Reason, Verdict


class UtcTime(TypeDecorator[datetime]):
    """A moment in UTC. SQLite keeps no zone, so it is put back on the way out; a naive time is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 (SQLAlchemy's signature)
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002 (SQLAlchemy's signature)
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _words(kind: type[StrEnum], length: int) -> Enum:
    """Stored as its word, without a constraint: a new word needs no migration."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=False,
        length=length,
        values_callable=lambda words: [word.value for word in words],
    )


class Table(DeclarativeBase):
    """Every table of the installation."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {
        datetime: UtcTime(),
        Verdict: _words(Verdict, 16),
        Reason: _words(Reason, 32),
        Purpose: _words(Purpose, 16),
        ReviewState: _words(ReviewState, 16),
        ClaimState: _words(ClaimState, 16),
        Status: _words(Status, 16),
        AbsenceState: _words(AbsenceState, 16),
        AppealState: _words(AppealState, 16),
        JoinState: _words(JoinState, 16),
        SentAs: _words(SentAs, 16),
        Vocabulary: _words(Vocabulary, 16),
        ScreenNames: _words(ScreenNames, 16),
        ChallengeMode: _words(ChallengeMode, 16),
        Words: _words(Words, 16),
        StaffNews: _words(StaffNews, 32),
        dict[str, Any]: JSON(),
        dict[str, float]: JSON(),
    }


WITHOUT_ACCOUNT = -(2**60)
"""Numbers up to here are nobody's in Telegram: of people who are on a class's list and use no Telegram."""


class Person(Table):
    """Someone who gave consent (a student), who teaches, or who is on a class's list."""

    __tablename__ = "people"
    id: Mapped[int] = mapped_column(primary_key=True)
    telegram_id: Mapped[int] = mapped_column(BigInteger, unique=True)
    """Telegram's number of the account; `WITHOUT_ACCOUNT` or less where there is none."""
    full_name: Mapped[str] = mapped_column(String(128))
    is_teacher: Mapped[bool] = mapped_column(default=False)
    is_guest: Mapped[bool] = mapped_column(default=False, server_default=false())
    """The right to teach came with being a substitute, and ends with it."""
    last_class_id: Mapped[int | None] = mapped_column(ForeignKey("classes.id", ondelete="SET NULL"))
    """The class this teacher used last: what /report shows without a question."""
    asked_again_for: Mapped[str | None] = mapped_column(String(64))
    """The weight hash of the encoder for which this person was asked to enrol again: once is enough."""
    created_at: Mapped[datetime]

    @property
    def has_account(self) -> bool:
        """Whether there is a chat to write to."""
        return self.telegram_id > WITHOUT_ACCOUNT


class Conversation(Table):
    """Where a person stands in a dialogue, so that any bot replica can answer the next message."""

    __tablename__ = "conversations"
    telegram_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    language: Mapped[str | None] = mapped_column(String(8))
    """Set once the person picks one with /language."""
    locale: Mapped[str] = mapped_column(String(8), default="en")
    """The language of the last update; messages that answer no update are written in it."""
    step: Mapped[str] = mapped_column(String(32), default="")
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    updated_at: Mapped[datetime]


class Consent(Table):
    """What a person agreed to, in which words, and when. A withdrawn consent stays on record."""

    __tablename__ = "consents"
    id: Mapped[int] = mapped_column(primary_key=True)
    telegram_id: Mapped[int] = mapped_column(BigInteger, index=True)
    text_version: Mapped[str] = mapped_column(String(32))
    language: Mapped[str] = mapped_column(String(8))
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class Invite(Table):
    """A teacher's single-use invitation, to teach at all or to teach a class. Only the token's hash is kept."""

    __tablename__ = "invites"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    created_by: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[datetime]
    used_by: Mapped[int | None] = mapped_column(BigInteger)
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    class_id: Mapped[int | None] = mapped_column(ForeignKey("classes.id", ondelete="CASCADE"), index=True)
    """The class that its user is to teach; None: it gives the right to teach, by an admin."""
    until: Mapped[datetime | None]
    """When its user's time as a substitute ends; None for good."""
    note: Mapped[str | None] = mapped_column(String(128))
    """For whom it is, in an admin's words; kept while it can be used."""


class Allowance(Table):
    """What an account has left of one of the limits (`rollcall.domain.limits`); swept once it is whole again."""

    __tablename__ = "allowances"
    who: Mapped[str] = mapped_column(String(32), primary_key=True)
    """A pseudonym: of a stranger not even the id is kept."""
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    whole_at: Mapped[datetime] = mapped_column(index=True)
    """When the whole burst will be there again."""
    last_update_id: Mapped[int | None] = mapped_column(BigInteger)
    """The update counted last: tried again, it is not counted again."""
    told_update_id: Mapped[int | None] = mapped_column(BigInteger)
    """The update in answer to which the person was told to slow down."""


class SchoolClass(Table):
    """A class: whoever knows its join code may ask to be its student."""

    __tablename__ = "classes"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(128))
    join_code: Mapped[str] = mapped_column(String(32), unique=True)
    join_code_expires_at: Mapped[datetime | None]
    """Past: the code was ended, or ran out. None: made before codes ran out."""
    timezone: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]
    erasure_told_at: Mapped[datetime | None]
    """When its teachers heard that what is archived is erased soon."""
    practice_of: Mapped[int | None]
    """The teacher who tries out in it what students see, and is its only student; on nobody's list. Not a foreign key:
    people refer to classes already."""
    file_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Sealed: of the HMACs of its `UsedFile`s; None where there are none."""
    generation: Mapped[int] = mapped_column(server_default="0", default=0)
    """Of the voices that are recognised in it: see `rollcall.storage.generations`."""
    voices: Mapped[str] = mapped_column(String(64), server_default="", default="")
    """A digest of which these are."""
    call_students: Mapped[bool] = mapped_column(server_default=true(), default=True)
    """Whether the students are told when a lesson opens, and before it ends."""
    late_after_minutes: Mapped[int | None]
    """When a note counts as late; None: as the installation has it. Likewise the next."""
    lesson_minutes: Mapped[int | None]
    vocabulary: Mapped[Vocabulary] = mapped_column(server_default="school", default=Vocabulary.SCHOOL)
    told_missed_in_a_row: Mapped[int] = mapped_column(server_default="3", default=3)
    """From how many missed lessons in a row on the teachers hear of a student; 0: never."""
    told_share_below: Mapped[int] = mapped_column(server_default="75", default=75)
    """Below which share of attended lessons, in percent; 0: never."""
    told_week: Mapped[str | None] = mapped_column(String(8))
    """The last week in which they heard, or in which there was nothing to hear; see `rollcall.storage.weekly`."""
    language: Mapped[str | None] = mapped_column(String(8))
    """Of what a group of the class is told, and of its files; None: of whoever asks."""
    screen_names: Mapped[ScreenNames] = mapped_column(server_default="full", default=ScreenNames.FULL)
    """How a projector names its people."""
    challenge: Mapped[ChallengeMode] = mapped_column(server_default="off", default=ChallengeMode.OFF)
    """Whether a note that checks in has to hold words that were unknown before."""
    enrol_challenge: Mapped[bool] = mapped_column(server_default=false(), default=False)
    """Whether one of the three notes of an enrolment has to."""


class UsedFile(Table):
    """A file that somebody sent whose voice was erased since (`rollcall.storage.used_files`)."""

    __tablename__ = "used_files"
    class_id: Mapped[int] = mapped_column(ForeignKey("classes.id", ondelete="CASCADE"), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    kept_at: Mapped[datetime]
    """The day of the erasure."""


class Membership(Table):
    """A person's role in a class."""

    __tablename__ = "memberships"
    class_id: Mapped[int] = mapped_column(ForeignKey("classes.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(String(16))
    joined_at: Mapped[datetime]
    owner: Mapped[bool] = mapped_column(server_default=false(), default=False)
    """Of the class's teachers the one who says who teaches it; a practice class's student, who is its teacher too."""
    until: Mapped[datetime | None] = mapped_column(index=True)
    """When a substitute's right ends by itself; None for good. Who teaches: `rollcall.storage.teaching`."""
    student_number: Mapped[str | None] = mapped_column(String(64))
    """As the school writes it, of a student's card or a register."""
    group_name: Mapped[str | None] = mapped_column(String(64))
    email: Mapped[str | None] = mapped_column(String(128))
    listed_at: Mapped[datetime | None]
    """When the class's list named this student last; None for who is on none."""
    listed_name: Mapped[str | None] = mapped_column(String(128))
    """As the list had it when an account claimed the line whose owner goes by a name already."""
    left_at: Mapped[datetime | None]
    """When a student became a former one."""
    came_from_id: Mapped[int | None] = mapped_column(ForeignKey("classes.id", ondelete="SET NULL"))
    """Of a student: the class from which a teacher moved them here; the marks from there are read beside these."""
    uncalled: Mapped[bool] = mapped_column(server_default=false(), default=False)
    """Of a student: who does not want to be told when a lesson opens."""


TEACHER = "teacher"
STUDENT = "student"
FORMER = "former"
"""Was a student: the marks stay in the class's reports."""


class EnrolmentNote(Table):
    """A good enrolment note: of the present voiceprint, of one that waits for a teacher, of an enrolment under way."""

    __tablename__ = "enrolment_notes"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    attempt_id: Mapped[str] = mapped_column(String(36), unique=True)
    enrolment: Mapped[str] = mapped_column(String(36))
    """Which enrolment it belongs to; /enroll begins a new one. The voiceprint says which of them it was made of."""
    embedding: Mapped[bytes] = mapped_column(LargeBinary)
    model: Mapped[str] = mapped_column(String(64))
    weight_hash: Mapped[str] = mapped_column(String(64))
    decoder: Mapped[str] = mapped_column(String(64))
    speech_seconds: Mapped[float]
    created_at: Mapped[datetime]
    narrow: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The embedding of the same note as a telephone passes it, sealed; None where nobody has heard it so."""


class KeptRecording(Table):
    """A sealed enrolment recording of someone who agreed to it, so that another encoder can learn the voice."""

    __tablename__ = "kept_recordings"
    attempt_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]


class StoredVoiceprint(Table):
    """A person's sealed centroid, with the model and weight hash that made it."""

    __tablename__ = "voiceprints"
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    model: Mapped[str] = mapped_column(String(64))
    weight_hash: Mapped[str] = mapped_column(String(64))
    notes: Mapped[int]
    enrolment: Mapped[str | None] = mapped_column(String(36))
    """Whose notes it was made of; None where none of them were kept."""
    created_at: Mapped[datetime]
    """Of the enrolment, whatever became of the voiceprint since."""
    renewed_at: Mapped[datetime | None]
    """When it last took a step, or was put back; see `rollcall.storage.renewals`."""
    invited_at: Mapped[datetime | None]
    """When its owner was last invited to record the voice anew."""


class Lesson(Table):
    """A lesson: open for check-in until it is closed or its time is up."""

    __tablename__ = "lessons"
    id: Mapped[int] = mapped_column(primary_key=True)
    class_id: Mapped[int] = mapped_column(ForeignKey("classes.id", ondelete="CASCADE"), index=True)
    opened_by: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    opened_at: Mapped[datetime]
    late_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    board_chat_id: Mapped[int | None] = mapped_column(BigInteger)
    board_message_id: Mapped[int | None] = mapped_column(BigInteger)
    """The message that keeps itself up to date; None in a chat that became another, until it is sent there."""
    board_thread_id: Mapped[int | None] = mapped_column(BigInteger)
    """The forum topic that it is in."""
    board_moves: Mapped[int] = mapped_column(default=0, server_default="0")
    """How often it had to be sent anew, because its topic or its chat was closed or the message was gone."""
    title: Mapped[str | None] = mapped_column(String(64))
    """What it is about, where the teacher has said so."""
    last_call_for: Mapped[datetime | None]
    """The end before which there was a last call."""


class Attendance(Table):
    """One mark per lesson and student."""

    __tablename__ = "attendance"
    lesson_id: Mapped[int] = mapped_column(ForeignKey("lessons.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True)
    status: Mapped[Status]
    at: Mapped[datetime | None]
    confidence: Mapped[float | None]
    attempt_id: Mapped[str | None] = mapped_column(String(36))
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    """The teacher who listened, where no voice was accepted."""
    reason: Mapped[str | None] = mapped_column(String(200))
    """Of an excused one: see `rollcall.domain.excuses`."""


class Attempt(Table):
    """Every voice note, and everything that explains what became of it."""

    __tablename__ = "attempts"
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    purpose: Mapped[Purpose]
    class_id: Mapped[int | None] = mapped_column(ForeignKey("classes.id", ondelete="SET NULL"))
    lesson_id: Mapped[int | None] = mapped_column(ForeignKey("lessons.id", ondelete="SET NULL"), index=True)
    enrolment: Mapped[str | None] = mapped_column(String(36))
    chat_id: Mapped[int] = mapped_column(BigInteger)
    message_id: Mapped[int] = mapped_column(BigInteger)
    file_id: Mapped[str] = mapped_column(String(255))
    file_unique_id: Mapped[str] = mapped_column(String(64), index=True)
    content_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    """SHA-256 of the file's bytes."""
    fingerprint: Mapped[bytes | None] = mapped_column(LargeBinary)
    sent_as: Mapped[SentAs | None]
    """The kind of message; None of notes that came before it was written down."""
    sent_at: Mapped[datetime]
    """Telegram's time of the message: lateness counts from it, not from when a worker was free."""
    received_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answer_from: Mapped[datetime | None]
    """The answer is not to be tried before: a bot is sending it, or Telegram asked to wait."""
    answer_holder: Mapped[str | None] = mapped_column(String(128))
    """The bot process that is sending it."""
    unanswerable: Mapped[str | None] = mapped_column(String(32))
    """Why the answer was given up: the sender blocked the bot, the chat is gone."""
    job_entry: Mapped[str | None] = mapped_column(String(32))
    """The note's entry in the jobs stream; None until it is there."""
    times_queued: Mapped[int] = mapped_column(default=0, server_default="0")
    """More than once only where Redis had lost the note."""
    waiting_message_id: Mapped[int | None] = mapped_column(BigInteger)
    """The message that told its sender how long the wait will be; deleted with the answer."""
    removed_from_chat_at: Mapped[datetime | None]
    """When the sender had the voice message deleted from the chat."""
    verdict: Mapped[Verdict]
    reason: Mapped[Reason | None]
    note_number: Mapped[int | None]
    """While enrolling: which of the three this note became. At check-in: which unsure try of the lesson it was."""
    embedding: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Sealed; of an unsure try, for as long as another may be averaged with it."""
    status: Mapped[Status | None]
    """At check-in: the mark that this note brought or confirmed."""
    marked_at: Mapped[datetime | None]
    enrolled_at: Mapped[datetime | None]
    """Where the note brought a mark: when the voice had been recorded, if that was after the lesson's opening."""
    model: Mapped[str | None] = mapped_column(String(64))
    weight_hash: Mapped[str | None] = mapped_column(String(64))
    decoder: Mapped[str | None] = mapped_column(String(64))
    score: Mapped[float | None]
    threshold: Mapped[float | None]
    runner_up: Mapped[float | None]
    confidence: Mapped[float | None]
    speech_seconds: Mapped[float | None]
    challenge_id: Mapped[int | None]
    """What it was to say; the row goes soon (`rollcall.storage.challenges`), and is no foreign key."""
    words: Mapped[Words | None]
    """What was heard of it. Of a note that counts without: `NOT_CHECKED`."""
    words_score: Mapped[float | None]
    quality: Mapped[dict[str, float]] = mapped_column(default=dict)
    timings: Mapped[dict[str, float]] = mapped_column(default=dict)

    __table_args__ = (
        Index("ix_attempts_person_id_purpose", "person_id", "purpose"),
        Index("ix_attempts_verdict_answered_at", "verdict", "answered_at"),
    )


class Review(Table):
    """A student's notes in a lesson that only the teacher can settle, by listening."""

    __tablename__ = "reviews"
    id: Mapped[int] = mapped_column(primary_key=True)
    lesson_id: Mapped[int] = mapped_column(ForeignKey("lessons.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    attempt_id: Mapped[str | None] = mapped_column(String(36))
    """The last try: the note that the teacher hears. None where the student checked in without a voice."""
    sent_at: Mapped[datetime]
    """When the first try was sent: the student was there then."""
    state: Mapped[ReviewState]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    decided_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
    """When the student heard of the decision."""
    created_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("lesson_id", "person_id"), Index("ix_reviews_state", "state"))


class Card(Table):
    """A question as one teacher sees it in the chat."""

    __abstract__ = True
    question_id: Mapped[int] = mapped_column(primary_key=True, sort_order=-1)
    chat_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    """None while it is being sent, or as long as the chat does not take it; 0 once it was deleted."""
    shown: Mapped[str]
    """The question's state, as the card tells it."""
    claimed_at: Mapped[datetime]
    not_before: Mapped[datetime | None]
    """When it may be tried again: a bot is sending it, or the teacher's chat did not take it."""
    tries: Mapped[int] = mapped_column(default=0, server_default="0")
    """How often the teacher's chat did not take it."""


class ReviewCard(Card):
    """A review as one teacher sees it in the chat."""

    __tablename__ = "review_cards"
    question_id: Mapped[int] = mapped_column(
        "review_id", ForeignKey("reviews.id", ondelete="CASCADE"), primary_key=True, sort_order=-1
    )
    shown: Mapped[ReviewState]


class ClosingNotice(Table):
    """A word still owed to a teacher: a lesson's time was up. Written with the closing, deleted once it is said."""

    __tablename__ = "closing_notices"
    lesson_id: Mapped[int] = mapped_column(ForeignKey("lessons.id", ondelete="CASCADE"), primary_key=True)
    chat_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    created_at: Mapped[datetime]
    not_before: Mapped[datetime | None]
    """When it may be tried again: a bot is sending it, or the teacher's chat did not take it."""
    holder: Mapped[str | None] = mapped_column(String(128))
    """The bot process that is sending it."""
    tries: Mapped[int] = mapped_column(default=0, server_default="0")
    """How often the teacher's chat did not take it."""


class StaffNotice(Table):
    """A word still owed about who teaches a class, who is in it, or the class. Written with what it tells of."""

    __tablename__ = "staff_notices"
    id: Mapped[int] = mapped_column(primary_key=True)
    class_id: Mapped[int | None] = mapped_column(ForeignKey("classes.id", ondelete="CASCADE"), index=True)
    """None where it is about no class."""
    chat_id: Mapped[int] = mapped_column(BigInteger)
    news: Mapped[StaffNews]
    about_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    """Of whom it tells."""
    by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    """Whose doing it was."""
    until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    not_before: Mapped[datetime | None]
    """When it may be tried again: a bot is sending it, or the teacher's chat did not take it."""
    holder: Mapped[str | None] = mapped_column(String(128))
    """The bot process that is sending it."""
    tries: Mapped[int] = mapped_column(default=0, server_default="0")
    """How often the teacher's chat did not take it."""


class Call(Table):
    """A word to a student that a lesson is open. Written with its opening, gone once nothing is to be done for it."""

    __tablename__ = "calls"
    id: Mapped[int] = mapped_column(primary_key=True)
    lesson_id: Mapped[int] = mapped_column(ForeignKey("lessons.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    round: Mapped[int]
    """0 when the lesson opened; later ones are last calls, a round before each end that the lesson was given."""
    created_at: Mapped[datetime]
    not_before: Mapped[datetime | None]
    """When it may be tried: a bot is at it, or the student's chat did not take it."""
    holder: Mapped[str | None] = mapped_column(String(128))
    """The bot process that is at it."""
    tries: Mapped[int] = mapped_column(default=0, server_default="0")
    """How often Telegram did not take it."""
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    """The message; its buttons are taken away once they lead nowhere. None as long as it is owed."""

    __table_args__ = (UniqueConstraint("lesson_id", "person_id", "round"),)


class AlikeVoices(Table):
    """Two students of a class who sound like one person, and what a teacher said of it."""

    __tablename__ = "alike_voices"
    id: Mapped[int] = mapped_column(primary_key=True)
    class_id: Mapped[int] = mapped_column(ForeignKey("classes.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    """The smaller id of the two."""
    other_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    score: Mapped[float]
    created_at: Mapped[datetime]
    two_people_at: Mapped[datetime | None]
    """When a teacher said that they are two people, as twins are: it is not asked again."""

    __table_args__ = (UniqueConstraint("class_id", "person_id", "other_id"),)


class Namesake(Table):
    """A student who joined a class, or was renamed in it, when the name looked like another student's there."""

    __tablename__ = "namesakes"
    class_id: Mapped[int] = mapped_column(ForeignKey("classes.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True)
    said: Mapped[str | None] = mapped_column(String(16))
    """What the student answered: `rollcall.storage.namesakes.SAME` or `OTHER`; None while they have not."""
    created_at: Mapped[datetime]
    told_at: Mapped[datetime | None]
    """When the teachers heard of it."""
    removed_at: Mapped[datetime | None]
    """When a teacher took the student out of the class; only such a one can be put back."""


class Erasure(Table):
    """What an erasure's receipt says. Nothing in it leads to the person: only who shows the receipt is known by it."""

    __tablename__ = "erasures"
    receipt: Mapped[str] = mapped_column(String(36), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    """A `rollcall.usecases.erasure.Kind`."""
    erased_at: Mapped[datetime]
    counts: Mapped[dict[str, Any]]
    """How many values went, by what they were."""
    agreements: Mapped[dict[str, Any]]
    """The agreements of someone who left with everything: text, language and time, by number."""
    cleared_at: Mapped[datetime | None]
    """When the database's file and the queue's log were written anew, without what was erased."""


class Chore(Table):
    """Something that one bot does for all of them, now and then."""

    __tablename__ = "chores"
    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    due_at: Mapped[datetime]


class IncomingUpdate(Table):
    """A Telegram update from its arrival until its effect is safe. Confirmed to Telegram once it is here."""

    __tablename__ = "incoming_updates"
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 of the update, so that a second delivery is known."""
    update_id: Mapped[int] = mapped_column(BigInteger, index=True)
    payload: Mapped[str | None]
    """The update's JSON; emptied once handled."""
    received_at: Mapped[datetime]
    handled_at: Mapped[datetime | None]
    holder: Mapped[str | None] = mapped_column(String(128))
    """The bot process that is at it: host, process id and a token of its start."""
    held_until: Mapped[datetime | None]
    """By the holder's own clock, written anew every few seconds: once it no longer changes, another bot takes over."""

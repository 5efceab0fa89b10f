"""What can be said of a voice note: one verdict, and the one reason behind it."""

from enum import StrEnum


class Purpose(StrEnum):
    """What a voice note was sent for."""

    ENROL = "enrol"
    CHECK_IN = "check_in"


class Verdict(StrEnum):
    """The decision on a voice note."""

    PENDING = "pending"
    """On its way through the queue."""
    ACCEPTED = "accepted"
    """At check-in: the account's own voice. While enrolling: a good note."""
    ANOTHER_VOICE = "another_voice"
    """Someone else of the class speaks."""
    UNKNOWN = "unknown"
    """The voice is nobody's in the class."""
    UNSURE = "unsure"
    """Between the cuts: another note is needed."""
    UNSAID = "unsaid"
    """The account's own voice, without the words that were asked for (`rollcall.domain.challenge`): said again."""
    REFUSED = "refused"
    """The note cannot be judged: quality, replay, or the wrong time."""
    FAILED = "failed"
    """We could not process it; the student is asked to send it again."""


JUDGED = frozenset({Verdict.ACCEPTED, Verdict.ANOTHER_VOICE, Verdict.UNKNOWN, Verdict.UNSURE, Verdict.UNSAID})
"""The note's voice was listened to. Only such notes are kept to know a recording again by: one that was refused for its
sound, or lost, was never of use to anybody, and its sender was asked to send another."""


class Reason(StrEnum):
    """Why. Each has one sentence in each language (``reason-<value>`` in the texts)."""

    MATCH = "match"
    GOOD_NOTE = "good_note"

    OTHER_VOICE = "other_voice"
    UNKNOWN_VOICE = "unknown_voice"
    UNSURE = "unsure"
    VOICE_WAITS = "voice_waits"
    """A teacher has yet to say that the recorded voice is the student's: nobody was compared with it."""
    WORDS_WANTED = "words_wanted"
    """The voice is right, and nothing was asked for yet, or its time was over."""
    WORDS_NOT_HEARD = "words_not_heard"
    WORDS_OTHER = "words_other"
    """The answer to another challenge. Whoever says it is accused of nothing: recognisers mishear."""
    WORDS_UNCLEAR = "words_unclear"
    TEACHER_DECIDES = "teacher_decides"
    TEACHER_CONFIRMED = "teacher_confirmed"
    TEACHER_REJECTED = "teacher_rejected"

    UNREADABLE = "unreadable"
    """Not a kind of file with sound in it: a document, a picture."""
    NO_SOUND = "no_sound"
    """A video without a sound track, a file that says it holds none."""
    BROKEN_FILE = "broken_file"
    """A sound file of which nothing can be heard."""
    DAMAGED = "damaged"
    """Too much of the recording is lost to judge the rest."""
    TOO_LONG = "too_long"
    TOO_BIG = "too_big"
    TOO_MANY = "too_many"
    FILE_UNAVAILABLE = "file_unavailable"
    """Telegram announced the recording and did not give it, for as long as it was asked."""
    SILENCE = "silence"
    NO_SPEECH = "no_speech"
    TOO_SHORT = "too_short"
    TOO_QUIET = "too_quiet"
    CLIPPED = "clipped"
    NOISY = "noisy"
    NARROW_BAND = "narrow_band"
    SEVERAL_SPEAKERS = "several_speakers"

    FORWARDED = "forwarded"
    SCHEDULED = "scheduled"
    """Recorded at some time and sent by Telegram at another."""
    THROUGH_BOT = "through_bot"
    """Sent by another bot in the account's name."""
    SEEN_BEFORE = "seen_before"
    SAME_RECORDING = "same_recording"
    BEFORE_LESSON = "before_lesson"
    DIFFERENT_VOICE = "different_voice"
    NOT_ENROLLED = "not_enrolled"
    NOT_EXPECTED = "not_expected"

    PROCESSING_FAILED = "processing_failed"


SUSPICIOUS = frozenset(
    {
        Reason.OTHER_VOICE,
        Reason.UNKNOWN_VOICE,
        Reason.FORWARDED,
        Reason.SCHEDULED,
        Reason.THROUGH_BOT,
        Reason.SEEN_BEFORE,
        Reason.SAME_RECORDING,
        Reason.BEFORE_LESSON,
        Reason.SEVERAL_SPEAKERS,
        Reason.TEACHER_DECIDES,
        Reason.TEACHER_REJECTED,
    }
)
"""Reasons a teacher wants to hear of: somebody else may have spoken, or a recording was played."""

WORDS = frozenset({Reason.WORDS_WANTED, Reason.WORDS_NOT_HEARD, Reason.WORDS_OTHER, Reason.WORDS_UNCLEAR})
"""The voice was right, the words were not: nothing to accuse anybody of."""
IN_DOUBT = SUSPICIOUS | WORDS
"""Whose notes leave one of these is not absent without more ado: in doubt, until a teacher says what is right."""

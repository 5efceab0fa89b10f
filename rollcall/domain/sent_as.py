"""As what a note was sent: recorded in Telegram, or a file that may have been made anywhere and at any time."""

from enum import StrEnum


class SentAs(StrEnum):
    """The kind of message that a note came in."""

    VOICE = "voice"
    VIDEO_NOTE = "video_note"
    """A round video."""
    AUDIO = "audio"
    VIDEO = "video"
    DOCUMENT = "document"


RECORDED = frozenset({SentAs.VOICE, SentAs.VIDEO_NOTE})
"""What Telegram's own recorders make."""

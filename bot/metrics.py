"""What the bot counts. Every label takes its values from a short list of the code's own."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram
from telegram import Update

from rollcall.storage.faults import Trouble

_REQUEST_BUCKETS = (0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60)
_ANSWER_BUCKETS = (0.5, 1, 1.5, 2, 3, 5, 8, 13, 20, 30, 60, 120, 300, 600, 1800)
"""Seconds. Telegram tells when a message was sent in whole seconds, so finer ones would tell nothing."""

RECEIVED = Counter("rollcall_bot_updates_received", "Updates kept, by kind.", ["kind"])
REPEATED = Counter("rollcall_bot_updates_repeated", "Updates that came again, and were dropped.")
HANDLED = Counter("rollcall_bot_updates_handled", "Updates whose effect is safe, by kind.", ["kind"])
FAILED = Counter("rollcall_bot_updates_failed", "Updates whose handler failed for good, by kind.", ["kind"])
RETRIED = Counter(
    "rollcall_bot_updates_retried", "Tries of updates that a service out of reach spoilt, by kind.", ["kind"]
)

NOTES = Counter(
    "rollcall_bot_notes", "Voice notes answered, by what for and what became of them.", ["purpose", "verdict", "reason"]
)
ANSWERS = Counter("rollcall_bot_answers", "Tries to send a final answer: sent, later, blocked, refused.", ["outcome"])
ANSWER_SECONDS = Histogram(
    "rollcall_bot_answer_seconds", "From when a voice note was sent to its final answer, by Telegram's clock and ours.",
    ["purpose"], buckets=_ANSWER_BUCKETS,
)  # fmt: skip

TELEGRAM_SECONDS = Histogram(
    "rollcall_bot_telegram_request_seconds", "Calls to Telegram, by method; getUpdates waits on purpose.",
    ["method"], buckets=_REQUEST_BUCKETS,
)  # fmt: skip
TELEGRAM_ERRORS = Counter(
    "rollcall_bot_telegram_errors",
    "Calls to Telegram that failed, by its answer, or by there being none.",
    ["kind"],
)
HEARD = Gauge(
    "rollcall_bot_heard_timestamp_seconds",
    "When Telegram last answered the question for updates; by webhook, when that last took a connection.",
)
CLOCK_AHEAD = Gauge(
    "rollcall_bot_telegram_clock_ahead_seconds",
    "How far Telegram's clock is ahead of this machine's, good to a second; negative where this machine's is fast.",
)
TURNED = Gauge("rollcall_bot_loop_timestamp_seconds", "When the bot's event loop last turned.")

QUEUE_WAITING = Gauge("rollcall_bot_queue_waiting", "Notes in the queue that no worker has taken yet.")
QUEUE_PENDING = Gauge("rollcall_bot_queue_pending", "Notes in a worker's hands.")
QUEUE_AGE = Gauge("rollcall_bot_queue_oldest_seconds", "For how long the oldest note has been in the queue.")
RESULTS_WAITING = Gauge("rollcall_bot_results_waiting", "Results that are not in the database yet.")
RESULTS_FORGED = Counter("rollcall_bot_results_forged", "Results that no worker of ours had signed.")
JUDGED_AGAIN = Counter("rollcall_bot_notes_judged_again", "Notes that met no gallery, or an older one than theirs.")
GALLERIES_MENDED = Counter(
    "rollcall_bot_galleries_mended", "Galleries that were not what the database says, when all were compared."
)
DEAD_LETTERS = Gauge("rollcall_bot_dead_letters", "Entries of the dead stream.")
WORKERS = Gauge("rollcall_bot_workers", "Workers that asked for work within the last half minute.")
QUEUE_MEMORY = Gauge("rollcall_bot_queue_memory_ratio", "Share of Redis's maxmemory in use; 0 where there is none.")

INBOX_WAITING = Gauge("rollcall_bot_inbox_waiting", "Updates kept and not yet handled, by any bot.")
INBOX_AGE = Gauge("rollcall_bot_inbox_oldest_seconds", "For how long the oldest of those has waited.")
ANSWERS_OWED = Gauge("rollcall_bot_answers_owed", "Notes that are settled and whose sender has not been told.")
LESSONS_OPEN = Gauge("rollcall_bot_lessons_open", "Lessons open for check-in.")

STORE_TROUBLE = Gauge(
    "rollcall_bot_store_trouble", "1 while database or queue are damaged, full or not to be written, by what it is.",
    ["kind"],
)  # fmt: skip

KINDS = ("voice", "audio", "command", "text", "button", "other")
ERRORS = (
    "flood", "server", "conflict", "token", "forbidden", "bad_request", "other",
    "garbage", "timeout", "pool", "network",
)  # fmt: skip
OUTCOMES = ("sent", "later", "blocked", "refused")


def _begin_at_zero() -> None:
    """From the start, so that the first of a kind is seen to increase."""
    for counter in (RECEIVED, HANDLED, FAILED, RETRIED):
        for kind in KINDS:
            counter.labels(kind)
    for outcome in OUTCOMES:
        ANSWERS.labels(outcome)
    for error in ERRORS:
        TELEGRAM_ERRORS.labels(error)
    for trouble in Trouble:
        STORE_TROUBLE.labels(trouble.value)


_begin_at_zero()


def kind_of(update: object) -> str:
    """One of `KINDS`."""
    if not isinstance(update, Update):
        return "other"
    if update.callback_query is not None:
        return "button"
    message = update.message
    if message is None:
        return "other"
    if message.voice is not None:
        return "voice"
    if message.video_note or message.audio or message.video or message.document:
        return "audio"
    if message.text is not None:
        return "command" if message.text.startswith("/") else "text"
    return "other"

"""Which modules get faults, and which tests have to notice: the nearest first."""

from __future__ import annotations

PLAN: dict[str, tuple[str, ...]] = {
    "rollcall/domain/decision.py": ("tests/rollcall/domain/test_decision.py",),
    "rollcall/domain/repeated_notes.py": ("tests/rollcall/domain/test_repeated_notes.py",),
    "rollcall/domain/recalibration.py": ("tests/rollcall/domain/test_recalibration.py",),
    "rollcall/domain/enrolment.py": ("tests/rollcall/domain/test_enrolment.py",),
    "rollcall/queue/galleries.py": (
        "tests/rollcall/queue/test_galleries.py", "tests/rollcall/usecases/test_galleries.py",
        "tests/worker/test_loop.py",
    ),
    "rollcall/usecases/galleries.py": ("tests/rollcall/usecases/test_galleries.py",),
    "rollcall/usecases/settlement.py": (
        "tests/rollcall/usecases/test_settlement.py", "tests/rollcall/domain/test_repeated_notes.py",
        "tests/rollcall/storage/test_holder.py", "tests/rollcall/queue/test_silence.py",
    ),
    "rollcall/usecases/replays.py": (
        "tests/rollcall/usecases/test_replays.py", "tests/rollcall/usecases/test_settlement.py",
        "tests/rollcall/storage/test_used_files.py",
    ),
    "rollcall/storage/lessons.py": (
        "tests/rollcall/storage/test_lessons.py",
        "tests/rollcall/storage/test_storage.py", "tests/rollcall/usecases/test_settlement.py",
        "tests/rollcall/storage/test_holder.py", "tests/rollcall/audit/test_chain.py",
    ),
    "rollcall/storage/attempts.py": (
        "tests/rollcall/storage/test_storage.py", "tests/rollcall/usecases/test_settlement.py",
        "tests/bot/outbox/test_answers.py",
    ),
    "bot/outbox/answers.py": (
        "tests/bot/outbox/test_answers.py", "tests/bot/outbox/test_answer_words.py", "tests/bot/test_texts.py",
    ),
    "worker/audio/quality.py": ("tests/worker/audio/test_quality.py", "tests/worker/test_listening.py"),
    "worker/loop.py": ("tests/worker/test_loop.py",),
}  # fmt: skip

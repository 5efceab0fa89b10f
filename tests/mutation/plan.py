"""Which modules get faults, and which tests have to notice: the nearest first."""

from __future__ import annotations

PLAN: dict[str, tuple[str, ...]] = {
    "rollcall/decision.py": ("tests/rollcall/test_decision.py",),
    "rollcall/tries.py": ("tests/rollcall/test_tries.py",),
    "rollcall/outlook.py": ("tests/rollcall/test_outlook.py",),
    "rollcall/enrolment.py": ("tests/rollcall/test_enrolment.py",),
    "rollcall/galleries.py": (
        "tests/rollcall/test_galleries.py", "tests/rollcall/test_class_gallery.py", "tests/worker/test_loop.py",
    ),
    "rollcall/class_gallery.py": ("tests/rollcall/test_class_gallery.py",),
    "rollcall/settlement.py": (
        "tests/rollcall/test_settlement.py", "tests/rollcall/test_tries.py", "tests/rollcall/test_turns.py",
        "tests/rollcall/test_silence.py",
    ),
    "rollcall/replays.py": (
        "tests/rollcall/test_replays.py", "tests/rollcall/test_settlement.py", "tests/rollcall/test_used_files.py",
    ),
    "rollcall/storage/lessons.py": (
        "tests/rollcall/test_lessons.py",
        "tests/rollcall/test_storage.py", "tests/rollcall/test_settlement.py", "tests/rollcall/test_turns.py",
        "tests/rollcall/test_audit.py",
    ),
    "rollcall/storage/attempts.py": (
        "tests/rollcall/test_storage.py", "tests/rollcall/test_settlement.py", "tests/bot/test_answers.py",
    ),
    "bot/answers.py": ("tests/bot/test_answers.py", "tests/bot/test_answer_words.py", "tests/bot/test_texts.py"),
    "worker/quality.py": ("tests/worker/test_quality.py", "tests/worker/test_listening.py"),
    "worker/loop.py": ("tests/worker/test_loop.py",),
}  # fmt: skip

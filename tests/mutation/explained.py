"""Faults that no test notices because they change nothing that anybody could: why, one by one.

Each under its module and its name, as the table of `make mutate` gives it.
"""

from __future__ import annotations

EXPLAINED: dict[str, dict[str, str]] = {
    "rollcall/domain/recalibration.py": {
        "_raise: 2 -> (3)": "Two trials are those of two people with one note each; an enrolment has three.",
    },
    "rollcall/domain/enrolment.py": {
        "differs_from_before: return False -> return None": "Asked for as a condition only.",
    },
    "rollcall/queue/galleries.py": {
        "module: 0.05 -> (0.07500000000000001)": "How long to wait after somebody else wrote first.",
        "GalleryWriter.write: True -> (False)": "A pipeline that was told WATCH and MULTI is a transaction by that.",
        "GalleryWriter.write: await asyncio.sleep(random.uniform(0, _PAUSE)) -> pass": "Tries again sooner.",
        "GalleryWriter.write: 0 -> (1)": "Tries again later.",
        "GalleryWriter.drop: 1 -> (2)": "Any other number is another version.",
        "GalleryWriter._is: return False -> return None #2": "Asked for as a condition only.",
    },
    "rollcall/usecases/settlement.py": {
        "apply_result: True -> (False)": "SQLite has one writer. PostgreSQL's lock has a test of its own, "
        "test_two_bots_that_settle_a_note_at_the_same_moment_say_the_same, which fails without it.",
    },
    "rollcall/storage/attempts.py": {
        "register: session.flush() -> pass": "The session does it before the next query, or at its end.",
        "release_answers_of_the_dead: "
        "select(Attempt.answer_holder).where(*_UNANSWERED, Attempt.answer_holder.is_not(None)) -> "
        "(select(Attempt.answer_holder).where(*_UNANSWERED))": "Nobody is left out of what was found.",
    },
    "rollcall/storage/lessons.py": {
        "open_lesson_of: Lesson.id.desc() -> (Lesson.id)": "A class has one open lesson at most.",
        "flag_absent: True -> (False)": "SQLite has one writer, and these run without PostgreSQL.",
    },
    "bot/outbox/answers.py": {
        "_step: 1 -> (2) #2": "Of a note that enrols nobody, whose answer asks for no step.",
    },
    "worker/audio/quality.py": {
        "_high_band: 300 -> (301)": "A frame's spectrum has values at 280 and at 320 Hz, none between.",
    },
    "worker/loop.py": {
        "Worker._judge_all: return [] -> return None": "No notes have no results either way.",
        "Worker._work: True -> (False) #2": "Both are as long as the batch.",
        "Worker.__init__: 2 -> (3) #2": "One file more at a time for ffmpeg.",
        "Worker.run: 2 -> (3)": "How much longer to wait for a lost Redis each time.",
        "Worker.run: self._moved() -> pass": "The loop says so itself at its next turn.",
        "Worker._serve: self._slow -> (not (self._slow))": "How long to wait for new notes: seconds or a tenth of one.",
        "_Holding.__exit__: self._thread.join() -> pass": "The thread ends by itself, and holds nothing by then.",
    },
}

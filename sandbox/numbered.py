"""The scene in which a note says a number that nobody could know before."""

from __future__ import annotations

import re

from sandbox import verdicts
from sandbox.cast import Note
from sandbox.message import Message
from sandbox.person import Person
from sandbox.saying import saying
from sandbox.scene import Scene, Student
from sandbox.stage import Outcome

STEADY = ("shelby", "AnxiousAndy")
"""Shipped voices of which a sentence and digits, made apart and joined, always sound like one person.

One in forty of Gene2's and Demonic's does not, and is refused as two people's.
"""
_NUMBER = re.compile(r"\d(?:\W{1,3}\d){3}")


def speaker(students: list[Student]) -> Student | None:
    """Who can say a number: a steady voice that has a sentence left."""
    return next((one for one in students if one.role.voice.left and one.role.voice.name in STEADY), None)


async def numbered_lesson(scene: Scene, student: Student) -> None:
    """A teacher wants to see whether the class's numbers are understood; in the next lesson somebody says one."""
    if not await _ask_for_numbers(scene):
        return
    await scene.ask(scene.teacher, "/open", "opens another lesson")
    digits = await _shown(scene, student)
    if digits is None:
        return
    sentence = student.role.voice.take()
    said = saying(student.role.voice.name, digits, int(sentence.name.partition(".")[0]))
    outcome = scene.note(Outcome(student.name, f"says {' '.join(digits)} after a sentence"))
    note = Note(sentence.voice, f"{sentence.name} and {digits}", said, "audio/ogg")
    answer = await scene.send(student, note, "says a number", outcome)
    if answer is not None:
        outcome.wrong += verdicts.accepted(answer.text, student.name, scene.others(student))
    await scene.ask(scene.teacher, "/close", "closes it")


async def _ask_for_numbers(scene: Scene) -> bool:
    message, outcome = await scene.ask(scene.teacher, "/class", "has notes say a number, for a trial")
    for wanted in (r"settings:\d+", r"settings:\d+:number", r"set:\d+:number:ask"):
        message = await _press(scene, scene.teacher, wanted, message, outcome)
    return message is not None


async def _shown(scene: Scene, student: Student) -> str | None:
    """The number that the student is shown."""
    message, outcome = await scene.ask(student.person, "/here", "asks for a number")
    message = await _press(scene, student.person, r"say:\d+", message, outcome)
    if message is not None and message.has("say-yes:"):
        message = await _press(scene, student.person, r"say-yes:\d+", message, outcome)
    if message is None:
        return None
    outcome.answer = message.text
    found = _NUMBER.search(message.text)
    if found is None:
        # Without the extra words no worker hears any; the lesson is as every other one then.
        scene.stage.said(student.person.id, "is shown no number, for no worker hears words")
        return None
    return re.sub(r"\D", "", found[0])


async def _press(
    scene: Scene, person: Person, wanted: str, message: Message | None, outcome: Outcome
) -> Message | None:
    """What comes of the button with such data; None where there is none, which is wrong."""
    if message is None:
        return None
    button = next((one for one in message.buttons if one.data and re.fullmatch(wanted, one.data)), None)
    if button is None or button.data is None:
        outcome.wrong.append(f"has no button {wanted}")
        return None
    scene.stage.said(person.id, f"presses [{button.text}]")
    press = await person.press(button.data, message)
    return await scene.change(person, press.at, outcome)

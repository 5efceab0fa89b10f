"""Who may do what: the one table. `bot.gate` lets nothing happen that has no row here; docs/permissions.md shows it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from rollcall.domain.limits import MESSAGES, NOTES, REPORTS, Limit
from rollcall.domain.staff import Standing


class Role(StrEnum):
    """What a person is to the class at hand; without a class at hand, TEACHER and STUDENT are "elsewhere"."""

    NOBODY = "nobody"
    """Belongs to no class and teaches none."""
    STUDENT = "student"
    """Of the class."""
    STUDENT_ELSEWHERE = "student elsewhere"
    """Of another class."""
    TEACHER = "teacher"
    """Of the class."""
    TEACHER_ELSEWHERE = "teacher elsewhere"
    """Of other classes, or of none yet."""
    ADMIN = "admin"
    """Named in ROLLCALL_ADMINS: says who teaches what, and may teach. Of the students and marks in others' classes an
    admin sees nothing."""


class Target(StrEnum):
    """What an action's number names; the value is the group of the button's pattern that carries it."""

    NONE = ""
    CLASS = "class_id"
    LESSON = "lesson_id"
    """A lesson of a class."""
    REVIEW = "review_id"
    """A student's notes in a lesson of a class: whoever teaches the class."""
    CLAIM = "claim_id"
    """A student's recorded voice, of which a teacher has to decide: whoever teaches a class that it waits in."""
    ABSENCE = "absence_id"
    """An absence that a student of a class announced: whoever teaches the class."""
    APPEAL = "appeal_id"
    """A student's objection to a mark: whoever teaches the class."""
    PERSON = "person_id"
    INVITE = "invite"


EVERYONE = frozenset(Role)
STUDENTS = frozenset({Role.STUDENT, Role.STUDENT_ELSEWHERE})
TEACHERS = frozenset({Role.TEACHER, Role.TEACHER_ELSEWHERE, Role.ADMIN})
THE_STUDENT = frozenset({Role.STUDENT})
THE_TEACHER = frozenset({Role.TEACHER})
ADMINS = frozenset({Role.ADMIN})


@dataclass(frozen=True)
class Permission:
    """A row: an action, who may take it, on what, where, and how often."""

    action: str
    """``/command``, ``button:`` with the callback data's first word before the colon, or a kind of message."""
    about: str
    roles: frozenset[Role] = EVERYONE
    target: Target = Target.NONE
    private: bool = True
    """Only in the private chat: the answer is nobody else's business."""
    limit: Limit = MESSAGES
    standing: Standing = Standing.ANY
    """What a teacher has to be to the class; without a class at hand, at least a teacher for good."""

    @property
    def archived(self) -> bool:
        """Whether it can be taken also where the class is in the archive: it is read there, or comes back."""
        return self.action in _IN_THE_ARCHIVE

    def allows(self, roles: frozenset[Role]) -> bool:
        """Whether someone with these roles may take the action."""
        return bool(self.roles & roles)

    def refusal(self, roles: frozenset[Role]) -> str:
        """The text for someone who may not. It depends on the caller alone, so that it tells nothing of the target."""
        if self.roles == ADMINS:
            return "not-an-admin"
        if self.roles == STUDENTS:
            return "join-first"
        if self.roles == THE_STUDENT:
            return "here-closed" if self.target is Target.LESSON else "join-first"  # as for a lesson that is over
        return "class-not-yours" if roles & TEACHERS else "not-a-teacher"


_IN_THE_ARCHIVE = frozenset(
    f"button:{one}"
    for one in (
        "class",
        "lessons",
        "lesson",
        "students",
        "student",
        "report",
        "report-lesson",
        "export",
        "export-back",
        "export-as",
        "export-lesson",
        "export-lesson-as",
        "staff",
        "archive-yes",
        "restore",
    )
)
"""What reads, and what puts away and brings back; everything else would change a class that is in the archive."""

_of_lasting_class = partial(Permission, roles=THE_TEACHER, target=Target.CLASS, standing=Standing.LASTING)
"""What changes a class for longer than a lesson: for those who teach it for good."""

_ROWS = (
    Permission("/start", "greeting; joining by a class's link; becoming a teacher by an invitation"),
    Permission("/help", "what the bot does for the caller", private=False),
    Permission("/language", "choose a language", private=False),
    Permission("/cancel", "leave one's own dialogue", private=False),
    Permission("/enroll", "record one's own voice", STUDENTS),
    Permission("/me", "one's own attendance", STUDENTS),
    Permission("/here", "the lessons to check in to without a voice", STUDENTS),
    Permission("/mydata", "everything that is kept of oneself, as a file", limit=REPORTS),
    Permission("/leave", "leave one class", STUDENTS),
    Permission("/forget", "delete one's own voice"),
    Permission("/newclass", "make a class of one's own", TEACHERS, standing=Standing.LASTING),
    Permission("/class", "the card of one's own class that was used last", TEACHERS),
    Permission("/classes", "list one's own classes", TEACHERS),
    Permission("/open", "open a lesson of one's own class", TEACHERS, private=False),
    Permission("/close", "close a lesson of one's own class", TEACHERS, private=False),
    Permission("/report", "report on one's own class", TEACHERS, limit=REPORTS),
    Permission("/lessons", "the lessons that one's own class has had", TEACHERS),
    Permission("/invite", "a link that makes a teacher; the invitations that are open", ADMINS),
    Permission("/teachers", "who teaches", ADMINS),
    Permission("voice note", "enrol, check in", private=True, limit=NOTES),
    Permission("text", "the answer to a question, or a hint"),
    Permission("list", "a teacher's list of students, shown before it is taken; from anyone else a hint"),
    Permission("anything else", "a hint"),
    Permission("edited message", "an answer given anew, or what to do", private=False),
    Permission("button:consent", "agree to voice check-in, or not; for oneself"),
    Permission("button:forget", "delete one's own voice, or not"),
    Permission("button:without", "join without a voice, by the join code that the button carries"),
    Permission("button:here", "check in to the lesson without a voice", THE_STUDENT, Target.LESSON),
    Permission("button:say", "be shown the number to say in the lesson", THE_STUDENT, Target.LESSON),
    Permission("button:say-yes", "agree that the words are listened to", THE_STUDENT, Target.LESSON),
    Permission("button:leave", "delete oneself altogether, or not"),
    Permission("button:quit", "ask whether to leave the class", THE_STUDENT, Target.CLASS),
    Permission("button:quit-yes", "leave the class", THE_STUDENT, Target.CLASS),
    Permission("button:quit-no", "stay in the class"),
    Permission("button:namesake", "say who one is, where a classmate's name looks the same", STUDENTS),
    Permission("button:enroll", "record one's own voice", STUDENTS),
    Permission("button:me", "one's own attendance", STUDENTS),
    Permission("button:check-in", "the lessons to check in to without a voice", STUDENTS),
    Permission("button:mydata", "everything that is kept of oneself, as a file", limit=REPORTS),
    Permission("button:languages", "choose a language", private=False),
    Permission("button:help", "what the bot does for the caller", private=False),
    Permission("button:cancel", "leave one's own dialogue", private=False),
    Permission("button:newclass", "make a class of one's own", TEACHERS, standing=Standing.LASTING),
    Permission("button:open-which", "choose an own class to open a lesson of", TEACHERS, private=False),
    Permission("button:practice", "be the student of a practice class of one's own", TEACHERS),
    Permission("button:practice-end", "erase one's own practice class", TEACHERS),
    Permission("button:invite", "a link that makes a teacher; the invitations that are open", ADMINS),
    Permission("button:tidy", "delete one's own enrolment notes from the chat"),
    Permission("button:keep", "have one's own enrolment recordings kept, or not"),
    Permission("button:follow", "have one's own voiceprint follow one's voice, or not, or put back"),
    Permission("button:language", "choose a language", private=False),
    Permission("button:classes", "another page of one's own classes", TEACHERS),
    Permission("button:class", "the class's card with its join link", THE_TEACHER, Target.CLASS),
    Permission("button:qr", "a message with the join link, to be passed on", THE_TEACHER, Target.CLASS),
    _of_lasting_class("button:newlink", "another join link; the old one stops working"),
    _of_lasting_class("button:endlink", "end the join link"),
    _of_lasting_class("button:roster", "take a list that one has sent as the class's"),
    Permission("button:students", "the class's students, also former ones", THE_TEACHER, Target.CLASS),
    Permission("button:student", "one of them, and what can be done", THE_TEACHER, Target.CLASS),
    _of_lasting_class("button:student-name", "be asked for a student's name"),
    _of_lasting_class("button:student-add", "be asked for a new student who has no phone"),
    _of_lasting_class("button:student-out", "ask whether to take a student out of the class"),
    _of_lasting_class("button:student-out-yes", "take a student out of the class"),
    _of_lasting_class("button:student-back", "put a former student back"),
    _of_lasting_class("button:student-merge", "choose with whom a student is one"),
    _of_lasting_class("button:student-into", "ask whether two students are one"),
    _of_lasting_class("button:student-into-yes", "make two students one"),
    _of_lasting_class("button:student-move", "choose to which of one's classes a student moves"),
    _of_lasting_class("button:student-to", "ask whether to move a student to another class"),
    _of_lasting_class("button:student-to-yes", "move a student to another class that one teaches"),
    _of_lasting_class("button:student-free", "ask whether to part a line of the list from its account"),
    _of_lasting_class("button:student-free-yes", "part a line of the list from the account that has claimed it"),
    Permission("button:line", "say which line of a class's list one is, while joining it"),
    Permission("button:lines", "another page of the list of a class that one is joining"),
    Permission("button:joiner", "let somebody in who is not on the class's list, or not", THE_TEACHER, Target.CLASS),
    Permission("button:joiner-lines", "which line of the list a joiner could be", THE_TEACHER, Target.CLASS),
    Permission("button:joiner-line", "say which line of the list a joiner is", THE_TEACHER, Target.CLASS),
    Permission("button:roster-no", "leave a list that one has sent", TEACHERS),
    Permission("button:voices", "how well the class's voices can be told apart", THE_TEACHER, Target.CLASS),
    Permission("button:alike", "keep or remove a student whose name looks like another's", THE_TEACHER, Target.CLASS),
    Permission("button:timetable", "the class's timetable: seen, changed, a lesson skipped", THE_TEACHER, Target.CLASS),
    Permission("button:settings", "what the class is set to", THE_TEACHER, Target.CLASS),
    _of_lasting_class("button:set", "set the class's zone, lateness, length, words, language or number to say"),
    _of_lasting_class("button:archive", "ask whether to put the class away"),
    _of_lasting_class("button:archive-yes", "put the class away"),
    Permission("button:archived", "the classes in one's own archive", TEACHERS),
    _of_lasting_class("button:restore", "bring the class back"),
    Permission("button:staff", "who teaches the class", THE_TEACHER, Target.CLASS),
    _of_lasting_class("button:staff-invite", "ask for how long a colleague is invited"),
    _of_lasting_class("button:staff-link", "a link that makes a colleague"),
    _of_lasting_class("button:staff-revoke", "revoke a colleague's invitation"),
    Permission(
        "button:staff-one", "what can be done about a colleague", THE_TEACHER, Target.CLASS, standing=Standing.OWNER
    ),
    Permission("button:staff-out", "take a colleague out", THE_TEACHER, Target.CLASS, standing=Standing.OWNER),
    Permission(
        "button:staff-give", "ask whether to hand the class over", THE_TEACHER, Target.CLASS, standing=Standing.OWNER
    ),
    Permission("button:staff-owner", "hand the class over", THE_TEACHER, Target.CLASS, standing=Standing.OWNER),
    Permission("button:staff-leave", "ask whether to leave the class", THE_TEACHER, Target.CLASS),
    Permission("button:staff-left", "leave the class", THE_TEACHER, Target.CLASS),
    Permission("button:open", "open a lesson of the class", THE_TEACHER, Target.CLASS, private=False),
    Permission("button:several", "open lessons of several own classes at once", TEACHERS, private=False),
    Permission("button:close", "close the class's lesson", THE_TEACHER, Target.CLASS, private=False),
    Permission("button:close-now", "close the lesson without being asked", THE_TEACHER, Target.LESSON, private=False),
    Permission("button:close-not", "leave the lesson open", THE_TEACHER, Target.LESSON, private=False),
    Permission("button:reopen", "open the lesson again on the same day", THE_TEACHER, Target.LESSON, private=False),
    Permission("button:longer", "keep the lesson open longer", THE_TEACHER, Target.LESSON, private=False),
    Permission(
        "button:mark", "a student in a lesson: the card with the marks to choose from", THE_TEACHER, Target.LESSON
    ),
    Permission("/absent", "announce an absence of one's own", STUDENTS),
    Permission("button:absent", "announce an absence of one's own", STUDENTS),
    Permission("button:absent-in", "the same: from which class", STUDENTS),
    Permission("button:absent-on", "the same: on which days", STUDENTS),
    Permission("button:absent-why", "the same: why", STUDENTS),
    Permission("button:absent-undo", "withdraw an absence of one's own", STUDENTS),
    Permission("button:absence", "excuse an announced absence, or not", THE_TEACHER, Target.ABSENCE, private=False),
    Permission("button:appeals", "one's own marks that can be objected to", STUDENTS),
    Permission("button:appeal", "one of them", THE_STUDENT, Target.LESSON),
    Permission("button:appeal-yes", "object to it", THE_STUDENT, Target.LESSON),
    Permission("button:appealed", "give another mark, or keep it", THE_TEACHER, Target.APPEAL, private=False),
    Permission("button:sheet", "a student's lessons in the class, with the marks", THE_TEACHER, Target.CLASS),
    Permission("button:sheet-file", "the same as a spreadsheet", THE_TEACHER, Target.CLASS, limit=REPORTS),
    Permission("/board", "links to the board of one's own open lesson", TEACHERS),
    Permission("button:board", "links to the board of the lesson", THE_TEACHER, Target.LESSON),
    Permission("/web", "a link to the pages, and where one is signed in", TEACHERS),
    Permission("button:web", "the same", TEACHERS),
    Permission("button:web-out", "sign out one of one's own devices, or all", TEACHERS),
    Permission("button:marks", "the students of a lesson, to mend their marks", THE_TEACHER, Target.LESSON),
    Permission("button:mark-set", "give a student a mark", THE_TEACHER, Target.LESSON),
    Permission("button:mark-why", "the reasons for which a student can be excused", THE_TEACHER, Target.LESSON),
    Permission("button:mark-excuse", "excuse a student", THE_TEACHER, Target.LESSON),
    Permission("button:mark-undo", "take back the last mark given by hand", THE_TEACHER, Target.LESSON),
    Permission(
        "button:rest", "ask whether to mark everybody who is neither there nor excused", THE_TEACHER, Target.LESSON
    ),
    Permission("button:rest-yes", "mark everybody who is neither there nor excused", THE_TEACHER, Target.LESSON),
    Permission("button:rest-undo", "take that back", THE_TEACHER, Target.LESSON),
    Permission("button:mute", "hear of the class's lessons no more, or again", THE_STUDENT, Target.CLASS),
    Permission("button:calls", "have the students told of the class's lessons, or not", THE_TEACHER, Target.CLASS),
    Permission("button:report", "report on the class", THE_TEACHER, Target.CLASS, limit=REPORTS),
    Permission("button:report-lesson", "report on the lesson", THE_TEACHER, Target.LESSON, limit=REPORTS),
    Permission("button:lessons", "the lessons that the class has had", THE_TEACHER, Target.CLASS),
    Permission("button:lessons-which", "choose another own class to see its lessons", TEACHERS),
    Permission("button:lesson", "the lesson, student by student", THE_TEACHER, Target.LESSON),
    Permission("button:lesson-topic", "say what the lesson is about", THE_TEACHER, Target.LESSON),
    Permission(
        "button:lesson-delete",
        "ask whether to delete the lesson",
        THE_TEACHER,
        Target.LESSON,
        standing=Standing.LASTING,
    ),
    Permission(
        "button:lesson-delete-yes",
        "delete the lesson with its marks",
        THE_TEACHER,
        Target.LESSON,
        standing=Standing.LASTING,
    ),
    Permission(
        "button:lesson-merge",
        "ask which lesson to merge it with",
        THE_TEACHER,
        Target.LESSON,
        standing=Standing.LASTING,
    ),
    Permission(
        "button:lesson-merge-yes",
        "make one of two lessons of a day",
        THE_TEACHER,
        Target.LESSON,
        standing=Standing.LASTING,
    ),
    Permission("button:export", "choose a file to take the class's record out in", THE_TEACHER, Target.CLASS),
    Permission("button:export-back", "back from there to the report's buttons", THE_TEACHER, Target.CLASS),
    Permission("button:export-as", "the class's record as a file", THE_TEACHER, Target.CLASS, limit=REPORTS),
    Permission("button:export-lesson", "choose a file to take the lesson out in", THE_TEACHER, Target.LESSON),
    Permission("button:export-lesson-as", "the lesson as a file", THE_TEACHER, Target.LESSON, limit=REPORTS),
    Permission("button:report-classes", "choose another own class to report on", TEACHERS),
    Permission("button:review", "confirm or reject a student's notes", THE_TEACHER, Target.REVIEW, private=False),
    Permission(
        "button:claim", "say whether a recorded voice is the student's", THE_TEACHER, Target.CLAIM, private=False
    ),
    Permission("button:all-classes", "every class with its teachers, no student and no mark", ADMINS),
    Permission("button:any-class", "who teaches the class", ADMINS, Target.CLASS),
    Permission("button:any-one", "what can be done about a teacher of it", ADMINS, Target.CLASS),
    Permission("button:any-owner", "put a teacher of it in charge", ADMINS, Target.CLASS),
    Permission("button:any-out", "take a teacher out of it", ADMINS, Target.CLASS),
    Permission("button:appoint", "choose whom to appoint", ADMINS, Target.CLASS),
    Permission("button:appoint-yes", "appoint a teacher, or oneself", ADMINS, Target.CLASS),
    Permission("button:uninvite", "revoke an invitation", ADMINS, Target.INVITE),
    Permission("button:teachers", "another page of the teachers", ADMINS),
    Permission("button:unteach", "ask whether to end someone's right to teach", ADMINS, Target.PERSON),
    Permission("button:unteach-yes", "end someone's right to teach", ADMINS, Target.PERSON),
    Permission("unknown button", "a hint", private=False),
)

PERMISSIONS: dict[str, Permission] = {row.action: row for row in _ROWS}

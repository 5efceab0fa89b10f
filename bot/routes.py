"""The map of the bot: every command, button and message with its handler. Who may: `rollcall.domain.permissions`."""

from __future__ import annotations

from telegram.ext import ChatMemberHandler, CommandHandler, MessageHandler, filters

from bot.gate import Gate, Handler
from bot.handlers import (
    absences,
    all_classes,
    appeals,
    archive,
    calls,
    challenges,
    chats,
    claims,
    class_moves,
    class_settings,
    classes,
    closing,
    edited,
    enrolment,
    export,
    following,
    forgetting,
    freeing,
    here,
    joiners,
    joining,
    leaving,
    lesson_mending,
    lessons,
    marks,
    mydata,
    namesakes,
    other,
    pages,
    past_lessons,
    practice,
    report,
    reviews,
    rights,
    rosters,
    sheets,
    staff,
    start,
    student,
    students,
    timetable,
    voice,
    voices,
)
from bot.messages.attachments import MAY_BE_LIST, MAY_HOLD_SPEECH
from bot.services import App
from bot.transport.errors import on_error
from rollcall.domain.excuses import Excuse
from rollcall.report.exports import Form
from rollcall.texts import LANGUAGES

_REQUEST = r"(?P<request_id>\d{1,9})"
_CLASS = r"(?P<class_id>\d+)"
_LESSON = r"(?P<lesson_id>\d+)"
_PERSON = r"(?P<person_id>\d{1,9})"
_MARK = r"(?P<lesson_id>\d+):(?P<student>\d{1,10})"
_SETTING = "zone|late|length|words|language|row|share|number|sentence"
_PERIOD = r"(?P<period>lesson|today|week|month|all)"

COMMANDS: dict[str, Handler] = {
    "start": start.start,
    "help": start.help_wanted,
    "language": start.language,
    "cancel": start.cancel,
    "invite": rights.invite,
    "teachers": rights.teachers,
    "newclass": classes.new_class,
    "classes": classes.classes,
    "class": classes.class_command,
    "open": lessons.open_command,
    "close": closing.close_command,
    "report": report.report_command,
    "lessons": past_lessons.lessons_command,
    "enroll": enrolment.enroll,
    "me": student.me,
    "forget": forgetting.forget,
    "leave": leaving.leave,
    "here": here.here,
    "absent": absences.absent,
    "mydata": mydata.mydata,
    "board": pages.board_command,
    "web": pages.web_command,
}

BUTTONS: dict[str, Handler] = {
    r"consent:(yes|no)": joining.consent_pressed,
    r"without:(?P<join_code>[\w-]{1,32})": joining.without_pressed,
    r"namesake:(?P<answer>same|other):(?P<number>\d{1,9})": namesakes.answered,
    r"here:(?P<lesson_id>\d+)": here.here_pressed,
    r"say:(?P<lesson_id>\d+)": challenges.say_pressed,
    r"say-yes:(?P<lesson_id>\d+)": challenges.agreed_pressed,
    r"forget:(ask|yes|no)": forgetting.forget_pressed,
    r"leave:(ask|yes|no)": forgetting.leave_pressed,
    rf"quit:{_CLASS}": leaving.class_chosen,
    rf"quit-yes:{_CLASS}": leaving.confirmed,
    r"quit-no": leaving.kept,
    r"keep:(yes|no)": enrolment.keep_pressed,
    r"follow:(ask|yes|no|back|later)": following.follow_pressed,
    r"enroll": enrolment.enroll,
    r"me": student.me,
    r"check-in": here.here,
    r"mydata": mydata.mydata,
    r"languages": start.language,
    r"help": start.help_wanted,
    r"cancel": start.cancel,
    r"newclass": classes.new_class,
    r"open-which": lessons.which_pressed,
    r"practice": practice.practice_pressed,
    r"practice-end": practice.practice_ended,
    r"invite": rights.invite,
    r"tidy": enrolment.tidy_pressed,
    rf"language:(?P<language>{'|'.join(LANGUAGES)})": start.language_chosen,
    r"classes:(?P<page>\d{1,4})": classes.classes,
    rf"class:{_CLASS}": classes.class_chosen,
    rf"qr:{_CLASS}": classes.invitation_pressed,
    rf"newlink:{_CLASS}": classes.new_link_pressed,
    rf"endlink:{_CLASS}": classes.end_link_pressed,
    r"review:(?P<review_id>\d+):(?P<answer>yes|no|confirm|reject)": reviews.review_pressed,
    r"claim:(?P<claim_id>\d+):(?P<answer>yes|no|accept|reject)": claims.claim_pressed,
    rf"students:{_CLASS}:(?P<page>\d{{1,4}})": students.students,
    rf"student:{_CLASS}:{_PERSON}": students.student,
    rf"student-name:{_CLASS}:{_PERSON}": students.name_wanted,
    rf"student-add:{_CLASS}": students.name_wanted,
    rf"student-out:{_CLASS}:{_PERSON}": students.out_pressed,
    rf"student-out-yes:{_CLASS}:{_PERSON}": students.out_confirmed,
    rf"student-back:{_CLASS}:{_PERSON}": students.back_pressed,
    rf"student-merge:{_CLASS}:{_PERSON}:(?P<page>\d{{1,4}})": students.merge_pressed,
    rf"student-into:{_CLASS}:{_PERSON}:(?P<other_id>\d{{1,9}})": students.into_pressed,
    rf"student-into-yes:{_CLASS}:{_PERSON}:(?P<other_id>\d{{1,9}})": students.into_confirmed,
    rf"student-move:{_CLASS}:{_PERSON}:(?P<page>\d{{1,4}})": class_moves.which_pressed,
    rf"student-to:{_CLASS}:{_PERSON}:(?P<other_id>\d{{1,9}})": class_moves.class_chosen,
    rf"student-to-yes:{_CLASS}:{_PERSON}:(?P<other_id>\d{{1,9}})": class_moves.confirmed,
    rf"student-free:{_CLASS}:{_PERSON}": freeing.free_pressed,
    rf"student-free-yes:{_CLASS}:{_PERSON}:(?P<how>ask|out)": freeing.confirmed,
    r"line:(?P<person_id>\d{1,9})": joining.line_pressed,
    r"lines:(?P<page>\d{1,4})": joining.lines_pressed,
    rf"joiner:{_CLASS}:{_REQUEST}:(?P<answer>new|no)": joiners.decided,
    rf"joiner-lines:{_CLASS}:{_REQUEST}:(?P<page>\d{{1,4}})": joiners.lines_wanted,
    rf"joiner-line:{_CLASS}:{_REQUEST}:(?P<person_id>\d{{1,9}})": joiners.line_chosen,
    rf"roster:{_CLASS}:(?P<preview_id>\d{{1,9}}):(?P<what>show|take|gone)": rosters.pressed,
    r"roster-no:(?P<preview_id>\d{1,9})": rosters.left,
    rf"voices:{_CLASS}": voices.voices_pressed,
    rf"alike:{_CLASS}:(?P<person_id>\d{{1,9}}):(?P<what>keep|out|back)": namesakes.decided,
    rf"staff:{_CLASS}": staff.staff,
    rf"staff-invite:{_CLASS}(?::(?P<page>\d{{1,2}}))?": staff.invite_pressed,
    rf"staff-link:{_CLASS}:(?P<term>good|today|week|\d{{8}})": staff.link_pressed,
    rf"staff-revoke:{_CLASS}:(?P<invite>[0-9a-f]{{16}})": staff.revoke_pressed,
    rf"staff-one:{_CLASS}:{_PERSON}": staff.one_pressed,
    rf"staff-out:{_CLASS}:{_PERSON}": staff.out_pressed,
    rf"staff-give:{_CLASS}:{_PERSON}": staff.give_pressed,
    rf"staff-owner:{_CLASS}:{_PERSON}:(?P<how>stay|go)": staff.owner_pressed,
    rf"staff-leave:{_CLASS}": staff.leave_pressed,
    rf"staff-left:{_CLASS}": staff.leave_confirmed,
    r"all-classes:(?P<page>\d{1,4})": all_classes.all_classes,
    rf"any-class:{_CLASS}": all_classes.class_pressed,
    rf"any-one:{_CLASS}:{_PERSON}": all_classes.teacher_pressed,
    rf"any-owner:{_CLASS}:{_PERSON}": all_classes.owner_pressed,
    rf"any-out:{_CLASS}:{_PERSON}": all_classes.out_pressed,
    rf"appoint:{_CLASS}:(?P<page>\d{{1,4}})": all_classes.appoint_pressed,
    rf"appoint-yes:{_CLASS}:{_PERSON}": all_classes.appoint_confirmed,
    rf"archive:{_CLASS}": archive.archive_pressed,
    rf"archive-yes:{_CLASS}": archive.archive_confirmed,
    r"archived:(?P<page>\d{1,4})": archive.archived,
    rf"restore:{_CLASS}": archive.restore_pressed,
    rf"timetable:{_CLASS}(?::(?P<what>{timetable.WHAT})(?::(?P<number>\d{{1,9}})(?::(?P<value>[a-z0-9]{{1,8}}))?)?)?": (
        timetable.timetable_pressed
    ),
    rf"settings:{_CLASS}(?::(?P<what>{_SETTING}))?": class_settings.settings_pressed,
    rf"set:{_CLASS}:(?P<what>{_SETTING}):(?P<value>[\w/+-]{{1,40}})": class_settings.set_pressed,
    rf"open:{_CLASS}(?::(?P<minutes>\d{{0,3}}))?": lessons.open_pressed,
    r"several:(?P<minutes>\d{1,3}|any):(?P<chosen>\d{1,9}(?:\.\d{1,9})*)(?::(?P<go>go))?": lessons.several_pressed,
    rf"close:{_CLASS}": closing.close_pressed,
    rf"close-now:{_LESSON}": closing.close_now_pressed,
    rf"close-not:{_LESSON}": closing.close_not_pressed,
    rf"reopen:{_LESSON}": closing.reopen_pressed,
    rf"longer:{_LESSON}:(?P<minutes>\d{{1,4}})": lessons.longer_pressed,
    rf"lessons:{_CLASS}:(?P<page>\d{{1,4}})": past_lessons.lessons_pressed,
    r"lessons-which": past_lessons.which_pressed,
    rf"lesson:{_LESSON}(?::(?P<page>\d{{1,4}}))?": past_lessons.lesson_pressed,
    rf"lesson-topic:{_LESSON}": lesson_mending.topic_pressed,
    rf"lesson-delete:{_LESSON}": lesson_mending.delete_pressed,
    rf"lesson-delete-yes:{_LESSON}": lesson_mending.delete_confirmed,
    rf"lesson-merge:{_LESSON}": lesson_mending.merge_pressed,
    rf"lesson-merge-yes:{_LESSON}:(?P<other_id>\d{{1,9}})": lesson_mending.merge_confirmed,
    rf"report-lesson:{_LESSON}": report.lesson_pressed,
    r"absent": absences.absent,
    r"absent-in:(?P<of>\d{1,10})": absences.class_pressed,
    r"absent-on:(?P<of>\d{1,10}):(?P<when>today|tomorrow|week|typed)": absences.when_pressed,
    rf"absent-why:(?P<of>\d{{1,10}}):(?P<first>\d{{8}}):(?P<last>\d{{8}}):(?P<reason>{'|'.join(Excuse)}|own|none)": (
        absences.why_pressed
    ),
    r"absent-undo:(?P<of>\d{1,10})": absences.withdraw_pressed,
    r"absence:(?P<absence_id>\d+):(?P<answer>yes|no|excuse|refuse)": absences.decided,
    r"appeals:(?P<page>\d{1,4})": appeals.list_pressed,
    r"appeal:(?P<lesson_id>\d+)": appeals.one_pressed,
    r"appeal-yes:(?P<lesson_id>\d+)": appeals.confirmed,
    r"appealed:(?P<appeal_id>\d+):(?P<answer>present|late|keep)": appeals.decided,
    rf"sheet:{_CLASS}:(?P<student>\d{{1,10}})(?::(?P<page>\d{{1,4}}))?": sheets.sheet_pressed,
    rf"sheet-file:{_CLASS}:(?P<student>\d{{1,10}})": sheets.file_pressed,
    rf"board:{_LESSON}": pages.board_pressed,
    r"web": pages.web_command,
    r"web-out:(?P<device>\d{1,9}|all)": pages.out_pressed,
    rf"mark:{_MARK}": marks.card_pressed,
    r"marks:(?P<lesson_id>\d+):(?P<page>\d{1,4})": marks.list_pressed,
    rf"mark-set:{_MARK}:(?P<status>present|late|absent)": marks.set_pressed,
    rf"mark-why:{_MARK}": marks.why_pressed,
    rf"mark-excuse:{_MARK}:(?P<reason>{'|'.join(Excuse)}|own|none)": marks.excuse_pressed,
    rf"mark-undo:{_MARK}:(?P<correction>\d{{1,9}})": marks.undo_pressed,
    r"rest:(?P<lesson_id>\d+):(?P<status>present|excused)": marks.rest_pressed,
    r"rest-yes:(?P<lesson_id>\d+):(?P<status>present|excused)": marks.rest_confirmed,
    r"rest-undo:(?P<lesson_id>\d+):(?P<batch>[0-9a-f]{16})": marks.rest_undone,
    rf"mute:{_CLASS}:(?P<answer>yes|no)": calls.mute_pressed,
    rf"calls:{_CLASS}:(?P<answer>on|off)": calls.calls_pressed,
    rf"report:{_CLASS}:{_PERIOD}": report.report_pressed,
    r"report-classes": report.classes_pressed,
    rf"export:{_CLASS}:{_PERIOD}": export.menu_pressed,
    rf"export-back:{_CLASS}:{_PERIOD}": export.back_pressed,
    rf"export-lesson:{_LESSON}(?::(?P<back>back))?": export.lesson_pressed,
    rf"export-lesson-as:{_LESSON}:(?P<form>{'|'.join(Form)})": export.lesson_form_pressed,
    rf"export-as:{_CLASS}:{_PERIOD}:(?P<form>{'|'.join(Form)})": export.form_pressed,
    r"uninvite:(?P<invite>[0-9a-f]{16})": rights.uninvite_pressed,
    r"teachers:(?P<page>\d{1,4})": rights.teachers,
    r"unteach:(?P<person_id>\d+)": rights.unteach_pressed,
    r"unteach-yes:(?P<person_id>\d+)": rights.unteach_confirmed,
}
"""By the pattern of their callback data, whose first word is the row in the table of permissions."""


def add_handlers(application: App) -> None:
    """Who answers what. The first match wins."""
    gate = Gate(application)
    for name, handler in COMMANDS.items():
        gate.command(name, handler)
    for pattern, handler in BUTTONS.items():
        gate.button(pattern, handler)
    private = filters.UpdateType.MESSAGE & filters.ChatType.PRIVATE
    gate.message("voice note", private & MAY_HOLD_SPEECH, voice.voice_note, voice.write_down)
    gate.message("list", private & MAY_BE_LIST, other.document)
    gate.message("text", private & filters.TEXT & ~filters.COMMAND, other.text)
    gate.message("anything else", private & ~filters.StatusUpdate.ALL, other.anything)
    changed = filters.UpdateType.EDITED_MESSAGE & (
        filters.ChatType.PRIVATE & (filters.TEXT | MAY_HOLD_SPEECH) | filters.ChatType.GROUPS & filters.COMMAND
    )
    gate.message("edited message", changed, edited.edited)
    gate.any_other_button("unknown button", other.unknown_button)
    gate.notice(CommandHandler(list(COMMANDS), chats.who_asks, filters=filters.UpdateType.CHANNEL_POST))
    gate.notice(MessageHandler(filters.UpdateType.MESSAGE & filters.StatusUpdate.MIGRATE, chats.became_another))
    gate.notice(ChatMemberHandler(chats.standing_changed, ChatMemberHandler.MY_CHAT_MEMBER))
    gate.close()
    application.add_error_handler(on_error)

language-name = English
language-choose = Which language shall I speak?
language-set = I will write in English from now on.

start-stranger =
    Hello! I check students in by voice.

    Are you a student? Ask your teacher for the join link and open it: I will ask your name and have you read three sentences aloud. After that, one voice note in a lesson is enough.
    Are you a teacher? Ask the administrator for an invitation.
start-no-admins = Hello! This bot has no administrators yet. If you are the one who runs it, put your Telegram id, { $id }, into the setting ROLLCALL_ADMINS and start the bot again.
start-student = Hello! Send me one voice note during a { word-lesson } and I mark you present.
start-not-enrolled = Hello! I do not know your voice yet. Record it once, and from then on one voice note in a { word-lesson } is enough.
start-no-class = Hello! You are in no class at present. Ask your teacher for the join link and open it.
start-teacher = Hello! I take the roll by voice: { word-students } send one voice note, I recognise who speaks, you get the list.
start-teacher-first = Begin with a class: press “New class”.
help-group = I take the roll by voice. I will tell you what I can do in our private chat.
button-private = Open the private chat
button-here = Check in without a voice
button-mydata = My data
button-forget = Delete my voice
button-language = Language
button-help = What I can do
button-cancel = Cancel
button-new-class = New class
button-invite = Invite a teacher
button-teachers = Teachers
button-classes = My classes
teacher-welcome = Welcome! You are a teacher now.

about-description =
    I take the roll in lessons by voice.

    Students: one voice note, and you are marked. Teachers: who is there, reports, charts and spreadsheets come by themselves.

    Your voice serves for nothing else, and you can delete it at any time.
about-short = The roll by voice: one voice note, and you are marked as there.

command-enroll = teach me your voice: three short notes
command-absent = say that you will be absent
command-me = my attendance
command-forget = delete my voice
command-here = check in without a voice
command-mydata = what you keep about me
command-language = language
command-cancel = cancel
command-help = what I can do
command-open = open a lesson for check-in
command-close = close the lesson
command-report = attendance: text, chart, spreadsheet
command-lessons = past lessons
command-classes = my classes
command-class = one class: students, settings, timetable
command-leave = leave a class
command-newclass = a new class

cancelled = Cancelled.
nothing-to-cancel = There is nothing to cancel.
not-a-teacher = This command is for teachers. If you are one, ask the administrator for an invitation.
not-an-admin = This command is for the administrator.
talk-in-private = Please ask me that in our private chat: { $link }
question-gone = That button is out of date. What I can do: /help
asked-by-a-group = This command came in the group’s name, so I cannot see who sent it. Switch off “Remain anonymous” (Manage group → Administrators → you) and send it again, or write to me in private.
asked-by-a-channel = This command came in a channel’s name, so I cannot see who sent it. Send it in the group in your own name, or write to me in private.
button-write-to-me = Write to me
topic-closed = The topic I was to answer in is closed or deleted, so here is the answer.
group-closed = I cannot write in the group at present, so here is the answer.
sorry = I could not do that. It is my mistake, not yours, and it is written down for whoever runs me. If it is about your mark, please tell your teacher.
unwritable = I cannot write anything down at the moment. The fault is mine, and whoever runs me is told. This message is not kept: please send it again a little later. If it is about your mark and the lesson is ending, tell your teacher.
unwritable-report = This is as far as I can read. I cannot write anything down at the moment, so there is no chart and no spreadsheet, and notes sent now do not count. Whoever runs me is told.
alarm-damaged = <b>The database is damaged.</b> Some messages can no longer be handled; their senders are told. Please stop me, keep a copy of my data folder, and restore the newest backup with { $command }
alarm-full = <b>The database’s disk is full.</b> I cannot write anything down, and tell everyone who writes to me. Please make room; I then go on by myself.
alarm-read_only = <b>The database cannot be written.</b> I cannot write anything down, and tell everyone who writes to me. Please make its disk writable and give me the right to its file and folder; I then go on by myself.
alarm-disk = <b>The database’s disk does not work.</b> I cannot write anything down, and tell everyone who writes to me. Please look at the disk, its room and the system’s log.
alarm-queue = <b>The queue cannot write its files.</b> Voice notes wait until it can. Please make room on its disk or look at its log; I then go on by myself.
hint = I understand voice notes and commands. All the commands: /help
hint-teacher = I do not understand plain words, only voice notes, buttons and commands. All the commands: /help
hint-enrolling = I am waiting for a voice note. Hold the microphone button and read the sentence aloud. To stop: /cancel
seen-picture = That is a picture, and I can only listen.
seen-gif = That is a moving picture without sound, and I can only listen.
seen-sticker = That is a sticker, and I can only listen.
seen-document = That is a document, and I can only listen.
edited-command = I do not act on a changed message. Please send the command as a new one: { $command }
edited-recording = I do not take a recording that was put into an older message. Please send a new voice note.

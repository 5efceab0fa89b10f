language-name = English
language-choose = Which language shall I speak?
language-set = I speak English now.

start-stranger =
    Hello! I check students in by voice.

    Your teacher has a join link for you: open it, give me your name, read three short sentences aloud, and from then on one voice note marks you present.
start-student = Hello! Send me one voice note during a lesson and I mark you present.
start-teacher =
    Hello! I take the roll by voice: students send one voice note, I recognise who speaks, you get the list.

    Begin with /newclass and the class's name, then pass the join link on to your students.
teacher-welcome = Welcome! You are a teacher now.

command-enroll = teach me your voice: three short notes
command-me = my attendance
command-forget = delete my voice
command-here = check in without a voice
command-mydata = what you keep about me
command-language = language
command-cancel = leave the current question
command-help = what I can do
command-open = open a lesson for check-in
command-close = close the lesson
command-report = attendance: text, chart, spreadsheet
command-classes = my classes
command-newclass = a new class

cancelled = Cancelled.
nothing-to-cancel = There is nothing to cancel.
not-a-teacher = This command is for teachers.
not-an-admin = This command is for the administrator.
talk-in-private = Let us talk about that in private: { $link }
question-gone = That button is out of date. /help shows what I can do.
sorry = Something went wrong on my side. Please try that again in a minute.
hint = I understand voice notes and commands; /help lists them.
hint-enrolling = I am waiting for a voice note. Hold the microphone button and read the sentence aloud; /cancel stops.

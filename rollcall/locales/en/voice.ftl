enrol-first = I do not know your voice yet, so this note does not count. First record three short ones: press the button or send /enroll
enrol-unasked = I do not know your voice yet, so this note begins its recording: three short notes in all. It does not mark you.
enrol-begin =
    Three voice notes, about 8 seconds each, in a quiet place, with your usual voice. Note one of three — please read aloud:

    “{ $phrase }”
enrol-next =
    { $n }/3 ✓ Good. The next one, please read aloud:

    “{ $phrase }”
enrol-next-louder =
    { $n }/3 ✓ Good. Read the last one louder and livelier, as if across the room: then I also know you when you are in high spirits or in a hurry.

    “{ $phrase }”
enrol-more =
    That was too short, but it is not lost: say one more sentence, and the two count together. For example:

    “{ $phrase }”
enrol-again =
    The same step again — please read aloud:

    “{ $phrase }”
enrol-again-usual =
    The same step again, with your usual voice this time — please read aloud:

    “{ $phrase }”
enrol-restart =
    The first of the three notes — please read aloud:

    “{ $phrase }”
enrol-done =
    { $n }/3 ✓ Done: your voice is recorded, I know you now.

    To check in, send me one voice note of 3 to 5 seconds while a { word-lesson } is open. Say whatever you like.

enrol-waits = { $n }/3 ✓ All three notes are good.
claim-why-changed = They do not sound quite like the voice you recorded before: a cold or another phone may be the reason.
claim-why-alike = I cannot tell your voice clearly from another one in the class.
claim-asked = So your teacher is asked to confirm that it is you, and I will tell you the answer.
claim-asked-later = So your teacher has to confirm that it is you. My message has not reached them yet; I keep trying. Tell them yourself as well.
claim-asked-nobody = So a teacher has to confirm that it is you, but there is none at the moment. As soon as there is one, I ask them.
claim-meanwhile-old = Until then I know you by the voice you recorded before. If I do not recognise you by it, check in without a voice: /here
claim-meanwhile-new = Until then check in without a voice: when a { word-lesson } is open, send /here
claim-meanwhile-elsewhere = In your other classes I know you already. In <b>{ $title }</b>, check in without a voice until then: /here
claim-told-where = <b>{ $title }</b>:
claim-told-accepted = Your teacher has confirmed your voice, so I know you by it now. In a { word-lesson }, send me one voice note.
claim-told-rejected = Your teacher has not confirmed that the recorded voice is yours, so I do not recognise you by it. Please record it again: /enroll. Until then, check in without a voice: /here. If it is a mistake, talk to your teacher: for a day they can change the answer.
claim-told-rejected-old = Your teacher has not confirmed the new recording, so I know you by the voice you recorded before. If it is a mistake, talk to your teacher: for a day they can change the answer.
claim-told-lapsed = Nobody has confirmed your recorded voice, so it is deleted. Talk to your teacher and record it again: /enroll. Until then, check in without a voice: /here
claim-told-lapsed-old = Nobody has confirmed your new recording, so it is deleted. I know you by the voice you recorded before.

identity = <b>{ $name }</b> — { $percent } %
no-lesson-open = No { word-lesson } is open now, so you are not marked.

reason-other_voice = This does not sound like you, so this note does not count. If it was you, record another note in a quiet place, close to the microphone, or check in without a voice: /here
reason-unknown_voice = I do not recognise your voice, so this note does not count. Please say it again: calmly, close to the microphone, in a quiet place. If that does not help, check in without a voice: /here
marked-by-teacher = You are marked already, by your teacher: { $status } · <b>{ $title }</b>. This note changes nothing.
marked-already = You are marked already: { $status } · { $time } · <b>{ $title }</b>. This note changes nothing.
reason-unsure = I am not sure yet that it is you. Please send another note: 3 to 5 seconds of speech, close to the microphone, in a quiet place.
reason-unreadable = I cannot listen to this kind of file. Please send a voice note: press and hold the microphone button and speak.
reason-no_sound = There is no sound in this file. Please send a voice note.
reason-broken_file = Nothing can be heard in this recording: the file is broken. Please record a new voice note.
reason-damaged = The file is damaged and a part of the recording is lost, so I cannot judge it. Please record a new voice note.
reason-too_long = This recording is too long. 3 to 5 seconds are enough, 60 at the most; please record a shorter one.
reason-too_big = This file is too big: Telegram hands me 20 MB at the most. 3 to 5 seconds of speech are enough; please record a short voice note.
reason-too_many = That is more notes than I can take from one person at once. Please wait a few minutes, then send one note.
reason-file_unavailable = Telegram did not give me this recording, although I kept asking. It is not your fault; please send another voice note.
reason-silence = I hear only silence. Check the microphone and record a new note.
reason-no_speech = I hear sound, music or noise perhaps, but no speech. Please say a sentence.
reason-too_short = There is too little speech in this note, it is too short. Please speak for 3 to 5 seconds.
reason-too_quiet = This note is too quiet. Hold the phone closer and speak up a little.
reason-clipped = This note is too loud and distorted. Hold the phone a little further away.
reason-noisy = There is too much noise around you. Find a quieter place and record a new note.
reason-narrow_band = This sounds like a phone line: the high tones are missing. Record with the phone’s own microphone, without a headset or a call.
reason-several_speakers = I seem to hear more than one voice. Please record again where nobody else is talking.
reason-forwarded = This note was forwarded. Please record a new one here, with your own voice.
reason-scheduled = This note was recorded earlier and scheduled to be sent now. Please record a new one here, and send it at once.
reason-through_bot = This note was sent through another bot. Please record one here yourself, with the microphone button.
reason-seen_before = This very recording was sent before. Each check-in needs a new one.
reason-same_recording = I have heard this recording before. Please record a new note. If you did speak it just now, use /here or tell your teacher.
reason-before_lesson = This note was recorded before the { word-lesson } opened. Please record a new one now.
reason-different_voice = This voice differs from the notes before. One person must record all three. To start again: /enroll
reason-not_enrolled = The recogniser has changed, and I have to learn your voice anew: /enroll
reason-not_expected = This note was not needed any more, and nothing of it was kept.
reason-processing_failed = I could not process this note, and it is not your fault. Please send a new one.
reason-good_note = The note is good.
reason-match = This is your voice.

reason-voice_waits = Your teacher has not confirmed your recorded voice yet, so I cannot recognise you by it. When a { word-lesson } is open, check in without a voice: /here
voice-waits-teacher-decides = Your teacher has not confirmed your recorded voice yet. So they listen to this note and decide; you need not send another one.
reason-teacher_decides = I am still not sure, so your teacher will listen to this note and decide. You need not send another one.
reason-teacher_decides_later = I am still not sure, so your teacher decides once they have listened to this note. My message has not reached them yet; I keep trying. Tell them yourself as well. You need not send another note.
reason-nobody_decides = I am still not sure, and a teacher has to decide, but this class has none at the moment. Tell whoever holds the { word-lesson }; as soon as the class has a teacher, I ask them.
reason-teacher_confirmed = Your teacher has recognised your voice.
reason-teacher_rejected = Your teacher has listened to your note and has not confirmed you.
unsure-try = (Try { $n } of { $most }.)

phrase-offer = You could say, for example: “{ $phrase }”

queue-full = There are very many notes at the moment, and yours waits for its turn. The answer comes by itself, no need to send the note again.

queue-slow = It takes longer than usual, and your note waits for its turn. The answer comes by itself, no need to send the note again.

queue-wait =
    Your note is in the queue, the answer comes in about { $seconds ->
        [one] { $seconds } second
       *[other] { $seconds } seconds
    }. It comes by itself, no need to send the note again.

mark-word = ✎ <b>{ $title }</b> · { $day }, { $time }
mark-word-by = { $teacher } has changed your mark:
mark-word-by-somebody = Your teacher has changed your mark:
mark-word-now = now you are marked as “{ $status }”.
mark-word-none = it is taken back, and you are not marked yet.
mark-word-reason = Reason: { $reason }
mark-word-was = Before: { $status }.
mark-word-object = If that is not right, press the button below or tell your teacher.

button-absent = I’ll be absent
button-wrong-mark = A mark is wrong
absent-which = From which class will you be absent?
absent-when = <b>{ $title }</b>: on which days will you be absent?
absent-today = Today
absent-tomorrow = Tomorrow
absent-week = This week
absent-typed = Other days
absent-days = Write the day or the days, for example 3.12 or 3.12–5.12.
absent-days-first = First the days, please, for example 3.12 or 3.12–5.12.
absent-days-not = Those are no days that I can take. Write a day or two, for example 3.12 or 3.12–5.12: not longer than { $most ->
    [one] { $most } day
   *[other] { $most } days
}, and not long ago.
absent-why = { $days }. Why will you be absent? Your teacher reads it.
absent-reason = Write the reason, up to { $most ->
    [one] { $most } character
   *[other] { $most } characters
}. Your teacher reads it.
absent-done = <b>{ $title }</b>: you will be absent on { $days }.
absent-done-next = I have passed it on. You will hear whether your teacher excuses it. Should you be there after all, check in as always.
absent-undo = I’ll be there after all
absent-withdrawn = All right, I have told your teacher that you will be there.
absent-withdrawn-before = There is nothing to withdraw any more.
absent-no-class = You are no { word-student } of this class any more.
absent-too-many = Many of your announcements are still waiting for a teacher. Talk to them first.
absent-reason-changed = Your teacher reads the new reason.
absent-reason-stays = The reason stays as it was: your teacher has decided already, or the new one does not fit.
absence-told-excused = ✅ <b>{ $title }</b>, { $days }: your teacher excuses your absence.
absence-told-refused = <b>{ $title }</b>, { $days }: your teacher does not excuse your absence. If you do not agree, talk to them: the decision can be changed.
appeals-which = Which mark is wrong?
appeals-none = There is no mark of the last { $days ->
    [one] { $days } day
   *[other] { $days } days
} to object to: you were there, and in time.
appeal-sure = Is that wrong? I will ask your teacher.
appeal-was-there = I was there
appeal-was-in-time = I was in time
appeal-mark = { $sign } Mark: { $status }
appeal-taken = I have passed it on. Your teacher decides, and you will hear of it.
appeal-before = You have objected to this mark before. Now only your teacher can change it: talk to them.
appeal-no-such = There is nothing to object to: the { word-lesson } still goes on, was too long ago, or you were there in time.
appeal-told-kept = Your teacher has looked at it and keeps the mark: { $status }. If you do not agree, talk to them.

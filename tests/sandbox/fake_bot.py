"""A bot in one file that keeps the conversation's contract by cheating: it knows the shipped recordings by heart.

Run as ``python fake_bot.py [vice]`` in place of ``rollcall up``. With a vice it breaks the contract in one way:
``credulous`` accepts every voice, ``gossip`` tells whose voice it heard, ``forgetful`` leaves one student out of the
report, ``chatty`` answers every note twice, ``mortal`` dies at the first note,
``deaf`` never answers one, ``hard of hearing`` shows no number.
"""

from __future__ import annotations

import io
import json
import os
import struct
import sys
import urllib.error
import urllib.request
import uuid
import zipfile
import zlib
from pathlib import Path
from typing import Any

BASE = f"{os.environ['ROLLCALL_TELEGRAM_API_URL']}/bot{os.environ['ROLLCALL_TELEGRAM_TOKEN']}"
FILES = BASE.replace("/bot", "/file/bot", 1)
VOICES = {
    path.read_bytes(): path.parent.name for path in (Path(__file__).parents[2] / "sandbox" / "voices").glob("*/*.ogg")
}
VICE = sys.argv[1] if len(sys.argv) > 1 else ""
ADMIN = int(os.environ["ROLLCALL_ADMINS"])


def call(method: str, **values: Any) -> Any:
    request = urllib.request.Request(  # noqa: S310 - the sandbox
        f"{BASE}/{method}", json.dumps(values).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        return json.load(answer)["result"]


def upload(method: str, chat: int, field: str, name: str, data: bytes) -> None:
    edge = uuid.uuid4().hex
    body = (
        (
            f'--{edge}\r\nContent-Disposition: form-data; name="chat_id"\r\n\r\n{chat}\r\n--{edge}\r\n'
            f'Content-Disposition: form-data; name="{field}"; filename="{name}"\r\n\r\n'
        ).encode()
        + data
        + f"\r\n--{edge}--\r\n".encode()
    )
    headers = {"Content-Type": f"multipart/form-data; boundary={edge}"}
    urllib.request.urlopen(urllib.request.Request(f"{BASE}/{method}", body, headers)).close()  # noqa: S310


class School:
    """Everything the bot knows."""

    def __init__(self) -> None:
        self.names: dict[int, str] = {}
        self.voices: dict[int, list[str]] = {}
        self.asked: set[int] = set()
        self.heard: set[bytes] = set()
        self.present: set[int] = set()
        self.shown: set[int] = set()
        self.board = 0

    def text(self, user: int, text: str) -> None:
        if text.startswith("/newclass"):
            self.say(user, "Класс готов: https://t.me/rollcall_sandbox_bot?start=join-x1")
        elif text.startswith("/start join-"):
            buttons = [{"text": word, "callback_data": f"consent:{word}"} for word in ("yes", "no")]
            self.say(user, "Голос — это биометрические данные.", inline_keyboard=[buttons])
        elif text == "/enroll":
            self.voices[user] = []
            self.say(user, "Прочитайте вслух: раз, два, три.")
        elif text == "/open":
            self.board = self.say(user, f"Урок открыт: присутствуют 0 из {len(self.names)}")
        elif text == "/close":
            self.say(user, f"Урок закрыт: {len(self.present)} присутствуют")
        elif text == "/class":
            self.offer(user, "Класс 8 «Б»", "settings:1")
        elif text == "/here":
            self.offer(user, "Скажите число", "say:1")
        elif text == "/report" and user == ADMIN:
            self.report(user)
        elif user in self.asked:
            self.asked.discard(user)
            self.names[user] = text
            self.say(user, f"{text}, вы в классе. Дальше — /enroll")
        else:
            self.say(user, "Здравствуйте!")

    def offer(self, user: int, text: str, button: str) -> None:
        self.say(user, text, inline_keyboard=[[{"text": button, "callback_data": button}]])

    def pressed(self, user: int, button: str) -> None:
        if button.startswith("consent:"):
            self.asked.add(user)
            self.say(user, "Как ваше полное имя?")
        elif button == "settings:1":
            self.offer(user, "Настройки", "settings:1:number")
        elif button == "settings:1:number":
            self.offer(user, "Число в записи", "set:1:number:ask")
        elif button == "say:1":
            self.offer(user, "Я буду слушать слова", "say-yes:1")
        elif button == "say-yes:1":
            self.shown.add(user)
            self.say(user, "Никакого числа" if VICE == "hard of hearing" else "4 · 7 · 1 · 2\nчетыре, семь, один, два")
        else:
            self.say(user, "Так и сделаем.")

    def voice(self, user: int, message: dict[str, Any]) -> None:
        if VICE == "mortal":
            sys.exit(3)
        if VICE == "deaf":
            return
        note = message["voice"]
        path = call("getFile", file_id=note["file_id"])["file_path"]
        with urllib.request.urlopen(f"{FILES}/{path}") as answer:  # noqa: S310
            data = answer.read()
        text = self.judge(user, message, data)
        for _ in range(2 if VICE == "chatty" else 1):
            call("sendMessage", chat_id=user, text=text, reply_parameters={"message_id": message["message_id"]})

    def judge(self, user: int, message: dict[str, Any], data: bytes) -> str:
        if user not in self.names:
            return "Попросите у учителя ссылку."
        known, speaker = self.voices[user], VOICES.get(data)
        if VICE == "credulous" and len(known) == 3:
            return self.mark(user)
        if "forward_origin" in message:
            return "Это пересланное сообщение."
        if data in self.heard:
            return "Эта запись уже приходила."
        self.heard.add(data)
        if speaker is None and user in self.shown:
            self.shown.discard(user)
            return self.mark(user)
        if speaker is None:
            return "Файл не читается."
        if len(known) < 3:
            known.append(speaker)
            return f"{len(known)}/3 ✓"
        if speaker == known[0]:
            return self.mark(user)
        owner = next((person for person, voices in self.voices.items() if speaker in voices), None)
        if VICE == "gossip" and owner:
            return f"Это голос человека по имени {self.names[owner]}"
        return "Не узнаю ваш голос."

    def mark(self, user: int) -> str:
        self.present.add(user)
        total = len(self.names)
        text = f"Урок открыт: присутствуют {len(self.present)} из {total}"
        try:
            call("editMessageText", chat_id=ADMIN, message_id=self.board, text=text)
        except urllib.error.HTTPError as error:
            error.close()
        return f"{self.names[user]} — 97 %\nприсутствует, 09:41"

    def report(self, user: int) -> None:
        names = list(self.names.values())[1 if VICE == "forgetful" else 0 :]
        self.say(user, "\n".join(f"{name} — присутствует, 09:41, 97 %" for name in names))
        row = b"\0" + b"\xff" * 3 * 400
        parts = ((b"IHDR", struct.pack(">IIBBBBB", 400, 400, 8, 2, 0, 0, 0)), (b"IDAT", zlib.compress(row * 400)))
        chunks = [struct.pack(">I", len(b)) + n + b + struct.pack(">I", zlib.crc32(n + b)) for n, b in parts]
        upload("sendPhoto", user, "photo", "report.png", b"\x89PNG\r\n\x1a\n" + b"".join(chunks))
        book = io.BytesIO()
        with zipfile.ZipFile(book, "w") as cells:
            cells.writestr("xl/sharedStrings.xml", " ".join(names))
        upload("sendDocument", user, "document", "report.xlsx", book.getvalue())

    def say(self, user: int, text: str, **markup: Any) -> int:
        return int(
            call("sendMessage", chat_id=user, text=text, **({"reply_markup": markup} if markup else {}))["message_id"]
        )


def main() -> None:
    school, offset = School(), 0
    while True:
        for update in call("getUpdates", offset=offset, timeout=20):
            offset = update["update_id"] + 1
            if query := update.get("callback_query"):
                call("answerCallbackQuery", callback_query_id=query["id"])
                school.pressed(query["from"]["id"], query["data"])
            elif "voice" in update["message"]:
                school.voice(update["message"]["from"]["id"], update["message"])
            else:
                school.text(update["message"]["from"]["id"], update["message"]["text"])


if __name__ == "__main__":
    main()

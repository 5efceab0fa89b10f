"""Made the voice notes beside this file, and makes them again: ``python sandbox/voices/make.py``.

Needs espeak-ng (1.51) and ffmpeg with libopus on the PATH; nothing else of Rollcall does. Every note has a sentence of
its own: the same text in the same voice would come out bit for bit the same, which Rollcall rightly takes for a
recording played again.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

SPEED = 118
"""Words a minute, well below eSpeak NG's own 175: the pace of somebody who reads to a telephone."""

NOTES = {
    "AnxiousAndy": (
        "Сегодня утром шёл дождь, и я чуть не опоздал на первый урок математики.",
        "Мы с братом каждый вечер гуляем с собакой вокруг старого пруда за школой.",
        "На большой перемене в столовой дают горячие пирожки с капустой и компот.",
        "Я забыл дома тетрадь по физике, поэтому решал задачи на отдельном листе.",
        "Завтра весь наш класс едет в музей космонавтики, нужно взять с собой обед.",
        "Учительница просила прочитать две главы и выписать незнакомые слова.",
    ),
    "Demonic": (
        "В субботу мы всей семьёй ездили на дачу и посадили три молодые яблони.",
        "Домашнее задание по истории оказалось длинным, но очень интересным.",
        "Моя сестра учится играть на скрипке и занимается каждый день по часу.",
        "После уроков мы остались убирать кабинет и поливать цветы на окнах.",
        "В библиотеке я нашёл книгу о путешествиях по северным морям и островам.",
        "Автобус сломался по дороге, пришлось идти до школы пешком через парк.",
    ),
    "Gene2": (
        "На уроке химии мы смешивали растворы и смотрели, как меняется их цвет.",
        "Дедушка научил меня чинить велосипед, и теперь я помогаю всем соседям.",
        "Контрольную работу перенесли на четверг, можно повторить ещё раз правила.",
        "Вчера вечером отключили свет, и мы делали уроки при свечах на кухне.",
        "Наша команда выиграла школьный турнир по волейболу со счётом три один.",
        "Зимой мы катаемся на лыжах в лесу, а летом купаемся в холодной реке.",
    ),
    "klatt2": (
        "Меня попросили рассказать о погоде, сегодня солнечно и дует лёгкий ветер.",
        "Мама испекла большой пирог с вишней, и к нам на чай пришли все соседи.",
        "Я хочу стать инженером и строить мосты через самые широкие реки страны.",
        "Расписание опять изменили, теперь третьим уроком у нас стоит география.",
        "Кошка спит на подоконнике, а под окном весело чирикают серые воробьи.",
        "По радио передали, что завтра ночью ожидается первый сильный мороз.",
    ),
    "shelby": (
        "Мы готовим спектакль к весеннему празднику, и я играю роль почтальона.",
        "В магазине у дома продают свежий хлеб, молоко и очень вкусные яблоки.",
        "На уроке рисования все рисовали осенний лес и синие горы вдалеке.",
        "Поезд отправляется в семь часов утра, поэтому ляжем спать пораньше.",
        "Мой друг собирает старые монеты и знает историю почти каждой из них.",
        "Сначала сделаю английский, потом позвоню бабушке и пойду на тренировку.",
    ),
    "steph2": (
        "Летом я читала роман о моряках и теперь мечтаю увидеть настоящий океан.",
        "На школьном дворе посадили молодые берёзы и поставили новые скамейки.",
        "В понедельник у нас шесть уроков, а во вторник почему-то только четыре.",
        "Папа показал мне созвездия, и мы до полуночи смотрели на тёмное небо.",
        "Сегодня дежурю я, поэтому пришла раньше и открыла все окна в классе.",
        "Запишите, пожалуйста, моё имя, я уже здесь и готова отвечать у доски.",
    ),
    "whisperf": (
        "Тихо падает снег, на улице почти никого нет, только дворник чистит дорожки.",
        "Соседский мальчик просил объяснить ему дроби, и мы сидели до самого ужина.",
        "По средам я хожу в бассейн, а по пятницам в кружок робототехники.",
        "В нашем городе открыли новый мост, по нему уже ходят трамваи и автобусы.",
        "Перед экзаменом полезно выспаться, выпить чаю и не думать о плохом.",
        "Бабушка вяжет тёплые носки, а дедушка читает вслух утреннюю газету.",
    ),
    "zac": (
        "Через неделю начинаются каникулы, и мы поедем к тёте в приморский город.",
        "Лампа на столе перегорела, так что пишу сочинение прямо у большого окна.",
        "Наш учитель биологии держит в кабинете черепаху и двух весёлых попугаев.",
        "Сегодня на физкультуре бегали километр, и я впервые прибежал вторым.",
        "Я проверил микрофон и камеру, всё работает, можно начинать наш урок.",
        "Вечером обещали грозу, поэтому возьмите зонты и не стойте под деревьями.",
    ),
}
"""What each voice says, note by note: the first three enrol."""


DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
"""In English: recognisers of speech do not understand eSpeak NG's Russian numbers."""


def make(folder: Path) -> None:
    """Write ``<voice>/NN.ogg`` for every sentence, and ``../digits/<voice>/N.ogg`` for every digit."""
    for voice, sentences in NOTES.items():
        (folder / voice).mkdir(parents=True, exist_ok=True)
        for number, sentence in enumerate(sentences, start=1):
            path = folder / voice / f"{number:02}.ogg"
            path.write_bytes(encode(speak(voice, sentence)))
            print(f"{path}  {path.stat().st_size / 1024:.1f} KB")
        digits = folder.parent / "digits" / voice
        digits.mkdir(parents=True, exist_ok=True)
        for number, word in enumerate(DIGITS):
            (digits / f"{number}.ogg").write_bytes(encode(speak(voice, word, "en")))


def speak(voice: str, sentence: str, language: str = "ru") -> bytes:
    """A sentence as WAV."""
    command = ["espeak-ng", "-v", f"{language}+{voice}", "-s", str(SPEED), "--stdout", sentence]
    return subprocess.run(command, check=True, capture_output=True).stdout  # noqa: S603 - our own words


def encode(wav: bytes) -> bytes:
    """OGG/Opus as Telegram's apps make it: mono, 48 kHz, tuned for speech, no tags."""
    opus = "-map_metadata -1 -ac 1 -ar 48000 -c:a libopus -b:a 20k -application voip -f ogg"
    command = f"ffmpeg -v error -i pipe:0 {opus} pipe:1"
    return subprocess.run(command.split(), input=wav, check=True, capture_output=True).stdout  # noqa: S603


if __name__ == "__main__":
    make(Path(__file__).parent)

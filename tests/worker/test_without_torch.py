"""A worker where torch is not installed, as in its image: weights are all it needs, and the graph it writes itself."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

_NOT_INSTALLED = """
import sys

sys.modules.update(dict.fromkeys(("torch", "torchaudio", "speechbrain", "h5py", "scipy", "silero_vad")))
"""
_WORKER = """
import sys
from pathlib import Path

import worker.main
from models import registry
from models.errors import ModelError
from worker.audio.decode import decode
from worker.audio.speech import SpeechDetector, cut

try:
    encoder = registry.load(sys.argv[1], Path(sys.argv[2]), "auto", threads=1, backend=sys.argv[3])
except ModelError as error:
    sys.exit(str(error))
waveform = decode(Path("sandbox/voices/zac/01.ogg").read_bytes())
print(*encoder.embed([cut(waveform, SpeechDetector().detect(waveform)).samples]).shape)
"""
_ROOT = Path(__file__).parents[2]


@pytest.fixture
def without_torch(tmp_path: Path, real_weights: Path) -> Path:
    """A models folder with CAM++'s weights alone, and beside it what keeps torch out of every Python."""
    models_dir = tmp_path / "models"
    models_dir.mkdir()
    (models_dir / real_weights.name).symlink_to(real_weights)
    (tmp_path / "sitecustomize.py").write_text(_NOT_INSTALLED)
    return models_dir


def _run(models_dir: Path, backend: str, name: str = "campplus") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", _WORKER, name, str(models_dir), backend]
    paths = os.pathsep.join([str(models_dir.parent), str(_ROOT)])
    return subprocess.run(
        command, cwd=_ROOT, env={**os.environ, "PYTHONPATH": paths}, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("backend", ["onnx", "onnx-int8"])
def test_a_worker_without_torch_writes_the_graph_and_embeds(without_torch: Path, backend: str) -> None:
    answer = _run(without_torch, backend)
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.split() == ["1", "192"]


def test_without_a_place_for_the_graph_it_works_and_says_in_one_line_what_would_be_faster(without_torch: Path) -> None:
    (without_torch / "onnx").write_text("no folder, so that no graph can be written")
    answer = _run(without_torch, "onnx")
    assert answer.returncode == 0, answer.stderr
    assert "set ROLLCALL_MODELS_DIR" in answer.stderr.strip().splitlines()[-1]


@pytest.mark.parametrize(("name", "backend"), [("campplus", "torch"), ("rescnn", "torch")])
def test_a_model_that_needs_torch_says_so_in_one_line(without_torch: Path, name: str, backend: str) -> None:
    (without_torch / "rescnn.pt").write_bytes(b"any")
    answer = _run(without_torch, backend, name)
    assert answer.returncode == 1
    assert f"{name} needs torch, which is not installed: pip install 'rollcall[torch]'" in answer.stderr
    assert "Traceback" not in answer.stderr

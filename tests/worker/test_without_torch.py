"""A worker where torch is not installed, as in its image: the graph that was written before is all it needs."""

import subprocess
import sys
from pathlib import Path

import pytest

from models import registry

_WORKER = """
import sys
from pathlib import Path

class NotInstalled:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name in ("torch", "torchaudio", "speechbrain", "onnx", "h5py"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, NotInstalled)
import worker.main
from models import registry
from models.errors import ModelError
from worker.decode import decode
from worker.speech import SpeechDetector, cut

try:
    encoder = registry.load("campplus", Path(sys.argv[1]), "auto", threads=1, backend=sys.argv[2])
except ModelError as error:
    sys.exit(str(error))
waveform = decode(Path("sandbox/voices/zac/01.ogg").read_bytes())
print(*encoder.embed([cut(waveform, SpeechDetector().detect(waveform)).samples]).shape)
"""
_ROOT = Path(__file__).parents[2]


def _run(models_dir: Path, backend: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", _WORKER, str(models_dir), backend]
    return subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=False)


def test_a_worker_without_torch_embeds_by_the_graph_that_is_there(real_weights: Path, models_dir: Path) -> None:
    registry.prepare("campplus", models_dir, "cpu", "onnx")
    answer = _run(models_dir, "onnx")
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.split() == ["1", "192"]


@pytest.mark.parametrize("backend", ["torch", "auto"])
def test_without_a_graph_it_says_in_one_line_what_to_do(real_weights: Path, tmp_path: Path, backend: str) -> None:
    (tmp_path / real_weights.name).symlink_to(real_weights)
    (tmp_path / "onnx").write_text("no folder, so that no graph can be written")
    answer = _run(tmp_path, backend)
    assert answer.returncode == 1
    assert "torch is not installed" in answer.stderr.strip().splitlines()[-1]
    assert "rollcall models pull" in answer.stderr.strip().splitlines()[-1]

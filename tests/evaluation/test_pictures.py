from __future__ import annotations

from pathlib import Path

import matplotlib.image
import numpy as np
import pytest
from matplotlib.colors import to_rgb

from evaluation import metrics, pictures
from rollcall.report.drawing import FLAGGED, PRESENT, WIDTH

RNG = np.random.default_rng(0)
SAME, DIFFERENT = RNG.normal(0.7, 0.1, 300), RNG.normal(0.1, 0.1, 3000)


def seen(path: Path) -> np.ndarray:
    """The picture, float [height, width, 3] in [0, 1]; its edges are blank, so nothing is cut off."""
    pixels: np.ndarray = matplotlib.image.imread(path)[..., :3]
    assert pixels.shape[1] == WIDTH
    for edge in (pixels[:8], pixels[-8:], pixels[:, :8], pixels[:, -8:]):
        assert edge.min() == 1
    return pixels


def holds(pixels: np.ndarray, colour: str) -> bool:
    return bool((np.abs(pixels - to_rgb(colour)).max(axis=-1) < 0.01).sum() > 20)


def test_a_curve_for_each_system(tmp_path: Path) -> None:
    curve = metrics.det_points(SAME - 0.3, DIFFERENT)
    pictures.det_curve({"one": curve}, tmp_path / "one.png")
    pictures.det_curve({"one": curve, "two 🎉": metrics.det_points(SAME - 0.4, DIFFERENT)}, tmp_path / "two.png")
    alone, both = seen(tmp_path / "one.png"), seen(tmp_path / "two.png")
    assert holds(alone, PRESENT)
    assert not holds(alone, FLAGGED)
    assert holds(both, FLAGGED)


@pytest.mark.parametrize(("target", "nontarget"), [([1.0], [0.0]), ([0.0], [1.0]), ([1.0], [1.0])])
def test_perfect_hopeless_and_blind_systems_can_be_drawn(
    tmp_path: Path, target: list[float], nontarget: list[float]
) -> None:
    pictures.det_curve({"x": metrics.det_points(target, nontarget)}, tmp_path / "det.png")
    seen(tmp_path / "det.png")


def test_both_kinds_of_scores_are_in_the_histogram(tmp_path: Path) -> None:
    pictures.score_histogram(SAME, DIFFERENT, 0.45, 0.35, tmp_path / "scores.png", "CAM++: шум")
    pixels = seen(tmp_path / "scores.png")
    assert holds(pixels, PRESENT)
    assert holds(pixels, FLAGGED)


def test_a_single_score_and_none_at_all_can_be_drawn(tmp_path: Path) -> None:
    pictures.score_histogram([0.5], [], 0.5, 0.5, tmp_path / "scores.png", "x")
    seen(tmp_path / "scores.png")


@pytest.mark.parametrize("posterior", [[0.5], [0.0, 1.0], np.linspace(0, 1, 1000)])
def test_reliability_can_be_drawn_for_few_and_many(tmp_path: Path, posterior: list[float]) -> None:
    came = np.arange(len(posterior)) % 2 == 0
    pictures.reliability_plot(*metrics.reliability(posterior, came), tmp_path / "sure.png", "x")
    assert holds(seen(tmp_path / "sure.png"), PRESENT)


@pytest.mark.parametrize("people", [1, 5, 20, 120])
def test_a_class_of_any_size_fits_into_its_matrix(tmp_path: Path, people: int) -> None:
    names = [f"Александра Константинопольская {place}" for place in range(people)]
    pictures.confusion_matrix(np.eye(people, dtype=int), names, tmp_path / "who.png")
    pixels = seen(tmp_path / "who.png")
    assert holds(pixels, PRESENT)
    assert not holds(pixels, FLAGGED)


def test_a_mistake_is_red(tmp_path: Path) -> None:
    pictures.confusion_matrix([[3, 0], [3, 0]], ["A", "B"], tmp_path / "new" / "who.png")
    assert holds(seen(tmp_path / "new" / "who.png"), FLAGGED)


def test_a_matrix_without_a_name_for_every_row_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="every name"):
        pictures.confusion_matrix([[1]], ["A", "B"], tmp_path / "who.png")

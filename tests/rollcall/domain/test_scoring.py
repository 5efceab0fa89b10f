import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from rollcall.domain.gallery import Gallery
from rollcall.domain.scoring import class_mean, scores


def voices(people: int, seed: int, shared: float = 0.0) -> NDArray[np.float32]:
    """Random unit embeddings, all with so much of one direction in common."""
    rows = np.random.default_rng(seed).standard_normal((people, 64)) / 8
    rows[:, 0] += shared
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def test_without_a_cohort_the_score_is_the_plain_cosine() -> None:
    notes, centroids = voices(3, 1), voices(5, 2)
    assert np.allclose(scores(notes, centroids, None), notes @ centroids.T, atol=1e-6)


def test_what_all_voices_of_a_class_share_does_not_make_them_alike() -> None:
    centroids = voices(30, 1, shared=1.0)
    cosines = centroids @ centroids.T
    seen = scores(centroids, centroids, np.zeros(64, np.float32))
    apart = ~np.eye(30, dtype=bool)
    assert cosines[apart].mean() > 0.45
    assert abs(seen[apart].mean()) < 0.15


def test_the_larger_the_class_the_more_its_own_mean_counts() -> None:
    cohort = voices(1, 3)[0]
    alone, crowd = voices(1, 4), voices(90, 4)
    assert np.allclose(class_mean(alone, cohort), alone[0] / 11 + cohort * 10 / 11, atol=1e-6)
    assert np.allclose(class_mean(crowd, cohort), crowd.mean(axis=0) * 0.9 + cohort * 0.1, atol=1e-6)


@given(st.integers(1, 40), st.integers(0, 1000))
def test_ones_own_centroid_scores_one_and_nothing_scores_more(people: int, seed: int) -> None:
    centroids = voices(people, seed)
    found = scores(centroids, centroids, voices(1, seed + 1)[0] * 0.3)
    assert np.allclose(np.diag(found), 1, atol=1e-5)
    assert found.max() <= 1 + 1e-5


def test_a_voice_that_is_the_mean_itself_is_like_nobody() -> None:
    assert scores(voices(1, 1), voices(1, 1), voices(1, 1)[0]).item() == pytest.approx(0, abs=1e-3)


ALIKE = np.diag([1.0, 1.0, 0.2]).astype(np.float32)
"""Takes away most of the third direction, in which every person's notes differ."""


def test_in_what_ones_own_notes_differ_counts_less_where_the_whitening_is_known() -> None:
    own, other = np.array([[0.8, 0, 0.6], [0, 0.8, 0.6]], np.float32)
    note = np.array([[0.7, 0.1, -0.7]], np.float32)
    prints, nowhere = np.stack([own, other]), np.zeros(3, np.float32)
    plain, whitened = scores(note, prints, nowhere)[0], scores(note, prints, nowhere, ALIKE)[0]
    assert plain[0] < 0.3
    assert whitened[0] > 0.8
    assert abs(whitened[1]) < 0.2
    assert np.diag(scores(prints, prints, nowhere, ALIKE)) == pytest.approx([1, 1], abs=1e-6)


def test_a_gallery_scores_under_the_whitening_that_it_is_asked_for_now() -> None:
    prints, mean = voices(4, 1), voices(1, 2)[0] * 0.3
    gallery, note = Gallery((1, 2, 3, 4), prints), voices(1, 5)
    whitening = np.diag(np.linspace(0.1, 1.0, 64)).astype(np.float32)
    for each in (None, whitening, None):
        assert np.allclose(gallery.scores(note[0], mean, each), scores(note, prints, mean, each)[0], atol=1e-6)

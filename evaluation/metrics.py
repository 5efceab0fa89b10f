"""What speaker verification is measured by. Pure numpy; scores are higher where two voices are more alike.

A trial is accepted where ``score >= cut``. ``target`` are scores of the same speaker, float [n], ``nontarget`` of
different speakers, float [m]. Rates are shares in [0, 1]. Infinite scores are welcome; none and NaN are ValueErrors.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_ROUNDING = 1e-9
"""0.29 * 100 is 28.999…: a share this close to a whole number of trials is that number."""


def det_points(target: ArrayLike, nontarget: ArrayLike) -> tuple[Floats, Floats]:
    """Every operating point, from accepting everyone (1, 0) to accepting no one (0, 1).

    Returns:
        False accepts and false rejects at each distinct score and above all of them: float64 [points] each, the first
        falling, the second rising.
    """
    same, different = np.sort(_scores(target)), np.sort(_scores(nontarget))
    cuts = np.unique(np.concatenate((same, different)))
    far = (len(different) - np.searchsorted(different, cuts)) / len(different)
    frr = np.searchsorted(same, cuts) / len(same)
    return np.append(far, 0.0), np.append(frr, 1.0)


def eer(target: ArrayLike, nontarget: ArrayLike) -> float:
    """The rate at which false accepts and false rejects are equal.

    Neighbouring operating points are joined by straight lines, and the crossing of that staircase with the diagonal is
    taken. (Not the convex hull's, which is lower: a system that tosses coins between two cuts.)
    """
    return equal_error(*det_points(target, nontarget))


def equal_error(far: Floats, frr: Floats) -> float:
    """`eer` of operating points, [points] each, as `det_points` gives them."""
    after = int(np.argmax(frr >= far))
    before = after - 1  # the first point is (1, 0), so the crossing is never there
    gap_before, gap_after = far[before] - frr[before], frr[after] - far[after]
    share = gap_before / (gap_before + gap_after)
    return float(frr[before] + share * (frr[after] - frr[before]))


def cut_at_far(nontarget: ArrayLike, far: float) -> float:
    """The lowest cut that accepts at most a share ``far`` of the non-targets; -inf where it may accept all."""
    different = _scores(nontarget)
    allowed = int(np.floor(far * len(different) + _ROUNDING))
    if allowed >= len(different):
        return -np.inf
    place = len(different) - 1 - allowed
    return float(np.nextafter(np.partition(different, place)[place], np.inf))


def frr_at_far(target: ArrayLike, nontarget: ArrayLike, far: float) -> float:
    """The fewest false rejects at which at most a share ``far`` of the non-targets is accepted. No interpolation."""
    return float(np.mean(_scores(target) < cut_at_far(nontarget, far)))


def min_dcf(target: ArrayLike, nontarget: ArrayLike, prior: float = 0.01) -> float:
    """The detection cost at the best cut, where both errors cost 1 and a share ``prior`` of trials are targets.

    Normalised by the better of accepting everyone and no one, so 1 is useless (NIST Speaker Recognition Evaluations).
    """
    if not 0 < prior < 1:
        raise ValueError("a prior lies between 0 and 1")
    far, frr = det_points(target, nontarget)
    return float(np.min(prior * frr + (1 - prior) * far) / min(prior, 1 - prior))


def cllr(target_llr: ArrayLike, nontarget_llr: ArrayLike) -> float:
    """The cost of log-likelihood ratios (natural logarithm), in bits; 1 is no better than saying nothing.

    Brümmer and du Preez, "Application-independent evaluation of speaker detection", Computer Speech & Language, 2006.
    """
    missed = np.logaddexp(0, -_scores(target_llr)).mean()
    accepted = np.logaddexp(0, _scores(nontarget_llr)).mean()
    return float((missed + accepted) / (2 * np.log(2)))


def min_cllr(target: ArrayLike, nontarget: ArrayLike) -> float:
    """`cllr` after the best rising map from scores to log-likelihood ratios: what discrimination alone leaves.

    The map pools adjacent violators (Ayer et al., 1955). At the ends no smoothing: where only targets are left above,
    or only non-targets below, the ratio is infinite and costs nothing.
    """
    same, different = _scores(target), _scores(nontarget)
    counts = _pooled(*_runs(same, different))
    with np.errstate(divide="ignore"):
        ratio = np.log(counts / [len(same), len(different)])
    llr = ratio[:, 0] - ratio[:, 1]
    costs = np.logaddexp(0, np.stack((-llr, llr), axis=1), out=np.zeros_like(counts), where=counts > 0)
    return float(np.sum(costs * counts / [len(same), len(different)]) / (2 * np.log(2)))


def reliability(posterior: ArrayLike, is_target: ArrayLike, bins: int = 10) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """What was promised against what came, in bins of equal width. Empty bins are left out.

    Args:
        posterior: probabilities of the target hypothesis in [0, 1], float [n].
        is_target: what was so, bool [n].

    Returns:
        Mean posterior, observed share of targets, and count of each bin that holds anything: [b], b <= bins.
    """
    promised, came = _scores(posterior), np.asarray(is_target, np.bool_)
    if promised.shape != came.shape:
        raise ValueError("every posterior needs its truth")
    if promised.min() < 0 or promised.max() > 1:
        raise ValueError("a posterior lies in [0, 1]")
    place = np.minimum((promised * bins).astype(np.int64), bins - 1)
    counts = np.bincount(place, minlength=bins)
    held = counts > 0
    mean = np.bincount(place, promised, bins)[held] / counts[held]
    share = np.bincount(place, came, bins)[held] / counts[held]
    return mean, share, counts[held].astype(np.int64)


def calibration_error(posterior: ArrayLike, is_target: ArrayLike, bins: int = 10) -> float:
    """Expected calibration error: the mean gap of `reliability`, weighted by count.

    Guo et al., "On calibration of modern neural networks", ICML 2017.
    """
    mean, share, counts = reliability(posterior, is_target, bins)
    return float(np.sum(np.abs(mean - share) * counts) / counts.sum())


def true_positive_rate(target: ArrayLike, cut: float) -> float:
    """The share of targets accepted."""
    return float(np.mean(_scores(target) >= cut))


def accuracy(target: ArrayLike, nontarget: ArrayLike, cut: float) -> float:
    """The share of all trials decided rightly. Where non-targets are many, it says little of the targets."""
    same, different = _scores(target), _scores(nontarget)
    right = np.count_nonzero(same >= cut) + np.count_nonzero(different < cut)
    return float(right / (len(same) + len(different)))


def f_measure(target: ArrayLike, nontarget: ArrayLike, cut: float) -> float:
    """The harmonic mean of precision and recall (F1) at a cut; 0 where nothing is accepted."""
    same, different = _scores(target), _scores(nontarget)
    hits = np.count_nonzero(same >= cut)
    return float(2 * hits / (hits + np.count_nonzero(different >= cut) + len(same)))


def best_f_measure(target: ArrayLike, nontarget: ArrayLike) -> tuple[float, float]:
    """The highest `f_measure` of any cut, and the lowest cut that gives it."""
    same, different = np.sort(_scores(target)), np.sort(_scores(nontarget))
    cuts = np.unique(same)  # between two targets a lower cut only adds false accepts
    hits = len(same) - np.searchsorted(same, cuts)
    false = len(different) - np.searchsorted(different, cuts)
    measure = 2 * hits / (hits + false + len(same))
    best = int(np.argmax(measure))
    return float(measure[best]), float(cuts[best])


def fpir_at(best_scores_of_strangers: ArrayLike, cut: float) -> float:
    """False positive identification rate: the share of strangers whose best match, float [s], is taken for theirs."""
    return float(np.mean(_scores(best_scores_of_strangers) >= cut))


def open_set(
    best_scores_of_members: ArrayLike, member_top1_correct: ArrayLike, best_scores_of_strangers: ArrayLike, fpir: float
) -> float:
    """Detection and identification rate where at most a share ``fpir`` of strangers is taken for somebody.

    Phillips, Grother and Micheals, "Evaluation methods in face recognition", Handbook of Face Recognition, 2011.

    Args:
        best_scores_of_members: each enrolled speaker's best score over the gallery, float [k].
        member_top1_correct: whether that best was the speaker's own print, bool [k].
        best_scores_of_strangers: the best score over the gallery of speakers who are not in it, float [s].
    """
    cut = cut_at_far(best_scores_of_strangers, fpir)
    members, correct = _scores(best_scores_of_members), np.asarray(member_top1_correct, np.bool_)
    if members.shape != correct.shape:
        raise ValueError("every member's best score needs its truth")
    return float(np.mean((members >= cut) & correct))


def _scores(values: ArrayLike) -> Floats:
    scores = np.asarray(values, np.float64)
    if scores.ndim != 1 or not len(scores):
        raise ValueError("scores are one row of at least one number")
    if np.isnan(scores).any():
        raise ValueError("a score is NaN")
    return scores


def _runs(same: Floats, different: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Counts of targets and of non-targets, [runs] each, in rising order of score.

    Equal scores are one run, and so are neighbours that are all target or all non-target: few are left to pool.
    """
    cuts, place = np.unique(np.concatenate((same, different)), return_inverse=True)
    targets = np.bincount(place[: len(same)], minlength=len(cuts))
    others = np.bincount(place[len(same) :], minlength=len(cuts))
    kind = np.where(others == 0, 1, np.where(targets == 0, -1, 0))
    starts = np.flatnonzero(np.concatenate(([True], (kind[1:] != kind[:-1]) | (kind[1:] == 0))))
    return np.add.reduceat(targets, starts), np.add.reduceat(others, starts)


def _pooled(targets: NDArray[np.int64], others: NDArray[np.int64]) -> Floats:
    """Runs merged until the share of targets rises strictly: float64 [blocks, 2] of both counts."""
    blocks: list[tuple[int, int]] = []
    for hits, rest in zip(targets.tolist(), others.tolist(), strict=True):
        while blocks and blocks[-1][0] * rest >= hits * blocks[-1][1]:
            earlier = blocks.pop()
            hits, rest = hits + earlier[0], rest + earlier[1]
        blocks.append((hits, rest))
    return np.array(blocks, np.float64)

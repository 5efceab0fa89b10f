from __future__ import annotations

import math
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation import metrics
from evaluation.bootstrap import interval
from evaluation.trials import Trials

SCORES = st.lists(st.integers(-8, 8).map(float), min_size=1, max_size=30)
"""Few distinct values: ties, within a kind and between both, are the hard part."""
TARGET, NONTARGET = [0.9, 0.8, 0.7, 0.2], [0.6, 0.3, 0.1, 0.0]


def test_a_perfect_separation_costs_nothing() -> None:
    assert metrics.eer([2, 3], [0, 1]) == 0
    assert metrics.min_dcf([2, 3], [0, 1]) == 0
    assert metrics.min_cllr([2, 3], [0, 1]) == 0
    assert metrics.best_f_measure([2, 3], [0, 1]) == (1.0, 2.0)


def test_one_of_four_wrong_on_either_side_is_an_eer_of_a_quarter() -> None:
    assert metrics.eer(TARGET, NONTARGET) == 0.25


def test_the_same_scores_on_both_sides_are_chance() -> None:
    assert metrics.eer([1, 2], [1, 2]) == pytest.approx(0.5)
    assert metrics.eer([1], [1]) == pytest.approx(0.5)
    assert metrics.min_cllr([1, 2], [1, 2]) == pytest.approx(1)
    assert metrics.min_dcf([1, 2], [1, 2], prior=0.3) == pytest.approx(1)


def test_scores_the_wrong_way_round_are_an_eer_of_one() -> None:
    assert metrics.eer([0], [1]) == 1


def test_points_run_from_accepting_everyone_to_accepting_no_one() -> None:
    far, frr = metrics.det_points([1, 2], [0, 1])
    assert far.tolist() == [1, 0.5, 0, 0]
    assert frr.tolist() == [0, 0, 0.5, 1]


def test_false_rejects_at_given_false_accepts() -> None:
    assert metrics.frr_at_far(TARGET, NONTARGET, 0) == 0.25
    assert metrics.frr_at_far(TARGET, NONTARGET, 0.24) == 0.25
    assert metrics.frr_at_far(TARGET, NONTARGET, 0.5) == 0
    assert metrics.frr_at_far(TARGET, NONTARGET, 1) == 0
    assert metrics.frr_at_far([0.3], [0.3, 0.1], 0.4) == 1


def test_a_share_that_rounds_badly_still_is_whole_trials() -> None:
    nontarget = np.arange(100.0)
    assert np.mean(nontarget >= metrics.cut_at_far(nontarget, 0.29)) == 0.29


def test_the_detection_cost_by_hand() -> None:
    # Above 0.6 a quarter of targets is missed and nobody let in: 0.01 * 0.25 / 0.01.
    assert metrics.min_dcf(TARGET, NONTARGET) == pytest.approx(0.25)
    # Where nearly all are targets, it is best to let in all above 0.1 and pay for half of the others.
    assert metrics.min_dcf(TARGET, NONTARGET, prior=0.9) == pytest.approx(0.1 * 0.5 / 0.1)


def test_saying_nothing_costs_one_bit() -> None:
    assert metrics.cllr([0, 0], [0]) == pytest.approx(1)


def test_ratios_by_hand() -> None:
    # log2(1 + 1/3) for either kind
    assert metrics.cllr([math.log(3)], [-math.log(3)]) == pytest.approx(math.log2(4 / 3))
    assert metrics.cllr([math.inf], [-math.inf]) == 0
    assert metrics.cllr([-math.inf], [0]) == math.inf


def test_pooling_by_hand() -> None:
    # Rising: N, then T N pooled, then T. The pool holds half of each kind, so its ratio is 1 and costs one bit.
    assert metrics.min_cllr([1, 3], [0, 2]) == pytest.approx(0.5)


def test_calibration_by_hand() -> None:
    mean, share, counts = metrics.reliability([0.1, 0.15, 0.9, 1.0], [False, True, True, True], bins=2)
    assert mean == pytest.approx([0.125, 0.95])
    assert share.tolist() == [0.5, 1]
    assert counts.tolist() == [2, 2]
    error = metrics.calibration_error([0.1, 0.15, 0.9, 1.0], [False, True, True, True], bins=2)
    assert error == pytest.approx((0.375 + 0.05) / 2)


def test_empty_bins_are_left_out() -> None:
    assert [len(column) for column in metrics.reliability([0.5], [True])] == [1, 1, 1]


def test_decisions_at_a_cut_by_hand() -> None:
    assert metrics.true_positive_rate(TARGET, 0.7) == 0.75
    assert metrics.accuracy(TARGET, NONTARGET, 0.6) == pytest.approx(6 / 8)
    assert metrics.f_measure(TARGET, NONTARGET, 0.6) == pytest.approx(2 * 3 / (2 * 3 + 1 + 1))
    assert metrics.f_measure(TARGET, NONTARGET, 2) == 0
    assert metrics.best_f_measure(TARGET, NONTARGET) == pytest.approx((6 / 7, 0.7))


def test_an_open_set_counts_only_members_found_under_their_own_name() -> None:
    members, correct, strangers = [0.9, 0.8, 0.7, 0.3], [True, False, True, True], [0.5, 0.4, 0.2, 0.1]
    assert metrics.open_set(members, correct, strangers, fpir=0) == 0.5
    assert metrics.open_set(members, correct, strangers, fpir=0.25) == 0.5
    assert metrics.open_set(members, correct, strangers, fpir=0.5) == 0.75
    assert metrics.fpir_at(strangers, 0.4) == 0.5


@pytest.mark.parametrize("bad", [[], [math.nan], [[1.0]]])
def test_no_scores_and_nonsense_are_refused(bad: list[float]) -> None:
    with pytest.raises(ValueError, match="score"):
        metrics.eer(bad, [0])
    with pytest.raises(ValueError, match="score"):
        metrics.min_cllr([0], bad)


def test_a_posterior_beyond_one_is_refused() -> None:
    with pytest.raises(ValueError, match="posterior"):
        metrics.calibration_error([1.2], [True])


@given(SCORES, SCORES)
def test_no_calibration_beats_the_best_one(target: list[float], nontarget: list[float]) -> None:
    best = metrics.min_cllr(target, nontarget)
    assert 0 <= best <= min(1, metrics.cllr(target, nontarget)) + 1e-12


@given(SCORES, SCORES)
def test_a_rising_map_changes_no_measure_of_order(target: list[float], nontarget: list[float]) -> None:
    bent, others = np.exp(np.array(target) / 3), np.exp(np.array(nontarget) / 3)
    assert metrics.eer(bent, others) == metrics.eer(target, nontarget)
    assert metrics.min_dcf(bent, others) == metrics.min_dcf(target, nontarget)
    assert metrics.min_cllr(bent, others) == metrics.min_cllr(target, nontarget)


@given(SCORES, SCORES)
def test_both_kinds_exchanged_and_turned_round_have_the_same_eer(target: list[float], nontarget: list[float]) -> None:
    turned = metrics.eer([-score for score in nontarget], [-score for score in target])
    assert turned == pytest.approx(metrics.eer(target, nontarget))


@given(SCORES, SCORES, st.floats(0, 1), st.floats(0, 1))
def test_more_false_accepts_never_mean_more_false_rejects(
    target: list[float], nontarget: list[float], one: float, other: float
) -> None:
    strict, lax = sorted((one, other))
    assert metrics.frr_at_far(target, nontarget, strict) >= metrics.frr_at_far(target, nontarget, lax)


@given(SCORES, st.floats(0, 1))
def test_a_cut_lets_in_no_more_than_allowed_and_is_the_lowest_such(nontarget: list[float], far: float) -> None:
    scores, cut = np.array(nontarget), metrics.cut_at_far(nontarget, far)
    assert np.mean(scores >= cut) <= far + 1e-9
    if np.isfinite(cut):
        assert np.mean(scores >= np.nextafter(cut, -np.inf)) > far


@given(SCORES, SCORES)
def test_no_cut_has_a_higher_f_measure_than_the_best(target: list[float], nontarget: list[float]) -> None:
    best, cut = metrics.best_f_measure(target, nontarget)
    assert best == metrics.f_measure(target, nontarget, cut)
    assert best == max(metrics.f_measure(target, nontarget, other) for other in target + nontarget)


@given(SCORES, SCORES)
def test_the_best_map_is_the_one_that_tries_every_monotone_split(target: list[float], nontarget: list[float]) -> None:
    """Isotonic regression by its max-min formula (Robertson et al., 1988), slow and written another way."""
    cuts = sorted(set(target + nontarget))
    hits = [target.count(cut) for cut in cuts]
    alls = [hit + nontarget.count(cut) for hit, cut in zip(hits, cuts, strict=True)]
    places = range(len(cuts))
    cost = 0.0
    for place in places:
        share = max(
            min(sum(hits[a : b + 1]) / sum(alls[a : b + 1]) for b in places if b >= place) for a in places if a <= place
        )
        odds = share / (1 - share) / (len(target) / len(nontarget)) if share < 1 else math.inf
        if hits[place]:
            cost += hits[place] / len(target) * math.log2(1 + 1 / odds)
        if alls[place] > hits[place]:
            cost += (alls[place] - hits[place]) / len(nontarget) * math.log2(1 + odds)
    assert metrics.min_cllr(target, nontarget) == pytest.approx(cost / 2)


def test_normal_scores_have_the_eer_the_theory_says() -> None:
    rng = np.random.default_rng(0)
    rate = metrics.eer(rng.normal(1, 1, 200_000), rng.normal(-1, 1, 200_000))
    assert rate == pytest.approx(0.15866, abs=0.002)


def trials(speakers: int, targets: int, nontargets: int, spread: float = 0.0) -> Trials:
    """Normal scores two deviations apart; each speaker's are shifted together by a normal deviate times ``spread``."""
    rng = np.random.default_rng(1)
    shift = rng.normal(0, spread, speakers)
    of_target, of_nontarget = np.arange(targets) % speakers, np.arange(nontargets) % speakers
    return Trials(
        rng.normal(1, 1, targets) + shift[of_target],
        of_target,
        rng.normal(-1, 1, nontargets) + shift[of_nontarget],
        of_nontarget,
    )


def test_a_drawn_speaker_brings_all_trials_or_none() -> None:
    whole = trials(7, 70, 140)
    drawn = whole.resampled(np.random.default_rng(0))
    times = np.bincount(drawn.target_speaker, minlength=7)
    assert times.sum() == 70
    assert set(times % 10) == {0}
    assert np.array_equal(np.bincount(drawn.nontarget_speaker, minlength=7), 2 * times)
    assert set(drawn.target) <= set(whole.target)


def test_numbers_that_no_speaker_has_are_never_drawn() -> None:
    sparse = Trials(np.array([1.0]), np.array([900]), np.array([0.0]), np.array([900]))
    assert sparse.resampled(np.random.default_rng(0)).target.tolist() == [1.0]


@settings(deadline=None)
@given(st.integers(0, 1000))
def test_every_draw_can_be_measured(seed: int) -> None:
    lopsided = Trials(np.array([1.0]), np.array([0]), np.array([0.0]), np.array([1]))
    drawn = lopsided.resampled(np.random.default_rng(seed))
    assert len(drawn.target)
    assert len(drawn.nontarget)


def test_an_interval_holds_the_figure_and_is_the_same_again() -> None:
    some = trials(40, 400, 4000)
    low, high = interval(metrics.eer, some)
    assert low < metrics.eer(some.target, some.nontarget) < high
    assert (low, high) == interval(metrics.eer, some)
    assert (low, high) != interval(metrics.eer, some, seed=1)


def test_the_more_speakers_differ_the_wider_the_interval() -> None:
    alike, unlike = (interval(metrics.eer, trials(40, 400, 4000, spread)) for spread in (0.0, 1.0))
    assert unlike[1] - unlike[0] > 1.5 * (alike[1] - alike[0])


def test_an_interval_over_a_hundred_speakers_is_quick() -> None:
    many = trials(100, 5_000, 200_000)
    begun = time.process_time()
    interval(metrics.eer, many, draws=20)
    assert time.process_time() - begun < 3


def test_trials_without_one_kind_are_refused() -> None:
    none, one, speaker = np.array([]), np.array([1.0]), np.array([0])
    with pytest.raises(ValueError, match="both kinds"):
        Trials(none, none.astype(int), one, speaker)
    with pytest.raises(ValueError, match="from 0"):
        Trials(one, speaker, one, speaker - 1)

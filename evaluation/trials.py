"""Scores of trials with the speaker each of them claims."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Trials:
    """Scored trials.

    Attributes:
        target: scores of claims that are true, float [n].
        target_speaker: the claimed speaker's index, int [n], from 0.
        nontarget: scores of claims that are false, float [m].
        nontarget_speaker: the claimed speaker's index, int [m].
    """

    target: NDArray[np.floating]
    target_speaker: NDArray[np.integer]
    nontarget: NDArray[np.floating]
    nontarget_speaker: NDArray[np.integer]

    def __post_init__(self) -> None:
        for scores, speaker in ((self.target, self.target_speaker), (self.nontarget, self.nontarget_speaker)):
            if not len(scores) or scores.shape != speaker.shape or scores.ndim != 1:
                raise ValueError("trials of both kinds are needed, and a speaker for each")
            if speaker.min() < 0:
                raise ValueError("speakers are counted from 0")

    def resampled(self, rng: np.random.Generator) -> Trials:
        """As many claimed speakers, drawn with replacement, each with all the trials that claim it.

        A speaker drawn twice brings its trials twice, under one index. A draw without any target or without any
        non-target measures nothing and is repeated.
        """
        size = int(max(self.target_speaker.max(), self.nontarget_speaker.max())) + 1
        of_target = np.bincount(self.target_speaker, minlength=size)
        of_nontarget = np.bincount(self.nontarget_speaker, minlength=size)
        speakers = np.flatnonzero(of_target + of_nontarget)
        while True:
            times = np.bincount(rng.choice(speakers, len(speakers)), minlength=size)
            if times @ of_target and times @ of_nontarget:
                break
        targets, nontargets = times[self.target_speaker], times[self.nontarget_speaker]
        return Trials(
            np.repeat(self.target, targets),
            np.repeat(self.target_speaker, targets),
            np.repeat(self.nontarget, nontargets),
            np.repeat(self.nontarget_speaker, nontargets),
        )

"""The coherence of a note from one pass over it, for encoders that pool frames by mean and standard deviation.

Any stretch's embedding follows from sums over its frames, so every split can be tried at next to no cost, and each side
is heard as a whole. See `models.coherence` for what the figure means.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

from models.coherence import SHORTEST

_MOST_POINTS: Final = 25
_FINEST_STEP: Final = 0.24
"""Seconds between two places where a stretch may begin or end, in notes of up to 6 s; in longer ones a 24th of them."""


@torch.inference_mode()
def coherence(frames: Tensor, frame_rate: float, project: Callable[[Tensor], Tensor]) -> float:
    """The coherence from one pass over the note.

    Args:
        frames: [channels, frames], what the encoder pools.
        frame_rate: of these, per second.
        project: [n, 2 · channels] of means and standard deviations → [n, dimension], embeddings of any length.

    Returns:
        A cosine; NaN for a note that is too short to be divided.
    """
    count = frames.shape[1]
    least = round(SHORTEST * frame_rate)
    step = max(round(_FINEST_STEP * frame_rate), -(-count // (_MOST_POINTS - 1)))
    points = [*range(0, count, step), count]
    # A stretch at the end is the rest of one at the beginning.
    stretches = [
        (start, end)
        for start in points
        for end in points
        if end - start >= least and count - (end - start) >= least and not (start > 0 and end == count)
    ]
    if not stretches:
        return float("nan")
    # Sums of many squares: in half the digits, a variance near zero would be noise.
    sums = functional.pad(torch.cat([frames, frames**2]).double().cumsum(dim=1), (1, 0))
    starts, ends = torch.tensor(stretches, device=frames.device).T
    inside = sums[:, ends] - sums[:, starts]
    outside = sums[:, -1:] - inside
    lengths = (ends - starts).double()
    one = project(_statistics(inside, lengths))
    other = project(_statistics(outside, count - lengths))
    return float(functional.cosine_similarity(one, other).min())


def _statistics(sums: Tensor, lengths: Tensor) -> Tensor:
    """[2 · channels, n] of sums and sums of squares → float32 [n, 2 · channels]: mean, unbiased standard deviation."""
    total, squares = sums.chunk(2)
    mean = total / lengths
    variance = (squares - lengths * mean**2) / (lengths - 1)
    return torch.cat([mean, variance.clamp_min(0).sqrt()]).T.float()

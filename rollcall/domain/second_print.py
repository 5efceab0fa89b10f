"""The second print: what telephone notes of somebody are compared with, made of the notes that enrolled them.

Each of these was heard twice, as it is and as a telephone passes it. What a telephone passes sounds like the notes that
will come; what it does not pass tells more of the voice. So both count alike, moved together to where notes lie that
come over telephones. Measured by `evaluation.telephone`: docs/accuracy.md.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rollcall.domain.operating import Operating


def second_notes(
    narrow: NDArray[np.float32], wide: NDArray[np.float32], point: Operating | None
) -> NDArray[np.float32]:
    """What each note gives to the second print: float32 [notes, dimension], rows L2-normalised.

    Args:
        narrow: float32 [notes, dimension], the notes as a telephone passes them, rows L2-normalised.
        wide: likewise, the same notes as they are.
        point: for telephone notes; without one, or without its shift, the first stand alone.
    """
    if point is None or point.shift is None:
        return narrow
    both = narrow + wide + point.shift
    return np.asarray(both / np.linalg.norm(both, axis=1, keepdims=True), np.float32)

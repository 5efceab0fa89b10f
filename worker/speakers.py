from collections.abc import Callable
from typing import Any

from worker.waveform import Waveform


def several(waveform: Waveform, embed: Callable[..., Any]) -> bool:
    return False

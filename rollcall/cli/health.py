"""``rollcall health``: ask the process on this machine how it is, for a container's health check."""

from __future__ import annotations

import json
import urllib.error
import urllib.request

from rollcall.config.settings import Settings
from rollcall.errors import WrongUse

_TIMEOUT = 5
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared with, not bound


def ask(settings: Settings, what: str) -> tuple[bool, str]:
    """Whether all is well, and one line about it. `what` is ``live`` or ``ready``.

    Raises:
        WrongUse: no process here has a door to ask at.
    """
    if settings.ops_port is None:
        raise WrongUse("nothing to ask: set ROLLCALL_OPS_PORT, here and for the bot or worker")
    host = _EVERYWHERE.get(settings.ops_listen, settings.ops_listen)
    url = f"http://{f'[{host}]' if ':' in host else host}:{settings.ops_port}/{what}"
    # Past any proxy of the environment: it is this machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=_TIMEOUT) as answer:
            return True, _listed(answer.read())
    except urllib.error.HTTPError as error:
        return False, _listed(error.read())
    except OSError as error:
        return False, f"no answer from {url} ({type(error).__name__})"


def _listed(body: bytes) -> str:
    try:
        checks = json.loads(body)
        return "; ".join(f"{name}: {said}" for name, said in checks.items())
    except (ValueError, AttributeError):
        return "an answer of something else: another server has this port"

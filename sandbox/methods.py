"""The Bot API methods of the sandbox, all in one place."""

from __future__ import annotations

from sandbox import account, editing, fetching, sending
from sandbox.registry import Method

METHODS: dict[str, Method] = {**account.METHODS, **editing.METHODS, **fetching.METHODS, **sending.METHODS}
"""Every method, by its name in lower case."""

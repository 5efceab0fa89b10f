"""Somebody who is not on a class's list, as far as its teachers have said who they are."""

from __future__ import annotations

from enum import StrEnum


class JoinState(StrEnum):
    """What has become of the question."""

    SILENT = "silent"
    """They had claimed another's line, and have not said who they are: nobody is asked before that."""
    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"


WAITING = (JoinState.SILENT, JoinState.OPEN)
ANSWERED = (JoinState.ACCEPTED, JoinState.REFUSED)

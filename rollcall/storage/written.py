"""What transactions have written that somebody waits for: told once it is committed.

Best effort: another process hears nothing of it, nor does anybody of what a statement writes past the mapper. Whoever
listens looks by themselves now and then.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from contextlib import suppress
from typing import Any

from sqlalchemy import CursorResult, Result, event
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction, sessionmaker

from rollcall.storage.tables import Table

_TOUCHED, _QUIETLY = "rollcall_touched", "rollcall_quietly"
QUIETLY = {_QUIETLY: True}
"""Execution options of what the sender itself writes: it need not be woken by that."""

Rows = type[Table]


class Written:
    """Who listens for which tables."""

    def __init__(self, sessions: sessionmaker[Session]) -> None:
        """`sessions` makes the sessions whose transactions are listened to."""
        self._listeners: list[tuple[asyncio.AbstractEventLoop, Collection[Rows], asyncio.Event]] = []
        self._tables: set[Rows] = set()
        event.listen(sessions, "after_flush", self._flushed)
        event.listen(sessions, "do_orm_execute", self._executes)
        event.listen(sessions, "after_commit", self._committed)

    def listen(self, *tables: Rows) -> asyncio.Event:
        """An event that is set whenever rows of these tables were added or changed; the caller's to clear.

        Until `unlisten`.
        """
        heard = asyncio.Event()
        self._listeners.append((asyncio.get_running_loop(), tables, heard))
        self._tables.update(tables)
        return heard

    def unlisten(self, heard: asyncio.Event) -> None:
        """Nobody waits for this event any more."""
        # Another list, for a database's thread may be going through this one.
        self._listeners = [one for one in self._listeners if one[2] is not heard]

    def wake(self) -> None:
        """Another process has written something: everybody looks."""
        for loop, _, heard in self._listeners:
            with suppress(RuntimeError):  # as below
                loop.call_soon_threadsafe(heard.set)

    def _flushed(self, session: Session, _context: UOWTransaction) -> None:
        if self._tables:
            self._touch(session, {type(row) for row in (*session.new, *session.dirty)})

    def _executes(self, state: ORMExecuteState) -> Result[Any] | None:
        mapper = state.bind_mapper
        if mapper is None or not (state.is_insert or state.is_update) or mapper.class_ not in self._tables:
            return None
        if state.execution_options.get(_QUIETLY):
            return None
        result = state.invoke_statement()
        if not (isinstance(result, CursorResult) and result.rowcount == 0):
            self._touch(state.session, {mapper.class_})
        return result

    def _touch(self, session: Session, tables: Collection[Rows]) -> None:
        session.info.setdefault(_TOUCHED, set()).update(self._tables.intersection(tables))

    def _committed(self, session: Session) -> None:
        touched = session.info.get(_TOUCHED)
        if not touched or session.in_nested_transaction():
            return  # nothing to tell, or only a savepoint is done with
        del session.info[_TOUCHED]
        for loop, tables, heard in self._listeners:
            if touched.intersection(tables):
                with suppress(RuntimeError):  # that loop is closed, and nobody listens any more
                    loop.call_soon_threadsafe(heard.set)

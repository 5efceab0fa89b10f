"""``rollcall sandbox --web``: what its page cannot know by itself, looked up in the product's records."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import Any

from rollcall.config.settings import Settings
from rollcall.storage.database import Database
from rollcall.texts import LANGUAGES, texts_in
from rollcall.usecases.explaining import explain

_Room = Callable[[str, str], Any]


class Explainer:
    """Tells of a note what is on record, and where in it the speech is. The product runs beside us."""

    def __init__(self, settings: Settings, room: _Room) -> None:
        self._settings = settings
        self._room = room
        self._database: Database | None = None

    async def explain(self, chat_id: int, message_id: int, audio: bytes) -> dict[str, Any] | None:
        """What is known of a note; None for as long as nothing is decided."""
        if self._database is None:
            # Without the keyring: it is for reading only, and of what is sealed nothing is shown.
            self._database = Database(self._settings.effective_database_url)
        found = await self._database.look(explain, chat_id, message_id)
        if found is None:
            return None
        reason = found.reason and {t: str(texts_in(t)(f"short-reason-{found.reason}")) for t in LANGUAGES}
        speech = await asyncio.to_thread(self._speech, audio)
        return {**asdict(found), "why": reason, "speech": speech}

    async def close(self) -> None:
        """Let the database go."""
        if self._database is not None:
            await self._database.close()

    def _speech(self, audio: bytes) -> dict[str, Any] | None:
        """Nobody keeps where the speech was: it is found once more, as the worker does."""
        decoding = self._room("worker.audio.decode", "worker")
        refused = self._room("worker.audio.waveform", "worker").AudioRefused
        try:
            waveform = decoding.decode(audio)
        except refused:
            return None
        segments = self._detector.detect(waveform).segments
        return {"seconds": waveform.seconds, "segments": [list(segment) for segment in segments]}

    @cached_property
    def _detector(self) -> Any:
        return self._room("worker.audio.speech", "worker").SpeechDetector()


def try_out(settings: Settings, room: _Room, host: str, port: int | None, *, browser: bool) -> int:
    """Run the page until Ctrl-C, in a data folder that goes with it; the exit code."""
    with tempfile.TemporaryDirectory(prefix="rollcall-try-") as folder:
        own = settings.model_copy(update={"data_dir": Path(folder) / "data", "database_url": None})
        main = room("sandbox.web.main", "sandbox").main
        code: int = main(Path(folder), Explainer(own, room), host=host, port=port, browser=browser)
        return code

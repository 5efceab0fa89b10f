"""An installation's first key, made where nothing needs one that is gone.

Apart from `rollcall.usecases.key_fit`, since ``rollcall up`` need not wait for SQLAlchemy where there is a key.
"""

from __future__ import annotations

import asyncio

from rollcall.config.settings import Settings
from rollcall.errors import WrongKey
from rollcall.sealing.seal import KEY_FILE, Keyring, load_keyring


def load_or_make(settings: Settings) -> Keyring:
    """The installation's keys, made where there are none and nothing needs any. Not to be called inside a loop.

    Raises:
        WrongKey: there are none, and the database has voices that need one.
        Unavailable: there are none, and the database cannot be asked.
    """
    file = settings.data_dir / KEY_FILE
    if settings.voiceprint_key is None and not file.exists() and _there_is_a_database(settings):
        from rollcall.usecases import key_fit

        if found := asyncio.run(key_fit.needed_by(settings)):
            raise WrongKey(
                f"the voiceprint key is gone: {key_fit.listed(found)}, and there is no {file}: put the file back, or "
                f"its content into ROLLCALL_VOICEPRINT_KEY, from wherever you keep it; {key_fit.LOST_FOR_GOOD}"
            )
    return load_keyring(settings, create=True)


def _there_is_a_database(settings: Settings) -> bool:
    """Without making one: SQLite would, by being asked."""
    return settings.database_url is not None or settings.database_file.exists()

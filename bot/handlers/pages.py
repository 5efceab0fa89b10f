"""The ways into the pages in the browser: /board, /web, and where one is signed in."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from telegram import Update

from bot.caller import as_teacher
from bot.messages.menus import show
from bot.messages.replies import Buttons, reply
from bot.services import Context, now
from rollcall.config.settings import Settings
from rollcall.marked import one_below_the_other
from rollcall.storage.web_tables import WebSession
from rollcall.texts import Texts
from rollcall.usecases import web_access
from rollcall.usecases.live_board import open_boards


async def board_command(update: Update, context: Context) -> None:
    """/board: of the open lesson; of several, the one whose button is pressed."""
    t, taught = context.caller.texts, context.caller.taught
    if not taught:
        await reply(update, t("classes-none"), [[(t("button-new-class"), "newclass")]], t)
        return
    running = await context.services.database.look(open_boards, [one.id for one in taught])
    if not running:
        opens = f"open:{taught[0].id}" if len(taught) == 1 else "open-which"
        await reply(update, t("pages-board-none"), [[(t("button-open"), opens)]], t)
    elif len(running) == 1:
        await _give(update, context, next(iter(running.values())), t)
    else:
        which = [[(one.title, f"board:{running[one.id]}")] for one in taught if one.id in running]
        await reply(update, t("pages-board-which"), which, t)


async def board_pressed(update: Update, context: Context) -> None:
    """board:<lesson>."""
    await _give(update, context, context.number, context.caller.texts)


async def web_command(update: Update, context: Context) -> None:
    """/web: a link to the register, and where one is signed in."""
    await _register(update, context)


async def out_pressed(update: Update, context: Context) -> None:
    """web-out:<device>, or all: signed in no more."""
    device = (context.match["device"] if context.match else None) or "all"
    number = None if device == "all" else int(device)
    await context.services.database.run(as_teacher(context.caller, web_access.revoke), number, now())
    t, services = context.caller.texts, context.services
    left = await services.database.run(as_teacher(context.caller, web_access.devices), now())
    lines = [t("pages-out-done"), *_devices(t, left, services.settings.timezone)]
    await show(update, one_below_the_other(lines), [[(t("button-pages-again"), "web")], *_out_buttons(t, left)], t)


async def _give(update: Update, context: Context, lesson_id: int, t: Texts) -> None:
    services, settings = context.services, context.services.settings
    if not _are_here(settings):
        await reply(update, t("pages-not-here"), texts=t)
        return
    links = await services.database.run(as_teacher(context.caller, web_access.board_links), lesson_id, now())
    if links is None:
        await reply(update, t("close-none"), texts=t)
        return
    mine, screen = f"/in/{links.mine}", f"/screen/{links.screen}"
    if settings.web_url is None:
        near = _near(settings)
        lines = [
            t("pages-board", title=links.title), t("pages-near"),
            t("pages-mine-at", link=near + mine), t("pages-screen-at", link=near + screen),
        ]  # fmt: skip
        await reply(update, one_below_the_other(lines, "\n\n"), texts=t)
        return
    lines = [t("pages-board", title=links.title), t("pages-mine"), t("pages-screen")]
    buttons = [
        [(t("button-pages-app"), f"app:{settings.web_url}/app?to=/board/{lesson_id}")],
        [(t("button-pages-mine"), settings.web_url + mine), (t("button-pages-screen"), settings.web_url + screen)],
    ]
    await reply(update, one_below_the_other(lines, "\n\n"), buttons, t)


async def _register(update: Update, context: Context) -> None:
    services, settings, t = context.services, context.services.settings, context.caller.texts
    if not _are_here(settings):
        await reply(update, t("pages-not-here"), texts=t)
        return
    token = await services.database.run(as_teacher(context.caller, web_access.link_to), "/", now())
    found = await services.database.run(as_teacher(context.caller, web_access.devices), now())
    lines = [t("pages-register")]
    buttons = _out_buttons(t, found)
    if settings.web_url is None:
        lines += [t("pages-near"), t("pages-mine-at", link=f"{_near(settings)}/in/{token}")]
    else:
        lines.append(t("pages-mine"))
        app = (t("button-pages-app"), f"app:{settings.web_url}/app")
        buttons = [[app], [(t("button-pages-register"), f"{settings.web_url}/in/{token}")], *buttons]
    if found:
        lines.append(one_below_the_other([t("pages-devices"), *_devices(t, found, settings.timezone)]))
    await show(update, one_below_the_other(lines, "\n\n"), buttons, t)


def _devices(t: Texts, found: Sequence[WebSession], zone: str) -> list[str]:
    return [t("pages-device", device=_called(t, one), since=_clock(one.created_at, zone)) for one in found]


def _out_buttons(t: Texts, found: Sequence[WebSession]) -> Buttons:
    one_by_one = [[(t("button-pages-out", device=_called(t, one)), f"web-out:{one.id}")] for one in found]
    return [*one_by_one, *([[(t("button-pages-out-all"), "web-out:all")]] if len(found) > 1 else [])]


def _called(t: Texts, device: WebSession) -> str:
    return device.device or t("pages-device-unknown")


def _clock(moment: datetime, zone: str) -> str:
    return f"{moment.astimezone(ZoneInfo(zone)):%d.%m %H:%M}"


def _near(settings: Settings) -> str:
    """Where the pages are on this machine."""
    return f"http://127.0.0.1:{settings.effective_web_port}"


def _are_here(settings: Settings) -> bool:
    """Whether somebody serves the pages: on a machine of their own, or beside us."""
    return settings.web_url is not None or importlib.util.find_spec("starlette") is not None

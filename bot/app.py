"""The bot's life: what opens, runs beside the handlers, and closes."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import socket
import sys
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

import redis
from sqlalchemy.exc import SQLAlchemyError
from telegram.error import InvalidToken, TelegramError
from telegram.ext import (
    ApplicationBuilder,
    ContextTypes,
    Defaults,
    ExtBot,
)
from tornado.netutil import bind_sockets

from bot.gate import GuardedApplication
from bot.handlers import chats
from bot.outbox.absence_cards import keep_absences, keep_appeals
from bot.outbox.boards import keep_boards
from bot.outbox.calls import call_students
from bot.outbox.claim_cards import keep_claims
from bot.outbox.closing_notices import close_overdue
from bot.outbox.fresh_words import invite_anew
from bot.outbox.joiners import keep_joiners
from bot.outbox.mark_words import tell_of_marks
from bot.outbox.namesake_notices import tell_of_namesakes
from bot.outbox.review_cards import keep_reviews
from bot.outbox.staff_notices import keep_staff
from bot.outbox.timetable import keep_timetables
from bot.outbox.waits import keep_telling, recall_who_waits
from bot.outbox.weekly import tell_weekly
from bot.probes import vitals
from bot.results import answer_overdue, collect_results, recover_lost
from bot.routes import add_handlers
from bot.services import App, Context, Services, now
from bot.stopping import stop_on_signals
from bot.transport import clock
from bot.transport.deafness import Hearing, poll_seconds
from bot.transport.first_sign import Signs
from bot.transport.inbox import DurableQueue, InOrder
from bot.transport.line import A_SECOND, ALL_BOTS
from bot.transport.pace import Pace
from bot.transport.polling import READ_TIMEOUT, Poller
from bot.transport.requests import CountedRequest, Patience
from bot.transport.timekeeping import Timekeeper
from bot.transport.unwritable import turn_away
from bot.upkeep.alarms import Alarms
from bot.upkeep.appearance import Menus, appear
from bot.upkeep.erasures import clear_traces
from bot.upkeep.figures import read_database, read_queue
from bot.upkeep.galleries import QueueWatch, compare_galleries
from bot.upkeep.merges import Merges
from bot.upkeep.pages import hear_pages, tell_pages
from bot.upkeep.practices import end_practices
from bot.upkeep.recordings import ask_to_enrol_again
from bot.upkeep.renewals import Renewals
from bot.upkeep.retention import keep_only_as_long, keep_queue_log_short
from rollcall.config.settings import Settings
from rollcall.errors import Unavailable, WrongKey, WrongUse
from rollcall.ops.probes import observed
from rollcall.queue.line import Line
from rollcall.sealing.seal import load_keyring
from rollcall.storage import allowances
from rollcall.storage.claim_tables import ClaimCard, VoiceClaim
from rollcall.storage.classes import class_count
from rollcall.storage.database import Database
from rollcall.storage.excuse_tables import Absence, AbsenceCard, Appeal, AppealCard
from rollcall.storage.merge_tables import Merge
from rollcall.storage.migrate import is_current
from rollcall.storage.roster_tables import JoinerCard, JoinRequest
from rollcall.storage.tables import ClosingNotice, Namesake, Person, Review, ReviewCard, StaffNotice
from rollcall.storage.written import Rows
from rollcall.usecases import key_fit
from rollcall.usecases.first_key import load_or_make

_log = logging.getLogger(__name__)

_UPKEEP_EVERY = 5.0
_LOOK_EVERY = 2.0
_OTHERS_EVERY = 15.0
"""For what another process has written; of its own a bot hears at once."""
_BREATH = 0.3
_WEEKLY_EVERY = _MENUS_EVERY = 60.0
_SWEEP_EVERY = 3600.0
_AGAIN_AFTER = 2.0
_SWITCH_EVERY = 0.0005
"""Seconds that a busy thread keeps the interpreter from another. Transactions run in threads of their own: with 5 ms,
as Python has it, each would wait so long for a busy event loop, and the loop for it."""
_ALLOWED_UPDATES = ["message", "edited_message", "callback_query", "channel_post", "my_chat_member"]

_UNTIL_THE_END = ("hearing", "inbox")
"""Tasks that go on while what is in work is finished: they say that we live, and mark what is handled."""

Task = Callable[[App, Services], Awaitable[None]]
_UPKEEP: tuple[Task, ...] = (
    recover_lost,
    answer_overdue,
    keep_timetables,
    tell_of_marks,  # half a minute after they were written
    ask_to_enrol_again,
    clear_traces,
    keep_only_as_long,
    end_practices,
    keep_queue_log_short,
    tell_pages,
)


_PROMISES: dict[str, tuple[Task, Sequence[Rows], float]] = {
    "lessons": (close_overdue, (ClosingNotice,), _UPKEEP_EVERY),
    "staff": (keep_staff, (StaffNotice,), _OTHERS_EVERY),
    "reviews": (keep_reviews, (Review, ReviewCard), _OTHERS_EVERY),
    "absences": (keep_absences, (Absence, AbsenceCard), _OTHERS_EVERY),
    "appeals": (keep_appeals, (Appeal, AppealCard), _OTHERS_EVERY),
    "claims": (keep_claims, (VoiceClaim, ClaimCard), _OTHERS_EVERY),
    "namesakes": (tell_of_namesakes, (Namesake,), _OTHERS_EVERY),
    "joiners": (keep_joiners, (JoinRequest, JoinerCard), _OTHERS_EVERY),
}
"""What sends what is promised, the rows that it is promised by, and after how long it looks in any case."""


class RollcallApplication(GuardedApplication):
    """An application that, asked to stop, does not wait for what can be done after the next start as well."""

    async def stop(self) -> None:
        """Finish what is in work; leave what waits for its turn, for Telegram or for a service."""
        if isinstance(self.update_queue, DurableQueue):
            self.update_queue.stop()
        if isinstance(self.update_processor, InOrder):
            self.update_processor.stop()
        # Before all else: what they begin from here on, nobody would wait for. Answers in work are tasks of their own.
        await _stop_tasks(self, but=_UNTIL_THE_END)
        limiter = getattr(self.bot, "rate_limiter", None)
        if isinstance(limiter, Pace):
            limiter.stop()
        await super().stop()


def main(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT.

    Raises:
        WrongUse: there is no token, or Telegram does not know it.
        WrongKey: database or queue are sealed with a key that we do not hold.
    """
    sys.setswitchinterval(_SWITCH_EVERY)
    with suppress(ModuleNotFoundError):  # Windows has none
        import uvloop

        # asyncio's own callbacks, in Python, were a third of the bot's time under load.
        asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    load_or_make(settings)
    application = build_application(settings)
    hearing: Hearing = application.bot_data["hearing"]
    with observed(vitals(application.bot_data["services"], hearing), settings):
        _serve(application, settings)
    if (failure := application.bot_data.get("failure")) is not None:
        raise failure


def _serve(application: App, settings: Settings) -> None:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    stop_on_signals(loop)
    try:
        if settings.webhook_url is None:
            application.run_polling(
                timeout=poll_seconds(settings),
                allowed_updates=_ALLOWED_UPDATES,
                bootstrap_retries=-1,
                stop_signals=None,
            )
        else:
            application.run_webhook(
                unix=_listening(settings),  # bound before Telegram is told: PTB says nothing of a port that is taken
                url_path="telegram",
                webhook_url=settings.webhook_url.rstrip("/") + "/telegram",
                secret_token=webhook_secret(application.bot.token),
                allowed_updates=_ALLOWED_UPDATES,
                bootstrap_retries=-1,
                stop_signals=None,
            )
    except InvalidToken as error:
        raise WrongUse("Telegram refuses the token: copy it from @BotFather into ROLLCALL_TELEGRAM_TOKEN") from error


def _listening(settings: Settings) -> socket.socket:
    """The webhook's socket.

    Raises:
        Unavailable: the port is taken, or this machine has no such address.
    """
    try:
        return bind_sockets(settings.webhook_port, settings.webhook_listen)[0]
    except OSError as error:
        raise Unavailable(
            f"port {settings.webhook_port} of {settings.webhook_listen} cannot be bound ({error.strerror}): "
            "set ROLLCALL_WEBHOOK_PORT and ROLLCALL_WEBHOOK_LISTEN"
        ) from error


def build_application(settings: Settings) -> App:
    """The bot, ready to run."""
    if settings.telegram_token is None:
        raise WrongUse("no token: ask @BotFather for one and set ROLLCALL_TELEGRAM_TOKEN")
    keyring = load_keyring(settings, create=True)
    services = Services.open(settings, keyring, Database(settings.effective_database_url, keyring))
    clock.begin_anew()
    hearing = Hearing(settings)
    queue = DurableQueue(
        services.database,
        services.holder,
        heard=hearing.heard,
        turn_away=partial(turn_away, services=services),
        seen=Signs(services.waits.began).show,
        marks=services.marks,
    )
    processor = InOrder(queue, services.queue.keeps_up)
    application = (
        ApplicationBuilder()
        .application_class(RollcallApplication)
        .bot(_bot(settings, hearing, services, queue))
        .context_types(ContextTypes(context=Context))
        .update_queue(queue)
        .concurrent_updates(processor)
        .post_init(_open)
        .post_stop(_stop_tasks)
        .post_shutdown(_close)
        .build()
    )
    processor.retry_with(application.process_update)
    application.bot_data["services"] = services
    application.bot_data["hearing"] = hearing
    add_handlers(application)
    return application


def webhook_secret(token: str) -> str:
    """What Telegram repeats in every webhook call: the same for all replicas, and not to be guessed."""
    return hashlib.sha256(f"rollcall-webhook:{token}".encode()).hexdigest()


def _bot(settings: Settings, hearing: Hearing, services: Services, queue: DurableQueue) -> ExtBot[Any]:
    if settings.telegram_token is None:
        raise WrongUse("no token: set ROLLCALL_TELEGRAM_TOKEN")
    url = settings.telegram_api_url
    return Poller(
        token=settings.telegram_token.get_secret_value(),
        base_url=f"{url}/bot",
        base_file_url=f"{url}/file/bot",
        request=CountedRequest(Patience(read=20, write=30, connect=10, pool=30), at_once=64),
        get_updates_request=CountedRequest(Patience(read=READ_TIMEOUT, connect=10), at_once=2, heard=hearing.heard),
        # By polling there is one bot; by webhook perhaps several, and Telegram counts their messages together.
        rate_limiter=Pace(
            moved=partial(chats.follow, services),
            together=None if settings.webhook_url is None else Line(services.redis, ALL_BOTS, A_SECOND),
        ),
        # What a reply quotes may be deleted by the time it is sent: that is no reason to say nothing.
        defaults=Defaults(allow_sending_without_reply=True),
        trouble=hearing.trouble,
        arrived=queue.arrived,
    )


async def _open(application: App) -> None:
    """Before the first update: what an earlier run left, the menus, the tasks that go on beside the handlers."""
    services: Services = application.bot_data["services"]
    if not await is_current(services.database):
        raise Unavailable("the database has an older schema or none: run rollcall migrate")
    await key_fit.check(services.database, services.keyring)
    with suppress(redis.RedisError, OSError):  # away: it is looked at before the first note is posted
        await services.queue.open()
    timekeeper = Timekeeper()
    await timekeeper.recall(services)
    queue = application.update_queue
    if isinstance(queue, DurableQueue):
        left = await queue.recover(application.bot)
        await recall_who_waits(services)
        classes_kept = await services.database.run(class_count)
        where = f"https://t.me/{application.bot.username}"
        _log.info("ready", extra={"bot": where, "classes": classes_kept, "left_over": left})
    hearing: Hearing = application.bot_data["hearing"]
    watched = (read_queue, read_database) if services.settings.ops_port is not None else ()
    tasks: dict[str, Task] = {
        "hearing": hearing.keep,
        "inbox": _keep_inbox,
        "results": collect_results,
        "boards": keep_boards,
        # Looked for, and not at once: a call just before somebody's answer is one message too many for their chat.
        "calls": _every(_LOOK_EVERY, call_students),
        "appearance": appear,
        "merges": _woken(Merges().keep, (Merge,), _OTHERS_EVERY),
        "menus": _woken(Menus().keep, (Person,), _MENUS_EVERY),
        "pages": hear_pages,
        "waits": keep_telling,
        "weekly": _every(_WEEKLY_EVERY, tell_weekly),
        "anew": _every(_WEEKLY_EVERY, invite_anew),
        "steps": _every(_WEEKLY_EVERY, Renewals().take),
        "clock": _every(_UPKEEP_EVERY, timekeeper.watch),
        "alarms": _every(_UPKEEP_EVERY, Alarms().watch),
        "allowances": _every(_SWEEP_EVERY, _sweep_allowances),
        "galleries": _every(_SWEEP_EVERY, compare_galleries),
        "queue": _every(_LOOK_EVERY, QueueWatch().watch),
        # Each for itself: a chat that Telegram holds up in one must not hold up the others.
        **{getattr(step, "__name__", "upkeep"): _every(_UPKEEP_EVERY, step) for step in _UPKEEP + watched},
        **{name: _woken(*promise) for name, promise in _PROMISES.items()},
    }
    application.bot_data["tasks"] = [
        asyncio.create_task(_keep_going(name, task, application, services), name=name) for name, task in tasks.items()
    ]


async def _stop_tasks(application: App, but: Collection[str] = ()) -> None:
    tasks: list[asyncio.Task[None]] = application.bot_data.pop("tasks", [])
    application.bot_data["tasks"] = [task for task in tasks if task.get_name() in but]
    ended = [task for task in tasks if task.get_name() not in but]
    for task in ended:
        task.cancel()
    await asyncio.gather(*ended, return_exceptions=True)


async def _close(application: App) -> None:
    await _stop_tasks(application)
    services: Services = application.bot_data["services"]
    if isinstance(application.update_queue, DurableQueue):
        try:
            await application.update_queue.release()
        except (SQLAlchemyError, OSError):
            _log.warning("what is left over is taken up a little later")
    await services.close()


async def _keep_going(name: str, task: Task, application: App, services: Services) -> None:
    """Run a task to its end; a service out of reach interrupts it for a while only."""
    while True:
        try:
            await task(application, services)
            return
        except WrongKey as error:
            application.bot_data["failure"] = error  # told once we have stopped
            application.stop_running()
            return
        except (redis.RedisError, SQLAlchemyError, TelegramError, OSError) as error:
            if services.database.troubles.saw(error) is None:  # else it is told, and not at each try
                _log.warning("interrupted, going on soon", extra={"task": name, "error": type(error).__name__})
        except Exception:
            _log.exception("a task failed, going on soon", extra={"task": name})
        await asyncio.sleep(_AGAIN_AFTER)


async def _keep_inbox(application: App, _services: Services) -> None:
    if isinstance(application.update_queue, DurableQueue):
        await application.update_queue.keep(application.bot)


async def _sweep_allowances(_application: App, services: Services) -> None:
    await services.database.run(allowances.sweep, now())


def _woken(step: Task, rows: Sequence[Rows], at_most: float) -> Task:
    """Whenever such rows are written, and after so many seconds: for those of another process, and of before."""

    async def repeat(application: App, services: Services) -> None:
        written = services.database.written.listen(*rows)
        try:
            while True:
                written.clear()
                await step(application, services)
                await asyncio.sleep(_BREATH)  # of a class's many rows some come together
                with suppress(TimeoutError):
                    await asyncio.wait_for(written.wait(), at_most)
        finally:
            services.database.written.unlisten(written)  # begun anew after every fault, for hours if need be

    return repeat


def _every(seconds: float, step: Task) -> Task:
    async def repeat(application: App, services: Services) -> None:
        while True:
            await step(application, services)
            await asyncio.sleep(seconds)

    return repeat

"""After an erasure in the database: the queue, the galleries, the chats; and, later, the files of the stores."""

from __future__ import annotations

import asyncio
import uuid

from telegram import Update

from bot.outbox.chat_notes import remove_cards, remove_notes
from bot.services import App, Services, now
from bot.upkeep.galleries import publish_each
from rollcall.queue.files import remove_set_aside
from rollcall.storage.tables import Erasure
from rollcall.texts import Texts
from rollcall.usecases import erasure
from rollcall.usecases.erasure import Erased
from rollcall.usecases.file_scrubbing import rewrite_queue_log

_NAMESPACE = uuid.UUID("0d0d65f1-9a3c-4c0e-8a0c-5a4e7f4a9b1e")
COUNTED = (
    "voiceprints", "enrolment_notes", "voiceprint_steps", "recordings", "check_values", "queued", "messages", "marks",
)  # fmt: skip
"""What a receipt counts, in its order."""


def receipt_for(update: Update) -> str:
    """The same for every delivery of the same press."""
    query = update.callback_query
    return str(uuid.uuid5(_NAMESPACE, query.id if query is not None else str(update.update_id)))


async def follow(application: App, services: Services, erased: Erased) -> Erasure:
    """Erase what is outside the database. Safe to run again: what is gone is gone."""
    queued = await services.queue.forget(erased.person_id, erased.notes)
    await publish_each(services, erased.class_ids)
    own = await remove_notes(application, services, erased.person_id)
    cards = await remove_cards(application, services, erased.person_id)
    counts = {
        "queued": queued,
        "messages": own.removed + cards.removed,
        "messages_left": len(own.left),
        "cards_left": len(cards.left),
    }
    return await services.database.run(erasure.add_counts, erased.erasure.receipt, counts)


async def clear_traces(_application: App, services: Services) -> None:
    """Write the stores' files anew after an erasure: copies of what was erased are left in them."""
    receipts = await services.database.run(erasure.take_clearing, now())
    if not receipts:
        return
    await asyncio.to_thread(remove_set_aside, services.settings.data_dir)
    clean = await services.database.scrub() and await rewrite_queue_log(services.redis)
    await services.database.run(erasure.clearing_done, receipts if clean else (), now())


def receipt_text(done: Erasure, t: Texts) -> str:
    """The receipt: number, time, what was erased and what we could not reach."""
    lines = [t("receipt-head", receipt=done.receipt, at=f"{done.erased_at:%Y-%m-%d %H:%M:%S} UTC")]
    lines += [t(f"receipt-{name}", n=done.counts[name]) for name in COUNTED if done.counts.get(name)]
    if len(lines) == 1:
        lines.append(t("receipt-nothing"))
    if done.counts.get("messages_left"):
        lines.append(t("receipt-messages_left", n=done.counts["messages_left"]))
    if done.counts.get("cards_left"):
        lines.append(t("receipt-cards_left", n=done.counts["cards_left"]))
    return "\n".join(lines)

"""A voiceprint that follows its owner: agreed to, ended, and taken back, by whom it is."""

from __future__ import annotations

from telegram import Update

from bot.messages.replies import Buttons, reply, take_buttons_away
from bot.services import Context, now
from bot.upkeep.galleries import publish_each
from rollcall.domain.consent import CONSENT_VERSION
from rollcall.texts import Texts
from rollcall.usecases.renewing import Following, agree, following, put_back, stop


async def follow_pressed(update: Update, context: Context) -> None:
    """follow:(ask|yes|no|back|later): what it means, agreed, no more, as recorded, and not now."""
    services, caller = context.services, context.caller
    t, person = caller.texts, caller.person
    what = context.match[1] if context.match is not None else ""
    if what == "later":
        await take_buttons_away(update)
        await reply(update, t("follow-later"))
        return
    standing = await services.database.run(following, caller.user.id, person.id) if person is not None else None
    if person is None or standing is None:
        await take_buttons_away(update)
        await reply(update, t("follow-no-voice"))
        return
    if what == "ask":
        await reply(update, t("follow-ask"), ask_buttons(t))
        return
    await take_buttons_away(update)
    if what == "yes":
        agreed = await services.database.run(agree, caller.user.id, CONSENT_VERSION, t.language, now())
        await reply(update, t("follow-done" if agreed else "follow-no-voice"))
    elif what == "no":
        await services.database.run(stop, caller.user.id, person.id, now())
        await reply(update, t("follow-stopped"), back_button(standing, t))
    else:
        class_ids = await services.database.run(put_back, person.id, now())
        await publish_each(services, class_ids or ())
        await reply(update, t("follow-back-done" if class_ids is not None else "follow-back-not"))


def ask_buttons(t: Texts) -> Buttons:
    """To agree, or not."""
    return [[(t("follow-yes"), "follow:yes")], [(t("button-not-now"), "follow:later")]]


def following_buttons(standing: Following | None, t: Texts) -> Buttons:
    """What the owner of a voiceprint can have done about it; nothing where there is none."""
    if standing is None:
        return []
    turn = (t("button-follow-no"), "follow:no") if standing.agreed else (t("button-follow"), "follow:ask")
    return [[turn], *back_button(standing, t)]


def back_button(standing: Following, t: Texts) -> Buttons:
    """Back to the voiceprint as it was recorded, where it has gone anywhere."""
    return [[(t("button-follow-back"), "follow:back")]] if standing.steps else []

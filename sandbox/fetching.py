"""Methods by which a bot gets its updates."""

from __future__ import annotations

from sandbox.errors import ApiError, Json, bad_request
from sandbox.parameters import Parameters
from sandbox.registry import Registry
from sandbox.telegram import Telegram

METHODS = Registry()


@METHODS
async def get_updates(telegram: Telegram, given: Parameters) -> list[Json]:
    """Long polling."""
    if telegram.webhook.url:
        raise ApiError(409, "can't use getUpdates method while webhook is active; use deleteWebhook to delete it first")
    telegram.updates.allow(given.tree("allowed_updates"))
    return await telegram.updates.poll(
        offset=given.integer("offset") or 0,
        limit=given.integer("limit") or 100,
        wait=given.integer("timeout") or 0,
    )


@METHODS
async def set_webhook(telegram: Telegram, given: Parameters) -> bool:
    """Have updates delivered. Plain http is fine here, as at a Bot API server of one's own; an empty URL deletes."""
    url = (given.text("url") or "").strip()
    if not url:
        return await _delete(telegram, given)
    if not url.startswith(("https://", "http://")):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    secret = given.text("secret_token")
    if secret and not (len(secret) <= 256 and secret.isascii() and secret.replace("_", "").replace("-", "").isalnum()):
        raise bad_request("secret token contains unallowed characters")
    if given.truth("drop_pending_updates"):
        telegram.updates.drop()
    telegram.updates.allow(given.tree("allowed_updates"))
    telegram.updates.end_poll(ApiError(409, "terminated by setWebhook request"))
    await telegram.webhook.begin(
        url, secret_token=secret, max_connections=max(1, min(given.integer("max_connections") or 40, 100))
    )
    return True


@METHODS
async def delete_webhook(telegram: Telegram, given: Parameters) -> bool:
    """Back to long polling."""
    return await _delete(telegram, given)


async def _delete(telegram: Telegram, given: Parameters) -> bool:
    if given.truth("drop_pending_updates"):
        telegram.updates.drop()
    await telegram.webhook.end()
    return True


@METHODS
async def get_webhook_info(telegram: Telegram, given: Parameters) -> Json:  # noqa: ARG001 (every method's signature)
    """How delivery goes."""
    return telegram.webhook.info

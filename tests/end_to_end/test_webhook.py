"""The same bot behind a webhook."""

import socket
from pathlib import Path

from bot.app import webhook_secret
from sandbox.person import Person
from tests.end_to_end.product import TEACHER_ID, ask, running


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def test_updates_come_by_webhook_with_the_secret_and_are_answered(tmp_path: Path) -> None:
    port = free_port()
    settings = {
        "ROLLCALL_WEBHOOK_URL": f"http://127.0.0.1:{port}",
        "ROLLCALL_WEBHOOK_LISTEN": "127.0.0.1",
        "ROLLCALL_WEBHOOK_PORT": str(port),
    }
    async with running(tmp_path, ready="setWebhook", **settings) as product:
        teacher = Person(product.server.telegram, "Teacher", id=TEACHER_ID, language_code="en")
        assert "/newclass" in (await ask(teacher, "/start")).text
        webhook = product.server.telegram.webhook
        assert webhook.secret_token == webhook_secret(product.server.telegram.token)

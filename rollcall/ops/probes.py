"""The operator's door of a process: ``/metrics``, ``/live`` and ``/ready`` by HTTP, from a thread of its own.

Of its own, so that it answers, and says so, when the process's loop does not move.
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from rollcall.config.settings import Settings
from rollcall.errors import Unavailable
from rollcall.ops.liveness import Check, Vitals, examine
from rollcall.ops.watchdog import reporting

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication

_IDLE_TIMEOUT = 10
"""Seconds that a client may take over its request."""


@contextmanager
def observed(vitals: Vitals, settings: Settings) -> Iterator[None]:
    """Show a process's vitals for as long as the block runs: by HTTP where a port is set, and to a watchdog.

    Raises:
        Unavailable: the port is taken.
    """
    with reporting(vitals.live):
        if settings.ops_port is None:
            yield
        else:
            with serving(vitals, settings.ops_listen, settings.ops_port):
                yield


@contextmanager
def serving(vitals: Vitals, listen: str, port: int) -> Iterator[int]:
    """Serve a process's metrics and vitals; the port, which is any free one for 0.

    Raises:
        Unavailable: the port is taken.
    """
    server_class = _ServerV6 if ":" in listen else _Server
    try:
        server = make_server(listen, port, _application(vitals), server_class, _Handler)
    except OSError as error:
        raise Unavailable(f"port {port} cannot be bound ({error.strerror}): set ROLLCALL_OPS_PORT") from error
    thread = threading.Thread(target=server.serve_forever, name="ops", daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is no news."""


class _ServerV6(_Server):
    address_family = socket.AF_INET6


class _Handler(WSGIRequestHandler):
    timeout = _IDLE_TIMEOUT

    def address_string(self) -> str:
        """No question to a name server."""
        return str(self.client_address[0])

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name in the base class
        """Nobody reads that a probe was here."""


def _application(vitals: Vitals) -> WSGIApplication:
    from prometheus_client import make_wsgi_app

    metrics = make_wsgi_app()

    def application(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == "/metrics":
            answer: Iterable[bytes] = metrics(environ, start_response)
            return answer
        checks = {"/live": vitals.live, "/ready": vitals.ready}.get(path)
        if checks is None:
            start_response("404 Not Found", [("Content-Type", "text/plain")])
            return [b"/metrics, /live, /ready\n"]
        return _verdict(checks, start_response)

    return application


def _verdict(checks: dict[str, Check], start_response: StartResponse) -> Iterable[bytes]:
    wrong = examine(checks)
    start_response(
        "503 Service Unavailable" if wrong else "200 OK",
        [("Content-Type", "application/json"), ("Cache-Control", "no-store")],
    )
    return [json.dumps({name: wrong.get(name, "ok") for name in checks}).encode() + b"\n"]

"""The parameters of a Bot API call, whichever way they came: query, form, multipart or JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from sandbox.errors import bad_request


@dataclass(frozen=True)
class Upload:
    """A file inside a multipart request."""

    name: str
    mime_type: str
    data: bytes


class Parameters:
    """Typed reading of what a call was given."""

    def __init__(self, values: Mapping[str, Any], uploads: Mapping[str, Upload] | None = None) -> None:
        self.values = dict(values)
        self.uploads = dict(uploads or {})

    def __repr__(self) -> str:
        return f"Parameters({self.values!r}, uploads={sorted(self.uploads)})"

    def text(self, name: str) -> str | None:
        """A string as it came."""
        value = self.values.get(name)
        return None if value is None else str(value)

    def integer(self, name: str, default: int | None = None) -> int | None:
        """A whole number, or the default where it is missing or no number."""
        try:
            return int(self.values[name])
        except (KeyError, TypeError, ValueError):
            return default

    def truth(self, name: str) -> bool:
        """A boolean; Telegram takes several spellings."""
        return str(self.values.get(name, "")).strip().lower() in ("true", "1", "yes", "t", "y")

    def tree(self, name: str) -> Any:
        """An object or array, serialised (in forms) or plain (in JSON bodies); None where missing."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(f"can't parse {name} JSON object") from None

    def upload(self, name: str) -> Upload | None:
        """The file under this name, or the one that ``attach://…`` points to."""
        return self.attached(self.text(name)) or self.uploads.get(name)

    def attached(self, reference: str | None) -> Upload | None:
        """The file that an ``attach://…`` reference points to."""
        if reference is None or not reference.startswith("attach://"):
            return None
        return self.uploads.get(reference.removeprefix("attach://"))


async def read_parameters(request: web.Request) -> Parameters:
    """Everything that a request carries."""
    values: dict[str, Any] = dict(request.query)
    uploads: dict[str, Upload] = {}
    if request.content_type == "application/json":
        try:
            body = await request.json()
        except ValueError:
            raise bad_request("can't parse request JSON object") from None
        if not isinstance(body, dict):
            raise bad_request("can't parse request JSON object")
        values.update(body)
    elif request.method == "POST":
        for name, value in (await request.post()).items():
            if isinstance(value, web.FileField):
                uploads[name] = Upload(value.filename, value.content_type, value.file.read())
            else:
                values[name] = value.decode() if isinstance(value, bytes | bytearray) else value
    return Parameters(values, uploads)

"""Files that a page hands out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar
from urllib.parse import quote

from starlette.responses import Response

_P = ParamSpec("_P")
_T = TypeVar("_T")

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KINDS = {"xlsx": WORKBOOK, "csv": "text/csv; charset=utf-8", "json": "application/json"}
"""By the ending of a file's name."""


def download(data: bytes, name: str, kind: str) -> Response:
    """A file to be kept, whatever the browser thinks of it."""
    plain = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_.") else "_" for sign in name)
    where = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
    return Response(data, media_type=kind, headers={"Content-Disposition": where})


async def in_thread(make: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
    """What takes long to be made, while others are served."""
    return await asyncio.to_thread(make, *args, **kwargs)

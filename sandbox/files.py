"""The files that Telegram keeps: uploaded once, known by an id ever after."""

from __future__ import annotations

import mimetypes
import secrets
from dataclasses import dataclass, field

from sandbox.errors import Json, bad_request

DOWNLOAD_LIMIT = 20 * 1024 * 1024
"""The Bot API hands out no larger files."""


@dataclass(frozen=True)
class StoredFile:
    """One upload. Sending or forwarding it again by its id keeps both ids, uploading the same bytes anew does not."""

    data: bytes
    name: str
    mime_type: str
    path: str
    file_id: str = field(default_factory=lambda: "AwAC" + secrets.token_urlsafe(39))
    file_unique_id: str = field(default_factory=lambda: "AgAD" + secrets.token_urlsafe(9))

    @property
    def ids(self) -> Json:
        """The fields that every kind of file has in a message."""
        return {"file_id": self.file_id, "file_unique_id": self.file_unique_id, "file_size": len(self.data)}


class Files:
    """All files, by id and by the path that getFile gives."""

    def __init__(self) -> None:
        self._by_id: dict[str, StoredFile] = {}
        self._by_path: dict[str, StoredFile] = {}

    def add(self, data: bytes, *, folder: str, name: str = "", mime_type: str = "") -> StoredFile:
        """Keep an upload; ``folder`` is what Telegram calls the kind in the file's path, such as ``voice``."""
        suffix = _suffix(name, mime_type)
        mime = mime_type or mimetypes.guess_type(name)[0] or "application/octet-stream"
        path = f"{folder}/file_{len(self._by_id)}{suffix}"
        file = StoredFile(data, name, mime, path)
        self._by_id[file.file_id] = file
        self._by_path[path] = file
        return file

    def get(self, file_id: str) -> StoredFile:
        """The file with this id, or the refusal that Telegram gives."""
        if (file := self._by_id.get(file_id)) is None:
            raise bad_request("wrong file identifier/HTTP URL specified")
        return file

    def at(self, path: str) -> StoredFile | None:
        """The file at a path that getFile gave."""
        return self._by_path.get(path)


def _suffix(name: str, mime_type: str) -> str:
    if "." in name:
        return "." + name.rpartition(".")[2]
    return {"audio/ogg": ".oga", "video/mp4": ".mp4"}.get(mime_type) or mimetypes.guess_extension(mime_type) or ""

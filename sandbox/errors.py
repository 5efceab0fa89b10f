"""What the server says when it refuses a request."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
"""A JSON object as the Bot API sends it."""

_PHRASES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
}


class ApiError(Exception):
    """A refusal in Telegram's own shape: a code, a description and, for some codes, parameters."""

    def __init__(self, code: int, detail: str = "", **parameters: Any) -> None:
        phrase = _PHRASES.get(code, "Error")
        self.code = code
        self.description = f"{phrase}: {detail}" if detail else phrase
        self.parameters = parameters
        super().__init__(self.description)

    @property
    def body(self) -> Json:
        """The JSON body of the answer."""
        body: Json = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            body["parameters"] = self.parameters
        return body


def bad_request(detail: str) -> ApiError:
    """The commonest refusal."""
    return ApiError(400, detail)

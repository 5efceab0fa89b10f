"""Our two cookies: which device it is, and the line that the next page shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from rollcall.domain.web_access import SESSION_LASTS

if TYPE_CHECKING:
    from web.site import Site


def session_name(site: Site) -> str:
    """By its prefix a browser takes it from our very host and over https alone."""
    return "__Host-rollcall" if site.https else "rollcall"


def flash_name(site: Site) -> str:
    """Likewise."""
    return "__Host-rollcall-said" if site.https else "rollcall-said"


def put(response: Response, site: Site, name: str, value: str, *, framed: bool, lasts: int | None = None) -> None:
    """Set a cookie that no script sees. In Telegram's window in a browser we are a guest: there it is kept apart, and
    sent although the window is another's.
    """
    parts = [f"{name}={value}", "Path=/", "HttpOnly"]
    if lasts is not None:
        parts.append(f"Max-Age={lasts}")
    if site.https:
        parts.append("Secure")
    parts += ["SameSite=None", "Partitioned"] if framed and site.https else ["SameSite=Lax"]
    response.headers.append("Set-Cookie", "; ".join(parts))


def drop(response: Response, site: Site, name: str, *, framed: bool) -> None:
    """Take it back."""
    put(response, site, name, "", framed=framed, lasts=0)


def sign_in(response: Response, site: Site, token: str, *, framed: bool) -> None:
    """From now on the browser shows this token."""
    lasts = int(SESSION_LASTS.total_seconds())
    put(response, site, session_name(site), token, framed=framed, lasts=lasts)

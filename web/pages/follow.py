"""What has to follow a change in the database at once."""

from __future__ import annotations

from web.visit import Visit


async def follow(visit: Visit, *class_ids: int) -> None:
    """The classes' galleries are written anew: whoever has left is known by their voice no more."""
    await visit.site.outside.follow(class_ids)

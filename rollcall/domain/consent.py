"""Which text people agree to before anything of theirs is kept."""

from __future__ import annotations

from typing import Final

CONSENT_VERSION: Final = "2026-11-28"
"""Goes up whenever the meaning of the consent text, or of what is said of the way without a voice, changes."""

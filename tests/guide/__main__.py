"""``python -m tests.guide [language ...]``: play the scenes, write what was said, draw it; then the pages' pictures."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from pathlib import Path

from rollcall.texts import LANGUAGES
from tests.end_to_end.product import running
from tests.guide import pages
from tests.guide.excerpt import Excerpt
from tests.guide.picture import draw
from tests.guide.scenes import Scenes

GUIDE = Path(__file__).parents[2] / "docs" / "guide"
CHATS, PICTURES = GUIDE / "chats", GUIDE / "pictures"


async def played(language: str, folder: Path) -> dict[str, Excerpt]:
    """The scenes, in an installation of their own."""
    shown: dict[str, Excerpt] = {}
    try:
        async with running(folder, ROLLCALL_WORDS_MODEL="dummy") as product:
            shown = await Scenes(product, language).play()
    except TimeoutError:
        if not shown:
            raise
        await product.kill_everything()  # a busy machine: the scenes are over, only the end takes long
    return shown


def main(languages: list[str]) -> None:
    """Make them anew."""
    for folder in (CHATS, PICTURES):
        folder.mkdir(parents=True, exist_ok=True)
    for language in languages or LANGUAGES:
        with tempfile.TemporaryDirectory() as place:
            shown = asyncio.run(played(language, Path(place)))
        plain = {name: excerpt.as_plain() for name, excerpt in shown.items()}
        text = json.dumps(plain, ensure_ascii=False, indent=1)
        (CHATS / f"{language}.json").write_text(text + "\n", encoding="utf-8")
        for name, excerpt in shown.items():
            file = PICTURES / f"{name}.{language}.png"
            draw(excerpt, file)
            print(f"{file.name}: {file.stat().st_size // 1000} kB")
    pages.main(languages)


if __name__ == "__main__":
    main(sys.argv[1:])

"""``python -m tests.sandbox.web [language ...]``: play the first lesson on the page, and take its pictures.

Chromium and Roboto have to be installed. The pictures are for people to look at: nothing compares them.
"""

from __future__ import annotations

import asyncio
import io
import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.async_api import Browser, Page, async_playwright

from sandbox.web.company import LANGUAGES
from tests.end_to_end.product import synthetic
from tests.sandbox.web.command import trying
from tests.sandbox.web.microphone import Microphone
from tests.sandbox.web.visitor import Visitor

PICTURES = Path(__file__).parents[3] / "docs" / "trying"
_DESK, _PHONE = (1280, 820), (390, 760)
_LOCALES = {"ru": "ru-RU", "en": "en-GB"}
_COLOURS = 256


class Album:
    """Pictures of one language, all of one sandbox: a desk, a desk at night and a phone look at the same chats."""

    def __init__(self, browser: Browser, language: str, url: str) -> None:
        self._browser = browser
        self._language = language
        self._url = url

    async def page(self, size: tuple[int, int], *, dark: bool = False, scale: float = 1) -> Page:
        """Another browser window."""
        context = await self._browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            device_scale_factor=scale,
            locale=_LOCALES[self._language],
            color_scheme="dark" if dark else "light",
            has_touch=size == _PHONE,
        )
        return await context.new_page()

    async def take(self, page: Page, name: str) -> None:
        """Keep what the page shows."""
        await page.mouse.move(0, 0)
        await page.wait_for_timeout(700)  # what is moving comes to rest
        whole = Image.open(io.BytesIO(await page.screenshot())).convert("RGB")
        file = PICTURES / f"{name}.{self._language}.png"
        whole.quantize(_COLOURS, kmeans=3, dither=Image.Dither.NONE).save(file, optimize=True)
        print(f"{file.name}: {file.stat().st_size // 1000} kB")


async def _lesson(album: Album, microphone: Microphone, url: str) -> None:
    desk = await album.page(_DESK)
    night = await album.page(_DESK, dark=True)
    phone = await album.page(_PHONE, scale=1.5)
    at_desk, on_phone, by_night = (Visitor(page, microphone) for page in (desk, phone, night))
    for one in (at_desk, by_night, on_phone):
        await one.come(url)
    await at_desk.begin(1)
    await at_desk.send()
    await at_desk.ticked(1)
    await at_desk.begin(2)
    await album.take(desk, "join")
    await at_desk.press("consent:yes")
    await desk.locator(".message.theirs").nth(1).wait_for()
    await at_desk.begin(2)
    await at_desk.send()
    await at_desk.ticked(2)
    await album.take(phone, "phone-people")
    await on_phone.be("anna")
    await at_desk.press("enroll")
    microphone.hear(synthetic("steph2", 1))
    await phone.locator(".record").click()
    await phone.wait_for_timeout(3600)
    await album.take(phone, "phone-record")
    await phone.locator(".record").click()
    await desk.locator(".why-chip").wait_for()
    for number in (2, 3):
        await at_desk.speak(synthetic("steph2", number))
    await at_desk.ticked(3)
    await at_desk.be("boris")
    await desk.locator(".begin").first.wait_for()
    await _others(at_desk)
    await at_desk.begin(4)
    await at_desk.send()
    await at_desk.ticked(4)
    await at_desk.be("boris")
    await at_desk.send_shipped("zac", "04")
    await at_desk.begin(5)
    await at_desk.speak(synthetic("steph2", 4))
    await at_desk.ticked(5)
    await album.take(desk, "check-in")
    await phone.locator(".why-chip").last.click()
    await album.take(phone, "phone-why")
    await phone.locator(".side .round").first.click()
    await at_desk.begin(6)
    await at_desk.speak(synthetic("klatt2", 4))
    await at_desk.ticked(6)
    await album.take(desk, "stranger")
    await by_night.be("anna")
    await album.take(night, "night")
    await at_desk.begin(7)
    await at_desk.send()
    await at_desk.ticked(7)
    await album.take(desk, "report")


async def _others(visitor: Visitor) -> None:
    """Boris comes in too, as Anna did."""
    page = visitor.page
    await visitor.be("teacher")
    await page.locator('.text a[href*="start=join-"]').first.click()
    await page.locator("[data-choice=boris]").click()
    await visitor.press("consent:yes")
    await page.locator(".message.theirs").nth(1).wait_for()
    name = {"ru": "Орлов Борис", "en": "Orlow Boris"}[str(await page.locator("html").get_attribute("lang"))]
    await page.locator(".field").fill(name)
    await visitor.send()
    await page.locator('.key[data-press="enroll"]').last.click()
    for number in ("01", "02", "03"):
        await visitor.send_shipped("zac", number)


_PACKAGES = ("chromium", "fonts-roboto", "fonts-noto-color-emoji")
"""Of Debian: the browser, and the letters and signs of a telephone's Telegram."""


async def _played(language: str) -> None:
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        raise SystemExit(f"the pictures are taken by Chromium: apt-get install {' '.join(_PACKAGES)}")
    with tempfile.TemporaryDirectory() as folder:
        microphone = Microphone(Path(folder))
        async with trying() as url, async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=program, args=microphone.flags)
            try:
                await _lesson(Album(browser, language, url), microphone, url)
            finally:
                await browser.close()


if __name__ == "__main__":
    PICTURES.mkdir(parents=True, exist_ok=True)
    for chosen in sys.argv[1:] or LANGUAGES:
        asyncio.run(_played(chosen))

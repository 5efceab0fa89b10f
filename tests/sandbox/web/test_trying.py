"""`rollcall sandbox --web` as a visitor meets it: a whole first lesson, spoken into the microphone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.end_to_end.product import synthetic
from tests.sandbox.web.command import trying
from tests.sandbox.web.conftest import Watched
from tests.sandbox.web.microphone import Microphone
from tests.sandbox.web.visitor import PATIENCE, Visitor

pytestmark = [pytest.mark.usefixtures("real_weights"), pytest.mark.asyncio(loop_scope="module")]

SYNTHETIC = [synthetic("steph2", number) for number in (1, 2, 3, 4)]


async def _first_lesson(visitor: Visitor, notes: Sequence[bytes], stranger: bytes) -> None:
    """The seven steps."""
    page = visitor.page
    await visitor.begin(1)
    await visitor.send()
    await visitor.ticked(1)
    await visitor.begin(2)
    await visitor.press("consent:yes")
    await page.locator(".message.theirs").nth(1).wait_for()
    await page.locator("[data-step=step2] .begin").click()
    await visitor.send()
    await visitor.ticked(2)
    await visitor.press("enroll")
    for note in notes[:3]:
        await visitor.speak_well(note)
    await visitor.ticked(3)
    await visitor.begin(4)
    await visitor.send()
    await visitor.ticked(4)
    await visitor.begin(5)
    await visitor.speak_well(notes[3])
    await visitor.ticked(5)
    await visitor.begin(6)
    refused = await visitor.speak(stranger)
    await expect(refused).not_to_have_class("why-chip good")
    await visitor.ticked(6)
    await visitor.begin(7)
    await visitor.send()
    await visitor.ticked(7)
    await expect(page.locator(".photo").last).to_be_visible(timeout=PATIENCE)
    assert await page.locator(".file").last.get_attribute("download")


async def test_a_visitor_plays_a_lesson_with_the_microphone_alone(browser: Browser, microphone: Microphone) -> None:
    page = await browser.new_page(locale="ru-RU", viewport={"width": 1320, "height": 860})
    watched, visitor = Watched(page), Visitor(page, microphone)
    async with trying() as url:
        await visitor.come(url)
        await _first_lesson(visitor, SYNTHETIC, synthetic("klatt2", 4))
        await expect(page.locator("html")).to_have_attribute("lang", "ru")
        watched.is_well()
        await page.close()


@pytest.mark.voices
async def test_real_voices_are_told_apart_at_one_microphone(
    browser: Browser, microphone: Microphone, voices: Path
) -> None:
    page = await browser.new_page(locale="en-GB", viewport={"width": 1320, "height": 860})
    watched, visitor = Watched(page), Visitor(page, microphone)
    async with trying() as url:
        await visitor.come(url)
        spoken = [(voices / "dev" / "1688" / f"{number:02}.ogg").read_bytes() for number in (4, 5, 6, 10)]
        await _first_lesson(visitor, spoken, (voices / "dev" / "1998" / "04.ogg").read_bytes())
        await expect(page.locator("html")).to_have_attribute("lang", "en")
        watched.is_well()
        await page.close()

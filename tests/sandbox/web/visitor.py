"""A visitor of the page: does what the steps at its side say, as anybody would."""

from __future__ import annotations

from playwright.async_api import Locator, Page, expect

from tests.sandbox.web.microphone import Microphone

PATIENCE = 90_000
"""Milliseconds: the machine may be busy."""
_SPOKEN = 3_600
_TRIES = 3


class Visitor:
    """Acts on the page."""

    def __init__(self, page: Page, microphone: Microphone) -> None:
        self.page = page
        self._microphone = microphone
        page.set_default_timeout(PATIENCE)

    async def come(self, url: str) -> None:
        """Open the page, and wait until the bot is there."""
        await self.page.goto(url)
        await self.page.locator("html[data-ready]").wait_for()
        await self.page.locator(".notice[hidden]").wait_for(state="attached")

    def step(self, number: int) -> Locator:
        return self.page.locator(f"[data-step=step{number}]")

    async def ticked(self, number: int) -> None:
        """The step ticks itself."""
        await expect(self.step(number)).to_have_class("step done", timeout=PATIENCE)

    async def begin(self, number: int) -> None:
        """Press what the step offers."""
        await self.step(number).locator(".begin").click()

    async def send(self) -> None:
        """Send what is written."""
        await self.page.locator(".send").click()

    async def be(self, who: str) -> None:
        """Be somebody else."""
        await self.page.locator(f"[data-person={who}]").click()

    async def press(self, data: str) -> None:
        """Press the newest button with this callback data."""
        await self.page.locator(f'.key[data-press="{data}"]').last.click()

    async def speak(self, note: bytes) -> Locator:
        """Record through the microphone; returns what is said of the verdict, once there is one."""
        before = await self.page.locator(".why-chip").count()
        self._microphone.hear(note)
        await self.page.locator(".record").click()
        await self.page.locator(".meter").wait_for()
        await self.page.wait_for_timeout(_SPOKEN)  # somebody speaks: there is nothing to wait for but the end
        await self.page.locator(".record").click()
        verdict = self.page.locator(".why-chip").nth(before)
        await verdict.wait_for()
        return verdict

    async def speak_well(self, note: bytes) -> None:
        """Record until it is taken: a busy machine may lose some of the sound, as a bad telephone does."""
        for _ in range(_TRIES):
            verdict = await self.speak(note)
            if "good" in str(await verdict.get_attribute("class")):
                return
        raise AssertionError(f"not taken in {_TRIES} tries")

    async def send_shipped(self, voice: str, note: str) -> Locator:
        """Send a synthetic voice; returns what is said of the verdict."""
        before = await self.page.locator(".why-chip").count()
        await self.page.locator(".composer [aria-haspopup=menu]").last.click()
        await self.page.locator(".menu-item").first.click()
        await self.page.locator(f'[data-note="{voice}/{note}"]').click()
        verdict = self.page.locator(".why-chip").nth(before)
        await verdict.wait_for()
        return verdict

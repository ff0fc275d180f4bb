"""A real browser for tests: the system's Chromium, driven by Playwright; each test gets a profile of its own."""

import asyncio
from collections.abc import AsyncIterator, Collection
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page, ViewportSize, async_playwright

from devtools.local.chromium import FLAGS, chromium

ROOT = Path(__file__).parents[2]
SCREENSHOTS = ROOT / "build" / "screenshots"
DESKTOP, PHONE = ViewportSize(width=1100, height=900), ViewportSize(width=360, height=740)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
INSPECTED = (("desktop", "light"), ("phone", "dark"))
"""What axe-core looks at: colours are the same at every width, and the layout in either scheme."""

PATIENCE = 20_000.0
"""Milliseconds within which a page is to do what is waited for."""


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Return Chromium."""
    program = await asyncio.to_thread(chromium)
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=program, args=list(FLAGS), headless=True)
        yield launched
        await launched.close()


@pytest.fixture
async def profile(browser: Browser) -> AsyncIterator[BrowserContext]:
    """Return a browser without any past; what its pages complain about on their console is a failure."""
    # Servers of tests have certificates of an authority that is made anew each time.
    context = await browser.new_context(viewport=DESKTOP, ignore_https_errors=True)
    context.set_default_timeout(PATIENCE)
    complaints: list[str] = []
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    context.on("console", lambda line: complaints.append(line.text) if "Content Security" in line.text else None)
    yield context
    await context.close()
    assert complaints == [], "the page's console"


@pytest.fixture
async def tab(profile: BrowserContext) -> Page:
    """Return an empty tab."""
    return await profile.new_page()


async def inspect(page: Page, name: str, audited: Collection[tuple[str, str]] = INSPECTED) -> list[str]:
    """Look at a page in light and dark, wide and narrow: keep screenshots, give what axe-core finds wrong.

    `audited` is what axe-core looks at: nothing, where another test has had it look at the same page.
    """
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    wrong = []
    for size, viewport in (("desktop", DESKTOP), ("phone", PHONE)):
        await page.set_viewport_size(viewport)
        overflow = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        wrong += [f"{name} {size}: {overflow} px are cut off"] if overflow > 0 else []
        for scheme in SCHEMES:
            await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            await page.screenshot(path=SCREENSHOTS / f"{name}-{size}-{scheme}.png", full_page=True)
            if (size, scheme) in audited:
                wrong += await _violations(page, f"{name} {size} {scheme}")
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size(DESKTOP)
    return wrong


async def _violations(page: Page, where: str) -> list[str]:
    found = (await Axe().run(page)).response["violations"]
    return [f"{where}: {v['id']}: {v['help']}: {[n['html'] for n in v['nodes']]}" for v in found]

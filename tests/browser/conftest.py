"""Fixtures of the browser tests: worked samples, the real server, Debian's Chromium, and axe."""

import importlib.util
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from cases.case import Case
from tests.api.denials_at import hand_in
from tests.api.door import SAMPLES
from tests.browser.clinic_server import ClinicServer, alike, furnish
from tests.tools.payer.sandbox_process import SandboxProcess

CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-quic",
    "--no-first-run",
]  # fmt: skip
FEW = ("oxygen-complete", "oxygen-stale-test", "botulinum-migraine-complete", "knee-replacement-near-identical-plan",
       "knee-xray-no-authorization")  # fmt: skip
"""Samples that come to a decision, to missing documents, to pages of a PDF, to a person, and to nothing to send."""
Open = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """For one module: its event loop runs in this thread until it is closed, which other tests need without."""
    if CHROMIUM is None:
        pytest.skip("Debian's chromium is not installed")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The accessibility checker's script, out of the package that carries it."""
    found = importlib.util.find_spec("axe_playwright_python")
    if found is None or found.origin is None:
        pytest.skip("axe-playwright-python is not installed")
    return Path(found.origin).with_name("axe.min.js").read_text("utf-8")


@dataclass
class Clinic:
    """A server whose clock goes, a payer behind it, and cases that wait for a decision, one for each journey."""

    server: ClinicServer
    payer: SandboxProcess
    waiting: list[Case]

    def accepted(self, digest: str) -> int:
        """How often the payer took the request with these bytes."""
        return sum(line["path"].endswith("$submit") and line["sha256"] == digest for line in self.payer.lines())


@pytest.fixture(scope="session")
def clinic(tmp_path_factory: pytest.TempPathFactory, full_counts: bool) -> Iterator[Clinic]:
    folder = tmp_path_factory.mktemp("clinic")
    payer = SandboxProcess(folder, {"default": "certify"})
    server = ClinicServer(folder / "home", payer.start())
    every = sorted(path.name for path in SAMPLES.iterdir() if path.is_dir())
    furnish(server.home, [SAMPLES / name for name in (every if full_counts else FEW)])
    untouched = {case.id for case in server.cases("awaiting_review")}
    furnish(server.home, alike(folder, 8))
    box = server.box()
    hand_in(box)
    box.database.close()
    server.start()
    yield Clinic(server, payer, [case for case in server.cases("awaiting_review") if case.id not in untouched])
    server.kill()
    payer.kill()


@pytest.fixture
def standing(clinic: Clinic) -> ClinicServer:
    """The server for tests that only look; the samples' own cases are never decided on."""
    return clinic.server


@pytest.fixture
def case(clinic: Clinic) -> Case:
    """A case of the test's own that waits for a decision."""
    return clinic.waiting.pop()


@pytest.fixture
def signed_in(browser: Browser) -> Iterator[Open]:
    """Opens a page for a user who has just signed in by a one-time link."""
    contexts: list[BrowserContext] = []

    def opened(server: ClinicServer, user: str, width: int = 1440, theme: str = "light", scripts: bool = True) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, java_script_enabled=scripts, reduced_motion="reduce",
            color_scheme="dark" if theme == "dark" else "light",
        )  # fmt: skip
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.goto(server.link(user))
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/panel")
        return page

    yield opened
    for context in contexts:
        context.close()

"""Asking in a real browser: stream, stop, feedback, and a server that dies while it answers."""

import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.agents.model_reader.model_clinic import write_agreements
from tests.api.door import SAMPLES
from tests.browser.clinic_server import ClinicServer, furnish
from tests.browser.conftest import Open
from tests.llm.model_server import Asked, Reply, Script, completion, running_server

_PATIENCE = 60_000
"""Milliseconds: a server just started loads its models while it answers the first pages."""


class Answering:
    """A model that waits until it is let go, then quotes the first passage it was shown."""

    def __init__(self) -> None:
        self.go, self.asked = threading.Event(), threading.Event()

    def __call__(self, asked: Asked) -> Reply:
        self.asked.set()
        self.go.wait(60)
        number, text = next(iter(asked.passages.items()))
        words = text[:100].rsplit(" ", 1)[0]
        stated = {"text": words, "quotes": [{"passage": number, "quote": words}]}
        return completion(json.dumps({"sentences": [stated], "abstain": None}))


@pytest.fixture(scope="module")
def model() -> Iterator[tuple[str, Answering]]:
    with running_server() as server:
        answering = Answering()
        server.answer = Script({"answer_question": answering})
        yield server.base_url, answering
        answering.go.set()


@pytest.fixture(scope="module")
def modelled(tmp_path_factory: pytest.TempPathFactory, model: tuple[str, Answering]) -> Iterator[ClinicServer]:
    """A server with one case, and the slow model behind it."""
    home: Path = tmp_path_factory.mktemp("modelled") / "home"
    furnish(home, [SAMPLES / "oxygen-complete"])
    write_agreements(home / "agreements.yaml", model[0])
    server = ClinicServer(home)
    server.more = {"COUNTERSIGN_LLM_BASE_URL": model[0], "COUNTERSIGN_LLM_MODEL": "stub"}
    server.start()
    yield server
    server.kill()


def test_a_server_that_dies_while_it_answers_is_followed_again_to_the_same_answer(
    modelled: ClinicServer, model: tuple[str, Answering], signed_in: Open
) -> None:
    page = signed_in(modelled, "ines")
    page.set_default_timeout(_PATIENCE)
    page.goto(f"{modelled.address}/panel/cases/{modelled.case('awaiting_review').id}/ask")
    page.get_by_label("Your question").fill("What saturation at rest is needed?")
    page.get_by_role("button", name="Ask", exact=True).click()
    assert model[1].asked.wait(60)
    modelled.kill()
    expect(page.locator("[data-stage]")).to_contain_text(re.compile("going on|trying again"), timeout=_PATIENCE)
    model[1].go.set()
    modelled.start()
    turn = page.locator('.turn[data-status="done"]')
    expect(turn).to_have_count(1, timeout=_PATIENCE * 2)
    expect(turn).to_contain_text("each sentence was checked against its quotes")
    turn.locator(".mark-chip").first.click()
    expect(page.locator("mark#hit")).to_be_visible()


def test_a_run_is_stopped_from_the_page_and_the_conversation_goes_on(
    modelled: ClinicServer, model: tuple[str, Answering], signed_in: Open
) -> None:
    model[1].go.clear()
    page = signed_in(modelled, "rhea", width=320, theme="dark")
    page.set_default_timeout(_PATIENCE)
    page.goto(f"{modelled.address}/panel/cases/{modelled.case('awaiting_review').id}/ask")
    page.get_by_label("Your question").fill("Which saturation counts?")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Stop").click(timeout=_PATIENCE)
    expect(page.locator(".turn")).to_contain_text("You stopped this", timeout=_PATIENCE)
    model[1].go.set()
    page.get_by_label("Your question").fill("What is missing?")
    page.keyboard.press("Enter")
    expect(page.locator('.turn[data-status="done"]')).to_have_count(1, timeout=_PATIENCE)
    page.locator(".feedback").get_by_role("button", name="Yes").click()
    expect(page.locator(".feedback [data-told]")).to_have_text("You said: it helped.")
    page.reload()
    expect(page.locator(".turn")).to_have_count(2)
    expect(page.locator(".feedback [data-told]")).to_have_text("You said: it helped.")

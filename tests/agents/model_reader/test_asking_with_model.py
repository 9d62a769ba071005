"""Asking with a model: its verified sentences with places in the stored text, else the rules' quotes and why."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agents.casework.asking import PolicyAnswer, PolicyDesk, PolicyQuestion
from agents.casework.criteria_drafts import draft_tree
from agents.casework.policies import import_policies
from agents.guarded_model import GuardedModel, ModelGuards
from agents.toolbox import Toolbox, build_toolbox
from cases.criteria import TreeStatus
from cases.ids import PolicyDocId
from knowledge import library
from knowledge.policy_document import Particulars
from knowledge.policy_manifest import path_items
from runtime.clock import SettableClock
from runtime.settings import Settings
from tests.agents.model_reader.model_clinic import NOW, write_agreements
from tests.llm.model_server import Asked, ModelServer, Script
from tests.llm.stand_ins import KeptDisclosures, KnownWordsMasker, WordJudge

LAMPS = """70.1 - Desk Lamps
(Rev. 1; Effective: 01-01-24)

A. General

A desk lamp gives light to a desk.

B. Coverage

A desk lamp is covered when all of these are shown:

1. the room is darker than 8 lux; and
2. the reader works at night for at least 4 hours.
"""
QUESTION = PolicyQuestion(question="how dark must the room be for a desk lamp", payer="CMS Medicare")
DARK: dict[str, Any] = {
    "text": "The room is darker than 8 lux.",
    "quotes": [{"passage": 0, "quote": "the room is darker than 8 lux"}],
}
BRIGHT: dict[str, Any] = {"text": "The room is darker than 9 lux.", "quotes": DARK["quotes"]}


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Toolbox]:
    home: Path = tmp_path_factory.mktemp("asking-model")
    box = build_toolbox(Settings(home=home / "home"))
    path = home / "lamps.txt"
    path.write_text(LAMPS, "utf-8")
    list(import_policies(box, path_items([path], Particulars())))
    yield box
    box.database.close()


@pytest.fixture
def box(held: Toolbox, tmp_path: Path, server: ModelServer) -> Iterator[Toolbox]:
    agreements = write_agreements(tmp_path / "agreements.yaml", server.base_url)
    guards = ModelGuards(agreements, KeptDisclosures(), lambda _: KnownWordsMasker(), WordJudge())
    transport = server.transport()
    yield replace(held, model=GuardedModel(transport, guards, SettableClock(NOW), held.settings))
    transport.close()


def passage_of(asked: Asked) -> int:
    """The number of the passage shown that speaks of lux."""
    shown = re.split(r"(?m)^\[P(\d+)\] ", asked.user)
    return next(int(number) for number, text in zip(shown[1::2], shown[2::2], strict=True) if "8 lux" in text)


def ask(box: Toolbox, server: ModelServer, *sentences: dict[str, Any], abstain: str = "") -> PolicyAnswer:
    def answer(asked: Asked) -> dict[str, Any]:
        number = passage_of(asked)
        quoted = [{**one, "quotes": [{**quote, "passage": number} for quote in one["quotes"]]} for one in sentences]
        return {"sentences": quoted, "abstain": {"reason": abstain} if abstain else None}

    server.answer = Script({"answer_question": answer})
    return PolicyDesk(box).ask(QUESTION)


def test_a_verified_sentence_is_the_answer_and_its_quote_stands_in_the_store(box: Toolbox, server: ModelServer) -> None:
    found = ask(box, server, DARK, BRIGHT)
    assert (found.by_model, found.abstained, found.answer) == (True, False, DARK["text"])
    (cited,) = found.citations
    assert LAMPS[cited.start : cited.end] == cited.quote == DARK["quotes"][0]["quote"]
    assert any("left out" in note for note in found.notes)


def test_what_cannot_be_verified_leaves_the_quotes_and_says_so(box: Toolbox, server: ModelServer) -> None:
    found = ask(box, server, BRIGHT)
    assert (found.by_model, found.abstained) == (False, False)
    assert "8 lux" in found.answer
    assert any("model's answer is not used" in note for note in found.notes)


def test_a_model_that_finds_no_answer_in_the_passages_makes_it_an_abstention(box: Toolbox, server: ModelServer) -> None:
    found = ask(box, server, abstain="not_in_text")
    assert found.abstained
    assert found.citations == ()
    assert found.nearest
    assert "found no answer" in found.reason


def test_each_question_to_the_model_is_audited(box: Toolbox, server: ModelServer) -> None:
    with box.database.read() as transaction:
        before = [entry.event.action for entry in box.audit.entries(transaction)].count("model.asked")
    ask(box, server, DARK)
    with box.database.read() as transaction:
        after = [entry.event.action for entry in box.audit.entries(transaction)].count("model.asked")
    assert after == before + 1


def proposal(quote: str) -> dict[str, Any]:
    plain = {"parent": None, "n": None, "passage": None, "quote": None, "test": None}
    root = {**plain, "id": "root", "op": "all", "statement": "All of these"}
    leaf = {**plain, "id": "root.dark", "parent": "root", "op": "leaf", "statement": quote, "quote": quote}
    return {"nodes": [root, leaf], "abstain": None}


def drafted(box: Toolbox, server: ModelServer, quote: str) -> tuple[str, tuple[str, ...], TreeStatus]:
    def answer(asked: Asked) -> dict[str, Any]:
        made = proposal(quote)
        made["nodes"][1]["passage"] = passage_of(asked)
        return made

    server.answer = Script({"propose_criteria": answer})
    with box.database.read() as transaction:
        version = library.document_in_force(transaction, PolicyDocId("lamps"), None, None)
    tree = draft_tree(box, version)
    assert tree is not None
    return tree.id, tree.draft_reasons, tree.status


def test_a_proposed_tree_is_a_draft_that_names_what_it_leaves_out(box: Toolbox, server: ModelServer) -> None:
    name, reasons, status = drafted(box, server, "the room is darker than 8 lux")
    assert status is TreeStatus.DRAFT
    assert name.endswith("-proposed")
    assert any("at night" in reason for reason in reasons)


def test_a_proposal_that_does_not_stand_leaves_the_structure_and_says_so(box: Toolbox, server: ModelServer) -> None:
    name, reasons, status = drafted(box, server, "the room is darker than 3 lux")
    assert status is TreeStatus.DRAFT
    assert not name.endswith("-proposed")
    assert any("proposal is not used" in reason for reason in reasons)

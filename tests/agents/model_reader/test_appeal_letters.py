"""A model that fabricates references on purpose: none survives in an appeal's letter, packet or rebuttal."""

from collections.abc import Callable
from pathlib import Path

from tests.agents.model_reader.model_clinic import ModelClinic
from tests.flows.appeal_desk import COMPLETE, appeal, denied, folder
from tests.flows.clinic import as_json
from tests.llm.model_server import ModelServer, Script
from tests.llm.scripted_answers import always_met, fact, honest_paragraph, spoilt_paragraph

Make = Callable[..., ModelClinic]
FABRICATED = "A randomized trial (Smith 2019, doi 10.1000/182) and 42 CFR 999.1 support {E1}."


def test_fabricated_references_reach_nothing(server: ModelServer, with_model: Make, tmp_path: Path) -> None:
    server.answer = Script({
        "phrase_paragraph": spoilt_paragraph(FABRICATED),
        "judge_leaf": always_met,
        "extract_facts": lambda _: fact(quote="Smith 2019 showed benefit", value="79"),
    })  # fmt: skip
    clinic = with_model(masker=None, judge=None, agreement={"trusted": True}).clinic
    _, _, files = appeal(clinic, folder(tmp_path, COMPLETE, denied()))
    everything = b"\n".join(content for name, content in files.items() if not name.endswith(".pdf"))
    assert any(asked.task == "phrase_paragraph" for asked in server.asked)
    assert b"Smith" not in everything
    assert b"999.1" not in everything
    assert b"10.1000" not in everything
    verdicts = {one["guard"]: one["passed"] for one in as_json(files["gate.json"])["verdicts"]}
    assert verdicts["grounding"] is True


def test_honest_words_keep_what_code_concludes(server: ModelServer, with_model: Make, tmp_path: Path) -> None:
    server.answer = Script({"phrase_paragraph": honest_paragraph})
    clinic = with_model().clinic
    _, _, files = appeal(clinic, folder(tmp_path, COMPLETE, denied()))
    letter = files["letter.md"].decode()
    assert "The record of 5 November 2026 documents" in letter
    assert "Recorded on 5 November 2026, 4 days before the order of 9 November 2026" in letter

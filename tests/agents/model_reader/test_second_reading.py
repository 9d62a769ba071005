"""Where rules and model differ: the leaf pends to a person, who settles it; long records are read whole."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from agents.reading.model_reader.second_reading import readable
from cases.document import DocumentKind
from cases.evidence import Assertion, DateBasis, Fact, FactDate, Origin, Span
from cases.ids import ConceptId, DocumentId, FactId, UserId
from cases.lifecycle import CaseState
from cases.review import ReviewAct
from runtime import chart_store
from tests.agents.model_reader.model_clinic import ModelClinic
from tests.agents.model_reader.test_false_answers import chart_with
from tests.llm.model_server import Asked, ModelServer, Script
from tests.llm.scripted_answers import fact, honest_paragraph, opinion

Make = Callable[..., ModelClinic]
ORDERED = "I ordered pulse oximetry today because of her breathlessness."


def doubts_the_order(asked: Asked) -> Any:
    if "asked for the measurement" not in asked.user.split("THE POLICY")[0]:
        return {"state": None, "quotes": [], "abstain": {"reason": "ambiguous"}}
    number = next(n for n, text in asked.passages.items() if "ordered pulse oximetry" in text)
    return opinion("NOT_MET", (number, ORDERED))


def test_a_fact_only_the_model_found_pends_the_leaf_it_would_change(server: ModelServer, with_model: Make) -> None:
    excluded = fact(concept="breathlessness_without_hypoxemia", quote=ORDERED, value=None, unit=None, settings=[])
    server.answer = Script({"extract_facts": lambda _: excluded})
    outcome = with_model().work()
    leaf = outcome.leaves["northlake_oxygen.comfort"]
    assert leaf["state"] == "INSUFFICIENT"
    assert leaf["readings"]["rules"] == "NOT_MET"
    assert leaf["readings"]["with_facts_the_model_proposes"] == "MET"
    assert [item["quote"] for item in leaf["readings"]["proposed_facts"]] == [ORDERED]
    assert f"with what the model found (“{ORDERED}”) it would be MET" in leaf["reason"]
    assert outcome.case.state is CaseState.NEEDS_PERSON
    assert "readers_disagree" in outcome.gate["reasons"]


def test_what_a_person_recorded_settles_a_dispute(server: ModelServer, with_model: Make) -> None:
    server.answer = Script({"judge_leaf": doubts_the_order})
    clinic = with_model()
    disputed = clinic.work()
    assert disputed.case.state is CaseState.NEEDS_PERSON
    (evidence, *_) = disputed.leaves["northlake_oxygen.ordered"]["evidence"]
    span = Span(
        document_id=DocumentId(evidence["document"]), start=evidence["start"], end=evidence["end"],
        quote=evidence["quote"], page=evidence["page"],
    )  # fmt: skip
    recorded = Fact(
        id=FactId("person:1"), concept=ConceptId("oximetry_ordered_by_treating_practitioner"),
        statement="Dr. Lindqvist ordered the oximetry herself", assertion=Assertion.AFFIRMED, origin=Origin.PERSON,
        span=span, context=span, when=FactDate(on=date(2026, 11, 5), basis=DateBasis.STATED),
        patient_id=disputed.case.patient.id,
    )  # fmt: skip
    box = clinic.clinic.box
    with box.database.begin() as transaction:
        chart_store.add_fact(transaction, disputed.case.id, recorded, UserId("reviewer"), box.clock.now())
    settled = clinic.work()
    assert settled.leaves["northlake_oxygen.ordered"]["state"] == "MET"
    assert settled.leaves["northlake_oxygen.ordered"]["readings"]["model"] is None
    assert "readers_disagree" not in settled.gate["reasons"]
    assert not [flag for flag in settled.case.flags if flag.code == "readers_disagree"]


def test_a_disputed_leaf_asks_for_a_decision_and_not_for_a_document(server: ModelServer, with_model: Make) -> None:
    server.answer = Script({"judge_leaf": doubts_the_order})
    outcome = with_model().work()
    gaps = outcome.files["gaps.json"].decode()
    assert "A decision between the two readings of the chart" in gaps
    assert "a reviewer here" in gaps


def test_a_dispute_that_decides_nothing_is_told_and_blocks_nothing(server: ModelServer, with_model: Make) -> None:
    def finds_a_walk(asked: Asked) -> Any:
        if "Walking on room air" not in asked.user.split("THE POLICY")[0]:
            return {"state": None, "quotes": [], "abstain": {"reason": "ambiguous"}}
        number = next(n for n, text in asked.passages.items() if "86%" in text)
        return opinion("MET", (number, asked.passages[number]))

    server.answer = Script({"judge_leaf": finds_a_walk})
    outcome = with_model().work()
    assert outcome.case.state is CaseState.AWAITING_REVIEW
    (flag,) = (flag for flag in outcome.case.flags if flag.code == "readers_disagree")
    assert flag.severity == "info"
    assert outcome.model["leaves_read_differently"] == ["northlake_oxygen.walking.value"]
    assert "read the chart differently" not in outcome.packet


@pytest.mark.parametrize("sentences", [400])
def test_a_long_note_is_read_whole_in_several_questions(
    sentences: int, tmp_path: Path, server: ModelServer, with_model: Make
) -> None:
    lines = [f"Line {number}: the weather was fair." for number in range(sentences)]
    server.answer = Script()
    outcome = with_model(llm_context_chars=4000).work(chart_with(tmp_path, "oxygen-complete", "\n".join(lines)))
    asked = [one for one in server.asked if one.task == "extract_facts"]
    assert len(asked) > 3
    shown = " ".join(text for one in asked for text in one.passages.values())
    assert all(f"Line {number}: the weather" in shown for number in range(sentences))
    assert all(len(one.user) < 6000 for one in asked)
    assert outcome.model["not_used_because"] == []


def test_a_leaf_with_more_to_read_than_fits_is_not_judged_and_counted(
    tmp_path: Path, server: ModelServer, with_model: Make
) -> None:
    lines = [f"On day {number} the oxygen saturation was not taken." for number in range(300)]
    server.answer = Script()
    outcome = with_model(llm_context_chars=4000).work(chart_with(tmp_path, "oxygen-complete", "\n".join(lines)))
    assert outcome.model["unread"]["leaf_with_too_many_passages"] >= 1


def test_an_edited_letter_is_a_persons_and_goes_to_no_model(server: ModelServer, with_model: Make) -> None:
    server.answer = Script({"phrase_paragraph": honest_paragraph})
    clinic = with_model()
    outcome = clinic.work()
    before = sum(one.task == "phrase_paragraph" for one in server.asked)
    letter = outcome.letter.replace(
        "The record of 5 November 2026 documents “I reviewed", "A note of 5 November 2026 says: “I reviewed", 1
    )
    assert letter != outcome.letter
    clinic.clinic.review(outcome.case.id, ReviewAct.EDIT, "specialist", reason="house style", letter=letter)
    again = clinic.clinic.go_on(outcome.case.id)
    assert again.state is CaseState.AWAITING_REVIEW
    assert sum(one.task == "phrase_paragraph" for one in server.asked) == before
    assert "A note of 5 November 2026 says: “I reviewed" in clinic.clinic.artefacts(again.id)["letter.md"].decode()


def test_documents_that_name_nobody_or_are_protected_are_not_shown_and_counted(
    server: ModelServer, with_model: Make
) -> None:
    server.answer = Script()
    clinic = with_model()
    outcome = clinic.work()
    box = clinic.clinic.box
    assert outcome.case.chart_digest is not None
    with box.database.read() as transaction:
        chart = chart_store.get_chart(transaction, outcome.case.id, outcome.case.chart_digest)
    (note,) = (document for document in chart.documents if document.kind is DocumentKind.NOTE)
    loose = note.model_copy(update={"id": DocumentId("loose.txt"), "patient_id": None})
    protected = note.model_copy(update={"id": DocumentId("therapy.txt"), "text": "Psychotherapy note: grief."})
    session = box.model_session(outcome.case.id)
    assert session is not None
    shown = readable(session, chart.model_copy(update={"documents": (*chart.documents, loose, protected)}))
    assert [document.id for document in shown.documents if document.kind is DocumentKind.NOTE] == [note.id]
    assert session.log().unread == {"document_names_nobody": 1, "withheld_psychotherapy_notes": 1}

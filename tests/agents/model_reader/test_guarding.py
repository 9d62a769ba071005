"""What stands before the model: no agreement, no mask, protected records or a broken guard, and no byte leaves."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agents.guarded_model import GuardedModel, ModelCall, ModelGuards, Subject
from agents.reading.model_reader.tasks import EXTRACT_FACTS, TASKS
from cases.errors import GuardFailed, ModelNotCleared, ModelUnavailable
from cases.ids import CaseId
from cases.ports import CaseMemory, KnownIdentifier
from guardrails.phi.memory import memory_of_case
from runtime import chart_store
from runtime.clock import SettableClock
from runtime.settings import Settings
from tests.agents.model_reader.model_clinic import NOW, ModelClinic, Outcome, write_agreements
from tests.flows.clinic import COMPLETE
from tests.llm.model_server import ModelServer, Reply, Script, abstention, completion, failure
from tests.llm.scripted_answers import always_met, fact, honest_paragraph
from tests.llm.stand_ins import (
    BlindMasker,
    BrokenJudge,
    BrokenMasker,
    KeptDisclosures,
    KnownWordsMasker,
    RenumberingMasker,
    WordJudge,
)

Make = Callable[..., ModelClinic]

REFUSED: dict[str, tuple[dict[str, Any], str, str]] = {
    "no agreement for it": ({"agreement": {"endpoint": "https://models.example/v1"}}, "model_not_cleared", "on file"),
    "one for another path": ({"agreement": {"endpoint": "http://127.0.0.1:1/v1"}}, "model_not_cleared", "on file"),
    "an expired one": ({"agreement": {"until": date(2026, 11, 22)}}, "model_not_cleared", "expired"),
    "one expired this minute": (
        {"agreement": {"until": datetime(2026, 11, 23, 14, 59, 59, tzinfo=UTC)}}, "model_not_cleared", "expired",
    ),
    "one not begun": ({"agreement": {"from": date(2026, 11, 24)}}, "model_not_cleared", "not begun"),
    "one that lets it train": ({"agreement": {"no_training": False}}, "model_not_cleared", "training"),
    "one without its end": ({"agreement": {"until": None}}, "guard_failed", "agreements.0.until"),
    "one with an unknown field": ({"agreement": {"signed": True}}, "guard_failed", "agreements.0.signed"),
    "no masker": ({"masker": None}, "model_not_cleared", "masking"),
    "no judge of protected records": ({"judge": None}, "model_not_cleared", "specially protected"),
    "a masker that breaks": ({"masker": BrokenMasker}, "guard_failed", "detector broke"),
    "a masker that renumbers": ({"masker": RenumberingMasker}, "guard_failed", "numbers of the passages"),
    "a judge that breaks": ({"judge": BrokenJudge}, "guard_failed", "classifier broke"),
}  # fmt: skip


@pytest.mark.parametrize("lack", REFUSED)
def test_nothing_leaves_and_the_rules_go_on(lack: str, server: ModelServer, with_model: Make, plain: Outcome) -> None:
    changes, code, words = REFUSED[lack]
    outcome = with_model(**changes).work()
    assert (server.connections, server.bytes_received) == (0, 0)
    assert outcome.letter == plain.letter
    assert outcome.packet == plain.packet
    assert code in outcome.told["reasons"]
    assert any(words in detail for detail in outcome.told["details"])
    assert outcome.audited("phi.disclosed") == []
    assert {entry["bytes"] for entry in outcome.audited("model.asked")} <= {0}
    assert not outcome.model["used"]


def test_what_a_masker_overlooks_of_what_is_known_does_not_leave(
    server: ModelServer, with_model: Make, plain: Outcome
) -> None:
    server.answer = Script({"phrase_paragraph": honest_paragraph})
    outcome = with_model(masker=BlindMasker).work()
    assert "guard_failed" in outcome.told["reasons"]
    assert any("known to identify" in detail for detail in outcome.told["details"])
    assert not any(b"Oyelaran" in asked.raw or b"NLA5510023" in asked.raw for asked in server.asked)
    assert outcome.case.state is plain.case.state


def test_a_broken_file_of_agreements_closes_the_way(server: ModelServer, with_model: Make) -> None:
    clinic = with_model()
    clinic.clinic.box.settings.agreements_file.write_text("agreements: [", "utf-8")
    outcome = clinic.work()
    assert server.connections == 0
    assert "guard_failed" in outcome.told["reasons"]


def identifiers(clinic: ModelClinic, outcome: Outcome) -> list[str]:
    box = clinic.clinic.box
    assert outcome.case.chart_digest is not None
    with box.database.read() as transaction:
        chart = chart_store.get_chart(transaction, outcome.case.id, outcome.case.chart_digest)
    known = [item.text for item in memory_of_case(outcome.case, chart).known]
    return [*known, "1951-04-18", "04/18/1951", "11/05/2026", "2026-11-05", "2026-11-09", "555-0100", "Harbour"]


def test_no_identifier_is_in_the_bytes_that_arrive(server: ModelServer, with_model: Make) -> None:
    server.answer = Script(
        {"extract_facts": lambda _: fact(), "judge_leaf": always_met, "phrase_paragraph": honest_paragraph}
    )
    clinic = with_model()
    outcome = clinic.work()
    assert len(server.asked) > 8
    held = identifiers(clinic, outcome)
    assert {"Marguerite Oyelaran", "Oyelaran", "NLA5510023", "1234567893", "S0001"} <= set(held)
    for asked in server.asked:
        text = json.dumps(asked.body, ensure_ascii=False)
        assert [item for item in held if re.search(rf"(?<!\w){re.escape(item)}(?!\w)", text, re.IGNORECASE)] == []
    assert "86% at rest on room air" in server.asked[0].user


def test_a_trusted_endpoint_with_an_agreement_gets_the_text_as_it_stands(server: ModelServer, with_model: Make) -> None:
    server.answer = Script()
    outcome = with_model(masker=None, judge=None, agreement={"trusted": True}).work()
    assert any(b"Oyelaran" in asked.raw for asked in server.asked)
    assert {entry["masked"] for entry in outcome.audited("phi.disclosed")} == {False}


def test_dates_shifted_on_the_way_come_back_and_are_verified_against_the_record(
    server: ModelServer, with_model: Make
) -> None:
    server.answer = Script({"extract_facts": lambda asked: fact(date=asked.user.split("written on ")[1][:10])})
    outcome = with_model().work()
    assert "RECORD, written on 2027-02-14" in server.asked[0].user
    (proposed,) = outcome.leaves["northlake_oxygen.rest_room_air"]["readings"]["proposed_facts"]
    assert proposed["quote"] == "Oxygen saturation was 86% at rest on room air"
    assert outcome.model["dropped"] == {}


def test_each_disclosure_is_on_record_before_it_happens(server: ModelServer, with_model: Make) -> None:
    clinic = with_model()
    seen: list[int] = []

    def answer(asked: Any) -> Reply:
        with clinic.clinic.box.database.read() as transaction:
            entries = clinic.clinic.box.audit.entries(transaction)
        seen.append(sum(entry.event.action == "phi.disclosed" for entry in entries))
        return completion(json.dumps(abstention(asked.task)))

    server.answer = answer
    outcome = clinic.work()
    told = outcome.audited("phi.disclosed")
    assert seen == list(range(1, len(server.asked) + 1))
    assert len(told) == len(server.asked)
    assert {(entry["purpose"], entry["masked"], entry["endpoint"]) for entry in told} == {
        ("payment", True, server.base_url)
    }
    assert clinic.clinic.log_holds()


def test_specially_protected_documents_are_not_shown_and_counted(
    tmp_path: Path, server: ModelServer, with_model: Make
) -> None:
    folder = tmp_path / "chart"
    folder.mkdir()
    for path in COMPLETE.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    note = next(path for path in folder.iterdir() if path.suffix == ".txt").read_text("utf-8")
    (folder / "second.txt").write_text(note.replace("Plan:", "Psychotherapy note: grief. SpO2 84%.\n\nPlan:"), "utf-8")
    server.answer = Script({"judge_leaf": always_met})
    outcome = with_model().work(folder)
    assert outcome.model["unread"]["withheld_psychotherapy_notes"] == 1
    assert len(server.asked) > 3
    assert not any(b"grief" in asked.raw for asked in server.asked)


def subject() -> Subject:
    known = (KnownIdentifier(kind="NAME", text="Marguerite Oyelaran"),)
    return Subject(memory=CaseMemory(case_id=CaseId("c-1"), known=known))


VARIABLES = {
    "concepts": "spo2: Oxygen saturation",
    "record_date": "undated",
    "passages": "[P1] Marguerite Oyelaran: 86%",
}


class Guarded:
    """One guarded model by itself, with a ledger in memory."""

    def __init__(self, tmp_path: Path, server: ModelServer, *, full: bool = False, **agreement: object) -> None:
        self.clock = SettableClock(NOW)
        self.ledger = KeptDisclosures(full=full)
        self.calls: list[ModelCall] = []
        agreements = write_agreements(tmp_path / "agreements.yaml", server.base_url, **agreement)
        guards = ModelGuards(agreements, self.ledger, lambda _: KnownWordsMasker(), WordJudge())
        self.model = GuardedModel(server.transport(), guards, self.clock, Settings(home=tmp_path))

    def ask(self, **changes: str) -> object:
        return self.model.ask(EXTRACT_FACTS, {**VARIABLES, **changes}, subject(), self.calls.append)


def test_what_cannot_be_recorded_does_not_leave(tmp_path: Path, server: ModelServer) -> None:
    guarded = Guarded(tmp_path, server, full=True)
    with pytest.raises(GuardFailed, match="ledger"):
        guarded.ask()
    assert server.connections == 0
    assert guarded.calls[0].outcome == "guard_failed"


def test_an_agreement_that_ends_between_two_attempts_stops_the_second(tmp_path: Path, server: ModelServer) -> None:
    guarded = Guarded(tmp_path, server, until=NOW + timedelta(seconds=30))

    def expire_then_fail(asked: object) -> Reply:
        guarded.clock.advance(timedelta(seconds=31))
        return failure(503)

    server.answer = expire_then_fail
    with pytest.raises(ModelNotCleared, match="expired"):
        guarded.ask()
    assert len(server.asked) == len(guarded.ledger.kept) == guarded.calls[0].attempts == 1


def test_a_variable_the_task_does_not_declare_cannot_be_sent(tmp_path: Path, server: ModelServer) -> None:
    with pytest.raises((KeyError, ValueError)):
        Guarded(tmp_path, server).ask(insurance="NLA5510023")
    assert server.connections == 0


def test_a_protected_text_that_reaches_the_last_check_is_stopped(tmp_path: Path, server: ModelServer) -> None:
    with pytest.raises(ModelNotCleared, match="psychotherapy_notes"):
        Guarded(tmp_path, server).ask(passages="[P1] Psychotherapy note: grief.")
    assert server.connections == 0


def test_the_record_of_a_disclosure_says_what_went_where_and_under_what(tmp_path: Path, server: ModelServer) -> None:
    server.replies = [completion(json.dumps(abstention("extract_facts")))]
    guarded = Guarded(tmp_path, server)
    guarded.ask()
    (kept,) = guarded.ledger.kept
    assert (kept.case_id, kept.task, kept.contents) == ("c-1", "extract_facts", ("chart", "rules"))
    assert kept.agreement == guarded.model.agreement().digest
    sent = "\n".join(message["content"] for message in server.asked[0].body["messages"])
    assert kept.size == len(sent.encode())
    assert "Oyelaran" not in sent


def test_a_failed_call_is_kept_with_what_it_sent(tmp_path: Path, server: ModelServer) -> None:
    server.replies = [failure(500)]
    guarded = Guarded(tmp_path, server)
    with pytest.raises(ModelUnavailable):
        guarded.ask()
    (call,) = guarded.calls
    assert (call.outcome, call.attempts, len(server.asked)) == ("model_unavailable", 2, 2)
    assert call.sent == 2 * guarded.ledger.kept[0].size


def test_every_task_declares_what_each_variable_carries() -> None:
    for task in TASKS:
        assert set(task.contents) == task.prompt.variables


def test_a_masker_may_not_be_shared_between_cases(server: ModelServer, with_model: Make) -> None:
    asked_for: list[CaseId] = []
    clinic = with_model()
    model = clinic.clinic.box.model
    assert model is not None

    def masker_of(case_id: CaseId) -> KnownWordsMasker:
        asked_for.append(case_id)
        return KnownWordsMasker()

    guards = replace(model.guards, masker_of=masker_of)
    settings = clinic.clinic.box.settings
    again = GuardedModel(server.transport(), guards, clinic.clinic.box.clock, settings)
    clinic.clinic.box = replace(clinic.clinic.box, model=again)
    server.answer = Script()
    outcome = clinic.work()
    assert set(asked_for) == {outcome.case.id}


def test_a_question_over_protected_text_is_left_out_and_the_next_is_asked(
    server: ModelServer, with_model: Make
) -> None:
    server.answer = Script()
    clinic = with_model()
    session = clinic.clinic.box.model_session()
    assert session is not None
    assert session.ask(EXTRACT_FACTS, {**VARIABLES, "passages": "[P1] Psychotherapy note: grief."}) is None
    assert session.ask(EXTRACT_FACTS, {**VARIABLES, "passages": "[P1] Saturation 86%."}) is None
    assert len(server.asked) == 1
    assert session.log().unread == {"abstained_not_in_text": 1, "withheld_psychotherapy_notes": 1}
    assert session.log().stopped == ""

"""Which records of a chart restrict a case or hasten it, and which only look as if they did."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from agents.steps.chart_signals import signal_flags, urgency_of
from cases.case import Case, Flag, Urgency
from cases.chart import Party
from cases.ids import DEFAULT_TENANT, CaseId
from cases.lifecycle import CaseState
from formats.chart_folder import read_chart
from tests.flows.clinic import NOW

PATIENT = {"resourceType": "Patient", "id": "own", "name": [{"family": "Moore", "given": ["Ann"]}], "gender": "female"}
ORDER = {
    "resourceType": "ServiceRequest", "id": "o1", "status": "active", "intent": "order", "authoredOn": "2026-11-19",
    "subject": {"reference": "Patient/own"}, "code": {"coding": [{"code": "72148"}]},
}  # fmt: skip
SAYS_SO = (
    "Date: 11/19/2026\nSeen by P. Raghunathan, MD\nWaiting could seriously jeopardize her ability to regain function."
)
REASON = "http://terminology.hl7.org/CodeSystem/v3-ActReason"


def consent(**provision: Any) -> dict[str, Any]:
    plain = {"type": "deny", "purpose": [{"system": REASON, "code": "HPAYMT"}]}
    return {
        "resourceType": "Consent", "id": "c1", "status": "active", "patient": {"reference": "Patient/own"},
        "scope": {"coding": [{"code": "patient-privacy"}]}, "category": [{"coding": [{"code": "59284-0"}]}],
        "policyRule": {"text": "clinic policy"}, "provision": {**plain, **provision},
    }  # fmt: skip


def about(reference: str) -> dict[str, Any]:
    return {"data": [{"meaning": "related", "reference": {"reference": reference}}]}


def flags(
    tmp_path: Path, *resources: dict[str, Any], note: str = "", order: dict[str, Any] | None = None
) -> list[Flag]:
    for number, resource in enumerate([PATIENT, {**ORDER, **(order or {})}, *resources]):
        (tmp_path / f"{number}.json").write_text(json.dumps(resource))
    if note:
        (tmp_path / "note.txt").write_text(note)
    chart, _ = read_chart([tmp_path])
    case = Case(
        id=CaseId("c-1"), tenant_id=DEFAULT_TENANT, state=CaseState.OPENED, patient=chart.patients[0],
        order=chart.orders[0], opened_at=NOW, requester=Party(name="Priya Raghunathan, MD", family="Raghunathan"),
    )  # fmt: skip
    return signal_flags(case, chart)


def codes(found: list[Flag]) -> list[tuple[str, str]]:
    return [(flag.code, flag.severity) for flag in found]


@pytest.mark.parametrize("provision", [{}, about("ServiceRequest/o1"), about("Encounter/e1")])
def test_a_consent_that_denies_payment_for_this_order_restricts(tmp_path: Path, provision: dict[str, Any]) -> None:
    assert codes(flags(tmp_path, consent(**provision))) == [("restricted_by_patient", "blocking")]


@pytest.mark.parametrize(
    "other",
    [
        consent(type="permit"),
        consent(purpose=[{"system": REASON, "code": "HMARKT"}]),
        consent(**about("ServiceRequest/another")),
        {**consent(), "status": "inactive"},
    ],
    ids=["permit", "marketing", "another order", "inactive"],
)
def test_another_consent_does_not(tmp_path: Path, other: dict[str, Any]) -> None:
    assert flags(tmp_path, other) == []


def test_a_consent_that_cannot_be_read_holds_the_case(tmp_path: Path) -> None:
    broken = {name: value for name, value in consent().items() if name != "scope"}
    assert codes(flags(tmp_path, broken)) == [("consent_not_read", "blocking")]


def test_a_note_alone_restricts_and_is_named(tmp_path: Path) -> None:
    (flag,) = flags(tmp_path, note="Paid in full today. Do not send anything for this service to the health plan.")
    assert (flag.code, flag.source) == ("restricted_by_patient", "note.txt")
    assert "note.txt" in flag.message


def test_the_physicians_word_in_the_order_makes_it_expedited(tmp_path: Path) -> None:
    words = "The standard review time could seriously jeopardize the patient's ability to regain maximum function."
    found = flags(tmp_path, order={"note": [{"text": words}]})
    assert codes(found) == [("expedited_by_physician", "info")]
    assert words in found[0].message
    assert urgency_of(tuple(found)) is Urgency.EXPEDITED


def test_a_recent_note_of_the_ordering_clinician_does_too(tmp_path: Path) -> None:
    assert codes(flags(tmp_path, note=SAYS_SO)) == [("expedited_by_physician", "info")]


@pytest.mark.parametrize(
    "note",
    [
        SAYS_SO.replace("11/19/2026", "09/19/2026"),
        SAYS_SO.replace("Raghunathan", "Somebody"),
        SAYS_SO.replace("could", "would not"),
        "Date: 11/19/2026\nP. Raghunathan, MD\nPriority: stat",
    ],
    ids=["old", "another's", "denied", "priority"],
)
def test_an_old_note_another_clinicians_or_a_denial_does_not(tmp_path: Path, note: str) -> None:
    found = flags(tmp_path, note=note)
    assert found == []
    assert urgency_of(tuple(found)) is Urgency.STANDARD


def test_the_order_was_dated_as_the_tests_say(tmp_path: Path) -> None:
    (tmp_path / "o.json").write_text(json.dumps(ORDER))
    (tmp_path / "p.json").write_text(json.dumps(PATIENT))
    assert read_chart([tmp_path])[0].orders[0].authored_on == date(2026, 11, 19)

"""Records protected beyond HIPAA are recognised, and enter only on the basis that their category needs."""

import json
from datetime import date
from pathlib import Path

import pytest

from cases.consent import Consent, SensitiveCategory
from cases.errors import GuardFailed
from cases.ids import CaseId
from cases.ports import CaseMemory
from guardrails.sensitive import Disclosee, Entry, Finding, TextJudge, judge_resource, judge_text, may_enter
from knowledge.sensitive_rules import shipped_sensitive_rules

LABELLED = Path(__file__).resolve().parents[1] / "labels" / "phi" / "sensitive.jsonl"
ROWS = [json.loads(line) for line in LABELLED.read_text("utf-8").split("\n") if line.strip()]
TODAY = date(2026, 11, 25)
PLAN = "Summit Ridge Health"


def row_finding(row: dict[str, object]) -> Finding:
    resource = row.get("resource")
    return judge_resource(resource) if isinstance(resource, dict) else judge_text(str(row["text"]))


def consents_of(row: dict[str, object]) -> tuple[Consent, ...]:
    """The basis that the row asserts, as the consents it stands for."""
    basis = str(row["basis"])
    if not basis.startswith("consent"):
        return ()
    held = Consent(
        id="c1", case_id=CaseId("case-1"), categories=tuple(SensitiveCategory), recipient=PLAN, purpose="payment",
        signed_by="patient", signed_on=date(2026, 1, 5), notice=True,
    )  # fmt: skip
    changed: dict[str, dict[str, object]] = {
        "consent": {},
        "consent_other_purpose": {"purpose": "research"},
        "consent_expired": {"expires_on": date(2026, 3, 1)},
        "consent_revoked": {"revoked_on": date(2026, 3, 1)},
        "consent_other_recipient": {"recipient": "County Probation"},
        "consent_without_notice": {"notice": False},
    }
    return (held.model_copy(update=changed[basis]),)


@pytest.mark.parametrize("row", ROWS, ids=[str(row["id"]) for row in ROWS])
def test_labelled_record_enters_only_on_its_basis(row: dict[str, object]) -> None:
    to = Disclosee(recipient=PLAN, purpose="payment", on=TODAY, state=str(row.get("state") or ""))
    verdict = may_enter(row_finding(row), consents_of(row), to)
    assert (verdict.entry is Entry.MAY_ENTER) is row["may_enter_packet"], verdict


@pytest.mark.parametrize("row", ROWS, ids=[str(row["id"]) for row in ROWS])
def test_model_gets_no_sensitive_text(row: dict[str, object]) -> None:
    text = json.dumps(row["resource"]) if "resource" in row else str(row["text"])
    assert bool(TextJudge().withheld(text, CaseMemory())) is bool(row["categories"])


def test_psychotherapy_notes_never_enter_whatever_was_signed() -> None:
    finding = Finding(categories=(SensitiveCategory.PSYCHOTHERAPY_NOTES,))
    to = Disclosee(recipient=PLAN, purpose="payment", on=TODAY)
    verdict = may_enter(finding, consents_of({"basis": "consent"}), to)
    assert verdict.entry is Entry.NEVER
    assert verdict.citations == ("45 CFR 164.508(a)(2), 164.501",)


def test_state_rule_counts_from_its_day_on() -> None:
    rules = shipped_sensitive_rules()
    gender = SensitiveCategory.GENDER_AFFIRMING
    assert rules.state_rule(gender, "MN", date(2023, 4, 27)) is None
    assert rules.state_rule(gender, "MN", date(2023, 4, 28)) is not None


def test_unknown_state_pends_and_a_state_without_a_rule_does_not() -> None:
    finding = Finding(categories=(SensitiveCategory.GENETIC,))
    unknown = may_enter(finding, (), Disclosee(recipient=PLAN, purpose="payment", on=TODAY))
    assert unknown.reasons == ("genetic:state_unknown",)
    nowhere = may_enter(finding, (), Disclosee(recipient=PLAN, purpose="payment", on=TODAY, state="WY"))
    assert nowhere.entry is Entry.MAY_ENTER


def test_restricted_label_without_a_category_pends() -> None:
    resource = {"resourceType": "Observation", "meta": {"security": [{"code": "R"}]}, "valueString": "7.8 %"}
    finding = judge_resource(resource)
    assert finding.restricted
    assert may_enter(finding, (), Disclosee(recipient=PLAN, purpose="payment", on=TODAY)).entry is Entry.PENDS


@pytest.mark.parametrize(
    "text",
    ["COPD, on home oxygen. SpO2 86% at rest.", "Depression screen negative, PHQ-2 0.", "Knee OA, failed PT.",
     "Hives after penicillin.", "Tobacco: quit 2009. Alcohol: two glasses of wine a week."],
)  # fmt: skip
def test_everyday_chart_text_is_not_held_back(text: str) -> None:
    assert not judge_text(text).is_sensitive


def test_text_too_long_to_judge_is_refused() -> None:
    with pytest.raises(GuardFailed):
        judge_text("x" * 2_000_001)


def test_every_rule_of_a_state_has_a_citation() -> None:
    assert all(row.citation and row.state.isupper() for row in shipped_sensitive_rules().states)


def test_rule_that_permits_payment_permits_nothing_else_and_counts_from_its_day() -> None:
    genetic = Finding(categories=(SensitiveCategory.GENETIC,))
    payment = Disclosee(recipient=PLAN, purpose="payment", on=TODAY, state="MN")
    assert may_enter(genetic, (), payment).entry is Entry.MAY_ENTER
    assert may_enter(genetic, (), payment.model_copy(update={"purpose": "research"})).entry is Entry.PENDS
    illinois = payment.model_copy(update={"state": "IL"})
    assert may_enter(genetic, (), illinois).entry is Entry.MAY_ENTER
    assert may_enter(genetic, (), illinois.model_copy(update={"on": date(2014, 12, 31)})).entry is Entry.PENDS

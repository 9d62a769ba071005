"""How a person's decision changes a fact, and what it leaves as read."""

from datetime import UTC, date, datetime
from decimal import Decimal

from cases.evidence import Assertion, Fact, Laterality, Origin, Span
from cases.fact_review import Correction, FactAct, FactDecision, decided
from cases.ids import ConceptId, DocumentId, FactId, PatientId, UserId
from cases.review import UserRole

SPAN = Span(document_id=DocumentId("d"), start=0, end=4, quote="SpO2")
READ = Fact(
    id=FactId("d:0-4:spo2"), concept=ConceptId("spo2"), statement="Oxygen saturation 68 %", span=SPAN, context=SPAN,
    assertion=Assertion.UNCERTAIN, origin=Origin.OCR, value=Decimal(68), unit="%", reliability=0.7,
    patient_id=PatientId("p1"),
)  # fmt: skip


def decision(act: FactAct, quote: str = "SpO2", **correction: object) -> FactDecision:
    return FactDecision(
        fact_id=READ.id, quote=quote, act=act, reason="seen", user_id=UserId("pat"), role=UserRole.SPECIALIST,
        at=datetime(2026, 11, 25, tzinfo=UTC), correction=Correction.model_validate(correction),
    )  # fmt: skip


def test_an_accepted_fact_is_affirmed_and_stays_whose_it_is() -> None:
    (fact,) = decided([READ], [decision(FactAct.ACCEPT)])
    assert (fact.assertion, fact.reliability, fact.patient_id) == (Assertion.AFFIRMED, 1.0, READ.patient_id)


def test_a_corrected_fact_says_what_the_person_says() -> None:
    correction = {"value": "86", "on": "2026-11-02", "assertion": "affirmed", "laterality": "left"}
    (fact,) = decided([READ], [decision(FactAct.CORRECT, **correction)])
    assert (fact.value, fact.origin, fact.laterality) == (Decimal(86), Origin.PERSON, Laterality.LEFT)
    assert fact.when is not None
    assert fact.when.on == date(2026, 11, 2)
    assert fact.span == READ.span


def test_the_last_of_several_acts_holds() -> None:
    (fact,) = decided([READ], [decision(FactAct.REJECT), decision(FactAct.ACCEPT)])
    assert fact.rejected == ""
    (fact,) = decided([READ], [decision(FactAct.ACCEPT), decision(FactAct.REJECT)])
    assert fact.rejected == "seen"


def test_a_decision_on_other_words_says_nothing() -> None:
    assert decided([READ], [decision(FactAct.REJECT, quote="SpO3")]) == (READ,)

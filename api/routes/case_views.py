"""What is told of a case: who, what, for which payer, where it stands; no text of the chart."""

from datetime import date
from decimal import Decimal
from typing import Self

from pydantic import AwareDatetime, ConfigDict

from cases.case import Case, Flag, PayerRef, Urgency
from cases.chart import Coding, Party
from cases.decision import GateOutcome, GateResult
from cases.frozen import Frozen
from cases.ids import CaseId, Digest
from cases.lifecycle import CaseState
from cases.packet import Submission

EXAMPLE_CASE = "c-0123456789abcdef"
EXAMPLE_DIGEST = "5f2d" + "0" * 56 + "9c1a"


class PatientView(Frozen):
    """As much of the patient as staff tell persons apart by; `record_numbers` are those of type MR."""

    name: str
    birth_date: date | None
    gender: str
    record_numbers: tuple[str, ...] = ()
    member_id: str = ""


class PartyView(Frozen):
    """A clinician or an organization."""

    name: str
    npi: str = ""


class OrderView(Frozen):
    """What was ordered."""

    reference: str
    status: str
    codes: tuple[Coding, ...]
    text: str = ""
    authored_on: date | None = None
    service_date: date | None = None
    quantity: Decimal | None = None
    unit: str = ""


class SubmissionView(Frozen):
    """What lies ready to be decided on; `digest` is what a review is bound to."""

    digest: Digest
    revision: int
    drafted_at: AwareDatetime
    packet_bytes: int
    signed: bool


class GateView(Frozen):
    """What the gate said of it."""

    outcome: GateOutcome
    reasons: tuple[str, ...]
    confidence: float
    threshold: float


class CaseView(Frozen):
    """One case as it stands now."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": EXAMPLE_CASE, "state": "awaiting_review", "revision": 11, "urgency": "standard",
                    "opened_at": "2026-11-23T15:00:00Z",
                    "patient": {"name": "Pat Example", "birth_date": "1950-02-03", "gender": "female"},
                    "order": {
                        "reference": "DeviceRequest/d1", "status": "active",
                        "codes": [{"system": "https://bluebutton.cms.gov/resources/codesystem/hcpcs", "code": "E1390"}],
                    },
                    "payer": {"id": "cms", "name": "Medicare", "line_of_business": "medicare_ffs"},
                    "flags": [],
                    "submission": {
                        "digest": EXAMPLE_DIGEST, "revision": 11, "drafted_at": "2026-11-23T15:00:04Z",
                        "packet_bytes": 48211, "signed": False,
                    },
                    "gate": {"outcome": "review", "reasons": ["review_required"], "confidence": 0.93, "threshold": 0.8},
                }
            ]
        }
    )  # fmt: skip

    id: CaseId
    state: CaseState
    revision: int
    urgency: Urgency
    opened_at: AwareDatetime
    patient: PatientView
    order: OrderView
    payer: PayerRef | None
    requester: PartyView | None = None
    performer: PartyView | None = None
    flags: tuple[Flag, ...]
    submission: SubmissionView | None = None
    gate: GateView | None = None

    @classmethod
    def of(cls, case: Case, submission: Submission | None, gate: GateResult | None) -> Self:
        return cls(
            id=case.id,
            state=case.state,
            revision=case.revision,
            urgency=case.urgency,
            opened_at=case.opened_at,
            patient=_patient(case),
            order=_order(case),
            payer=case.payer,
            requester=_party(case.requester),
            performer=_party(case.performer),
            flags=case.flags,
            submission=_submission(submission),
            gate=_gate(gate),
        )


def _patient(case: Case) -> PatientView:
    patient = case.patient
    return PatientView(
        name=patient.full_name,
        birth_date=patient.birth_date,
        gender=patient.gender,
        record_numbers=tuple(one.value for one in patient.identifiers if one.kind == "MR"),
        member_id=case.coverage.member_id if case.coverage else "",
    )


def _order(case: Case) -> OrderView:
    order = case.order
    return OrderView(
        reference=order.reference,
        status=order.status,
        codes=order.codes,
        text=order.text,
        authored_on=order.authored_on,
        service_date=order.service_date,
        quantity=order.quantity.value if order.quantity else None,
        unit=order.quantity.unit if order.quantity else "",
    )


def _party(party: Party | None) -> PartyView | None:
    return None if party is None else PartyView(name=party.name, npi=party.npi)


def _submission(submission: Submission | None) -> SubmissionView | None:
    if submission is None:
        return None
    return SubmissionView(
        digest=submission.digest,
        revision=submission.revision,
        drafted_at=submission.drafted_at,
        packet_bytes=len(submission.packet_pdf),
        signed=bool(submission.letter.signature_line),
    )


def _gate(gate: GateResult | None) -> GateView | None:
    if gate is None:
        return None
    return GateView(outcome=gate.outcome, reasons=gate.reasons, confidence=gate.confidence, threshold=gate.threshold)

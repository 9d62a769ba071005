"""The clocks of a case: the last day to send, the service, the payer's decision."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from agents.casework.panel.clocks import ClockKind, clocks_of
from cases.case import Case, LineOfBusiness, PayerRef, Urgency
from cases.chart import Coding, Order, Patient
from cases.decision import PayerAnswer
from cases.ids import DEFAULT_TENANT, CaseId, DocumentId, PatientId, PayerId
from cases.lifecycle import CaseState

ZONE = ZoneInfo("America/New_York")
OPENED = datetime(2026, 11, 10, 15, 0, tzinfo=UTC)


def case(state: CaseState = CaseState.AWAITING_REVIEW, service: date | None = date(2026, 12, 1),
         line: LineOfBusiness | None = LineOfBusiness.MEDICARE_ADVANTAGE,
         urgency: Urgency = Urgency.STANDARD, code: str = "E1390") -> Case:  # fmt: skip
    patient = Patient(
        id=PatientId("p"), document_id=DocumentId("Patient/p"), family="Q", given=(), birth_date=None, gender=""
    )
    order = Order(
        id="o", resource_type="DeviceRequest", document_id=DocumentId("DeviceRequest/o"), status="active",
        intent="order", codes=(Coding(system="s", code=code),), text="", patient_id=PatientId("p"),
        authored_on=date(2026, 11, 9), service_date=service,
    )  # fmt: skip
    payer = PayerRef(id=PayerId("x"), name="X", line_of_business=line) if line else None
    return Case(
        id=CaseId("c-1"), tenant_id=DEFAULT_TENANT, state=state, patient=patient, order=order, opened_at=OPENED,
        payer=payer, urgency=urgency,
    )  # fmt: skip


def test_it_must_leave_so_early_that_seven_days_end_before_the_service() -> None:
    send, service = clocks_of(case(), None, ZONE)
    assert (send.kind, send.due) == (ClockKind.SEND_BY, datetime(2026, 11, 23, 23, 59, 59, tzinfo=ZONE))
    assert send.citation
    assert send.verified
    assert (service.kind, service.due.date()) == (ClockKind.SERVICE, date(2026, 12, 1))


def test_a_drug_runs_under_the_clock_of_its_benefit() -> None:
    send = clocks_of(case(code="J1745"), None, ZONE)[0]
    assert send.due == datetime(2026, 11, 27, 23, 59, 59, tzinfo=ZONE)
    told = PayerAnswer(reference="A", received_at=OPENED, items=())
    decides = clocks_of(case(CaseState.SUBMITTED, code="J1745"), told, ZONE)[0]
    assert decides.due - OPENED == timedelta(hours=72)


def test_an_expedited_request_has_until_three_days_before() -> None:
    send = clocks_of(case(urgency=Urgency.EXPEDITED), None, ZONE)[0]
    assert send.due == datetime(2026, 11, 27, 23, 59, 59, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("changed", "kinds"),
    [
        ({"service": None}, []),
        ({"line": None}, [ClockKind.SERVICE]),
        ({"line": LineOfBusiness.MEDICARE_FFS}, [ClockKind.SERVICE]),
        ({"state": CaseState.AUTHORIZED}, []),
        ({"state": CaseState.NOT_REQUIRED}, []),
        ({"state": CaseState.CLOSED}, []),
        ({"state": CaseState.NEEDS_PERSON}, [ClockKind.SEND_BY, ClockKind.SERVICE]),
    ],
)
def test_no_clock_is_claimed_where_nothing_binds(changed: dict[str, object], kinds: list[ClockKind]) -> None:
    assert [clock.kind for clock in clocks_of(case(**changed), None, ZONE)] == kinds  # type: ignore[arg-type]


def test_once_sent_the_payers_clock_runs_from_its_receipt() -> None:
    received = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
    answer = PayerAnswer(reference="r", received_at=received, items=())
    decision, _ = clocks_of(case(state=CaseState.PENDED), answer, ZONE)
    assert decision.kind is ClockKind.DECISION_DUE
    assert decision.due == datetime(2026, 11, 27, 23, 59, 59, tzinfo=ZONE)
    assert decision.starts == received


def test_the_share_of_time_used_stays_between_none_and_all() -> None:
    send = clocks_of(case(), None, ZONE)[0]
    assert send.used(send.starts - timedelta(days=1)) == 0.0
    assert send.used(send.due + timedelta(days=1)) == 1.0
    assert send.used(send.starts + (send.due - send.starts) / 4) == pytest.approx(0.25)
    assert send.is_over(send.due + timedelta(seconds=1))
    assert not send.is_over(send.due)

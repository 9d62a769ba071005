"""The clocks a case runs under, for people who choose what to do next: ours until it must leave, then the payer's."""

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from cases.appeal import PathwayPlan
from cases.case import Case, LineOfBusiness, Urgency
from cases.deadlines import Deadline
from cases.decision import PayerAnswer
from cases.frozen import Frozen
from cases.lifecycle import WORKABLE, CaseState
from knowledge.deadline_rules import decision_deadline
from knowledge.drug_benefit import service_kind

_LONGEST_DECISION = 60
"""Days we look back from the service for the last day to send; no decision clock that ships is longer."""
UNSENT = WORKABLE - {CaseState.NOT_REQUIRED} | {CaseState.APPROVED, CaseState.SUBMITTING}
UNDECIDED = frozenset({CaseState.SUBMITTED, CaseState.PENDED})


class ClockKind(StrEnum):
    """Whose time runs."""

    SEND_BY = "send_by"
    SERVICE = "service"
    DECISION_DUE = "decision_due"
    FILE_BY = "file_by"


class CaseClock(Frozen):
    """One clock: from when until when, and the rule it rests on; `citation` is empty where it rests on the order."""

    kind: ClockKind
    starts: datetime
    due: datetime
    citation: str = ""
    verified: bool = True

    def is_over(self, now: datetime) -> bool:
        return now > self.due

    def used(self, now: datetime) -> float:
        """The share of the time that is gone, 0..1."""
        whole = (self.due - self.starts).total_seconds()
        return 1.0 if whole <= 0 else min(max((now - self.starts).total_seconds() / whole, 0.0), 1.0)


def clocks_of(
    case: Case, answer: PayerAnswer | None, zone: ZoneInfo, plan: PathwayPlan | None = None
) -> tuple[CaseClock, ...]:
    """The clocks that run now, the next one first; none where nothing binds or the case is decided.

    Before it is sent: the last day to send so that the payer must decide before the service, and the service
    itself. After: the payer's decision, and the service. An appeal has the day to file by, as `plan` reckoned it.
    """
    if case.appeal is not None:
        filing = _file_by(case, plan, zone) if case.state in UNSENT else None
        return (filing,) if filing else ()
    service = _service(case, zone)
    if case.state in UNSENT:
        return tuple(clock for clock in (_send_by(case, zone), service) if clock)
    if case.state in UNDECIDED:
        return tuple(clock for clock in (_decision(case, answer, zone), service) if clock)
    return ()


def _file_by(case: Case, plan: PathwayPlan | None, zone: ZoneInfo) -> CaseClock | None:
    if plan is None or plan.due is None:
        return None
    return CaseClock(
        kind=ClockKind.FILE_BY, starts=case.opened_at, due=_end_of(plan.due, zone), citation=plan.citation,
        verified=plan.verified,
    )  # fmt: skip


def _service(case: Case, zone: ZoneInfo) -> CaseClock | None:
    day = case.order.service_date
    if day is None:
        return None
    return CaseClock(kind=ClockKind.SERVICE, starts=_start(case, zone), due=_end_of(day, zone))


def _start(case: Case, zone: ZoneInfo) -> datetime:
    """When our time began: with the order, else when the case was opened."""
    ordered = case.order.authored_on
    return case.opened_at if ordered is None else min(datetime.combine(ordered, time(), zone), case.opened_at)


def _end_of(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(23, 59, 59), zone)


def _send_by(case: Case, zone: ZoneInfo) -> CaseClock | None:
    """The last day on which the payer's clock, once started, runs out before the day of service."""
    day = case.order.service_date
    if day is None or case.payer is None:
        return None
    line = case.payer.line_of_business
    last = _last_day_to_send(line, case.urgency, service_kind(line, case.order.codes), day, zone)
    if last is None:
        return None
    return CaseClock(
        kind=ClockKind.SEND_BY, starts=_start(case, zone), due=last.starts, citation=last.citation,
        verified=last.verified,
    )  # fmt: skip


@lru_cache(maxsize=4096)
def _last_day_to_send(
    line: LineOfBusiness, urgency: Urgency, kind: str, service: date, zone: ZoneInfo
) -> Deadline | None:
    """The decision's deadline that starts last and ends before the service; None where no clock binds.

    Many cases share line, urgency, kind and day, and the rules that ship do not change while a process lives.
    """
    for back in range(1, _LONGEST_DECISION):
        due = decision_deadline(line, urgency, _end_of(service - timedelta(days=back), zone), zone, kind)
        if due is None or due.due < datetime.combine(service, time(), zone):
            return due
    return None


def _decision(case: Case, answer: PayerAnswer | None, zone: ZoneInfo) -> CaseClock | None:
    if answer is None or case.payer is None:
        return None
    line = case.payer.line_of_business
    kind = service_kind(line, case.order.codes)
    due = decision_deadline(line, case.urgency, answer.received_at, zone, kind)
    if due is None:
        return None
    return CaseClock(
        kind=ClockKind.DECISION_DUE, starts=due.starts, due=due.due, citation=due.citation, verified=due.verified
    )

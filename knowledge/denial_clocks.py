"""The clocks of a denial under the rules in force: by when to file, what the payer owes, and the fast appeals."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

from cases.calendar_time import Moment, end_of_day
from cases.case import LineOfBusiness
from cases.contract_window import ContractWindow, window_in_force
from cases.deadlines import ClockQuestion, Fact, Reckoning, work_to
from cases.denial import DenialClock, DenialFacts, Pathway
from knowledge.deadline_rules import DeadlineBook, shipped_deadlines

_CONTRACT = "contract_days"
"""The fact by which a rule takes its time from a contract."""


def filing_question(
    facts: DenialFacts, line: LineOfBusiness, zone: str, window: ContractWindow | None = None
) -> ClockQuestion:
    """The question by when the next appeal must be filed, with the events named as its level names them."""
    known: dict[str, Fact] = {"state": facts.state or None, _CONTRACT: window.days if window else None}
    if facts.in_network is not None:
        known["provider_network"] = "contract" if facts.in_network else "noncontract"
    if any(reason.category is Pathway.BENEFIT for reason in facts.reasons) and not any(
        reason.category is Pathway.CLINICAL for reason in facts.reasons
    ):
        known["denial_ground"] = "benefit_exclusion"
    return ClockQuestion(
        asks="file_by",
        line=line,
        kind=facts.kind,
        level=facts.level or 1,
        urgency=facts.urgency,
        benefit=facts.benefit,
        procedure=facts.procedure,
        zone=zone,
        events=_events(facts),
        facts=known,
    )


def _events(facts: DenialFacts) -> dict[str, Moment]:
    first = facts.level == 1
    named = {
        "notice_date": facts.notice_date if first else None,
        "received_at": facts.received_date if first else None,
        "resolution_notice_date": None if first else facts.notice_date,
        "resolution_received_at": None if first else facts.received_date,
        "final_adverse_notice_date": None if first else facts.notice_date,
        "final_adverse_received": None if first else facts.received_date,
        "coverage_ends": facts.effective_date,
        "discharge_date": facts.effective_date,
    }
    return {name: day for name, day in named.items() if day is not None}


def filing(
    facts: DenialFacts, zone: str, book: DeadlineBook | None = None, window: ContractWindow | None = None
) -> Reckoning:
    """What the rules say of the next filing; no clock where nothing may be filed or the line is not known.

    A contract's window counts only under a rule that leaves the time to the contract, and is then cited.
    """
    if facts.appealable == "no" or facts.level is None:
        return Reckoning(why_none="no_appeal")
    if facts.line is None:
        return Reckoning(why_none="line_of_business_unknown")
    rules = book or shipped_deadlines()
    found = rules.reckon(filing_question(facts, facts.line, zone, window))
    by_contract = any(rule.id == found.rule_id and rule.within_fact == _CONTRACT for rule in rules.rules)
    if window is None or not by_contract or found.deadline is None:
        return found
    return found.model_copy(update={"citation": f"{found.citation}: {window.source}", "verified": True})


def clocks_of(
    facts: DenialFacts, zone: str, book: DeadlineBook | None = None, windows: Iterable[ContractWindow] = ()
) -> tuple[DenialClock, ...]:
    """The appeal's clock, with printed and computed day; beside it the reopening, where both run."""
    window = window_in_force(windows, facts.payer_id, facts.notice_date)
    return tuple(_clocks(facts, filing(facts, zone, book, window), zone))


def _clocks(facts: DenialFacts, found: Reckoning, zone: str) -> Iterator[DenialClock]:
    deadline = found.deadline
    computed = deadline.due.date() if deadline else None
    work = work_to(facts.printed_deadline, computed)
    exact = deadline is not None and deadline.on is None
    due = deadline.due if deadline and (exact or work.day == computed) else _end(work.day, zone)
    yield DenialClock(
        kind="file_by",
        work=work,
        due=due,
        rule_id=found.rule_id,
        citation=found.citation,
        verified=found.verified,
        why_none="" if due else found.why_none,
        arithmetic=deadline.arithmetic if deadline else "",
        procedure=facts.procedure,
    )
    if facts.both_clocks:
        yield DenialClock(
            kind="reopen_by",
            work=work_to(None, work.day),
            due=due,
            citation="the appeal's own date: documents or a corrected claim do not stretch it",
            why_none="" if due else found.why_none,
        )


def _end(day: date | None, zone: str) -> datetime | None:
    return None if day is None else end_of_day(day, ZoneInfo(zone))

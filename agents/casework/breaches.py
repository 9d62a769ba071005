"""A payer's missed decision, recorded with the rule it missed, so that an appeal or a complaint can cite it."""

from datetime import datetime

from agents.desk import CaseDesk, Detail, Record
from agents.products import BREACH, DECISION_CLOCK
from agents.toolbox import Toolbox
from cases.deadlines import Breach, Deadline
from cases.ids import CaseId
from runtime import work_store


def breach_record(missed: Deadline | None, seen_at: datetime, due: datetime, kind: str) -> Record:
    """What is written when a decision's clock has run out: the audit entry, and the breach where its rule is kept."""
    detail: Detail = {"kind": kind, "due": due.isoformat(), "rule": missed.rule_id if missed else None}
    products = ((BREACH, Breach(deadline=missed, seen_at=seen_at)),) if missed else ()
    return Record(action="deadline.passed", detail=detail, products=products)


def note_late_decision(desk: CaseDesk, decided_at: datetime) -> None:
    """Keep that a decision came after its clock had run out; nothing where it came in time or no clock bound it."""
    missed = desk.product(DECISION_CLOCK)
    if missed is None or decided_at <= missed.due:
        return
    breach = Breach(deadline=missed, seen_at=desk.clock.now(), decided_at=decided_at)
    detail: Detail = {"rule": missed.rule_id, "due": missed.due.isoformat(), "decided": decided_at.isoformat()}
    desk.record(desk.case().revision, Record(action="decision.late", detail=detail, products=((BREACH, breach),)))


def breach_of(toolbox: Toolbox, case_id: CaseId) -> Breach | None:
    """The newest breach of a case, to be cited."""
    with toolbox.database.read() as transaction:
        return work_store.get_product(transaction, case_id, BREACH)

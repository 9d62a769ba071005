"""When to remind, escalate and say that a day has passed; a timer says it, and never decides or closes anything."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from agents.desk import flagged
from agents.toolbox import Toolbox
from cases.audit_event import Actor, AuditEvent
from cases.case import Flag
from cases.denial import Denial, DenialNotice, DenialStatus
from cases.errors import NotFound
from runtime import case_store, denial_store
from runtime.database import Transaction
from runtime.denial_store import DenialTimer

REMIND, ESCALATE, PASSED = "remind", "escalate", "passed"
_BEFORE = {REMIND: (timedelta(days=14), timedelta(hours=24)), ESCALATE: (timedelta(days=3), timedelta(hours=6))}
"""How long before the day, for a clock of weeks and for a fast one."""
_FAST = timedelta(days=7)
_WORDS = {
    REMIND: "The appeal is due {due}; nothing was filed yet.",
    ESCALATE: "The appeal is due {due}: a supervisor should see that it is filed.",
    PASSED: "The time to appeal ended {due} without a filing. Good cause or a late filing is a person's decision.",
}


def timers_of(denial: Denial, now: datetime) -> tuple[DenialTimer, ...]:
    """A reminder, an escalation and the end of the earliest clock; those that lie in the past fire at once."""
    return tuple(_timers(denial, now)) if denial.due is not None else ()


def _timers(denial: Denial, now: datetime) -> Iterator[DenialTimer]:
    due = denial.due
    assert due is not None
    fast = due - denial.opened_at < _FAST
    for kind, (long, short) in _BEFORE.items():
        at = due - (short if fast else long)
        yield DenialTimer(id=f"{denial.id}:{kind}", denial_id=denial.id, kind=kind, due_at=max(at, now))
    yield DenialTimer(id=f"{denial.id}:{PASSED}", denial_id=denial.id, kind=PASSED, due_at=due)


def act_on_denial_timer(toolbox: Toolbox, timer_id: str) -> None:
    """Say it once on the denial, on its case and in the audit. Raises NotFound for a timer that was cleared."""
    with toolbox.database.begin() as transaction:
        timer = denial_store.timer(transaction, timer_id)
        if timer is None:
            raise NotFound(f"There is no timer {timer_id}.")
        denial = denial_store.get(transaction, timer.denial_id)
        said = any(notice.kind == timer.kind for notice in denial.notices)
        if said or denial.status is DenialStatus.CLOSED or denial.due is None:
            return
        _say(toolbox, transaction, denial, timer)


def _say(toolbox: Toolbox, transaction: Transaction, denial: Denial, timer: DenialTimer) -> None:
    assert denial.due is not None
    notice = DenialNotice(kind=timer.kind, at=toolbox.clock.now())
    person = timer.kind == PASSED
    status = DenialStatus.NEEDS_PERSON if person else denial.status
    denial_store.save(transaction, denial.model_copy(update={"notices": (*denial.notices, notice), "status": status}))
    if denial.case_id is not None:
        case = case_store.get(transaction, denial.case_id)
        words = _WORDS[timer.kind].format(due=f"{denial.due.astimezone(toolbox.clock.now().tzinfo):%d %B %Y %H:%M}")
        flag = Flag(code=f"denial_{timer.kind}", message=words, source=denial.id)
        case_store.save(transaction, case.model_copy(update={"flags": flagged(case, [flag])}), toolbox.clock.now())
    rule = next((clock.rule_id for clock in denial.clocks if clock.due == denial.due), "")
    toolbox.audit.append(
        transaction,
        AuditEvent(
            tenant_id=transaction.tenant_id, at=toolbox.clock.now(), actor=Actor.SYSTEM, actor_id="timer",
            action=f"denial.{timer.kind}", subject=denial.id,
            detail={"due": denial.due.isoformat(), "rule": rule or None, "case": denial.case_id},
        ),
    )  # fmt: skip

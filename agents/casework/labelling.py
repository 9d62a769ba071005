"""What people overruled becomes items of the suites: masked, approved by a supervisor, answered by a second person."""

from importlib import import_module

from agents.casework.overrides import Override, overrides_of
from agents.casework.persons import person_with
from agents.desk import CaseDesk, Record
from agents.products import EDITED_LETTER, FACT_DECISIONS
from agents.toolbox import CaseTools, Toolbox
from cases.audit_event import Actor
from cases.errors import Conflict, NotFound
from cases.ids import CaseId, UserId
from cases.labelling import Candidate, Label, LabelItem, Says
from cases.review import UserRole
from guardrails.phi.memory import memory_of_case
from guardrails.phi.spans import placeholders
from runtime import case_store, label_store, work_store
from runtime.database import Transaction

APPROVES, LABELS = UserRole.SUPERVISOR, UserRole.SPECIALIST
"""The roles from which a person may approve an item, and label one."""
_MOST_OFFERED = 20


def candidates(toolbox: Toolbox) -> tuple[Candidate, ...]:
    """The newest decisions that were neither kept nor left out, masked; raises GuardFailed where it cannot."""
    return tuple(_candidate(toolbox, one) for one in _waiting(toolbox)[:_MOST_OFFERED])


def _waiting(toolbox: Toolbox) -> list[Override]:
    """Every decision that was neither kept nor left out, newest first."""
    with toolbox.database.read() as transaction:
        done = label_store.decided(transaction)
        decided_on = {*work_store.cases_with(transaction, FACT_DECISIONS)}
        decided_on |= {*work_store.cases_with(transaction, EDITED_LETTER)}
        waiting = [
            one
            for case_id in sorted(decided_on)
            for one in overrides_of(transaction, case_store.get(transaction, case_id))
            if one.id not in done
        ]
    return sorted(waiting, key=lambda one: (one.at, one.id), reverse=True)


def keep(toolbox: Toolbox, item_id: str, user_id: UserId) -> None:
    """Approve a candidate as an item, in one commit with the audit. Raises NotFound, NotAllowed, Conflict."""
    one = _offered(toolbox, item_id)
    with toolbox.database.begin() as transaction:
        person_with(transaction, user_id, APPROVES, "approve an item")
        now = toolbox.clock.now()
        item = LabelItem(**one.model_dump(exclude={"first"}), labels=(one.first,), approved_by=user_id, approved_at=now)
        _open(transaction, one.id)
        label_store.keep(transaction, item)
        _note(toolbox, transaction, one.case_id, user_id, "label.kept")


def _open(transaction: Transaction, item_id: str) -> None:
    if item_id in label_store.decided(transaction):
        raise Conflict("Somebody has kept or left out this decision already.")


def leave_out(toolbox: Toolbox, item_id: str, user_id: UserId) -> None:
    """Make no item of a candidate: it still identifies somebody, or teaches nothing.

    Raises NotFound, NotAllowed, Conflict.
    """
    one = _offered(toolbox, item_id)
    with toolbox.database.begin() as transaction:
        person_with(transaction, user_id, APPROVES, "approve an item")
        _open(transaction, one.id)
        label_store.leave_out(transaction, one.id, one.case_id, toolbox.clock.now())
        _note(toolbox, transaction, one.case_id, user_id, "label.left_out")


def label(toolbox: Toolbox, item_id: str, says: Says, user_id: UserId) -> None:
    """Add a person's answer. Raises NotFound, NotAllowed, and Conflict where that person answered it already."""
    with toolbox.database.begin() as transaction:
        person_with(transaction, user_id, LABELS, "label an item")
        item = label_store.get(transaction, item_id)
        if user_id in {one.user_id for one in item.labels}:
            raise Conflict("You have answered this item already; a second answer has to be another person's.")
        if not open_to(item, user_id):
            raise Conflict("This item has its answers.")
        labels = (*item.labels, Label(user_id=user_id, says=says, at=toolbox.clock.now()))
        label_store.save(transaction, item.model_copy(update={"labels": labels}))
        _note(toolbox, transaction, item.case_id, user_id, "label.answered")


def items(toolbox: Toolbox) -> tuple[LabelItem, ...]:
    """Every item kept, oldest first."""
    with toolbox.database.read() as transaction:
        return label_store.items(transaction)


def open_to(item: LabelItem, user_id: UserId) -> bool:
    """Whether this person may answer it: it lacks a second answer, or a third where two differ."""
    answered = user_id in {one.user_id for one in item.labels}
    return not answered and (len(item.labels) < 2 or (item.contested and len(item.labels) < 3))


def _offered(toolbox: Toolbox, item_id: str) -> Candidate:
    found = next((one for one in _waiting(toolbox) if one.id == item_id), None)
    if found is None:
        raise NotFound("There is no such decision to make an item of; it may have been kept or left out already.")
    return _candidate(toolbox, found)


def _candidate(toolbox: Toolbox, one: Override) -> Candidate:
    """The guard is loaded where it is first needed: the panel imports this module when it starts."""
    memory = memory_of_case(one.case, CaseTools(toolbox, one.case.id).read_chart())
    guard = import_module("guardrails.phi.guard").shipped_guard()

    def masked(text: str) -> str:
        return placeholders(text, guard.find(text, memory))

    return Candidate(
        id=one.id,
        case_id=one.case.id,
        concept=one.concept,
        read=masked(one.read),
        affirmed=one.affirmed,
        passage=masked(one.passage),
        first=Label(user_id=one.user_id, says=one.says, at=one.at),
    )


def _note(toolbox: Toolbox, transaction: Transaction, case_id: CaseId, user_id: UserId, action: str) -> None:
    case = case_store.get(transaction, case_id)
    desk = CaseDesk(toolbox.database, toolbox.audit, toolbox.clock, case_id, Actor.PERSON, user_id)
    desk.record_in(transaction, case.revision, Record(action=action))

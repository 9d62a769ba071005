"""A person has a case worked again, or closes it: moves that send nothing and decide nothing about the request."""

import uuid

from agents.desk import CaseDesk, Record
from agents.toolbox import Toolbox
from cases.audit_event import Actor
from cases.errors import Conflict
from cases.ids import CaseId, UserId
from cases.lifecycle import ALLOWED, CaseEvent, CaseState, move
from runtime import case_store
from runtime.database import Transaction

AGAIN = frozenset({CaseState.WAITING_DOCUMENTS, CaseState.NEEDS_PERSON, CaseState.RETURNED, CaseState.NOT_REQUIRED})
"""States in which working again can come to something else: a policy was imported, a setting made, a chart mended."""
CLOSABLE = frozenset(state for state, event in ALLOWED if event is CaseEvent.CLOSE)


def work_again(toolbox: Toolbox, case_id: CaseId, user_id: UserId) -> None:
    """Have the worker take the case on anew. Raises NotFound, Conflict where it is decided or on its way."""
    with toolbox.database.begin() as transaction:
        if case_store.get(transaction, case_id).state not in AGAIN:
            raise Conflict("The case cannot be worked again as it stands now.")
        _move(toolbox, transaction, case_id, user_id, CaseEvent.REOPEN, "case.reopened")
        if toolbox.queue is not None:
            toolbox.queue.enqueue(transaction, "work_case", case_id, key=f"{case_id}:again:{uuid.uuid4().hex}")


def close_case(toolbox: Toolbox, case_id: CaseId, user_id: UserId) -> None:
    """Close a case on which nothing is left to do. Raises NotFound, ImpossibleMove."""
    with toolbox.database.begin() as transaction:
        _move(toolbox, transaction, case_id, user_id, CaseEvent.CLOSE, "case.closed")


def _move(
    toolbox: Toolbox, transaction: Transaction, case_id: CaseId, user_id: UserId, event: CaseEvent, action: str
) -> None:
    case = case_store.get(transaction, case_id)
    moved = case.model_copy(update={"state": move(case.state, event)})
    desk = CaseDesk(toolbox.database, toolbox.audit, toolbox.clock, case_id, Actor.PERSON, user_id)
    desk.record_in(transaction, case.revision, Record(action=action, case=moved))

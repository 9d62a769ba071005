"""Work a case as far as it can go now: start it, resume it after a crash, or carry a decision out."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.types import Command, StateSnapshot

from agents.appeal_graph import appeal_graph
from agents.authorization_graph import authorization_graph
from agents.case_graph import Graph, thread
from agents.casework.denials.answered import open_from_answer
from agents.casework.denials.appealed import settle_appeal
from agents.state import AuthorizationState
from agents.toolbox import Toolbox
from cases.case import Case, Flag
from cases.errors import PayerInDoubt, PayerUnavailable
from cases.frozen import Frozen
from cases.ids import CaseId
from cases.lifecycle import WORKABLE, CaseEvent, CaseState, move
from cases.review import Review
from runtime import case_store, review_store
from runtime.checkpoints import open_checkpoints
from runtime.leases import lease

_MOST_ROUNDS = 8
"""Rounds of going on in one call; more would mean that two people edit faster than it can draft."""

_UNDER_WAY = frozenset({CaseState.WORKING, CaseState.AWAITING_REVIEW, CaseState.APPROVED, CaseState.SUBMITTING})
"""States in which a thread of this graph cannot have ended."""


class Worked(Frozen):
    """Where a case stands after it was worked; `waiting_for` says why it could not go on, if it could not."""

    case: Case
    waiting_for: str = ""


@dataclass(frozen=True)
class Graphs:
    """The workflows over one store of checkpoints; which one works a case, the case says."""

    authorization: Graph
    appeal: Graph

    def of(self, case: Case) -> Graph:
        return self.authorization if case.appeal is None else self.appeal


@contextmanager
def open_graph(toolbox: Toolbox) -> Iterator[Graphs]:
    """The workflow graphs over the checkpoints in the home folder."""
    with open_checkpoints(toolbox.settings) as connection:
        saver = SqliteSaver(connection)
        yield Graphs(authorization=authorization_graph(saver), appeal=appeal_graph(saver))


def work_case(toolbox: Toolbox, graph: Graphs, case_id: CaseId) -> Worked:
    """Take the case on from wherever it stands; calling it again does nothing twice.

    A payer that cannot be reached, or that has to be asked first and does not answer, leaves the case where
    it is: the next call goes on from there.
    """
    try:
        advance_case(toolbox, graph, case_id)
    except (PayerUnavailable, PayerInDoubt) as error:
        return Worked(case=_case(toolbox, case_id), waiting_for=error.message)
    return Worked(case=_case(toolbox, case_id))


def advance_case(toolbox: Toolbox, graph: Graphs, case_id: CaseId) -> None:
    """The same, but a payer that cannot be reached raises; Busy where another process works the case."""
    with hold(toolbox, case_id):
        for _ in range(_MOST_ROUNDS):
            case = _case(toolbox, case_id)
            if not _go_on(toolbox, graph.of(case), thread(case_id), case):
                break
    settle_appeal(toolbox, case_id)
    open_from_answer(toolbox, case_id)


def hold(toolbox: Toolbox, case_id: CaseId) -> AbstractContextManager[None]:
    """A case to oneself for the block: no step runs on it meanwhile. Raises Busy; not to be used in a transaction."""
    return lease(toolbox.database, toolbox.clock, f"case:{case_id}")


def _go_on(toolbox: Toolbox, graph: Graph, config: RunnableConfig, case: Case) -> bool:
    """Run the graph once from where it stands; whether there was anything to do."""
    snapshot = graph.get_state(config)
    if _is_of_another_graph(graph, snapshot, case):
        return _start_over_or_stop(toolbox, case)
    task: Command[str] | AuthorizationState | None
    if case.state is CaseState.OPENED:
        task = {"case_id": case.id}
    elif snapshot.interrupts:
        review = _unserved_review(toolbox, case, snapshot.values.get("review_id", ""))
        if review is None:
            return False
        task = Command(resume={"review_id": review.id, "act": review.act.value})
    elif snapshot.tasks:
        task = None
    else:
        return False
    graph.invoke(task, config, context=toolbox, durability="sync")
    return True


def _is_of_another_graph(graph: Graph, snapshot: StateSnapshot, case: Case) -> bool:
    """Whether the case was begun by a release whose graph this one cannot go on from.

    LangGraph does not tell of a step that it has no node for: to it, such a thread has simply ended. A step that has
    written, and was killed before its checkpoint, is among the tasks but no longer `next`: the thread goes on from it.
    """
    if case.state is CaseState.OPENED:
        return False
    steps = {task.name for task in snapshot.tasks}
    return (not steps and case.state in _UNDER_WAY) or not steps <= set(graph.nodes)


def _start_over_or_stop(toolbox: Toolbox, case: Case) -> bool:
    """A case of an older graph is worked anew while nothing was decided or sent; else a person is told why."""
    with toolbox.database.begin() as transaction:
        if case.state in WORKABLE:
            anew = case.model_copy(update={"state": move(case.state, CaseEvent.REOPEN)})
            case_store.save(transaction, anew, toolbox.clock.now())
            return True
        message = (
            "The case was begun by an older release whose next step no longer exists; decide by hand how it goes on."
        )
        flag = Flag(code="older_workflow", message=message, severity="blocking")
        if flag not in case.flags:
            stopped = case.model_copy(update={"flags": (*case.flags, flag)})
            case_store.save(transaction, stopped, toolbox.clock.now())
        return False


def _unserved_review(toolbox: Toolbox, case: Case, served: str) -> Review | None:
    """The newest act of a person that the graph has not been resumed with yet."""
    with toolbox.database.read() as transaction:
        reviews = review_store.reviews_of(transaction, case.id)
    unserved = bool(reviews) and reviews[-1].id != served and case.state is not CaseState.AWAITING_REVIEW
    return reviews[-1] if unserved else None


def _case(toolbox: Toolbox, case_id: CaseId) -> Case:
    with toolbox.database.read() as transaction:
        return case_store.get(transaction, case_id)

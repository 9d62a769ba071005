"""A release with another graph takes over: a case begun on the older one finishes, or says why a person is needed."""

from collections.abc import Callable

import pytest
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import END, START, StateGraph
from langgraph.types import interrupt

from agents import authorization_graph as current
from agents.case_graph import Graph, await_review, node, thread
from agents.casework.opening import open_cases
from agents.state import AuthorizationState
from agents.toolbox import Toolbox
from cases.case import Case
from cases.lifecycle import CaseState
from cases.review import ReviewAct
from runtime.checkpoints import open_checkpoints
from tests.faults.commands import CommandLine
from tests.flows.clinic import COMPLETE, NORTHLAKE, Clinic
from tests.flows.desk import sent
from tests.tools.payer.sandbox_process import SandboxProcess


def without_a_check(saver: SqliteSaver) -> Graph:
    """An older release: the same way, but for a step that came later."""
    graph: StateGraph[AuthorizationState, Toolbox, AuthorizationState, AuthorizationState] = StateGraph(
        AuthorizationState, context_schema=Toolbox
    )
    steps = [(name, step) for name, step in current._BEFORE_REVIEW if name != "check"]
    for name, step in (*steps, *current._AFTER_REVIEW):
        graph.add_node(name, node("authorization", name, step))
    graph.add_node("await_review", await_review)
    names = [START, *(name for name, _ in steps), "await_review", "submit", "follow", END]
    for before, after in zip(names, names[1:], strict=False):
        graph.add_edge(before, after)
    return graph.compile(checkpointer=saver)


def with_another_desk(saver: SqliteSaver) -> Graph:
    """An older release whose case waits at a step that is there no more."""

    def medical_desk(state: AuthorizationState) -> AuthorizationState:
        interrupt({"case_id": state["case_id"]})
        return {}

    graph: StateGraph[AuthorizationState, Toolbox, AuthorizationState, AuthorizationState] = StateGraph(
        AuthorizationState, context_schema=Toolbox
    )
    steps = current._BEFORE_REVIEW
    for name, step in steps:
        graph.add_node(name, node("authorization", name, step))
    graph.add_node("medical_desk", medical_desk)
    names = [START, *(name for name, _ in steps), "medical_desk", END]
    for before, after in zip(names, names[1:], strict=False):
        graph.add_edge(before, after)
    return graph.compile(checkpointer=saver)


def begun(clinic: Clinic, older: Callable[[SqliteSaver], Graph]) -> Case:
    """A case that an older release brought to the point where a person decides."""
    (case_id,) = open_cases(clinic.box, [COMPLETE]).case_ids
    with open_checkpoints(clinic.box.settings) as connection:
        graph = older(SqliteSaver(connection))
        graph.invoke({"case_id": case_id}, thread(case_id), context=clinic.box, durability="sync")
    return clinic.case(case_id)


@pytest.mark.parametrize("decided_before", [True, False])
def test_a_case_that_waits_for_its_review_goes_on_in_the_newer_graph(
    clinic: Clinic, payer: SandboxProcess, decided_before: bool
) -> None:
    case = begun(clinic, without_a_check)
    assert case.state is CaseState.AWAITING_REVIEW
    if not decided_before:
        assert clinic.go_on(case.id).state is CaseState.AWAITING_REVIEW
    clinic.review(case.id, ReviewAct.APPROVE, "reviewer")
    assert clinic.go_on(case.id).state is CaseState.AUTHORIZED
    assert clinic.go_on(case.id).state is CaseState.AUTHORIZED
    assert sent(payer) == 1


def test_a_case_at_a_step_that_is_gone_is_worked_anew_while_nothing_was_decided(
    clinic: Clinic, payer: SandboxProcess
) -> None:
    case = begun(clinic, with_another_desk)
    again = clinic.go_on(case.id)
    assert (again.state, again.flags) == (CaseState.AWAITING_REVIEW, case.flags)
    clinic.review(case.id, ReviewAct.APPROVE, "reviewer")
    assert clinic.go_on(case.id).state is CaseState.AUTHORIZED
    assert sent(payer) == 1


def test_a_decided_case_at_a_step_that_is_gone_says_that_it_needs_a_person_and_sends_nothing(
    clinic: Clinic, payer: SandboxProcess
) -> None:
    case = begun(clinic, with_another_desk)
    clinic.review(case.id, ReviewAct.APPROVE, "reviewer")
    for _ in range(2):
        stopped = clinic.go_on(case.id)
        assert stopped.state is CaseState.APPROVED
        (flag,) = [flag for flag in stopped.flags if flag.code == "older_workflow"]
        assert flag.severity == "blocking"
        assert "decide by hand" in flag.message
    assert sent(payer) == 0


def test_a_case_begun_on_the_older_graph_ends_in_another_process_after_the_review(
    clinic: Clinic, payer: SandboxProcess
) -> None:
    """Begun here on the older graph, decided here, carried out by a worker of the present release."""
    case = begun(clinic, without_a_check)
    clinic.review(case.id, ReviewAct.APPROVE, "reviewer")
    clinic.box.database.close()
    home = clinic.box.settings.home
    shell = CommandLine(
        home.parent,
        {
            "COUNTERSIGN_HOME": str(home),
            "COUNTERSIGN_PAYER_ENDPOINTS": f'{{"{NORTHLAKE}": "{payer.base}"}}',
            "COUNTERSIGN_FIXED_TIME": clinic.box.clock.now().isoformat(),
        },
    )
    shell.run("authorize", "--case", case.id, "--out", home.parent / "out")
    assert shell.cases(home.parent / "out")[0]["state"] == "authorized"
    assert sent(payer) == 1

"""The appeal workflow: from a denial to the gate, to a person, to the payer, on the steps of the authorization.

An appeal of a case that was worked here starts from its evidence map; any other reads its chart first.
"""

from typing import Literal

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph

from agents.case_graph import Graph, Step, after_gate, after_review, await_review, node
from agents.state import AuthorizationState
from agents.steps.appeal.answer import answer
from agents.steps.appeal.check_appeal import check_appeal
from agents.steps.appeal.choose_pathway import choose_pathway
from agents.steps.appeal.draft_appeal import draft_appeal
from agents.steps.appeal.file_appeal import file_appeal
from agents.steps.appeal.gate_appeal import gate_appeal
from agents.steps.appeal.take_up import take_up
from agents.steps.evaluate import evaluate
from agents.steps.find_policy import find_policy
from agents.steps.follow import follow
from agents.steps.gather import gather
from agents.steps.list_gaps import list_gaps
from agents.steps.who_decides import who_decides
from agents.toolbox import Toolbox

_READING: tuple[tuple[str, Step], ...] = (
    ("gather", gather),
    ("who_decides", who_decides),
    ("find_policy", find_policy),
    ("evaluate", evaluate),
)
_ARGUING: tuple[tuple[str, Step], ...] = (
    ("choose_pathway", choose_pathway),
    ("answer", answer),
    ("list_gaps", list_gaps),
    ("draft", draft_appeal),
    ("check", check_appeal),
    ("gate", gate_appeal),
)


def appeal_graph(saver: BaseCheckpointSaver[str]) -> Graph:
    """The compiled graph; steps of the same name have the same grants in both graphs."""
    graph: StateGraph[AuthorizationState, Toolbox, AuthorizationState, AuthorizationState] = StateGraph(
        AuthorizationState, context_schema=Toolbox
    )
    steps = (("take_up", take_up), *_READING, *_ARGUING, ("submit", file_appeal), ("follow", follow))
    for name, step in steps:
        graph.add_node(name, node("appeal", name, step))
    graph.add_node("await_review", await_review)
    names = [name for name, _ in (*_READING, *_ARGUING)]
    graph.add_edge(START, "take_up")
    graph.add_conditional_edges("take_up", _after_taking_up)
    for before, after in zip(names, names[1:], strict=False):
        graph.add_edge(before, after)
    graph.add_conditional_edges("gate", after_gate)
    graph.add_conditional_edges("await_review", after_review)
    graph.add_edge("submit", "follow")
    graph.add_edge("follow", END)
    return graph.compile(checkpointer=saver)


def _after_taking_up(state: AuthorizationState) -> Literal["gather", "choose_pathway"]:
    """The chart is read only where no evidence map was handed over."""
    return "choose_pathway" if state.get("reused") else "gather"

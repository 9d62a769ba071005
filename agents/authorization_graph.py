"""The authorization workflow: from an order to the gate, to a person, to the payer, on one thread per case."""

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph

from agents.case_graph import Graph, Step, after_gate, after_review, await_review, node
from agents.state import AuthorizationState
from agents.steps.check import check
from agents.steps.draft import draft
from agents.steps.evaluate import evaluate
from agents.steps.find_policy import find_policy
from agents.steps.follow import follow
from agents.steps.gate import gate
from agents.steps.gather import gather
from agents.steps.list_gaps import list_gaps
from agents.steps.submit import submit
from agents.steps.triage import triage
from agents.steps.who_decides import who_decides
from agents.toolbox import Toolbox

_BEFORE_REVIEW: tuple[tuple[str, Step], ...] = (
    ("triage", triage),
    ("gather", gather),
    ("who_decides", who_decides),
    ("find_policy", find_policy),
    ("evaluate", evaluate),
    ("list_gaps", list_gaps),
    ("draft", draft),
    ("check", check),
    ("gate", gate),
)
_AFTER_REVIEW: tuple[tuple[str, Step], ...] = (("submit", submit), ("follow", follow))


def authorization_graph(saver: BaseCheckpointSaver[str]) -> Graph:
    """The compiled graph; each step gets its case's desk and only the tools the registry grants that step."""
    graph: StateGraph[AuthorizationState, Toolbox, AuthorizationState, AuthorizationState] = StateGraph(
        AuthorizationState, context_schema=Toolbox
    )
    for name, step in (*_BEFORE_REVIEW, *_AFTER_REVIEW):
        graph.add_node(name, node("authorization", name, step))
    graph.add_node("await_review", await_review)
    names = [name for name, _ in _BEFORE_REVIEW]
    graph.add_edge(START, names[0])
    for before, after in zip(names, names[1:], strict=False):
        graph.add_edge(before, after)
    graph.add_conditional_edges("gate", after_gate)
    graph.add_conditional_edges("await_review", after_review)
    graph.add_edge("submit", "follow")
    graph.add_edge("follow", END)
    return graph.compile(checkpointer=saver)

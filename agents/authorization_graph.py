"""The authorization workflow: from an order to the gate, to a person, to the payer, on one thread per case."""

from collections.abc import Callable
from typing import Literal, Protocol

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from langgraph.types import interrupt

from agents.desk import CaseDesk
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
from agents.toolbox import Hands, Toolbox
from cases.audit_event import Actor
from cases.ids import CaseId
from cases.review import ReviewAct

Step = Callable[[AuthorizationState, CaseDesk, Hands], AuthorizationState]


class Node(Protocol):
    """A node as LangGraph calls it."""

    def __call__(self, state: AuthorizationState, *, runtime: Runtime[Toolbox]) -> AuthorizationState:
        """The state's changes."""
        ...


Graph = CompiledStateGraph[AuthorizationState, Toolbox, AuthorizationState, AuthorizationState]

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
        graph.add_node(name, _node(name, step))
    graph.add_node("await_review", _await_review)
    names = [name for name, _ in _BEFORE_REVIEW]
    graph.add_edge(START, names[0])
    for before, after in zip(names, names[1:], strict=False):
        graph.add_edge(before, after)
    graph.add_conditional_edges("gate", _after_gate)
    graph.add_conditional_edges("await_review", _after_review)
    graph.add_edge("submit", "follow")
    graph.add_edge("follow", END)
    return graph.compile(checkpointer=saver)


def thread(case_id: CaseId) -> RunnableConfig:
    """The checkpoint thread of a case."""
    return {"configurable": {"thread_id": case_id}}


def _node(name: str, step: Step) -> Node:
    def run(state: AuthorizationState, *, runtime: Runtime[Toolbox]) -> AuthorizationState:
        toolbox, case_id = runtime.context, CaseId(state["case_id"])
        desk = CaseDesk(
            database=toolbox.database,
            audit=toolbox.audit,
            clock=toolbox.clock,
            case_id=case_id,
            actor=Actor.AGENT,
            actor_id=f"authorization.{name}",
        )
        return step(state, desk, toolbox.hands(name, case_id))

    return run


def _await_review(state: AuthorizationState) -> AuthorizationState:
    """Nothing else may stand here: LangGraph runs the whole node again when it is resumed."""
    review = interrupt({"case_id": state["case_id"], "digest": state.get("digest", "")})
    return {"review_id": review["review_id"], "review_act": review["act"]}


def _after_gate(state: AuthorizationState) -> Literal["await_review", "__end__"]:
    return END if state.get("outcome") == "blocked" else "await_review"  # type: ignore[return-value]


def _after_review(state: AuthorizationState) -> Literal["submit", "draft", "__end__"]:
    """Where a person's decision leads; anything that is not an approval, an edit or a signature ends the run."""
    if state.get("review_act") == ReviewAct.APPROVE:
        return "submit"
    return "draft" if state.get("review_act") in (ReviewAct.EDIT, ReviewAct.SIGN) else END  # type: ignore[return-value]

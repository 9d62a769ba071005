"""What every workflow graph shares: nodes with a desk and granted tools, the pause for a person, and what follows."""

from collections.abc import Callable
from typing import Literal, Protocol

from langchain_core.runnables import RunnableConfig
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from langgraph.types import interrupt

from agents.desk import CaseDesk
from agents.state import AuthorizationState
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


def thread(case_id: CaseId) -> RunnableConfig:
    """The checkpoint thread of a case."""
    return {"configurable": {"thread_id": case_id}}


def node(workflow: str, name: str, step: Step) -> Node:
    """A step as a node: it gets its case's desk and only the tools the registry grants a step of this name."""

    def run(state: AuthorizationState, *, runtime: Runtime[Toolbox]) -> AuthorizationState:
        toolbox, case_id = runtime.context, CaseId(state["case_id"])
        desk = CaseDesk(
            database=toolbox.database,
            audit=toolbox.audit,
            clock=toolbox.clock,
            case_id=case_id,
            actor=Actor.AGENT,
            actor_id=f"{workflow}.{name}",
        )
        return step(state, desk, toolbox.hands(name, case_id))

    return run


def await_review(state: AuthorizationState) -> AuthorizationState:
    """Nothing else may stand here: LangGraph runs the whole node again when it is resumed."""
    review = interrupt({"case_id": state["case_id"], "digest": state.get("digest", "")})
    return {"review_id": review["review_id"], "review_act": review["act"]}


def after_gate(state: AuthorizationState) -> Literal["await_review", "__end__"]:
    """To a person, unless the gate blocks."""
    return "__end__" if state.get("outcome") == "blocked" else "await_review"


def after_review(state: AuthorizationState) -> Literal["submit", "draft", "__end__"]:
    """Where a person's decision leads; anything that is not an approval, an edit or a signature ends the run."""
    if state.get("review_act") == ReviewAct.APPROVE:
        return "submit"
    return "draft" if state.get("review_act") in (ReviewAct.EDIT, ReviewAct.SIGN) else "__end__"

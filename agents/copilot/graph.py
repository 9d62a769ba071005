"""The copilot's graph: understand, call tools until there is enough, let a model word what was found, write, verify."""

from dataclasses import dataclass, field
from functools import cache
from typing import Literal, TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime

from agents.copilot.answer import CopilotAnswer
from agents.copilot.findings import Findings
from agents.copilot.hands import MOST_CALLS, CopilotHands
from agents.copilot.kinds import Understood, understand
from agents.copilot.model_reading import ModelPart, ask_model
from agents.copilot.plan import next_call
from agents.copilot.question import Kind, Question
from agents.copilot.verify import SourceReader, verified
from agents.copilot.writers.desk import Desk, Written
from agents.copilot.writers.table import OF_A_CASE, WRITERS
from agents.toolbox import CaseTools
from cases.chart import Chart
from cases.ids import CaseId

_READ_BY_MODEL = frozenset({Kind.POLICY, Kind.CHART})
_MOST_STEPS = MOST_CALLS + 8
_NO_CASE = "That is a question about one case, and none is chosen."


class CopilotState(TypedDict, total=False):
    """Verdicts and counters only; what was found stays on the sitting."""

    kind: str
    calls: int
    done: bool
    sentences: int
    dropped: int


@dataclass
class Sitting:
    """One question with its hands, what they brought, and the answer as it grows."""

    question: Question
    hands: CopilotHands
    found: Findings = field(default_factory=Findings)
    asked: Understood | None = None
    payer: str = ""
    model: ModelPart | None = None
    answer: CopilotAnswer | None = None

    def understood(self) -> Understood:
        if self.asked is None:
            raise LookupError("the question was not read")
        return self.asked


Graph = CompiledStateGraph[CopilotState, Sitting, CopilotState, CopilotState]


def answer(sitting: Sitting) -> CopilotAnswer:
    """Run the graph to its end. Raises what a tool raises, and RunStopped."""
    copilot_graph().invoke({}, context=sitting, config={"recursion_limit": _MOST_STEPS})
    if sitting.answer is None:
        raise LookupError("the graph ended without an answer")
    return sitting.answer


@cache
def copilot_graph() -> Graph:
    """The compiled graph; nothing in it holds anything of a question."""
    graph: StateGraph[CopilotState, Sitting, CopilotState, CopilotState] = StateGraph(
        CopilotState, context_schema=Sitting
    )
    for name, step in (("understand", _understand), ("call", _call), ("read", _read), ("write", _write)):
        graph.add_node(name, step)
    graph.add_edge(START, "understand")
    graph.add_conditional_edges("understand", _after_understanding)
    graph.add_conditional_edges("call", _after_call)
    graph.add_edge("read", "write")
    graph.add_edge("write", END)
    return graph.compile()


def _understand(state: CopilotState, runtime: Runtime[Sitting]) -> CopilotState:
    sitting = runtime.context
    tools = sitting.hands.copilot
    sitting.asked = understand(sitting.question, tools.asker)
    sitting.payer = sitting.question.payer or tools.payer_named(sitting.asked.text)
    return {"kind": sitting.asked.kind.value, "calls": 0}


def _after_understanding(state: CopilotState, runtime: Runtime[Sitting]) -> Literal["call", "write"]:
    asked = runtime.context.understood()
    return "write" if asked.kind in OF_A_CASE and asked.case_id is None else "call"


def _call(state: CopilotState, runtime: Runtime[Sitting]) -> CopilotState:
    sitting = runtime.context
    called = tuple(call.name for call in sitting.hands.calls)
    wanted = None if sitting.hands.spent else next_call(sitting.understood(), sitting.payer, sitting.found, called)
    if wanted is None:
        return {"done": True}
    tool, arguments = wanted
    sitting.found.keep(tool, sitting.hands.call(tool, arguments))
    return {"calls": len(sitting.hands.calls), "done": False}


def _after_call(state: CopilotState) -> Literal["call", "read"]:
    return "read" if state.get("done") else "call"


def _read(state: CopilotState, runtime: Runtime[Sitting]) -> CopilotState:
    """Let the model word an answer from what was found, where one is set and the question is a free one."""
    sitting = runtime.context
    asked = sitting.understood()
    if asked.kind not in _READ_BY_MODEL:
        return {}
    session = sitting.hands.model_session(asked.case_id)
    if session is not None:
        named = (asked.text[:500], sitting.payer, asked.code, asked.on, asked.case_id or "")
        hits = sitting.hands.copilot.policy_hits(*named) if sitting.found.policy is not None else ()
        sitting.model = ask_model(session, asked.text, hits, sitting.found.chart or ())
    return {}


def _write(state: CopilotState, runtime: Runtime[Sitting]) -> CopilotState:
    sitting = runtime.context
    sitting.hands.go_on()
    asked, model = sitting.understood(), sitting.model
    toolbox = sitting.hands.copilot.shelves.toolbox
    chart = _chart(sitting, asked)
    desk = Desk(asked=asked, found=sitting.found, chart=chart, has_model=toolbox.model is not None)
    lacks_case = asked.kind in OF_A_CASE and asked.case_id is None
    written = _no_case() if lacks_case else WRITERS[asked.kind](desk)
    used = model is not None and model.written is not None
    if model is not None and model.written is not None:
        written = Written(parts=(model.written,), notes=written.notes)
    records = {sitting.found.record.sheet.case.id: sitting.found.record} if sitting.found.record else {}
    reader = SourceReader(toolbox, records, {asked.case_id: chart} if asked.case_id and sitting.found.record else {})
    parts, dropped = verified(written.parts, reader)
    nothing_left = bool(written.parts) and not parts
    sitting.answer = CopilotAnswer(
        kind=asked.kind,
        abstained=not parts and written.draft is None,
        reason="No sentence of the answer could be verified in its sources." if nothing_left else written.reason,
        would_help=written.would_help,
        parts=parts,
        draft=None if nothing_left else written.draft,
        notes=written.notes + _left_out(dropped),
        nearest=tuple(source for source in written.nearest if reader.holds(source)),
        tools=sitting.hands.calls,
        reader="model" if used else "rules",
        model_note=model.note if model else "",
        dropped=dropped + (model.dropped if model else 0),
    )
    return {"sentences": sum(len(one.sentences) for one in parts), "dropped": dropped}


def _chart(sitting: Sitting, asked: Understood) -> Chart:
    if asked.case_id is None or sitting.found.record is None:
        return Chart()
    return CaseTools(sitting.hands.copilot.shelves.toolbox, CaseId(asked.case_id)).read_chart()


def _no_case() -> Written:
    return Written(reason=_NO_CASE, would_help=("Open the case and ask there, or write its id into the question.",))


def _left_out(dropped: int) -> tuple[str, ...]:
    if not dropped:
        return ()
    one = "One sentence was" if dropped == 1 else f"{dropped} sentences were"
    return (f"{one} left out, because the stored sources do not say it word for word.",)

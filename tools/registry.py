"""Which step may use which tool: a closed table, read when a step is handed its tools and again when it calls one."""

from typing import Literal

from cases.errors import ToolNotGranted
from cases.frozen import Frozen


class ToolSpec(Frozen):
    """A tool: `act` reaches out and changes something in the world; `read` does not."""

    name: str
    kind: Literal["read", "act"]
    description: str


TOOLS: dict[str, ToolSpec] = {
    spec.name: spec
    for spec in (
        ToolSpec(name="read_chart", kind="read", description="The chart snapshot this case stands on."),
        ToolSpec(name="resolve_payer", kind="read", description="The payer and plan a coverage belongs to."),
        ToolSpec(name="payer_address", kind="read", description="Where letters to a payer go."),
        ToolSpec(name="authorization_need", kind="read", description="Whether an order needs prior authorization."),
        ToolSpec(name="find_policy", kind="read", description="The policy in force for an order, with its criteria."),
        ToolSpec(name="policy_text", kind="read", description="The stored text of one policy version."),
        ToolSpec(
            name="model_session", kind="read", description="Guarded questions to the model; nothing where none is set."
        ),
        ToolSpec(name="payer_has_endpoint", kind="read", description="Whether a payer takes requests over PAS."),
        ToolSpec(name="policy_search", kind="read", description="What the policies held say to a question, quoted."),
        ToolSpec(name="policy_criteria", kind="read", description="The criteria in force for a payer, code and day."),
        ToolSpec(
            name="case_record", kind="read", description="A case's record: facts, criteria, gaps, clocks, timeline."
        ),
        ToolSpec(name="chart_search", kind="read", description="Sentences of one patient's chart, quoted."),
        ToolSpec(
            name="authorization_pathway",
            kind="read",
            description="Whether a code needs prior authorization with a payer, who decides, and by which way.",
        ),
        ToolSpec(name="similar_decisions", kind="read", description="Decided cases of the same code and payer."),
        ToolSpec(name="worklist_lines", kind="read", description="Cases as lines, the least time left first."),
        ToolSpec(name="payer_inquire", kind="read", description="Ask a payer about a request already sent."),
        ToolSpec(name="payer_submit", kind="act", description="Send an approved request to the payer, once."),
    )
}

GRANTS: dict[str, frozenset[str]] = {
    "triage": frozenset(),
    "take_up": frozenset(),
    "choose_pathway": frozenset({"payer_has_endpoint", "payer_address"}),
    "answer": frozenset({"read_chart", "policy_text"}),
    "gather": frozenset({"read_chart"}),
    "who_decides": frozenset({"resolve_payer", "authorization_need"}),
    "find_policy": frozenset({"find_policy"}),
    "evaluate": frozenset({"read_chart", "model_session"}),
    "list_gaps": frozenset(),
    "draft": frozenset({"read_chart", "payer_address", "model_session"}),
    "check": frozenset({"read_chart", "policy_text"}),
    "gate": frozenset(),
    "await_review": frozenset(),
    "submit": frozenset({"payer_inquire", "payer_submit"}),
    "follow": frozenset(),
    "copilot": frozenset(
        {
            "policy_search",
            "policy_criteria",
            "case_record",
            "chart_search",
            "authorization_pathway",
            "similar_decisions",
            "worklist_lines",
            "model_session",
        }
    ),
}


def granted(step: str) -> tuple[ToolSpec, ...]:
    """The tools of a step, by name; a step the table does not know has none."""
    return tuple(TOOLS[name] for name in sorted(GRANTS.get(step, frozenset())))


def require(step: str, tool: str) -> None:
    """Raise ToolNotGranted unless the table gives this tool to this step."""
    if tool not in GRANTS.get(step, frozenset()):
        raise ToolNotGranted(f"The step '{step}' was not given the tool '{tool}'.")

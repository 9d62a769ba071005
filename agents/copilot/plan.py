"""Which tool is called next: a list for each kind of question, and another tool where the first found nothing."""

from typing import Any

from agents.copilot.findings import Findings
from agents.copilot.kinds import Understood
from agents.copilot.question import Kind

_FIRST: dict[Kind, tuple[str, ...]] = {
    Kind.POLICY: ("policy_search",),
    Kind.CHART: ("chart_search",),
    Kind.MISSING: ("case_record",),
    Kind.REQUIREMENTS: ("policy_criteria",),
    Kind.CRITERIA: ("case_record",),
    Kind.PATHWAY: ("authorization_pathway",),
    Kind.DEADLINE: ("case_record",),
    Kind.STATUS: ("case_record",),
    Kind.TIMELINE: ("case_record",),
    Kind.SUMMARY: ("case_record",),
    Kind.NEXT: ("case_record",),
    Kind.PEER_TO_PEER: ("case_record",),
    Kind.DRAFT: ("case_record",),
    Kind.SIMILAR: ("similar_decisions",),
    Kind.WORKLIST: ("worklist_lines",),
    Kind.HELP: (),
    Kind.ACT: (),
}
_OF_A_CASE = frozenset({"case_record", "chart_search"})


def next_call(asked: Understood, payer: str, found: Findings, called: tuple[str, ...]) -> tuple[str, Any] | None:
    """The next tool with its arguments; None where there is enough, or nothing left to try."""
    for tool in (*_FIRST[asked.kind], *_further(asked, found)):
        if tool in called or (tool in _OF_A_CASE and asked.case_id is None):
            continue
        return tool, _arguments(tool, asked, payer)
    return None


def _further(asked: Understood, found: Findings) -> tuple[str, ...]:
    """What is tried where the first tool did not answer."""
    if asked.kind is Kind.REQUIREMENTS and found.criteria is not None and found.criteria.tree is None:
        return ("policy_search",)
    if asked.kind is Kind.POLICY and found.policy is not None and found.policy.abstained:
        return ("chart_search",)
    if asked.kind is Kind.CHART and found.chart == ():
        return ("policy_search",)
    return ()


def _arguments(tool: str, asked: Understood, payer: str) -> dict[str, Any]:
    case_id = asked.case_id or ""
    named = {"payer": payer, "code": asked.code, "case_id": case_id}
    match tool:
        case "policy_search":
            return {"question": asked.text[:500], "on": asked.on, **named}
        case "policy_criteria" | "authorization_pathway":
            return {"on": asked.on, **named}
        case "chart_search":
            return {"case_id": case_id, "question": asked.text[:500]}
        case "case_record":
            return {"case_id": case_id}
        case "similar_decisions":
            return named
    return {"view": _view(asked.text.casefold()), "payer": payer}


_VIEWS = (
    ("overdue", "overdue"), ("late", "overdue"), ("today", "soon"), ("tomorrow", "soon"), ("urgent", "soon"),
    ("ready", "decide"), ("decide", "decide"), ("review", "decide"), ("document", "documents"),
    ("missing", "documents"),
    ("held", "person"), ("person", "person"), ("sent", "sent"), ("pending", "sent"), ("payer's answer", "sent"),
    ("approved", "decided"), ("denied", "decided"), ("decided", "decided"),
)  # fmt: skip


def _view(text: str) -> str:
    return next((view for word, view in _VIEWS if word in text), "open")

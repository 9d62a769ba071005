"""What each read-only tool takes: the same shapes for the copilot's own calls and for the MCP server."""

from datetime import date
from typing import Literal

from pydantic import Field

from cases.frozen import Frozen

CasePattern = r"^([ac]-[0-9a-f]{16})?$"
About = Literal["all", "gaps", "deadlines", "criteria", "timeline", "authorization"]


class PolicySearchInput(Frozen):
    """A question about policies, with what narrows it."""

    question: str = Field(min_length=1, max_length=500, description="What is asked, in plain words.")
    payer: str = Field(default="", max_length=200, description="Only this payer's, by name or id.")
    code: str = Field(default="", max_length=16, description="Only policies that name this HCPCS or CPT code.")
    on: date | None = Field(default=None, description="The policy in force on this day.")
    case_id: str = Field(default="", pattern=CasePattern, description="Take payer and day from this case.")


class PolicyCriteriaInput(Frozen):
    """A code, a payer and a day; or a case that has them."""

    code: str = Field(default="", max_length=16)
    payer: str = Field(default="", max_length=200)
    on: date | None = None
    case_id: str = Field(default="", pattern=CasePattern)


class CaseRecordInput(Frozen):
    """A case, and what of its record is wanted."""

    case_id: str = Field(pattern=r"^[ac]-[0-9a-f]{16}$")
    about: About = "all"


class ChartSearchInput(Frozen):
    """A question about one patient's chart."""

    case_id: str = Field(pattern=r"^[ac]-[0-9a-f]{16}$")
    question: str = Field(min_length=1, max_length=500)


class PathwayInput(Frozen):
    """A code and a payer, the day, and where the service is given (`OH`, `hospital_outpatient`)."""

    code: str = Field(default="", max_length=16)
    payer: str = Field(default="", max_length=200)
    on: date | None = None
    place: str = Field(default="", max_length=64)
    case_id: str = Field(default="", pattern=CasePattern)


class SimilarInput(Frozen):
    """A code and a payer, or a case that has them."""

    code: str = Field(default="", max_length=16)
    payer: str = Field(default="", max_length=200)
    case_id: str = Field(default="", pattern=CasePattern)


class WorklistInput(Frozen):
    """Which cases are wanted, the least time left first."""

    view: Literal["open", "overdue", "soon", "decide", "documents", "person", "sent", "decided"] = "open"
    payer: str = Field(default="", max_length=200)
    limit: int = Field(default=8, ge=1, le=50)


INPUTS: dict[str, type[Frozen]] = {
    "policy_search": PolicySearchInput,
    "policy_criteria": PolicyCriteriaInput,
    "case_record": CaseRecordInput,
    "chart_search": ChartSearchInput,
    "authorization_pathway": PathwayInput,
    "similar_decisions": SimilarInput,
    "worklist_lines": WorklistInput,
}

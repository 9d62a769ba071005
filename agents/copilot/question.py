"""What is asked, by whom, and what of the house that person or machine may see."""

from datetime import date
from enum import StrEnum

from cases.case import LineOfBusiness
from cases.errors import NotFound
from cases.frozen import Frozen
from cases.ids import CaseId, UserId


class Kind(StrEnum):
    """What a question is after; decides which tools are used and how the answer is worded."""

    POLICY = "policy"
    CHART = "chart"
    MISSING = "missing"
    REQUIREMENTS = "requirements"
    CRITERIA = "criteria"
    PATHWAY = "pathway"
    DEADLINE = "deadline"
    STATUS = "status"
    TIMELINE = "timeline"
    SUMMARY = "summary"
    NEXT = "next"
    PEER_TO_PEER = "peer_to_peer"
    DRAFT = "draft"
    SIMILAR = "similar"
    WORKLIST = "worklist"
    HELP = "help"
    ACT = "act"


class Asker(Frozen):
    """Who asks. `cases` are the only ones they see; None for all that there are.

    One object for every door: what it does not see is not there, for tools and for answers alike.
    """

    user_id: UserId
    reads_cases: bool
    cases: frozenset[CaseId] | None = None

    def sees(self, case_id: CaseId) -> bool:
        """Whether this case exists for the asker."""
        return self.reads_cases and (self.cases is None or case_id in self.cases)

    def must_see(self, case_id: CaseId) -> None:
        """Raises NotFound, in the words of a case that is not there."""
        if not self.sees(case_id):
            raise NotFound(f"There is no case {case_id}.")


class Question(Frozen):
    """One question. What `case_id` says of payer, code and day fills in what is left out.

    `before` are the same person's earlier questions of the thread, oldest first.
    """

    text: str
    case_id: CaseId | None = None
    payer: str = ""
    line_of_business: LineOfBusiness | None = None
    code: str = ""
    on: date | None = None
    before: tuple[str, ...] = ()

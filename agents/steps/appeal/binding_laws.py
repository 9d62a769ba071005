"""The laws that bind this payer for this denial."""

from datetime import datetime

from cases.case import Case
from cases.denial import Denial
from knowledge.appeal_rules import Law, LawQuestion, Use, laws_that_bind

_USES: tuple[Use, ...] = ("argument", "criteria_request", "reviewer_request", "specific_reason", "decision")


def binding_laws(case: Case, denial: Denial, now: datetime) -> tuple[Law, ...]:
    """Laws for the payer's line of business and level; none where the line is not known."""
    facts = denial.facts
    line = facts.line or (case.payer.line_of_business if case.payer else None)
    if line is None:
        return ()
    question = LawQuestion(
        line=line,
        level=facts.level or 1,
        kind=facts.kind,
        urgency=facts.urgency,
        state=facts.state,
        words=" ".join(reason.wording for reason in facts.reasons),
        on=facts.notice_date or now.date(),
    )
    return laws_that_bind(question, _USES)

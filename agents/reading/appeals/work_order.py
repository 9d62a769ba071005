"""What is done where no appeal is filed: the corrected claim or the question, in words, with both dates kept."""

from agents.reading.letter_wording import long_date
from cases.appeal import Filing, PathwayPlan
from cases.case import Case
from cases.denial import Denial

_HEADS = {
    Filing.CORRECTED_CLAIM: "Corrected claim",
    Filing.NONE: "No appeal is open",
    Filing.PERSON: "A person decides",
}


def work_order(case: Case, denial: Denial, plan: PathwayPlan) -> str:
    """A page of Markdown for the biller: numbers, what each code means, what to correct, and the dates."""
    facts = denial.facts
    lines = [f"# {_HEADS.get(plan.filing, 'To do')}", "", f"{plan.to_do} {plan.why}.".strip(), ""]
    numbers = {
        "Patient": case.patient.full_name,
        "Member": facts.numbers.member_id or (case.coverage.member_id if case.coverage else ""),
        "Payer": facts.payer_name,
        "Claim": facts.numbers.claim,
        "Payer's claim number": facts.numbers.payer_claim,
        "Authorization": facts.numbers.authorization,
        "Services": ", ".join(facts.numbers.service_codes),
        "Unpaid": f"${facts.amount:,.2f}" if facts.amount is not None else "",
    }
    lines += [f"- {name}: {value}" for name, value in numbers.items() if value]
    if plan.corrections:
        lines += ["", "## What to correct", "", *(f"- {line}" for line in plan.corrections)]
    lines += ["", "## Reasons as stated", ""]
    for reason in facts.reasons:
        codes = " ".join(code for code in (reason.group, reason.carc, *reason.rarcs) if code)
        lines.append(f"- {codes + ': ' if codes else ''}{reason.wording}")
    if plan.due:
        kept = f"{long_date(plan.due)} ({plan.citation or 'as printed'})"
        lines += ["", f"The appeal's own date, kept in sight: {kept}."]
    return "\n".join(lines) + "\n"

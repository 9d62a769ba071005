"""Words for the request that asks a practice for a missing document."""

from cases.case import Case
from cases.criteria import Judgement
from cases.evidence import Evidence


def request_for(case: Case, leaf: Judgement, document: str, holder: str, dated: str) -> str:
    """A request a specialist can send as it stands: what is needed, for which order, and what was found instead."""
    code = case.order.codes[0].code if case.order.codes else "the service ordered"
    ordered = f" of {case.order.authored_on:%d %B %Y}" if case.order.authored_on else ""
    lines = [
        f"To: {holder}",
        f"About: {case.patient.full_name}, order {code}{ordered}",
        "",
        f"Please send: {document}" + (f", {dated}" if dated else "") + ".",
        f"The payer asks for this: {leaf.statement}.",
    ]
    lines += [f"What we hold does not settle it: {_found(leaf.evidence[0])}."] if leaf.evidence else []
    return "\n".join(lines)


def _found(evidence: Evidence) -> str:
    why = "; ".join(finding.detail for finding in evidence.findings) or "the value does not satisfy the criterion"
    return f"{evidence.fact.statement} ({why})"

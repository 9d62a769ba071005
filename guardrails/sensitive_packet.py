"""No enclosure that the law protects beyond HIPAA leaves in a packet without its basis: a verdict for the gate."""

from collections.abc import Iterable, Sequence

from cases.consent import Consent
from cases.decision import Verdict
from cases.packet import ChartExtract
from guardrails.sensitive import Disclosee, judge_text, may_enter

GUARD = "sensitive"


def only_with_basis(extracts: Iterable[ChartExtract], consents: Sequence[Consent], to: Disclosee) -> Verdict:
    """Fails where an enclosed document is sensitive and its basis for this recipient and purpose is not recorded.

    Reasons are codes (`hiv:no_consent`, `psychotherapy_notes:never`); details name enclosures by number only.
    """
    reasons: dict[str, None] = {}
    details = []
    for extract in extracts:
        verdict = may_enter(judge_text(extract.document.text), consents, to)
        for reason in verdict.reasons:
            reasons[reason] = None
            details.append(f"enclosure {extract.number}: {reason.replace('_', ' ').replace(':', ': ')}")
    return Verdict(guard=GUARD, passed=not reasons, reasons=tuple(reasons), details=tuple(details))

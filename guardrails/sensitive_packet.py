"""No enclosure that the law protects beyond HIPAA leaves in a packet without its basis: a verdict for the gate."""

from collections.abc import Iterable, Sequence

from cases.consent import Consent
from cases.decision import Verdict
from cases.packet import ChartExtract
from guardrails.sensitive import Disclosee, judge_text, may_enter

GUARD = "sensitive"


def only_with_basis(extracts: Iterable[ChartExtract], consents: Sequence[Consent], *to: Disclosee) -> Verdict:
    """Fails where an enclosed document is sensitive and its basis for this recipient and purpose is not recorded.

    Several disclosees are one recipient under the laws of several states: each law must allow it. Reasons are codes
    (`hiv:no_consent`, `psychotherapy_notes:never`); details name enclosures by number only.
    """
    reasons: dict[str, None] = {}
    details: dict[str, None] = {}
    for extract in extracts:
        finding = judge_text(extract.document.text)
        for reason in (reason for one in to for reason in may_enter(finding, consents, one).reasons):
            reasons[reason] = None
            details[f"enclosure {extract.number}: {reason.replace('_', ' ').replace(':', ': ')}"] = None
    return Verdict(guard=GUARD, passed=not reasons, reasons=tuple(reasons), details=tuple(details))

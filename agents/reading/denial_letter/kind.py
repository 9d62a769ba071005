"""What kind of letter it is, and for whom: refusal, request, approval, receipt; line of business, level, urgency."""

from dataclasses import dataclass
from enum import StrEnum

from agents.reading.denial_letter.layout import Unit, flat
from cases.case import LineOfBusiness, Urgency
from cases.deadlines import DenialKind
from knowledge.letter_cues import LetterCues, plain

_PLANS = frozenset({LineOfBusiness.ERISA_SELF_FUNDED, LineOfBusiness.COMMERCIAL_INSURED, LineOfBusiness.MARKETPLACE})


class LetterKind(StrEnum):
    """What the letter does. Only a denial opens work; an unknown one goes to a person."""

    DENIAL = "denial"
    APPROVAL = "approval"
    INFORMATION_REQUEST = "information_request"
    RECEIPT = "receipt"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Stage:
    """Where in the appeals the letter stands: the level of the next filing (None: nothing to file), its procedure."""

    level: int | None
    procedure: str
    after_appeal: bool
    forwarded: bool


def letter_kind(units: tuple[Unit, ...], cues: LetterCues) -> LetterKind:
    """The kind, from what the letter states; what it says conditionally (`if it is denied`) counts for none.

    A letter that tells how to appeal, without an if, has refused something, be it a part, in words unknown to us.
    """
    stated = [
        cues.earlier_refusals.sub(" ", plain(unit.text)) for unit in units if not cues.conditional.search(unit.text)
    ]
    says = {name: any(pattern.search(text) for text in stated) for name, pattern in cues.kinds.items()}
    if says["undecided"]:
        return LetterKind.INFORMATION_REQUEST
    if says["decided_no"]:
        return LetterKind.DENIAL
    if says["asks"]:
        return LetterKind.INFORMATION_REQUEST
    if says["rights"]:
        return LetterKind.DENIAL
    if says["approves"]:
        return LetterKind.APPROVAL
    return LetterKind.RECEIPT if says["acknowledges"] else LetterKind.UNKNOWN


def line_of(text: str, cues: LetterCues) -> LineOfBusiness | None:
    """The line of business the words name, the most telling first; None where they name none."""
    whole = flat(text)
    return next((line for line, pattern in cues.lines if pattern.search(whole)), None)


def stage_of(text: str, units: tuple[Unit, ...], line: LineOfBusiness | None, cues: LetterCues) -> Stage:
    """The stage, from whether an appeal was decided, by whom, and what may follow."""
    whole = flat(text)
    fast = next((procedure for procedure, pattern in cues.fast_appeals if pattern.search(whole)), "")
    decided = any(cues.appeal_decided.search(unit.text) for unit in units if not cues.conditional.search(unit.text))
    if fast or not decided:
        return Stage(1, fast or _contract(whole, line, cues), False, False)
    forwarded = bool(cues.forwarded.search(whole))
    if line in _PLANS:
        second = bool(cues.second_level.search(whole)) and not cues.external.search(whole)
        return Stage(2, "", True, forwarded) if second else Stage(3, "external_review", True, forwarded)
    if line is LineOfBusiness.MEDICAID_FFS:
        return Stage(2, "", True, forwarded)
    upper = bool(cues.hearing.search(whole)) and bool(cues.independent.search(whole)) and not forwarded
    return Stage(3 if upper and line is not LineOfBusiness.MEDICAID_MCO else 2, "", True, forwarded)


def _contract(whole: str, line: LineOfBusiness | None, cues: LetterCues) -> str:
    """A claim's letter to a provider that speaks of its contract or of a dispute is no claimant's appeal."""
    provider = bool(cues.claims.search(whole)) and not cues.member_claims.search(whole)
    plans = _PLANS | {LineOfBusiness.MEDICARE_ADVANTAGE, LineOfBusiness.MEDICAID_MCO}
    outside = bool(cues.out_of_network.search(whole))
    return "contract" if provider and not outside and line in plans and cues.contract.search(whole) else ""


def denial_kind(text: str, procedure: str, cues: LetterCues) -> DenialKind:
    whole = flat(text)
    if procedure.startswith("qio_") or cues.concurrent.search(whole):
        return DenialKind.CONCURRENT
    if cues.claims.search(whole):
        return DenialKind.POST if cues.member_claims.search(whole) else DenialKind.PAYMENT
    return DenialKind.PRE


def urgency_of(units: tuple[Unit, ...], kind: DenialKind, cues: LetterCues) -> Urgency:
    """Expedited where the letter calls its own decision so; a fast appeal that is offered says nothing."""
    named = any(cues.expedited.search(unit.text) and not cues.not_expedited.search(unit.text) for unit in units)
    return Urgency.EXPEDITED if named or kind is DenialKind.CONCURRENT else Urgency.STANDARD


def in_network(text: str, cues: LetterCues) -> bool | None:
    whole = flat(text)
    if cues.out_of_network.search(whole):
        return False
    return True if cues.in_network.search(whole) else None

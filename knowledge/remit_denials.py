"""Remittances turned into denials: each refused adjustment keeps its reason, what was paid opens nothing."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from cases.case import LineOfBusiness, PayerRef
from cases.deadlines import DenialKind
from cases.denial import (
    NO_DENIAL,
    Adjustment,
    Appealable,
    DenialFacts,
    DenialNumbers,
    DenialReason,
    DenialSource,
    Pathway,
)
from cases.remittance import RemitClaim, RemitLine, Remittance
from knowledge.denial_codes import DenialCodes, shipped_codes
from knowledge.denial_pathways import AdjustmentSetting, choose_pathway

_FILING_LINES = {
    "MA": LineOfBusiness.MEDICARE_FFS,
    "MB": LineOfBusiness.MEDICARE_FFS,
    "16": LineOfBusiness.MEDICARE_ADVANTAGE,
}
"""CLP06 claim filing indicators that name a line of business by themselves."""
_UPHELD = "193"
_LATER = (
    Pathway.CORRECTED_CLAIM, Pathway.CODE, Pathway.UNDERPAYMENT, Pathway.NO_APPEAL, Pathway.WAIT, Pathway.TAKE_BACK,
    Pathway.NONE_PAID,
)  # fmt: skip


def claim_reasons(claim: RemitClaim, medicare: bool, codes: DenialCodes | None = None) -> tuple[DenialReason, ...]:
    """Every adjustment of a claim with its pathway, refused or not, claim level first."""
    known = codes or shipped_codes()
    lines = {line.number: line for line in claim.lines}
    return tuple(_reason(one, claim, lines.get(one.line), medicare, known) for one in claim.all_adjustments)


def _reason(
    one: Adjustment, claim: RemitClaim, line: RemitLine | None, medicare: bool, codes: DenialCodes
) -> DenialReason:
    rarcs = tuple(dict.fromkeys((*(line.rarcs if line else ()), *claim.rarcs)))
    beside = line.adjustments if line else claim.all_adjustments
    setting = AdjustmentSetting(
        rarcs=rarcs,
        status=claim.status,
        paid=line.paid if line else claim.paid,
        patient_share=sum((other.amount for other in beside if other.group == "PR"), Decimal(0)),
        medicare=medicare,
    )
    decision = choose_pathway(one, setting, codes)
    known = codes.reasons.get(one.carc)
    return DenialReason(
        category=decision.pathway,
        wording=known.meaning if known else f"Reason code {one.carc}, which is not known here",
        decision=decision,
        policy_cited=next(iter((*(line.policy_ids if line else ()), *claim.policy_ids)), ""),
        group=one.group,
        carc=one.carc,
        rarcs=rarcs,
        line=one.line,
        amount=one.amount,
    )


def refused(reasons: Iterable[DenialReason]) -> tuple[DenialReason, ...]:
    """The reasons that open a denial."""
    return tuple(reason for reason in reasons if reason.category not in NO_DENIAL)


def first_pathway(reasons: Sequence[DenialReason], codes: DenialCodes | None = None) -> Pathway:
    """The pathway of the whole: a person where any reason needs one, else the first in the rules' order."""
    order = (Pathway.PERSON, *(codes or shipped_codes()).order, *_LATER)
    held = {reason.category for reason in reasons}
    return next((pathway for pathway in order if pathway in held), Pathway.PERSON)


def overall_appealable(reasons: Sequence[DenialReason]) -> Appealable:
    """Yes where any reason may be appealed and none is doubtful; a doubtful one sends the whole to a person."""
    said = {reason.decision.appealable for reason in reasons}
    if "person" in said:
        return "person"
    return "yes" if "yes" in said else "no"


def denials_of(
    remittance: Remittance, payer: PayerRef | None, codes: DenialCodes | None = None
) -> tuple[DenialFacts, ...]:
    """One denial for each claim with a refused adjustment, and one of its own kind for each take-back."""
    found = []
    for claim in remittance.claims:
        line = payer.line_of_business if payer else _FILING_LINES.get(claim.filing)
        reasons = claim_reasons(claim, line is LineOfBusiness.MEDICARE_FFS, codes)
        opened = reasons if claim.is_reversal else refused(reasons)
        if opened:
            found.append(_facts(remittance, claim, opened, payer, line))
    return tuple(found)


def _facts(
    remittance: Remittance,
    claim: RemitClaim,
    reasons: tuple[DenialReason, ...],
    payer: PayerRef | None,
    line: LineOfBusiness | None,
) -> DenialFacts:
    pathway = Pathway.TAKE_BACK if claim.is_reversal else first_pathway(reasons)
    lines = claim.lines
    own = tuple(words for words in remittance.imbalances if f"claim {claim.claim_id}" in words)
    doubts = (*own, *(() if payer else (f"the payer '{remittance.payer}' is not in the directory",)))
    return DenialFacts(
        source=DenialSource.X12_835,
        numbers=DenialNumbers(
            authorization=claim.authorization_number
            or next((one.authorization_number for one in lines if one.authorization_number), ""),
            claim=claim.claim_id,
            payer_claim=claim.payer_claim_number,
            member_id=claim.member_id,
            patient=f"{claim.patient_given} {claim.patient_family}".strip(),
            service_codes=tuple(dict.fromkeys(one.code for one in lines if one.code)),
            service_date=claim.service_date,
        ),
        reasons=reasons,
        payer_name=payer.name if payer else remittance.payer,
        payer_id=payer.id if payer else None,
        line=line,
        kind=DenialKind.PAYMENT,
        level=2 if any(reason.carc == _UPHELD for reason in reasons) else 1,
        notice_date=remittance.payment_date,
        pathway=pathway,
        appealable=overall_appealable(reasons),
        both_clocks=any(reason.decision.both_clocks for reason in reasons),
        policy_ids=tuple(dict.fromkeys((*claim.policy_ids, *(one for held in lines for one in held.policy_ids)))),
        amount=sum((reason.amount or Decimal(0) for reason in reasons), Decimal(0)),
        doubts=doubts,
    )

"""A payer's electronic decisions turned into denials: review actions by line, and claim statuses without a reason."""

from collections.abc import Iterator, Sequence

from cases.case import PayerRef, Urgency
from cases.claim_status import ClaimStatus
from cases.deadlines import DenialKind
from cases.decision import ItemDecision, PayerAnswer, ReviewAction
from cases.denial import (
    DenialFacts,
    DenialNumbers,
    DenialReason,
    DenialSource,
    Pathway,
    PathwayDecision,
)
from knowledge.denial_codes import DenialCodes, shipped_codes
from knowledge.letter_cues import LetterCues, letter_cues
from knowledge.payer_directory import PayerDirectory
from knowledge.remit_denials import first_pathway, overall_appealable

_REFUSED = {
    ReviewAction.NOT_CERTIFIED: "not certified",
    ReviewAction.MODIFIED: "modified: less than was asked for",
    ReviewAction.PARTIALLY_CERTIFIED: "partially certified",
}
_DENIED_STATUS = "F2"
_REJECTED = frozenset({"A3", "A6", "A7", "A8", "E0", "E1"})


def denial_of_answer(
    answer: PayerAnswer,
    payer: PayerRef | None,
    numbers: DenialNumbers,
    urgency: Urgency = Urgency.STANDARD,
    source: DenialSource = DenialSource.PAS,
) -> DenialFacts | None:
    """The denial inside an answer: every line that is not granted as asked, with its reason; None where all are.

    `numbers` is what is known of the request; the payer's authorization number is added to it.
    """
    reasons = tuple(_reasons(answer.items, shipped_codes(), letter_cues()))
    if not reasons:
        return None
    granted = [item.authorization_number for item in answer.items if item.authorization_number]
    known = numbers.model_copy(update={"authorization": next(iter(granted), "") or answer.reference})
    return DenialFacts(
        source=source,
        numbers=known,
        reasons=reasons,
        payer_name=payer.name if payer else "",
        payer_id=payer.id if payer else None,
        line=payer.line_of_business if payer else None,
        kind=DenialKind.PRE,
        urgency=urgency,
        notice_date=answer.received_at.date(),
        pathway=first_pathway(reasons),
        appealable=overall_appealable(reasons),
        both_clocks=any(reason.decision.both_clocks for reason in reasons),
        doubts=() if payer else ("the payer is not known, so that no clock can be computed",),
    )


def _reasons(items: Sequence[ItemDecision], codes: DenialCodes, cues: LetterCues) -> Iterator[DenialReason]:
    for item in items:
        if item.action not in _REFUSED:
            continue
        words = " ".join(item.notes)
        named, _ = cues.weigh(words)
        pathway = named or Pathway.PERSON
        rule = codes.pathways[pathway]
        why = "the payer's own words" if named else "the payer gives no reason in words; ask for the specific reason"
        yield DenialReason(
            category=pathway,
            wording=words
            or f"Line {item.sequence}: {_REFUSED[item.action]} ({', '.join(item.reason_codes) or 'no reason'})",
            decision=PathwayDecision(
                pathway=pathway, appealable=rule.appealable, why=why, both_clocks=rule.both_clocks
            ),
            carc="",
            line=item.sequence,
        )


def denials_of_statuses(statuses: Sequence[ClaimStatus], directory: PayerDirectory) -> tuple[DenialFacts, ...]:
    """Claims that a status calls denied or rejected; the status gives no reason, so a person or a remittance must."""
    return tuple(
        _of_status(status, directory)
        for status in statuses
        if status.line == 0 and (status.category == _DENIED_STATUS or status.category in _REJECTED)
    )


def _of_status(status: ClaimStatus, directory: PayerDirectory) -> DenialFacts:
    rejected = status.category in _REJECTED
    pathway = Pathway.CORRECTED_CLAIM if rejected else Pathway.PERSON
    rule = shipped_codes().pathways[pathway]
    payer = directory.by_name(status.payer).payer
    words = status.message or f"Claim status {status.category}:{status.status}"
    why = "rejected before it was adjudicated: correct it and send it again" if rejected else "no reason is given"
    reason = DenialReason(
        category=pathway,
        wording=words,
        decision=PathwayDecision(pathway=pathway, appealable=rule.appealable, why=why, both_clocks=False),
    )
    return DenialFacts(
        source=DenialSource.X12_277,
        numbers=DenialNumbers(
            claim=status.claim_id or status.trace,
            payer_claim=status.payer_claim_number,
            member_id=status.member_id,
            patient=f"{status.patient_given} {status.patient_family}".strip(),
            service_codes=(status.service_code,) if status.service_code else (),
            service_date=status.service_date,
        ),
        reasons=(reason,),
        payer_name=status.payer,
        payer_id=payer.id if payer else None,
        line=payer.line_of_business if payer else None,
        kind=DenialKind.PAYMENT,
        level=None if rejected else 1,
        notice_date=status.on,
        pathway=pathway,
        appealable=rule.appealable,
        amount=status.charge,
        doubts=() if payer else (f"the payer '{status.payer}' is not in the directory",),
    )

"""X12 277 answers: claim status (005010X212), claim acknowledgement (X214) and requests for information (X213)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from cases.claim_status import ClaimStatus
from formats.x12.envelope import Placed, TransactionSet, transaction_sets

VERSIONS = ("005010X212", "005010X214", "005010X213", "005010X364")
_STC_PLACES = (1, 10, 11)
_PAYER_ROLES = frozenset({"PR"})
_PATIENTS = frozenset({"IL", "QC", "03"})


@dataclass
class _Context:
    """Who the present claim is about, as the hierarchy was read down to it."""

    payer: str = ""
    family: str = ""
    given: str = ""
    member: str = ""


@dataclass
class _Claim:
    """The segments of one claim's answer: from its TRN, with its lines apart."""

    context: _Context
    head: list[Placed]
    lines: list[list[Placed]] = field(default_factory=list)


def read_claim_statuses(content: bytes, file: str) -> tuple[ClaimStatus, ...]:
    """Every status of every claim and line. Raises UnreadableFile where the interchange is broken or another kind."""
    found: list[ClaimStatus] = []
    for transaction in transaction_sets(content, file, "277", VERSIONS):
        for claim in _claims(transaction):
            found += _statuses(claim, transaction)
    return tuple(found)


def _claims(transaction: TransactionSet) -> Iterator[_Claim]:
    context, claim = _Context(), None
    for one in transaction.segments:
        if one.name == "HL":
            if claim:
                yield claim
            claim = None
        elif one.name == "NM1":
            context = _seen(context, one)
        elif one.name == "TRN":
            if claim:
                yield claim
            claim = _Claim(context, [one])
        elif claim and one.name == "SVC":
            claim.lines.append([one])
        elif claim:
            (claim.lines[-1] if claim.lines else claim.head).append(one)
    if claim:
        yield claim


def _seen(context: _Context, name: Placed) -> _Context:
    if name.at(1) in _PAYER_ROLES:
        return _Context(payer=name.at(3))
    if name.at(1) in _PATIENTS:
        return _Context(context.payer, name.at(3), name.at(4), name.at(9) or context.member)
    return _Context(payer=context.payer)


def _statuses(claim: _Claim, transaction: TransactionSet) -> Iterator[ClaimStatus]:
    if not claim.context.family:
        return
    head = claim.head
    shared = ClaimStatus(
        trace=head[0].at(2), category="", status="", payer=claim.context.payer,
        payer_claim_number=_reference(head, "1K"), claim_id=_reference(head, "EJ"),
        patient_family=claim.context.family, patient_given=claim.context.given, member_id=claim.context.member,
        service_date=next((one.day(3) for one in head if one.name == "DTP" and one.at(1) == "472"), None),
    )  # fmt: skip
    for number, segments in enumerate([head, *claim.lines]):
        parts = transaction.components(segments[0].at(1)) if number else ()
        code = parts[1] if len(parts) > 1 else ""
        for stc in (one for one in segments if one.name == "STC"):
            yield from _of_stc(stc, transaction, shared.model_copy(update={"line": number, "service_code": code}))


def _of_stc(stc: Placed, transaction: TransactionSet, shared: ClaimStatus) -> Iterator[ClaimStatus]:
    for place in _STC_PLACES:
        category, status, entity = (*transaction.components(stc.at(place)), "", "", "")[:3]
        if category:
            yield shared.model_copy(
                update={
                    "category": category, "status": status, "entity": entity, "on": stc.day(2),
                    "charge": stc.number(4), "paid": stc.number(5), "message": stc.at(12),
                }
            )  # fmt: skip


def _reference(segments: Sequence[Placed], qualifier: str) -> str:
    return next((one.at(2) for one in segments if one.name == "REF" and one.at(1) == qualifier), "")

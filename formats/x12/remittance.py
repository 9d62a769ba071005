"""X12 835 remittances (005010X221): tolerant in what it passes over, strict in what it adds up.

Adjustments stand in CAS of the claim (2100) and of the line (2110), remarks in MOA, MIA and LQ*HE, the prior
authorization in REF*G1 and the medical policy in REF*0K (domain/standards.md §4.2).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from cases.denial import Adjustment
from cases.errors import UnreadableFile
from cases.remittance import ProviderAdjustment, RemitClaim, RemitLine, Remittance, imbalances
from formats.x12.envelope import Placed, TransactionSet, transaction_sets

VERSIONS = ("005010X221",)
_MOA_REMARKS, _MIA_REMARKS = range(3, 8), (5, *range(20, 24))
_CAS_PLACES = range(2, 20, 3)
_PLB_PLACES = range(3, 15, 2)
_LINE_DATES = ("472", "150")
_CLAIM_DATES = ("232", "036")
_CLAIM_ENDS = frozenset({"CLP", "LX", "PLB", "SE", "TS3", "TS2"})
_REMARK_LIST = "HE"


def read_remittances(content: bytes, file: str) -> tuple[Remittance, ...]:
    """Every remittance of an interchange, with what does not balance said in it.

    Raises UnreadableFile, naming the segment and what mends it, for a file that is broken, cut or of another kind;
    nothing of such a file is used.
    """
    return tuple(_remittance(one) for one in transaction_sets(content, file, "835", VERSIONS))


def _remittance(transaction: TransactionSet) -> Remittance:
    segments = transaction.segments
    first = _first(segments, "BPR")
    if first is None:
        raise UnreadableFile(segments[0].file if segments else "", "has no payment segment", field="BPR")
    names = {one.at(1): one.at(2) for one in segments if one.name == "N1"}
    trace = _first(segments, "TRN")
    read = Remittance(
        payer=names.get("PR", ""),
        payee=names.get("PE", ""),
        payment=first.money(2),
        payment_date=first.day(16) or _date_of(segments, ("405",)),
        trace=trace.at(2) if trace else "",
        claims=tuple(_claim(held, transaction) for held in _claims(segments)),
        provider_adjustments=tuple(_provider_adjustments(transaction)),
    )
    return read.model_copy(update={"imbalances": imbalances(read)})


def _first(segments: Sequence[Placed], name: str) -> Placed | None:
    return next((one for one in segments if one.name == name), None)


def _date_of(segments: Sequence[Placed], qualifiers: Sequence[str]) -> date | None:
    for qualifier in qualifiers:
        for one in segments:
            if one.name == "DTM" and one.at(1) == qualifier and one.day(2):
                return one.day(2)
    return None


@dataclass
class _Held:
    """The segments of one claim: before its first line, and by line."""

    head: list[Placed]
    lines: list[list[Placed]] = field(default_factory=list)


def _claims(segments: Sequence[Placed]) -> Iterator[_Held]:
    held: _Held | None = None
    for one in segments:
        if one.name in _CLAIM_ENDS:
            if held is not None:
                yield held
            held = _Held([one]) if one.name == "CLP" else None
        elif held is not None and one.name == "SVC":
            held.lines.append([one])
        elif held is not None:
            (held.lines[-1] if held.lines else held.head).append(one)
    if held is not None:
        yield held


def _claim(held: _Held, transaction: TransactionSet) -> RemitClaim:
    clp, head = held.head[0], held.head
    if not clp.at(2).isdigit():
        raise clp.refusal(2, f"'{clp.at(2)[:20]}' is not a claim status")
    patient = next((one for one in head if one.name == "NM1" and one.at(1) == "QC"), None)
    insured = next((one for one in head if one.name == "NM1" and one.at(1) == "IL"), None)
    lines = tuple(_line(number, line, transaction) for number, line in enumerate(held.lines, start=1))
    return RemitClaim(
        claim_id=clp.at(1),
        payer_claim_number=clp.at(7),
        status=int(clp.at(2)),
        charge=clp.money(3),
        paid=clp.money(4),
        patient_responsibility=clp.number(5),
        filing=clp.at(6),
        patient_family=patient.at(3) if patient else "",
        patient_given=patient.at(4) if patient else "",
        member_id=_member(patient) or _member(insured),
        service_date=_date_of(head, _CLAIM_DATES) or next((line.service_date for line in lines), None),
        adjustments=tuple(_adjustments(head, 0)),
        lines=lines,
        rarcs=tuple(_claim_remarks(head)),
        authorization_number=_reference(head, "G1"),
        policy_ids=_references(head, "0K"),
    )


def _member(person: Placed | None) -> str:
    return person.at(9) if person and person.at(8) in {"MI", "HN", "MR", "II"} else ""


def _line(number: int, segments: Sequence[Placed], transaction: TransactionSet) -> RemitLine:
    svc = segments[0]
    parts = transaction.components(svc.at(1))
    return RemitLine(
        number=number,
        code=parts[1] if len(parts) > 1 else svc.at(4),
        modifiers=tuple(part for part in parts[2:6] if part),
        charge=svc.money(2),
        paid=svc.money(3),
        units=svc.number(7) or svc.number(5),
        service_date=_date_of(segments, _LINE_DATES),
        adjustments=tuple(_adjustments(segments, number)),
        rarcs=tuple(one.at(2) for one in segments if one.name == "LQ" and one.at(1) == _REMARK_LIST),
        authorization_number=_reference(segments, "G1"),
        policy_ids=_references(segments, "0K"),
    )


def _adjustments(segments: Sequence[Placed], line: int) -> Iterator[Adjustment]:
    for cas in (one for one in segments if one.name == "CAS"):
        for place in _CAS_PLACES:
            if not cas.at(place):
                continue
            amount = cas.number(place + 1)
            if amount is None:
                raise cas.refusal(place + 1, f"reason {cas.at(place)[:5]} has no amount")
            yield Adjustment(
                group=cas.at(1), carc=cas.at(place), amount=amount, quantity=cas.number(place + 2), line=line
            )


def _claim_remarks(head: Sequence[Placed]) -> Iterator[str]:
    for one in head:
        places = _MOA_REMARKS if one.name == "MOA" else _MIA_REMARKS if one.name == "MIA" else ()
        yield from (one.at(place) for place in places if one.at(place))


def _references(segments: Sequence[Placed], qualifier: str) -> tuple[str, ...]:
    return tuple(one.at(2) for one in segments if one.name == "REF" and one.at(1) == qualifier and one.at(2))


def _reference(segments: Sequence[Placed], qualifier: str) -> str:
    return next(iter(_references(segments, qualifier)), "")


def _provider_adjustments(transaction: TransactionSet) -> Iterator[ProviderAdjustment]:
    for plb in (one for one in transaction.segments if one.name == "PLB"):
        for place in _PLB_PLACES:
            if plb.at(place):
                parts = transaction.components(plb.at(place))
                yield ProviderAdjustment(reason=parts[0], reference=":".join(parts[1:]), amount=plb.money(place + 1))

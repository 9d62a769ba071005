"""The X12 278 response (005010X217): the payer's decision by service, its errors, and what names the request.

HCR of a service line (2000F) decides that line; HCR of the event (2000E) decides the request as a whole. AAA is an
error, never a decision (domain/standards.md §1.4).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from cases.chart import Coding, Quantity
from cases.decision import ItemDecision, PayerAnswer, ReviewAction
from cases.errors import UnreadableFile
from formats.x12.envelope import Placed, TransactionSet, transaction_sets

VERSIONS = ("005010X217", "005010X216", "005010X279")
_ACTIONS = {action.value: action for action in ReviewAction}
_EVENT, _SERVICE = "EV", "SS"
_SUBSCRIBERS = frozenset({"IL", "QC"})
_SYSTEMS = {"HC": "http://www.ama-assn.org/go/cpt", "N4": "http://hl7.org/fhir/sid/ndc"}


@dataclass(frozen=True)
class ReviewResponse:
    """One answered request: the answer, and what names its request, patient and payer."""

    answer: PayerAnswer
    numbers: tuple[str, ...]
    payer: str
    member_id: str
    patient_family: str
    patient_given: str


def read_278_responses(content: bytes, file: str, received_at: datetime) -> tuple[ReviewResponse, ...]:
    """Every response of an interchange. Raises UnreadableFile where it is broken, a request, or says nothing."""
    return tuple(_response(one, file, received_at) for one in transaction_sets(content, file, "278", VERSIONS))


def _response(transaction: TransactionSet, file: str, received_at: datetime) -> ReviewResponse:
    purpose = next((one for one in transaction.segments if one.name == "BHT"), None)
    if purpose is not None and purpose.at(2) == "13":
        raise purpose.refusal(2, "is a request, not a response", "hand in the payer's response")
    levels = list(_levels(transaction.segments))
    services = [level for level in levels if level[0].at(3) == _SERVICE]
    events = [level for level in levels if level[0].at(3) == _EVENT]
    items = [decision for n, level in enumerate(services, 1) for decision in _decisions(level, n, transaction)]
    if not items:
        items = [decision for level in events for decision in _decisions(level, 0, transaction)]
    errors = tuple(_errors(transaction.segments))
    if not items and not errors:
        raise UnreadableFile(file, "decides nothing and reports no error", field="HCR", fix="ask the payer again")
    traces = [one.at(2) for one in transaction.segments if one.name == "TRN" and one.at(2)]
    person = next((one for one in reversed(transaction.segments) if one.name == "NM1" and one.at(1) == "QC"), None)
    member = next((one for one in transaction.segments if one.name == "NM1" and one.at(1) == "IL"), None)
    patient = person or member
    granted = [item.authorization_number for item in items if item.authorization_number]
    return ReviewResponse(
        answer=PayerAnswer(
            reference=next(iter((*granted, *traces)), ""),
            received_at=received_at,
            items=tuple(items),
            errors=errors,
            outcome=purpose.at(6) if purpose else "",
            requested_information=tuple(_requested(transaction.segments)),
        ),
        numbers=tuple(dict.fromkeys((*traces, *([purpose.at(3)] if purpose and purpose.at(3) else [])))),
        payer=next((one.at(3) for one in transaction.segments if one.name == "NM1" and one.at(1) == "X3"), ""),
        member_id=member.at(9) if member else "",
        patient_family=patient.at(3) if patient else "",
        patient_given=patient.at(4) if patient else "",
    )


def _levels(segments: Sequence[Placed]) -> Iterator[list[Placed]]:
    level: list[Placed] = []
    for one in segments:
        if one.name == "HL":
            if level:
                yield level
            level = [one]
        elif level:
            level.append(one)
    if level:
        yield level


def _decisions(level: Sequence[Placed], sequence: int, transaction: TransactionSet) -> Iterator[ItemDecision]:
    hcr = next((one for one in level if one.name == "HCR"), None)
    if hcr is None or not hcr.at(1):
        return
    dates = next((one for one in level if one.name == "DTP" and one.at(1) in {"472", "435", "007"}), None)
    end = dates.at(3).partition("-")[2] if dates else ""
    quantity = next((one for one in level if one.name == "HSD" and one.number(2) is not None), None)
    yield ItemDecision(
        sequence=sequence,
        action=_ACTIONS.get(hcr.at(1)),
        action_code=hcr.at(1),
        authorization_number=hcr.at(2),
        reason_codes=tuple(code for code in transaction.components(hcr.at(3)) if code),
        notes=tuple(one.at(1) for one in level if one.name == "MSG" and one.at(1)),
        authorized_from=dates.day(3) if dates else None,
        authorized_to=datetime.strptime(end, "%Y%m%d").date() if len(end) == 8 and end.isdigit() else None,  # noqa: DTZ007
        authorized_codes=tuple(_codes(level, transaction)),
        authorized_quantity=Quantity(value=quantity.money(2), unit=quantity.at(1)) if quantity else None,
    )


def _codes(level: Sequence[Placed], transaction: TransactionSet) -> Iterator[Coding]:
    for one in level:
        if one.name in {"SV1", "SV2", "SV3"}:
            qualifier, code = (*transaction.components(one.at(2 if one.name == "SV2" else 1)), "", "")[:2]
            if code:
                yield Coding(system=_SYSTEMS.get(qualifier, ""), code=code)


def _errors(segments: Sequence[Placed]) -> Iterator[str]:
    for one in segments:
        if one.name == "AAA":
            yield f"code {one.at(3) or 'none'}, follow-up {one.at(4) or 'none'}, at segment {one.place}"


def _requested(segments: Sequence[Placed]) -> Iterator[str]:
    """Documents the payer asks for: PWK01 report type, with the words beside it."""
    for one in segments:
        if one.name == "PWK":
            yield " ".join(part for part in (one.at(1), one.at(7)) if part)

"""The 278 request for a health care services review (005010X217), from the same request as the PAS bundle.

Loops and qualifiers are those of the three worked examples of X12's guide that are public (Inteligenz/X12Parser,
tests/INS/_278/_5010) and of PAS 2.2.1's mapping; what neither shows is left out. The envelope's sender and receiver are
trading-partner data: a clearing house puts its own.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from cases.case import Urgency
from cases.chart import Address, Party, Patient
from formats.pas import codes
from formats.pas.order import product_codings, revenue_codings
from formats.pas.parties import is_organization, name_parts
from formats.pas.request import PasRequest
from formats.pas.requirements import can_be_named, require_complete
from formats.pas.systems import ICD_10_CM, NDC
from formats.x12.segments import END, joined, plain, reference, segment

VERSION = "005010X217"
_MOST_DIAGNOSES = 12
_SET_CONTROL = "0001"
_GENDERS = {"male": "M", "female": "F"}
_STATES_UNKNOWN_GENDER = "U"
_UNITS = {
    "d": "DA",
    "day": "DA",
    "days": "DA",
    "mo": "MO",
    "month": "MO",
    "months": "MO",
    "visits": "VS",
    "visit": "VS",
}


@dataclass(frozen=True)
class Envelope:
    """Whom the interchange is from and for, and whether it is a test (`T`) or in earnest (`P`)."""

    sender: str
    receiver: str
    usage: str = "T"


def write_278(request: PasRequest, envelope: Envelope | None = None) -> bytes:
    """The interchange's bytes: the same request gives the same bytes. Raises InputError naming what is missing."""
    require_complete(request)
    return "\n".join([*_interchange(request, envelope or _own_envelope(request)), ""]).encode("ascii")


def _own_envelope(request: PasRequest) -> Envelope:
    submitter = request.organization or request.requester
    return Envelope(sender=submitter.npi or submitter.name, receiver=_payer_id(request))


def _interchange(request: PasRequest, envelope: Envelope) -> Iterator[str]:
    control = f"{int(hashlib.sha256(request.transaction.value.encode()).hexdigest(), 16) % 10**9:09d}"
    sender, receiver = plain(envelope.sender, 15), plain(envelope.receiver, 15)
    day, time = f"{request.created:%Y%m%d}", f"{request.created:%H%M}"
    empty, separator = " " * 10, ":"
    yield (
        f"ISA*00*{empty}*00*{empty}*ZZ*{sender:<15}*ZZ*{receiver:<15}*{day[2:]}*{time}*^*00501*{control}*0*"
        f"{envelope.usage}*{separator}{END}"
    )
    yield segment("GS", "HI", sender, receiver, day, time, str(int(control)), "X", VERSION)
    body = [segment("ST", "278", _SET_CONTROL, VERSION), *_transaction(request, day, time)]
    yield from body
    yield segment("SE", str(len(body) + 1), _SET_CONTROL)
    yield segment("GE", "1", str(int(control)))
    yield segment("IEA", "1", control)


def _transaction(request: PasRequest, day: str, time: str) -> Iterator[str]:
    yield segment("BHT", "0007", "13", _trace(request), day, time)
    yield segment("HL", "1", "", "20", "1")
    yield segment("NM1", "X3", "2", plain(request.payer.name, 60), "", "", "", "", "PI", _payer_id(request))
    yield segment("HL", "2", "1", "21", "1")
    yield from _requester(request.organization or request.requester)
    yield segment("HL", "3", "2", "22", "1")
    member = request.patient if request.is_for_subscriber else request.subscriber or request.patient
    yield from _person("IL", member, request.member_identifier.value)
    patient_level = 3
    if not request.is_for_subscriber:
        patient_level = 4
        yield segment("HL", "4", "3", "23", "1")
        yield from _person("QC", request.patient, "")
        relation = codes.RELATIONSHIP.get(request.coverage.relationship.strip(), codes.RELATIONSHIP["other"])
        yield segment("INS", "N", relation.coding.code)
    yield from _event(request, patient_level + 1, patient_level)
    yield from _service(request, patient_level + 2, patient_level + 1)


def _payer_id(request: PasRequest) -> str:
    known = next((named.value for named in request.payer_identifiers if named.value.strip()), str(request.payer.id))
    return plain(known, 80)


def _requester(party: Party) -> Iterator[str]:
    yield _provider("FA" if is_organization(party) else "1P", party)
    yield from _address(party.address)
    if phone := _digits(party.phone):
        yield segment("PER", "IC", "", "TE", phone)


def _provider(role: str, party: Party) -> str:
    qualifier = ("XX", party.npi) if party.npi else ("", "")
    if is_organization(party):
        return segment("NM1", role, "2", plain(party.name, 60), "", "", "", "", *qualifier)
    family, given = name_parts(party)
    first, middle = (*given, "", "")[:2]
    return segment("NM1", role, "1", plain(family, 60), plain(first, 35), plain(middle, 25), "", "", *qualifier)


def _person(role: str, patient: Patient, member_id: str) -> Iterator[str]:
    first, middle = (*patient.given, "", "")[:2]
    number = ("MI", plain(member_id, 80)) if member_id else ("", "")
    yield segment("NM1", role, "1", plain(patient.family, 60), plain(first, 35), plain(middle, 25), "", "", *number)
    yield from _address(patient.address)
    if patient.birth_date:
        gender = _GENDERS.get(patient.gender, _STATES_UNKNOWN_GENDER)
        yield segment("DMG", "D8", _day(patient.birth_date), gender)


def _address(address: Address) -> Iterator[str]:
    lines = [plain(line, 55) for line in address.line if line.strip()]
    if lines and address.city and address.state:
        yield segment("N3", *lines[:2])
        code = "".join(letter for letter in address.postal_code if letter.isalnum())
        yield segment("N4", plain(address.city, 30), plain(address.state, 2), code)


def _event(request: PasRequest, level: int, parent: int) -> Iterator[str]:
    place, service = request.filed_place, request.filed_service_type
    urgent = codes.LEVEL_URGENT.coding.code if request.urgency is Urgency.EXPEDITED else ""
    yield segment("HL", str(level), str(parent), "EV", "1")
    yield segment("TRN", "1", _trace(request), _originator(request))
    yield segment(
        "UM", request.filed_category.code, request.certification_type.code, service.code if service else "",
        joined((place.code, "B")) if place else "", "", urgent,
    )  # fmt: skip
    if _is_admission(request) and request.order.service_date:
        yield segment("DTP", "435", "D8", _day(request.order.service_date))
    diagnoses = codes.codings_in(request.diagnoses, (ICD_10_CM,))[:_MOST_DIAGNOSES]
    if diagnoses:
        kinds = ("ABK", *["ABF"] * (len(diagnoses) - 1))
        shown = (coding.code.replace(".", "") for coding in diagnoses)
        yield segment("HI", *(joined(pair) for pair in zip(kinds, shown, strict=True)))
    report, way = request.report_type.code, codes.TRANSMISSION.coding.code
    yield segment("PWK", report, way, "", "", "AC", _trace(request))


def _service(request: PasRequest, level: int, parent: int) -> Iterator[str]:
    yield segment("HL", str(level), str(parent), "SS", "0")
    if not _is_admission(request) and request.order.service_date:
        yield _service_days(request.order.service_date, request.order.service_end)
    yield _line(request)
    performer = request.performer
    if performer is not None and can_be_named(performer):
        yield _provider("SJ", performer)


def _line(request: PasRequest) -> str:
    """SV2 for what is asked for by revenue code, SV1 for every other line."""
    products, revenue = product_codings(request.order), revenue_codings(request.order)
    product = joined(("N4" if products[0].system == NDC else "HC", plain(products[0].code, 48))) if products else ""
    quantity = request.order.quantity
    unit = _UNITS.get(quantity.unit.casefold(), "UN") if quantity else ""
    amount = f"{quantity.value.normalize():f}" if quantity else ""
    if revenue:
        return segment("SV2", plain(revenue[0].code, 48), product, "", unit, amount)
    return segment("SV1", product, "", unit, amount)


def _is_admission(request: PasRequest) -> bool:
    return request.filed_category.code == codes.ADMISSION_REVIEW.coding.code


def _service_days(start: date, end: date | None) -> str:
    if end is None or end == start:
        return segment("DTP", "472", "D8", _day(start))
    return segment("DTP", "472", "RD8", f"{_day(start)}-{_day(end)}")


def _trace(request: PasRequest) -> str:
    """The number the payer answers by, as the claim has it."""
    return reference(request.transaction.value, 50)


def _originator(request: PasRequest) -> str:
    """TRN03, ten characters: 9 says that the number is one of our own choosing; here the submitter's NPI."""
    npi = (request.organization or request.requester).npi or request.requester.npi
    return f"9{npi[-9:]:0>9}"


def _day(day: date) -> str:
    return f"{day:%Y%m%d}"


def _digits(phone: str) -> str:
    """Ten digits of a North American number; nothing where it is none."""
    digits = "".join(letter for letter in phone if letter.isdigit())
    digits = digits.removeprefix("1") if len(digits) == 11 else digits
    return digits if len(digits) == 10 else ""

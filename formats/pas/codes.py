"""The X12-coded values a request needs, as data: each with where it was seen and whether that was a primary source.

The X12 lists are proprietary and are not kept here; these are the few values the product sends by default. Every one
can be given instead by the caller.
"""

from dataclasses import dataclass

from cases.chart import Coding, Order
from formats.pas.systems import HL7, LOINC, PLACE_OF_SERVICE, X12, canonical_system

_EXAMPLES = "PAS 2.2.1 package, published request examples"


@dataclass(frozen=True)
class SourcedCode:
    """A coded value with its source; `verified` is False where nobody has read it in a primary source."""

    coding: Coding
    source: str
    verified: bool


def _x12(element: str, code: str, display: str) -> Coding:
    return Coding(system=X12 + element, code=code, display=display)


REQUEST_CATEGORY = SourcedCode(_x12("1525", "HS", "Health Services Review"), _EXAMPLES, True)
ADMISSION_REVIEW = SourcedCode(_x12("1525", "AR", "Admission Review"), "X12 005010 element 1525", False)
CERTIFICATION_INITIAL = SourcedCode(_x12("1322", "I", "Initial"), _EXAMPLES, True)
CERTIFICATION_APPEAL = SourcedCode(_x12("1322", "2", "Appeal - Standard"), "X12 005010X217 UM02", False)
CERTIFICATION_APPEAL_NOW = SourcedCode(_x12("1322", "1", "Appeal - Immediate"), "X12 005010X217 UM02", False)
LEVEL_URGENT = SourcedCode(_x12("1338", "U", "Urgent"), _EXAMPLES, True)
REPORT_TYPE = SourcedCode(_x12("755", "PY", "Physician's Report"), _EXAMPLES, True)
TRANSMISSION = SourcedCode(_x12("756", "EL", "Electronically Only"), _EXAMPLES, True)
INSURER_ROLE = SourcedCode(_x12("98", "X3", ""), "X12 005010X217 2010A NM101, sample 278 pairs", True)
REQUESTER_ROLE = SourcedCode(_x12("98", "1P", ""), "X12 005010X217 2010B NM101, sample 278 pairs", True)
CLAIM_TYPE = SourcedCode(Coding(system=HL7 + "claim-type", code="professional"), _EXAMPLES, True)
ATTACHMENT_TYPE = SourcedCode(
    Coding(system=LOINC, code="11503-0", display="Medical records"), "PAS 2.2.1 pas-loinc-attachment-codes", True
)

RELATIONSHIP = {
    "self": SourcedCode(_x12("1069", "18", ""), _EXAMPLES, True),
    "spouse": SourcedCode(_x12("1069", "01", ""), "X12 005010 element 1069", False),
    "child": SourcedCode(_x12("1069", "19", ""), "X12 005010 element 1069", False),
    "other": SourcedCode(_x12("1069", "G8", ""), "X12 005010 element 1069", False),
}
"""FHIR subscriber-relationship to X12 element 1069, for those that have one."""


@dataclass(frozen=True)
class ServiceDefault:
    """What an order of this kind is filed under: X12 1365 service type and CMS place of service.

    A row applies where the product code starts with one of `prefixes` (empty: every code of the resource type).
    """

    resource_type: str
    prefixes: tuple[str, ...]
    service_type: SourcedCode
    place: SourcedCode | None
    category: SourcedCode = REQUEST_CATEGORY


def _place(code: str, source: str, verified: bool) -> SourcedCode:
    return SourcedCode(Coding(system=PLACE_OF_SERVICE, code=code), source, verified)


_POS = "CMS place of service code set"
_HOME = _place("12", "42 CFR 414.202: equipment is DME where it is appropriate for use in the home", False)
_DME_RENTAL = SourcedCode(_x12("1365", "18", ""), "X12 005010 element 1365; 42 CFR 414.226, 414.229", False)
_DME_PURCHASE = SourcedCode(_x12("1365", "12", ""), "X12 005010 element 1365", False)
_HOME_HEALTH = SourcedCode(_x12("1365", "42", "Home Health Care"), _EXAMPLES, True)
_MEDICAL_CARE = SourcedCode(_x12("1365", "1", "Medical Care"), _EXAMPLES, True)
_PHARMACY = SourcedCode(_x12("1365", "88", ""), "X12 005010 element 1365", False)

_INPATIENT = SourcedCode(_x12("1365", "48", ""), "X12 005010 element 1365: hospital, inpatient", False)
_SKILLED_NURSING = SourcedCode(_x12("1365", "AG", ""), "X12 005010 element 1365: skilled nursing care", False)

_SUBACUTE = ("019",)
_ROOM_AND_BOARD = ("010", "011", "012", "013", "014", "015", "016", "017", "020", "021")
"""NUBC revenue codes: 0190-0194 subacute care, 010x-017x room and board and nursery, 020x-021x intensive care."""
_OXYGEN_AND_PAP = ("E042", "E043", "E044", "E139", "E0470", "E0471", "E0472", "E0601")
_HOME_HEALTH_VISITS = ("G015", "G0162", "G0299", "G0300")

SERVICE_DEFAULTS = (
    ServiceDefault("DeviceRequest", _OXYGEN_AND_PAP, _DME_RENTAL, _HOME),
    ServiceDefault("DeviceRequest", (), _DME_PURCHASE, _HOME),
    ServiceDefault("ServiceRequest", _HOME_HEALTH_VISITS, _HOME_HEALTH, _HOME),
    ServiceDefault("ServiceRequest", _SUBACUTE, _SKILLED_NURSING, _place("31", _POS, False), ADMISSION_REVIEW),
    ServiceDefault("ServiceRequest", _ROOM_AND_BOARD, _INPATIENT, _place("21", _POS, False), ADMISSION_REVIEW),
    ServiceDefault("ServiceRequest", (), _MEDICAL_CARE, None),
    ServiceDefault("MedicationRequest", (), _PHARMACY, _place("01", _POS, False)),
)  # fmt: skip
"""First row that applies. Where else a service is given only the orderer knows: it has no default place."""


def service_default(order: Order) -> ServiceDefault | None:
    """What the order is filed under by default; None for a resource type that PAS does not take."""
    codes = [coding.code.strip() for coding in order.codes]
    for row in SERVICE_DEFAULTS:
        if row.resource_type != order.resource_type:
            continue
        if not row.prefixes or any(code.startswith(row.prefixes) for code in codes):
            return row
    return None


def codings_in(codings: tuple[Coding, ...], systems: tuple[str, ...]) -> tuple[Coding, ...]:
    """The codings of these code systems under the names PAS binds to, each once, in order."""
    named = [Coding(system=canonical_system(c.system), code=c.code.strip(), display=c.display) for c in codings]
    kept = [coding for coding in named if coding.system in systems and coding.code]
    seen: dict[tuple[str, str], Coding] = {}
    for coding in kept:
        seen.setdefault((coding.system, coding.code), coding)
    return tuple(seen.values())


def npi_well_formed(npi: str) -> bool:
    """Ten digits (US Core us-core-16)."""
    return len(npi) == 10 and npi.isascii() and npi.isdigit()


def npi_check_digit_holds(npi: str) -> bool:
    """Luhn over 80840 and the number (US Core us-core-17). Samples and old records break it; payers then refuse."""
    if not npi_well_formed(npi):
        return False
    doubled = [int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(npi)]
    return (24 + sum(value - 9 if value > 9 else value for value in doubled)) % 10 == 0

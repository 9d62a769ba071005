"""Required bindings as far as they can be judged without a licence: enumerated codes, else the code system.

X12 lists are proprietary (standards §1.3): the value set's address ends in the data element number, and a code must
come from that element's code system; whether the list holds it, nobody without the list can say.
"""

import re
from typing import Any

from tests.pas_walker.findings import Json, items
from tests.pas_walker.package import Package, unversioned

_X12 = re.compile(r"https://valueset\.x12\.org/x217/005010/.*/(\d+)$")
_LOINC = "http://loinc.org"
_NULL_FLAVOR = "http://terminology.hl7.org/CodeSystem/v3-NullFlavor"
_US_CORE = "http://hl7.org/fhir/us/core/"
_CL1 = "https://valueset.x12.org/x217/005010/request/2000E/CL1/1/"
_NUBC = "https://www.nubc.org/CodeSystem/"
ELSEWHERE: dict[str, dict[str, frozenset[str] | None]] = {
    _US_CORE + "ValueSet/us-core-documentreference-type": {_LOINC: None, _NULL_FLAVOR: None},
    _US_CORE + "ValueSet/us-core-documentreference-category": {
        _US_CORE + "CodeSystem/us-core-documentreference-category": frozenset({"clinical-note"})
    },
    _US_CORE + "ValueSet/us-core-usps-state": {"https://www.usps.com/": None},
    _CL1 + "01/00/1315": {_NUBC + "PriorityTypeOfAdmitOrVisit": None},
    _CL1 + "02/00/1314": {_NUBC + "PointOfOrigin": None},
    _CL1 + "03/00/1352": {_NUBC + "PatDischargeStatus": None},
    "http://loinc.org/vs/valid-hl7-attachment-requests": {_LOINC: None},
}
"""Value sets that the package binds to and does not hold: their code systems, from their published definitions."""


def allowed(package: Package, value_set: str) -> dict[str, frozenset[str] | None] | None:
    """Code systems of a value set, each with its codes or None for any; None where the set is unknown here."""
    url = unversioned(value_set)
    if not url:
        return None
    if url in ELSEWHERE:
        return ELSEWHERE[url]
    if match := _X12.match(url):
        return {f"https://codesystem.x12.org/005010/{match.group(1)}": None}
    if url not in package.value_sets:
        return None
    systems: dict[str, frozenset[str] | None] = {}
    for include in package.value_sets[url]["compose"]["include"]:
        codes = frozenset(concept["code"] for concept in include.get("concept", []))
        systems[include["system"]] = codes or None
    return systems


def _in(coding: Json, systems: dict[str, frozenset[str] | None]) -> bool:
    system, code = coding.get("system"), coding.get("code")
    if not isinstance(system, str) or not isinstance(code, str) or system not in systems:
        return False
    codes = systems[system]
    return codes is None or code in codes


def member(package: Package, value_set: str, value: Any) -> bool | None:
    """Whether a code, Coding or CodeableConcept is in the set; None where this cannot be judged."""
    systems = allowed(package, value_set)
    if systems is None:
        return None
    if isinstance(value, str):
        known = [codes for codes in systems.values() if codes is not None]
        return None if len(known) < len(systems) else any(value in codes for codes in known)
    if not isinstance(value, dict):
        return None
    codings = items(value.get("coding")) if "coding" in value or "text" in value else [value]
    return any(isinstance(coding, dict) and _in(coding, systems) for coding in codings)

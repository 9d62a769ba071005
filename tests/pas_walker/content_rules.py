"""What no snapshot says and a payer still refuses: half codings, impossible codes, a PDF that is none, no NPI.

Each rule names its ground. Code shapes are those of the code systems' own publishers; membership of the licensed lists
(HCPCS, CPT, ICD, X12) cannot be judged here.
"""

import re
from collections.abc import Iterator
from typing import Any

from tests.pas_walker.entries import Entries
from tests.pas_walker.findings import Finding, Json, items
from tests.pas_walker.package import CANONICAL, Package
from tests.pas_walker.r4 import Element, elements

_HL7 = "http://terminology.hl7.org/CodeSystem/"
_PRODUCT = r"[A-Z]\d{4}|\d{4}[0-9A-Z]"
SHAPES = {
    "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets": _PRODUCT,
    "http://www.ama-assn.org/go/cpt": _PRODUCT,
    "http://hl7.org/fhir/sid/icd-10-cm": r"[A-Z]\d[0-9A-Z](\.?[0-9A-Z]{1,4})?",
    "http://hl7.org/fhir/sid/ndc": r"[\d-]{10,13}",
    "http://loinc.org": r"(LA|LP|MTHU)?\d{1,8}-\d",
    "https://www.cms.gov/Medicare/Coding/place-of-service-codes/Place_of_Service_Code_Set": r"\d\d",
}
_X12 = re.compile(r"https://codesystem\.x12\.org/")
_X12_CODE = r"[A-Z0-9]{1,5}"
CLOSED = {
    _HL7 + "claim-type": frozenset(("institutional", "oral", "pharmacy", "professional", "vision")),
    _HL7 + "processpriority": frozenset(("stat", "normal", "deferred")),
    _HL7 + "subscriber-relationship": frozenset(("child", "parent", "spouse", "common", "other", "self", "injured")),
    _HL7 + "coverage-class": frozenset(
        ("group", "subgroup", "plan", "subplan", "class", "subclass", "sequence", "rxbin", "rxpcn", "rxid", "rxgroup")
    ),
    "http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category": frozenset(("clinical-note",)),
}
"""Small HL7 code systems that are complete in R4 and US Core."""


def content_faults(package: Package, bundle: Json, entries: Entries) -> Iterator[Finding]:
    """Faults of content in every entry."""
    named = bundle.get("identifier")
    if isinstance(named, dict) and not (named.get("system") and named.get("value")):
        yield Finding("transaction", "Bundle.identifier", "without system and value it identifies nothing")
    for index, resource in entries.resources():
        faults = [*_coded(package, resource), *_claimed(package, resource), *_by_kind(resource)]
        yield from (Finding(f.rule, f"entry[{index}].{f.path}", f.message) for f in faults)


def _coded(package: Package, resource: Json) -> Iterator[Finding]:
    for element in elements(resource):
        if element.spec.type == "Coding" and isinstance(element.value, dict):
            problem = _coding_problem(package, element)
            if problem:
                yield Finding("coding", element.path, problem)


def _coding_problem(package: Package, element: Element) -> str:
    """R4 allows half a Coding; PAS has a system and a code in every binding it makes."""
    system, code = element.value.get("system"), element.value.get("code")
    if not isinstance(system, str) or not isinstance(code, str):
        return "needs both a system and a code"
    known = CLOSED.get(system) or package.code_systems.get(system)
    if known and code not in known:
        return f"{code!r} is not a code of {system}"
    shape = SHAPES.get(system) or (_X12_CODE if _X12.match(system) else None)
    return "" if shape is None or re.fullmatch(shape, code) else f"{code!r} is no code of {system}"


def _claimed(package: Package, resource: Json) -> Iterator[Finding]:
    """R4 Meta.profile: an absolute address; one of PAS's must be in the package."""
    meta = resource.get("meta")
    for url in items(meta.get("profile")) if isinstance(meta, dict) else []:
        known = package.profile(url) if isinstance(url, str) else None
        if ":" not in str(url) or (str(url).startswith(CANONICAL) and known is None):
            yield Finding("profile-unknown", f"{resource.get('resourceType')}.meta.profile", str(url))


def _by_kind(resource: Json) -> Iterator[Finding]:
    kind = resource.get("resourceType")
    if kind == "Practitioner" and not any(_is_npi(named) for named in items(resource.get("identifier"))):
        yield Finding("npi", "Practitioner.identifier", "no NPI: the 278 names a clinician by it (standards §1.4)")
    if kind == "Claim":
        for index, item in enumerate(items(resource.get("item"))):
            amount = item.get("quantity") if isinstance(item, dict) else None
            value = amount.get("value") if isinstance(amount, dict) else None
            if isinstance(value, (int, float)) and value <= 0:
                yield Finding("quantity", f"Claim.item[{index}].quantity", "nothing, or less, is asked for")
    if kind == "DocumentReference":
        yield from _documents(resource)


def _documents(resource: Json) -> Iterator[Finding]:
    for index, content in enumerate(items(resource.get("content"))):
        attachment = content.get("attachment") if isinstance(content, dict) else None
        kind, data = (
            attachment.get(name) if isinstance(attachment, dict) else None for name in ("contentType", "data")
        )
        place = f"DocumentReference.content[{index}].attachment"
        if isinstance(kind, str) and not re.fullmatch(r"[\w.+-]+/[\w.+-]+(;.*)?", kind):
            yield Finding("media-type", place, "not a media type (BCP 13)")
        if kind == "application/pdf" and isinstance(data, str) and not data.startswith("JVBERi"):
            yield Finding("media-type", place, "called a PDF and is none")


def _is_npi(named: Any) -> bool:
    return isinstance(named, dict) and named.get("system") == "http://hl7.org/fhir/sid/us-npi"

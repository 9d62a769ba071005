"""Rules for bundles that no snapshot holds: PAS 2.2.1 specification text (spec-11 … spec-34) and the Inferno kits.

Each rule says where it comes from; standards §1.3 and §2 are the project's summary of them.
"""

import re
import uuid
from collections import Counter
from collections.abc import Iterator
from typing import Any

from tests.pas_walker.entries import Entries
from tests.pas_walker.findings import Finding, Json, items
from tests.pas_walker.r4 import elements

_REST = re.compile(r"https?://[^?#\s]+/([A-Za-z]+)/([A-Za-z0-9\-.]{1,64})$")
_SEQUENCED = ("careTeam", "supportingInfo", "diagnosis", "procedure", "insurance", "item")
_POINTERS = {
    "careTeamSequence": "careTeam", "diagnosisSequence": "diagnosis", "informationSequence": "supportingInfo",
    "procedureSequence": "procedure",
}  # fmt: skip
_SUPPORTING = (
    "DocumentReference",
    "QuestionnaireResponse",
    "DiagnosticReport",
    "Observation",
    "Condition",
    "Procedure",
)


def bundle_faults(entries: Entries, *, answer: bool) -> Iterator[Finding]:
    """Everything beside the profiles, of a request, an inquiry or an answer."""
    yield from _full_urls(entries)
    yield from _references(entries)
    yield from _reachable(entries)
    for index, resource in entries.resources():
        if resource.get("resourceType") == "Claim":
            for fault in (*_sequences(resource), *_focal(resource), *_same_people(entries, index, resource)):
                yield Finding(fault.rule, f"entry[{index}].{fault.path}", fault.message)
    if not answer:
        yield from _supporting(entries)
        yield from _member(entries)


def _full_urls(entries: Entries) -> Iterator[Finding]:
    """spec-14 (each instance once), spec-16 (EHR address or urn:uuid), Inferno (the address matches the id)."""
    seen: Counter[str] = Counter()
    identities: Counter[tuple[str, str]] = Counter()
    for index, entry in enumerate(entries.entries):
        url, resource = entry.get("fullUrl"), entries.resource(index)
        kind, own_id = str(resource.get("resourceType")), resource.get("id")
        seen[str(url)] += 1
        identities[kind, str(own_id)] += 1
        place = f"entry[{index}].fullUrl"
        if seen[str(url)] > 1 or identities[kind, str(own_id)] > 1:
            yield Finding("duplicate-entry", place, "this instance is in the bundle more than once")
        if problem := _url_problem(str(url), kind, own_id):
            yield Finding("full-url", place, problem)


def _url_problem(url: str, kind: str, own_id: object) -> str:
    if url.startswith("urn:uuid:"):
        text = url.removeprefix("urn:uuid:")
        try:
            regular = str(uuid.UUID(text)) == text
        except ValueError:
            regular = False
        if not regular:
            return "not a UUID in lower case"
        return "" if own_id == text else "the UUID is not the resource's id"
    match = _REST.match(url)
    if not match:
        return "neither an EHR address nor urn:uuid"
    return "" if match.groups() == (kind, own_id) else "the address does not end in the resource's type and id"


def _references(entries: Entries) -> Iterator[Finding]:
    """spec-13 and Inferno: every reference resolves inside the bundle, to a type that R4 admits there."""
    for index, resource in entries.resources():
        for path, reference in entries.references(index):
            if entries.resolve(index, reference) is None:
                yield Finding("unresolved", f"entry[{index}].{path}", reference)
        for element in elements(resource):
            yield from _admitted(entries, index, element.path, element.spec.targets, element.value)


def _admitted(entries: Entries, index: int, path: str, targets: tuple[str, ...], value: Any) -> Iterator[Finding]:
    reference = value.get("reference") if isinstance(value, dict) else None
    if not targets or not isinstance(reference, str) or "Resource" in targets:
        return
    target = entries.resolve(index, reference)
    kind = entries.resource(target).get("resourceType") if target is not None else None
    if kind is not None and kind not in targets:
        yield Finding("target-type", f"entry[{index}].{path}", f"{kind} is not one of {', '.join(targets)}")


def _reachable(entries: Entries) -> Iterator[Finding]:
    """spec-13: the bundle holds what the first entry refers to, directly or not, and nothing else."""
    if not entries.entries:
        return
    reached, queue = {0}, [0]
    while queue:
        source = queue.pop()
        for _, reference in entries.references(source):
            target = entries.resolve(source, reference)
            if target is not None and target not in reached:
                reached.add(target)
                queue.append(target)
    for index in sorted(set(range(len(entries.entries))) - reached):
        yield Finding("unreferenced", f"entry[{index}]", "nothing leads here from the first entry")


def _sequences(claim: Json) -> Iterator[Finding]:
    """spec-22 and R4: sequence numbers are unique, and what points at one finds it."""
    known = {}
    for name in _SEQUENCED:
        numbers = [part.get("sequence") for part in items(claim.get(name)) if isinstance(part, dict)]
        known[name] = set(map(str, numbers))
        for number, count in Counter(map(str, numbers)).items():
            if count > 1:
                yield Finding("sequence", f"Claim.{name}", f"sequence {number} is used {count} times")
    for index, item in enumerate(items(claim.get("item"))):
        for pointer, name in _POINTERS.items():
            for number in items(item.get(pointer)) if isinstance(item, dict) else []:
                if str(number) not in known[name]:
                    yield Finding("sequence", f"Claim.item[{index}].{pointer}", f"no {name} has sequence {number}")


def _focal(claim: Json) -> Iterator[Finding]:
    """R4 Claim.insurance.focal: one coverage, and only one, is used to decide."""
    focal = [part for part in items(claim.get("insurance")) if isinstance(part, dict) and part.get("focal") is True]
    if len(focal) != 1:
        yield Finding("focal", "Claim.insurance", f"{len(focal)} focal coverages")


def _same_people(entries: Entries, index: int, claim: Json) -> Iterator[Finding]:
    """A request is about one person and one payer: coverage, order and document name the claim's own."""
    patient = _target(entries, index, claim.get("patient"))
    for other, resource in entries.resources():
        for name in ("subject", "beneficiary"):
            pointed = _target(entries, other, resource.get(name))
            if patient is not None and pointed is not None and pointed != patient:
                yield Finding("same-patient", f"Claim.patient ≠ entry[{other}].{name}", "names another patient")
        for payor in items(resource.get("payor")):
            pointed, insurer = _target(entries, other, payor), _target(entries, index, claim.get("insurer"))
            if insurer is not None and pointed is not None and pointed != insurer:
                yield Finding("same-insurer", f"Claim.insurer ≠ entry[{other}].payor", "names another payer")


def _target(entries: Entries, source: int, reference: Any) -> int | None:
    literal = reference.get("reference") if isinstance(reference, dict) else None
    return entries.resolve(source, literal) if isinstance(literal, str) else None


def _supporting(entries: Entries) -> Iterator[Finding]:
    """spec-20: what supports the request is named by Claim.supportingInfo.valueReference."""
    named = set()
    for index, resource in entries.resources():
        if resource.get("resourceType") == "Claim":
            named |= {_target(entries, index, part.get("valueReference"))
                      for part in items(resource.get("supportingInfo")) if isinstance(part, dict)}  # fmt: skip
    for index, resource in entries.resources():
        if resource.get("resourceType") in _SUPPORTING and index not in named:
            yield Finding("supporting", f"entry[{index}]", "not named by Claim.supportingInfo")


def _member(entries: Entries) -> Iterator[Finding]:
    """Standards §1.3: the payer finds the patient by member id, so the covered patient carries the coverage's one."""
    for index, resource in entries.resources():
        if resource.get("resourceType") != "Coverage":
            continue
        members = [i for i in items(resource.get("identifier")) if _is_member(i)]
        values = {str(i.get("value")) for i in members if i.get("value")}
        person = _target(entries, index, resource.get("beneficiary"))
        if not values and not resource.get("subscriberId"):
            yield Finding("member-id", f"entry[{index}].Coverage", "neither a member id nor a subscriber id")
        elif values and person is not None:
            own = {str(i.get("value")) for i in items(entries.resource(person).get("identifier")) if _is_member(i)}
            if not own & values:
                yield Finding("member-id", f"entry[{person}].Patient.identifier", "the member id (MB) is missing")


def _is_member(identifier: Any) -> bool:
    kind = identifier.get("type") if isinstance(identifier, dict) else None
    codings = items(kind.get("coding")) if isinstance(kind, dict) else []
    return any(isinstance(coding, dict) and coding.get("code") == "MB" for coding in codings)

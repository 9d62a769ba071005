"""One resource for each Type/id of a hand-over: the same content counts once, of several versions the latest."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from cases.chart import Refusal
from cases.ids import DocumentId
from formats.fhir.elements import child, children, text_of
from formats.fhir.resource import ChartResource
from formats.json_places import JsonObject


@dataclass
class Versions:
    """The resource kept for each Type/id, in order of first appearance, and what became of the others.

    `full_urls` are those of every resource, kept or not. `disputed` are ids of patients that two different
    persons bear: what refers to one from another file cannot be told to mean the one kept.
    """

    kept: dict[DocumentId, ChartResource] = field(default_factory=dict)
    full_urls: dict[str, DocumentId] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    disputed: set[DocumentId] = field(default_factory=set)


def one_of_each(resources: Iterable[ChartResource]) -> Versions:
    """Keep one resource for each Type/id; each other one of different content is refused."""
    versions = Versions()
    for resource in resources:
        name = resource.document_id
        held = versions.kept.setdefault(name, resource)
        if resource.full_url:
            versions.full_urls.setdefault(resource.full_url, name)
        if held is resource or _substance(held) == _substance(resource):
            continue
        later, older = _is_later(resource, held), _is_later(held, resource)
        versions.refusals.append(_refused(held if later else resource, is_older=later or older))
        if later:
            versions.kept[name] = resource
        elif not older and _are_two_persons(held, resource):
            versions.disputed.add(name)
    return versions


def _are_two_persons(one: ChartResource, other: ChartResource) -> bool:
    """Whether two patients of one id have another date of birth or no family name in common."""
    if one.type != "Patient":
        return False
    born = {text_of(patient.body, "birthDate") for patient in (one, other)} - {""}
    families = [{text_of(name, "family") for name in children(patient.body, "name")} for patient in (one, other)]
    return len(born) > 1 or (all(families) and not families[0] & families[1])


def _substance(resource: ChartResource) -> JsonObject:
    """The resource without its bookkeeping and narrative, which differ between exports of the same thing."""
    return {key: value for key, value in resource.body.items() if key not in ("meta", "text", "language")}


def _refused(loser: ChartResource, *, is_older: bool) -> Refusal:
    reason = (
        "a later version of the same resource is used"
        if is_older
        else "another resource with the same id and different content"
    )
    return Refusal(
        file=loser.file,
        pointer=loser.pointer,
        field=f"{loser.type}.id",
        reason=reason,
        fix="" if is_older else "give the resources different ids, or say by meta.lastUpdated which one is later",
    )


def _is_later(one: ChartResource, other: ChartResource) -> bool:
    """Whether `one` says it is the later version: by meta.lastUpdated, else by a numeric meta.versionId."""
    updated, before = _updated(one), _updated(other)
    if updated and before and updated != before:
        return updated > before
    version, earlier = _version(one), _version(other)
    return version is not None and earlier is not None and version > earlier


def _updated(resource: ChartResource) -> datetime | None:
    try:
        return datetime.fromisoformat(text_of(child(resource.body, "meta"), "lastUpdated"))
    except ValueError:
        return None


def _version(resource: ChartResource) -> int | None:
    version = text_of(child(resource.body, "meta"), "versionId")
    return int(version) if version.isdecimal() else None

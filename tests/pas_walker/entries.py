"""The entries of a bundle: finding them by reference, and the resource types a profile list stands for."""

from collections.abc import Iterator
from urllib.parse import urljoin

from tests.pas_walker.findings import Json, items
from tests.pas_walker.package import Package, unversioned

US_CORE = {
    "us-core-allergyintolerance": "AllergyIntolerance", "us-core-condition-encounter-diagnosis": "Condition",
    "us-core-condition-problems-health-concerns": "Condition", "us-core-diagnosticreport-lab": "DiagnosticReport",
    "us-core-documentreference": "DocumentReference", "us-core-encounter": "Encounter",
    "us-core-immunization": "Immunization", "us-core-location": "Location", "us-core-medication": "Medication",
    "us-core-medicationrequest": "MedicationRequest", "us-core-observation-clinical-result": "Observation",
    "us-core-organization": "Organization", "us-core-patient": "Patient", "us-core-practitioner": "Practitioner",
    "us-core-practitionerrole": "PractitionerRole", "us-core-procedure": "Procedure",
    "us-core-questionnaireresponse": "QuestionnaireResponse", "us-core-relatedperson": "RelatedPerson",
    "us-core-servicerequest": "ServiceRequest", "us-core-simple-observation": "Observation",
    "us-core-vital-signs": "Observation",
}  # fmt: skip
"""Resource types of the US Core 7.0.0 profiles that PAS refers to; the profiles themselves are another package."""


def target_types(package: Package, targets: tuple[str, ...]) -> set[str]:
    """Resource types that a list of target profiles admits; `Resource` admits every type."""
    found = set()
    for url in targets:
        profile, name = package.profile(url), unversioned(url).rpartition("/")[2]
        found.add(profile.type if profile else US_CORE.get(name, name))
    return found


class Entries:
    """Resources by entry number, and resolution of references inside the bundle (R4 Bundle, §Resolving references)."""

    def __init__(self, bundle: Json) -> None:
        self.entries = [entry for entry in items(bundle.get("entry")) if isinstance(entry, dict)]
        self.by_url: dict[str, int] = {}
        for index, entry in enumerate(self.entries):
            self.by_url.setdefault(str(entry.get("fullUrl")), index)

    def resource(self, index: int) -> Json:
        resource = self.entries[index].get("resource")
        return resource if isinstance(resource, dict) else {}

    def resources(self) -> Iterator[tuple[int, Json]]:
        for index in range(len(self.entries)):
            yield index, self.resource(index)

    def resolve(self, source: int, reference: str) -> int | None:
        """Entry that a reference from entry `source` means; None where it is not in the bundle."""
        if reference in self.by_url:
            return self.by_url[reference]
        full_url = str(self.entries[source].get("fullUrl"))
        if ":" in reference or not full_url.startswith("http"):
            return None
        root = full_url.rsplit("/", 2)[0] + "/"
        return self.by_url.get(urljoin(root, reference))

    def references(self, index: int) -> Iterator[tuple[str, str]]:
        """Every literal reference of an entry with its path; those to resources it contains are left out."""
        held = {f"#{c.get('id')}" for c in items(self.resource(index).get("contained")) if isinstance(c, dict)}
        found = _references(self.resource(index), str(self.resource(index).get("resourceType")))
        yield from ((path, reference) for path, reference in found if reference not in {"#", *held})


def _references(value: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, content in value.items():
            if key == "reference" and isinstance(content, str):
                yield path, content
            else:
                yield from _references(content, f"{path}.{key}")
    elif isinstance(value, list):
        for index, content in enumerate(value):
            yield from _references(content, f"{path}[{index}]")

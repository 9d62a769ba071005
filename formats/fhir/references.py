"""Who and what a reference means: resources by fullUrl and by Type/id, contained ones, and the patient named."""

import re
from dataclasses import dataclass, field

from cases.chart import Coding, Party
from cases.ids import DocumentId, PatientId
from formats.fhir.elements import (
    address_of,
    all_codings,
    child,
    children,
    first_present,
    identifiers_of,
    name_words,
    npi_of,
    person_names,
    phone_of,
    strings,
    text_of,
)
from formats.fhir.resource import ChartResource
from formats.fhir.versions import Versions
from formats.json_places import JsonObject

_HISTORY = re.compile(r"/_history/[^/]*$")
_LITERAL = re.compile(r"(?:(?P<base>https?://.+)/)?(?P<type>[A-Z][A-Za-z]+)/(?P<id>[A-Za-z0-9\-.]+)")
_PATIENT_ELEMENTS = ("subject", "patient", "beneficiary", "for", "individual")
_NO_PATIENT = ("Group", "Device", "Location", "Practitioner", "Organization")


@dataclass(frozen=True)
class References:
    """Resources of one hand-over, found by the ways FHIR refers to them."""

    _by_key: dict[str, ChartResource] = field(default_factory=dict)
    _disputed: frozenset[DocumentId] = frozenset()

    @classmethod
    def among(cls, versions: Versions) -> "References":
        by_key: dict[str, ChartResource] = {str(name): resource for name, resource in versions.kept.items()}
        for full_url, name in versions.full_urls.items():
            by_key.setdefault(_HISTORY.sub("", full_url), versions.kept[name])
        return cls(by_key, frozenset(versions.disputed))

    def find(self, reference: str, origin: ChartResource) -> ChartResource | None:
        """The resource of a literal reference in `origin`; None where the hand-over holds none.

        An absolute URL means the resource of that server alone: the same Type/id from another one is another.
        A patient whose id is disputed is meant only by the resources of its own file.
        """
        found = self._held(_HISTORY.sub("", reference))
        is_disputed = found is not None and found.document_id in self._disputed and found.file != origin.file
        return None if is_disputed else found

    def _held(self, plain: str) -> ChartResource | None:
        if plain in self._by_key:
            return self._by_key[plain]
        literal = _LITERAL.fullmatch(plain)
        if not literal or not literal["base"]:
            return None
        local = self._by_key.get(f"{literal['type']}/{literal['id']}")
        from_elsewhere = local is not None and local.full_url.startswith("http")
        return None if from_elsewhere else local

    def body(self, reference: JsonObject, origin: ChartResource) -> JsonObject:
        """The JSON of what a Reference means, contained in `origin` or of its own; empty where unknown."""
        literal = text_of(reference, "reference")
        if literal.startswith("#"):
            contained = children(origin.body, "contained")
            return next((part for part in contained if text_of(part, "id") == literal[1:]), {})
        found = self.find(literal, origin)
        return found.body if found else {}

    def id_of(self, reference: JsonObject, origin: ChartResource) -> str:
        """The logical id that a reference names: of the resource found, else the last part of the reference."""
        literal = _HISTORY.sub("", text_of(reference, "reference"))
        found = self.find(literal, origin)
        if found or not literal or literal.startswith("#"):
            return found.id if found else ""
        return re.split("[/:]", literal)[-1]

    def patient_id(self, resource: ChartResource) -> PatientId | None:
        """The patient whom the resource names: itself, or its subject; None where it names nobody.

        A patient of another server is named by its whole URL, and one whose id is disputed by file and id, so
        that neither ever equals one of this chart.
        """
        if resource.type == "Patient":
            return PatientId(resource.id)
        key = first_present(resource.body, *_PATIENT_ELEMENTS)
        return self.named_patient(child(resource.body, key), resource) if key else None

    def named_patient(self, subject: JsonObject, origin: ChartResource) -> PatientId | None:
        literal = _HISTORY.sub("", text_of(subject, "reference"))
        if not literal:
            return self._patient_by_identifier(child(subject, "identifier"))
        found = self.find(literal, origin)
        if found:
            return PatientId(found.id) if found.type == "Patient" else None
        parts = _LITERAL.fullmatch(literal)
        if literal.startswith("#") or (parts and parts["type"] in _NO_PATIENT):
            return None
        if self._held(literal):
            return PatientId(f"{origin.file}#{literal}")
        return PatientId(literal if parts is None or parts["base"] else parts["id"])

    def _patient_by_identifier(self, identifier: JsonObject) -> PatientId | None:
        wanted = (text_of(identifier, "system"), text_of(identifier, "value"))
        if not wanted[1]:
            return None
        for resource in self._by_key.values():
            if resource.type == "Patient" and any(
                (item.system, item.value) == wanted for item in identifiers_of(resource.body)
            ):
                return PatientId(resource.id)
        return None

    def party(self, reference: JsonObject, origin: ChartResource) -> Party | None:
        """The party a reference means; its words alone, or its literal alone, where that is all there is."""
        if not reference:
            return None
        literal, display = text_of(reference, "reference"), text_of(reference, "display")
        found = self.find(literal, origin)
        body = self.body(reference, origin)
        if body:
            return self.as_party(body, found or origin, literal, display, own_document=found is not None)
        named = identifiers_of({"identifier": reference.get("identifier")})
        return Party(reference=literal, name=display, npi=npi_of(named), identifiers=named)

    def as_party(
        self, body: JsonObject, origin: ChartResource, literal: str, display: str = "", *, own_document: bool = True
    ) -> Party:
        """A Practitioner, PractitionerRole, Organization, Location, RelatedPerson … as a party.

        A role takes the name, NPI and address it lacks from its practitioner and organization.
        """
        kind = text_of(body, "resourceType")
        identifiers = identifiers_of(body)
        person, house = ({}, {}) if kind != "PractitionerRole" else self._of_role(body, origin)
        known = identifiers + identifiers_of(person)
        human = next(iter(person_names(person or body)), {})
        return Party(
            reference=f"{origin.type}/{origin.id}" if own_document else literal,
            name=_party_name(body) or _party_name(person) or display or _role_display(body),
            document_id=origin.document_id,
            kind=kind,
            npi=npi_of(known),
            identifiers=known,
            address=next(
                (found for found in map(address_of, (body, person, house)) if found.line or found.city),
                address_of(body),
            ),
            phone=phone_of(body) or phone_of(person) or phone_of(house),
            family=text_of(human, "family"),
            given=strings(human, "given"),
        )

    def _of_role(self, role: JsonObject, origin: ChartResource) -> tuple[JsonObject, JsonObject]:
        return self.body(child(role, "practitioner"), origin), self.body(child(role, "organization"), origin)

    def reason_codings(self, resource: ChartResource, *keys: str) -> tuple[Coding, ...]:
        """Codings of reasons given as concepts and as references to Conditions or Observations."""
        found: list[Coding] = []
        for key in keys:
            for item in children(resource.body, key):
                coded: JsonObject = {"code": item} if "coding" in item else self.body(item, resource)
                found.extend(all_codings(coded, "code"))
        return tuple(found)


def _party_name(body: JsonObject) -> str:
    if isinstance(body.get("name"), str):
        return text_of(body, "name")
    return next((name_words(name) for name in person_names(body)), "")


def _role_display(role: JsonObject) -> str:
    displays = (text_of(child(role, key), "display") for key in ("practitioner", "organization"))
    return next((display for display in displays if display), "")

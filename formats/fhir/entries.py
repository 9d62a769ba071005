"""Clinical statements of a chart: one entry for each resource that states something, and for each component."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from cases.chart import ChartEntry, Coding, Party, Quantity
from formats.fhir.elements import (
    Days,
    all_codings,
    child,
    children,
    choice,
    codings_of,
    concept_words,
    days_of,
    first_present,
    notes_of,
    quantity_of,
    sites_of,
    strings,
    text_of,
    words,
)
from formats.fhir.orders import choice_name, coded_element
from formats.fhir.references import References
from formats.fhir.resource import ChartResource
from formats.json_places import Json, JsonObject

Places = dict[str, tuple[int, int]]


@dataclass(frozen=True)
class _Shape:
    """Where a resource type keeps what an entry holds. Names ending in `*` are choice elements."""

    code: tuple[str, ...] = ("code",)
    status: str = "status"
    verification: str = ""
    starts: tuple[str, ...] = ("effective*",)
    ends: str = ""
    issued: str = ""
    value: tuple[str, ...] = ()
    quantity: str = ""
    performers: tuple[str, ...] = ("performer",)
    requester: str = "requester"
    reasons: tuple[str, ...] = ("reasonCode", "reasonReference")


_SHAPES = {
    "Observation": _Shape(issued="issued", value=("value*",)),
    "Condition": _Shape(
        status="clinicalStatus", verification="verificationStatus", starts=("onset*",), ends="abatement*",
        issued="recordedDate", value=("severity",), performers=("asserter",), requester="recorder",
    ),
    "Procedure": _Shape(starts=("performed*",), value=("outcome",), requester="recorder"),
    "DiagnosticReport": _Shape(issued="issued", value=("conclusion", "conclusionCode")),
    "MedicationRequest": _Shape(code=("medication*",), starts=(), issued="authoredOn", value=("dosageInstruction",)),
    "MedicationStatement": _Shape(code=("medication*",), issued="dateAsserted", value=("dosage",)),
    "MedicationAdministration": _Shape(code=("medication*",), value=("dosage",)),
    "MedicationDispense": _Shape(
        code=("medication*",), starts=("whenHandedOver", "whenPrepared"), value=("dosageInstruction",),
        quantity="quantity",
    ),
    "AllergyIntolerance": _Shape(
        status="clinicalStatus", verification="verificationStatus", starts=("onset*",), issued="recordedDate",
        value=("reaction",), performers=("asserter",), requester="recorder",
    ),
    "Encounter": _Shape(code=("type", "class"), starts=("period",), performers=("participant",)),
    "Immunization": _Shape(code=("vaccineCode",), starts=("occurrence*",)),
    "DeviceUseStatement": _Shape(code=("device",), starts=("timing*",), issued="recordedOn", performers=("source",)),
    "DocumentReference": _Shape(
        code=("type",), verification="docStatus", starts=("context",), issued="date", value=("description",),
        performers=("author",), requester="authenticator",
    ),
}  # fmt: skip
ENTRY_TYPES = tuple(_SHAPES)


def entries_from(resource: ChartResource, references: References, places: Places) -> Iterator[ChartEntry]:
    """The entry of a resource, then one for each component; `places` are the rendered text's."""
    reader = _EntryReader(resource, references, places, _SHAPES[resource.type])
    yield reader.whole()
    for index in range(len(children(resource.body, "component"))):
        yield reader.component(index)


@dataclass(frozen=True)
class _EntryReader:
    resource: ChartResource
    references: References
    places: Places
    shape: _Shape

    def whole(self) -> ChartEntry:
        body, shape = self.resource.body, self.shape
        code_key = self._name(body, shape.code)
        concepts = self._concepts(code_key)
        starts, ends = self._days(shape.starts), days_of(self._get(body, shape.ends))
        value_key = self._name(body, shape.value)
        value = _Value.of(body.get(value_key))
        return ChartEntry(
            resource_type=self.resource.type,
            resource_id=self.resource.id,
            document_id=self.resource.document_id,
            patient_id=self.references.patient_id(self.resource),
            codes=tuple(coding for concept in concepts for coding in codings_of(concept)),
            text="; ".join(text for text in map(concept_words, concepts) if text),
            status=_code_word(body, shape.status),
            verification=_code_word(body, shape.verification),
            effective=starts.on,
            effective_end=ends.until or ends.on or starts.until,
            issued=days_of(body.get(shape.issued)).on,
            quantity=quantity_of(body.get(shape.quantity)) if shape.quantity else value.quantity,
            value_codes=value.codes,
            value_text=value.text,
            categories=_categories(body),
            body_sites=sites_of(body, "bodySite"),
            methods=all_codings(body, "method"),
            reasons=self.references.reason_codings(self.resource, *shape.reasons),
            notes=notes_of(body),
            performers=tuple(self._performers()),
            requester=self.references.party(child(body, shape.requester), self.resource),
            encounter_id=self.references.id_of(self._encounter(), self.resource),
            code_span=self._place(code_key),
            value_span=self._place(value_key),
        )

    def _encounter(self) -> JsonObject:
        body = self.resource.body
        return child(body, "encounter") or child(child(body, "context"), "encounter")

    def component(self, index: int) -> ChartEntry:
        """A component with the parent's status, dates, patient and people, and its own code and value."""
        part = children(self.resource.body, "component")[index]
        value_key, raw = choice(part, "value")
        value = _Value.of(raw)
        path = f"component[{index}]"
        return self.whole().model_copy(
            update={
                "codes": codings_of(child(part, "code")),
                "text": concept_words(child(part, "code")),
                "quantity": value.quantity,
                "value_codes": value.codes,
                "value_text": value.text,
                "part_of": self.resource.document_id,
                "code_span": self.places.get(f"{path}.code"),
                "value_span": self.places.get(f"{path}.{value_key}"),
            }
        )

    def _concepts(self, key: str) -> list[JsonObject]:
        if key == "class":
            return [{"coding": [item]} for item in children(self.resource.body, key)]
        return coded_element(self.resource, self.references, key)

    def _days(self, names: tuple[str, ...]) -> Days:
        value = self._get(self.resource.body, self._name(self.resource.body, names))
        if isinstance(value, dict) and "period" in value:
            value = value["period"]
        return days_of(value)

    def _get(self, body: JsonObject, name: str) -> Json:
        return body.get(self._name(body, (name,)))

    @staticmethod
    def _name(body: JsonObject, names: tuple[str, ...]) -> str:
        """The first of the elements that is present, a choice element by its full name."""
        for name in names:
            found = choice_name(body, name[:-1]) if name.endswith("*") else first_present(body, name)
            if found:
                return found
        return ""

    def _performers(self) -> Iterator[Party]:
        for key in self.shape.performers:
            for item in children(self.resource.body, key):
                reference = next((child(item, part) for part in ("actor", "individual") if part in item), item)
                party = (
                    self.references.party(reference, self.resource)
                    if {"reference", "display", "identifier"} & set(reference)
                    else None
                )
                if party:
                    yield party

    def _place(self, key: str) -> tuple[int, int] | None:
        return self.places.get(key) or self.places.get(f"{key}[0]")


@dataclass(frozen=True)
class _Value:
    """What a statement's value says: an amount, codes, words."""

    quantity: Quantity | None = None
    codes: tuple[Coding, ...] = ()
    text: str = ""

    @classmethod
    def of(cls, value: Json) -> "_Value":
        if isinstance(value, list):
            return cls._of_list(value)
        if isinstance(value, dict):
            return cls._of_object(value)
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            return cls(quantity=quantity_of(value))
        return cls(text=words(value))

    @classmethod
    def _of_list(cls, values: list[Json]) -> "_Value":
        found = [cls.of(value) for value in values]
        codes = tuple(coding for item in found for coding in item.codes)
        return cls(codes=codes, text="; ".join(item.text for item in found if item.text))

    @classmethod
    def _of_object(cls, value: JsonObject) -> "_Value":
        """A concept, a Dosage (its text), a reaction (its manifestations), a Range, a Ratio, or a Quantity."""
        if "manifestation" in value:
            return cls._of_list(list(children(value, "manifestation")))
        if "coding" in value or "text" in value:
            return cls(codes=codings_of(value), text=concept_words(value))
        if "numerator" in value or "low" in value or "high" in value:
            return cls(text=_pair_words(value))
        return cls(quantity=quantity_of(value))


def _pair_words(value: JsonObject) -> str:
    low, high = quantity_of(value.get("low")), quantity_of(value.get("high"))
    top, below = quantity_of(value.get("numerator")), quantity_of(value.get("denominator"))
    joint = " / " if top or below else " to "
    return joint.join(f"{item.value} {item.unit}".strip() for item in (low, high, top, below) if item)


def _code_word(body: JsonObject, key: str) -> str:
    """A status that is a code, or a CodeableConcept whose code says it."""
    if isinstance(body.get(key), str):
        return text_of(body, key)
    concept = child(body, key)
    return next((coding.code for coding in codings_of(concept)), concept_words(concept))


def _categories(body: JsonObject) -> tuple[Coding, ...]:
    plain = tuple(Coding(system="", code=code) for code in strings(body, "category"))
    encounter_class = tuple(codings_of({"coding": list(children(body, "class"))}))
    return (*plain, *all_codings(body, "category"), *encounter_class)

"""A FHIR resource as text a clinician can read: one element a line, values verbatim, with the place of each."""

import re
from dataclasses import dataclass, field

from cases.document import Field
from formats.fhir.datatypes import parts_of
from formats.fhir.elements import words
from formats.json_places import Json, JsonObject

_FIRST = (
    "status", "clinicalStatus", "verificationStatus", "docStatus", "doNotPerform", "intent", "priority", "category",
    "class", "type", "code", "codeCodeableConcept", "codeReference", "medicationCodeableConcept",
    "medicationReference", "vaccineCode", "name", "birthDate", "gender", "effectiveDateTime", "effectivePeriod",
    "effectiveInstant", "onsetDateTime", "onsetPeriod", "abatementDateTime", "performedDateTime", "performedPeriod",
    "occurrenceDateTime", "occurrencePeriod", "period", "authoredOn", "recordedDate", "issued",
)  # fmt: skip
_LAST = (
    "note", "subject", "patient", "beneficiary", "encounter", "requester", "performer", "recorder", "identifier",
    "extension", "modifierExtension", "contained",
)  # fmt: skip
_ORDER = {name: place for place, name in enumerate(_FIRST)} | {name: 1_000 + place for place, name in enumerate(_LAST)}
_NOT_SHOWN = frozenset({"resourceType", "id", "meta", "text"})
_INDENT = "  "
_TYPES = (
    "CodeableConcept|Quantity|DateTime|Reference|Boolean|String|Integer|Decimal|Timing|Ratio|SampledData|Attachment|"
    "Coding|Base64Binary|UnsignedInt|PositiveInt"
)
_CHOICE = re.compile(
    rf"(\w+?)(?:{_TYPES})|"
    r"(value|effective|onset|abatement|performed|occurrence|timing|serviced|deceased|born|answer|bounds|dose|rate)"
    r"(?:Period|Range|Age|Date|Time|Duration|Uri|Instant|Identifier|Money|Code|Markdown|Id|Canonical|Url|Oid|Uuid)"
)
_BINARY_ELEMENTS = ("data", "valueBase64Binary")
_BASE64 = re.compile(r"[A-Za-z0-9+/=\r\n]{200,}")
_WORD_STARTS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass
class Rendering:
    """The text under construction, and the code points each element's value takes."""

    _parts: list[str] = field(default_factory=list)
    _length: int = 0
    places: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return "".join(self._parts)

    def fields(self) -> tuple[Field, ...]:
        return tuple(Field(path=path, start=start, end=end) for path, (start, end) in self.places.items())

    def resource(self, resource: JsonObject, name: str, identity: str) -> None:
        """Write a whole resource under a title line."""
        self._write(f"{name} ")
        self._write(identity, "id")
        self._write("\n")
        self._members(resource, "", 0, resource=True)

    def _members(self, parent: JsonObject, path: str, depth: int, *, resource: bool = False) -> None:
        for key in sorted(parent, key=lambda name: _ORDER.get(name, 500)):
            if not (key in _NOT_SHOWN if resource else key == "id"):
                self._element(key, parent[key], f"{path}.{key}" if path else key, depth)

    def _element(self, key: str, value: Json, path: str, depth: int) -> None:
        """One element; a repeated one takes a line for each repeat."""
        if isinstance(value, list):
            for index, item in enumerate(value):
                self._element(key, item, f"{path}[{index}]", depth)
        elif isinstance(value, dict):
            self._complex(key, value, path, depth)
        elif words(value):
            self._write(f"{_INDENT * depth}{label_of(key)}: ")
            self._write(_shown(key, words(value)), path)
            self._write("\n")

    def _complex(self, key: str, value: JsonObject, path: str, depth: int) -> None:
        """A datatype on one line; anything else as a block of its own elements."""
        parts = parts_of(value)
        start = self._length
        if parts:
            self._write(f"{_INDENT * depth}{label_of(key)}: ")
            start = self._length
            for text, name in parts:
                self._write(text, f"{path}.{name}" if name else "")
            end = self._length
            self._write("\n")
        else:
            self._block(key, value, path, depth)
            end = self._length - 1
        if end > start:
            self.places[path] = (start, end)

    def _block(self, key: str, value: JsonObject, path: str, depth: int) -> None:
        kind, url = words(value.get("resourceType")), words(value.get("url"))
        title = label_of(key)
        if kind:
            title = f"{title} {kind} {words(value.get('id'))}".rstrip()
        elif "xtension" in key and url:
            title = f"{title} {url.rstrip('/').rsplit('/', 1)[-1]}"
        self._write(f"{_INDENT * depth}{title}:\n")
        self._members(value, path, depth + 1, resource=bool(kind))

    def _write(self, text: str, path: str = "") -> None:
        if path and text:
            self.places[path] = (self._length, self._length + len(text))
        self._parts.append(text)
        self._length += len(text)


def _shown(key: str, text: str) -> str:
    is_binary = key in _BINARY_ELEMENTS and _BASE64.fullmatch(text)
    return f"(base64, {len(text)} characters)" if is_binary else text


def label_of(key: str) -> str:
    """Words for an element's name: `authoredOn` is Authored on, `valueQuantity` is Value."""
    choice = _CHOICE.fullmatch(key)
    name = (choice.group(1) or choice.group(2)) if choice else key
    spaced = _WORD_STARTS.sub(" ", name.lstrip("_"))
    return spaced[:1].upper() + spaced[1:].lower()


def render(resource: JsonObject, name: str, identity: str) -> Rendering:
    """Text and places of one resource. Narrative, meta and base64 content are left out; nothing else is."""
    rendering = Rendering()
    rendering.resource(resource, name, identity)
    return rendering

"""The ground under the profiles: what FHIR R4 itself asks of each element, read from the R4B models' declarations.

The models forgive much (strings for booleans, blank strings, empty objects, unknown codes, bad base64), so the JSON
is judged here against the specification's own patterns (http://hl7.org/fhir/R4/datatypes.html).
"""

import base64
import binascii
import json
import re
import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from fhir.resources.R4B import get_fhir_model_class
from pydantic import ValidationError

from tests.pas_walker.fhirpath import holds
from tests.pas_walker.findings import Finding, Json, items

_DATE = r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?"
_CLOCK = r"T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?(Z|[+-]((0\d|1[0-3]):[0-5]\d|14:00))"
_TEXT = r"(?s).*\S.*"
PATTERNS = {
    "code": r"\S+( \S+)*", "id": r"[A-Za-z0-9\-.]{1,64}", "uri": r"\S+", "url": r"\S+", "canonical": r"\S+",
    "oid": r"urn:oid:[0-2](\.(0|[1-9]\d*))+", "uuid": r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "string": _TEXT, "markdown": _TEXT, "xhtml": _TEXT, "date": _DATE,
    "dateTime": f"{_DATE}|\\d{{4}}-\\d\\d-\\d\\d{_CLOCK}",
    "instant": r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])" + _CLOCK,
    "time": r"([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?",
}  # fmt: skip
_NUMBERS = {"integer": None, "unsignedInt": 0, "positiveInt": 1, "integer64": None}
INVARIANTS = (
    ("Period", "per-1", "start.hasValue().not() or end.hasValue().not() or (start <= end)"),
    ("Attachment", "att-1", "data.empty() or contentType.exists()"),
    ("Quantity", "qty-3", "code.empty() or system.exists()"),
    ("ContactPoint", "cpt-2", "value.empty() or system.exists()"),
    ("Reference", "ref-content", "reference.exists() or identifier.exists() or display.exists() or extension.exists()"),
    ("CodeableConcept", "concept-content", "coding.exists() or text.exists() or extension.exists()"),
    ("Coding", "absolute-system", "system.empty() or system.matches('^[A-Za-z][A-Za-z0-9+.-]*:')"),
    ("Identifier", "absolute-system", "system.empty() or system.matches('^[A-Za-z][A-Za-z0-9+.-]*:')"),
    ("Extension", "ext-1", "extension.exists() != value.exists()"),
    ("Range", "rng-2", "low.empty() or high.empty() or (low.value <= high.value)"),
)


@dataclass(frozen=True)
class Spec:
    """What R4 says of one element: its type, whether it repeats, its codes and the types it may refer to."""

    type: str
    repeats: bool
    codes: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()


@dataclass(frozen=True)
class Element:
    """One occurrence: its path with indexes, the paths a context may name it by, its declaration and its value."""

    path: str
    names: tuple[str, ...]
    spec: Spec
    value: Any
    key: str


def _type_name(annotation: Any) -> tuple[str, bool]:
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is list:
        return _type_name(arguments[0])[0], True
    if origin in (typing.Union, types.UnionType):
        return _type_name(next(a for a in arguments if a is not type(None)))
    if origin is typing.Annotated:
        marks = [type(mark).__name__ for mark in arguments[1:]]
        name = next(mark for mark in marks if mark != "EncodedBytes")
        return name[0].lower() + name[1:], False
    if annotation in (bool, int, str):
        return {bool: "boolean", int: "integer", str: "string"}[annotation], False
    if annotation.__name__ in ("ResourceType", "FHIRPrimitiveExtensionType"):
        return annotation.__name__.removesuffix("Type"), False
    return annotation.get_model_klass().__name__, False


@lru_cache(maxsize=256)
def specs(type_name: str) -> dict[str, Spec]:
    """The elements of a type by JSON name; none for a type that R4 does not have."""
    found: dict[str, Spec] = {}
    try:
        model = get_fhir_model_class(type_name)
    except ValueError:
        return found
    for name, info in model.model_fields.items():
        if name == "fhir_comments":
            continue
        extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
        type_of, repeats = _type_name(info.annotation)
        found[info.alias or name] = Spec(
            type_of, repeats, tuple(extra.get("enum_values", ())), tuple(extra.get("enum_reference_types", ()))
        )
    return found


def parse_faults(resource: Json) -> list[Finding]:
    """Whether the resource parses with the R4B model of its type."""
    kind = str(resource.get("resourceType"))
    if not specs(kind):
        return [Finding("r4b-parse", kind, "no such resource type")]
    try:
        get_fhir_model_class(kind).model_validate(resource)
    except ValidationError as error:
        return [
            Finding("r4b-parse", f"{kind}.{'.'.join(str(part) for part in fault['loc'])}", fault["msg"])
            for fault in error.errors()
        ]
    except (KeyError, TypeError, AttributeError) as error:  # the models trip over what is no FHIR shape at all
        return [Finding("r4b-parse", kind, f"not of FHIR's shape: {type(error).__name__}")]
    return []


def elements(resource: Json) -> Iterator[Element]:
    """Every element of a resource, depth first; unknown names are the parse's business."""
    kind = str(resource.get("resourceType"))
    yield from _walk(resource, kind, kind, (kind,))


def _walk(value: Json, type_name: str, path: str, names: tuple[str, ...]) -> Iterator[Element]:
    declared = specs(type_name)
    for key, content in value.items():
        spec = declared.get(key)
        if spec is None:
            continue
        for index, item in enumerate(items(content)):
            place = f"{path}.{key}" + (f"[{index}]" if isinstance(content, list) else "")
            known = tuple(f"{name}.{key}" for name in names)
            if spec.type not in PATTERNS:
                known = (*known, spec.type)
            element = Element(place, known, spec, item, key)
            yield element
            yield from _inside(element)


def _inside(element: Element) -> Iterator[Element]:
    if not isinstance(element.value, dict):
        return
    if element.spec.type == "Resource":
        yield from _walk(element.value, str(element.value.get("resourceType")), element.path, element.names)
    elif element.spec.type != "FHIRPrimitiveExtension":
        yield from _walk(element.value, element.spec.type, element.path, element.names)
    else:
        yield from _walk(element.value, "Element", element.path, element.names)


def shape_faults(value: Any, path: str) -> Iterator[Finding]:
    """Empty objects, empty lists, nulls: FHIR JSON has none (http://hl7.org/fhir/R4/json.html)."""
    if value in ({}, []) and not isinstance(value, bool):
        yield Finding("empty-value", path, "an empty object or list")
    elif isinstance(value, dict):
        for key, content in value.items():
            if content is None:
                yield Finding("empty-value", f"{path}.{key}", "null")
            else:
                yield from shape_faults(content, f"{path}.{key}")
    elif isinstance(value, list):
        for index, content in enumerate(value):
            if content is not None:
                yield from shape_faults(content, f"{path}[{index}]")


def contained_faults(resource: Json) -> Iterator[Finding]:
    """R4 dom-3: a contained resource is referred to from within, or refers to what contains it."""
    text = json.dumps({key: value for key, value in resource.items() if key != "text"}, default=str)
    for index, inner in enumerate(items(resource.get("contained"))):
        own = inner.get("id") if isinstance(inner, dict) else None
        if f'"#{own}"' not in text and '"reference": "#"' not in json.dumps(inner, default=str):
            yield Finding("contained", f"{resource.get('resourceType')}.contained[{index}]", "nothing refers to it")


def element_faults(element: Element, resource: Json) -> Iterator[Finding]:
    """What R4 itself forbids at one element."""
    if not isinstance(element.value, dict):
        problem = _primitive_problem(element.spec.type, element.value)
        if problem:
            yield Finding("primitive", element.path, problem)
        if element.spec.codes and element.value not in element.spec.codes:
            yield Finding("binding", element.path, f"{element.value!r} is not one of {', '.join(element.spec.codes)}")
        return
    for type_name, rule, expression in INVARIANTS:
        if element.spec.type == type_name and not holds(expression, element.value, resource):
            yield Finding(rule, element.path, expression)


def _primitive_problem(type_name: str, value: Any) -> str:
    if type_name == "boolean":
        return "" if isinstance(value, bool) else "not a JSON boolean"
    if type_name in _NUMBERS:
        low = _NUMBERS[type_name]
        whole = isinstance(value, int) and not isinstance(value, bool)
        return "" if whole and (low is None or value >= low) else f"not a {type_name}"
    if type_name == "decimal":
        number = isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)
        return "" if number else "not a JSON number"
    if not isinstance(value, str):
        return f"not a JSON string, as {type_name} is"
    if type_name == "base64Binary":
        return _base64_problem(value)
    pattern = PATTERNS.get(type_name)
    return "" if pattern is None or re.fullmatch(pattern, value) else f"not a {type_name}"


def _base64_problem(value: str) -> str:
    try:
        content = base64.b64decode("".join(value.split()), validate=True)
    except binascii.Error:
        return "not base64"
    return "" if content else "empty base64"

"""Navigation, types, comparison and the functions that the constraints of the PAS snapshots call."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

Values = list[Any]
CHOICES = frozenset(
    {
        "Base64Binary", "Boolean", "Canonical", "Code", "Date", "DateTime", "Decimal", "Id", "Instant", "Integer",
        "Markdown", "Oid", "PositiveInt", "String", "Time", "UnsignedInt", "Uri", "Url", "Uuid",
        "Address", "Age", "Annotation", "Attachment", "CodeableConcept", "Coding", "ContactPoint", "Count", "Distance",
        "Duration", "HumanName", "Identifier", "Money", "Period", "Quantity", "Range", "Ratio", "Reference",
        "SampledData", "Signature", "Timing", "ContactDetail", "Contributor", "DataRequirement", "Expression",
        "ParameterDefinition", "RelatedArtifact", "TriggerDefinition", "UsageContext", "Dosage", "Meta",
    }
)  # fmt: skip
"""Types that a choice element may take (http://hl7.org/fhir/R4/datatypes.html#open), as they end its JSON name."""
_NUMBER = (int, float, Decimal)


class Unsupported(Exception):
    """An expression uses something this engine does not have."""


class Mistyped(Exception):
    """A value is of another type than the expression asks for: the constraint does not hold of it."""


def choice_type(stem: str, key: str) -> str:
    """The type in a choice element's JSON name (`value`, `valueDate` → `Date`); empty where it is another element.

    Only `value` is ever an id: `subscriberId` and `encounterId` are elements of their own.
    """
    rest = key.removeprefix(stem)
    return rest if key.startswith(stem) and rest in CHOICES and (rest != "Id" or stem == "value") else ""


def navigate(item: Any, name: str) -> Values:
    """Children of that name; a choice element (`value`) is found under its typed name (`valueDate`)."""
    if not isinstance(item, dict):
        return []
    if item.get("resourceType") == name:
        return [item]
    for key in (name, f"_{name}"):
        if key in item:
            return item[key] if isinstance(item[key], list) else [item[key]]
    typed = [key for key in item if choice_type(name, key)]
    return [value for key in typed for value in (item[key] if isinstance(item[key], list) else [item[key]])]


def children(item: Any) -> Iterator[Any]:
    if isinstance(item, dict):
        for key, value in item.items():
            if key != "resourceType":
                yield from value if isinstance(value, list) else [value]


def descendants(item: Any) -> Iterator[Any]:
    for child in children(item):
        yield child
        yield from descendants(child)


def is_type(item: Any, name: str) -> bool:
    if isinstance(item, dict):
        return item.get("resourceType") == name
    python = {"boolean": bool, "integer": int, "decimal": _NUMBER}.get(name, str)
    return isinstance(item, python) and (python is bool or not isinstance(item, bool))  # type: ignore[arg-type]


def truth(values: Values) -> bool | None:
    """FHIRPath's singleton evaluation: a single value that is not a boolean counts as true."""
    if not values:
        return None
    return values[0] if isinstance(values[0], bool) else True


def equal(left: Values, right: Values) -> bool:
    return len(left) == len(right) and all(
        a == b and isinstance(a, bool) == isinstance(b, bool) for a, b in zip(left, right, strict=True)
    )


def compare(operator: str, left: Any, right: Any) -> Values:
    """Numbers by value; dates and instants as far as both are precise, else nothing."""
    if isinstance(left, str) and isinstance(right, str):
        pair = _instants(left, right)
        if pair is None:
            shorter = min(len(left), len(right))
            if left[:shorter] == right[:shorter] and len(left) != len(right):
                return []
            pair = (left, right)
        left, right = pair
    elif not (isinstance(left, _NUMBER) and isinstance(right, _NUMBER)):
        raise Mistyped(f"compare {left!r} and {right!r}")
    return [{"<": left < right, ">": left > right, "<=": left <= right, ">=": left >= right}[operator]]


def _instants(left: str, right: str) -> tuple[datetime, datetime] | None:
    try:
        pair = datetime.fromisoformat(left), datetime.fromisoformat(right)
    except ValueError:
        return None
    return pair if "T" in left and "T" in right and all(p.tzinfo for p in pair) else None


def _text(values: Values) -> str:
    if not isinstance(values[0], str):
        raise Mistyped("a string function on something else")
    return values[0]


def _substring(focus: Values, start: Values, length: Values) -> Values:
    return [_text(focus)[start[0] : start[0] + length[0]]] if focus else []


def _to_integer(focus: Values) -> Values:
    return [int(focus[0])] if focus and re.fullmatch(r"[+-]?\d+", str(focus[0])) else []


def _extension(focus: Values, url: Values) -> Values:
    found = [e for item in focus for e in navigate(item, "extension")]
    return [e for e in found if isinstance(e, dict) and e.get("url") == url[0]]


def _has_value(focus: Values) -> Values:
    return [len(focus) == 1 and focus[0] is not None and not isinstance(focus[0], (dict, list))]


def _is_distinct(focus: Values) -> Values:
    return [all(item not in focus[:index] for index, item in enumerate(focus))]


FUNCTIONS: dict[str, Callable[..., Values]] = {
    "empty": lambda focus: [not focus],
    "count": lambda focus: [len(focus)],
    "first": lambda focus: focus[:1],
    "last": lambda focus: focus[-1:],
    "not": lambda focus: [not truth(focus)] if focus else [],
    "hasValue": _has_value,
    "children": lambda focus: [child for item in focus for child in children(item)],
    "descendants": lambda focus: [child for item in focus for child in descendants(item)],
    "isDistinct": _is_distinct,
    "extension": _extension,
    "toString": lambda focus: [str(focus[0])] if focus else [],
    "length": lambda focus: [len(_text(focus))] if focus else [],
    "toInteger": _to_integer,
    "substring": _substring,
    "contains": lambda focus, part: [part[0] in _text(focus)] if focus else [],
    "startsWith": lambda focus, part: [_text(focus).startswith(part[0])] if focus else [],
    "matches": lambda focus, pattern: [re.search(pattern[0], _text(focus)) is not None] if focus else [],
}

_PerItem = list[tuple[Any, Values]] | None


def _where(focus: Values, per_item: _PerItem) -> Values:
    return [item for item, result in per_item or [] if truth(result)]


def _exists(focus: Values, per_item: _PerItem) -> Values:
    return [bool(focus if per_item is None else _where(focus, per_item))]


LAZY: dict[str, Callable[[Values, _PerItem], Values]] = {
    "where": _where,
    "exists": _exists,
    "all": lambda focus, per_item: [all(truth(result) for _, result in per_item or [])],
    "select": lambda focus, per_item: [found for _, result in per_item or [] for found in result],
}
"""Functions whose argument is evaluated for each item with `$this` set to it."""

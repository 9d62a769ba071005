"""Typed reads of validated FHIR JSON: an element that is absent or of another shape reads as empty."""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from cases.chart import Address, Coding, NamedIdentifier, Quantity
from formats.json_places import Json, JsonObject

UCUM = "http://unitsofmeasure.org"
NPI_SYSTEM = "http://hl7.org/fhir/sid/us-npi"


def text_of(parent: JsonObject, key: str) -> str:
    """A string, number or boolean as sent; empty where absent."""
    return words(parent.get(key))


def words(value: Json) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | Decimal) else ""


def child(parent: JsonObject, key: str) -> JsonObject:
    """The object under `key`; the first one of a list; empty where absent."""
    found = children(parent, key)
    return found[0] if found else {}


def children(parent: JsonObject, key: str) -> list[JsonObject]:
    """The objects under `key`, which may hold one object or a list."""
    value = parent.get(key)
    members = value if isinstance(value, list) else [value]
    return [member for member in members if isinstance(member, dict)]


def strings(parent: JsonObject, key: str) -> tuple[str, ...]:
    value = parent.get(key)
    members = value if isinstance(value, list) else [value]
    return tuple(member for member in members if isinstance(member, str))


def choice(parent: JsonObject, stem: str) -> tuple[str, Json]:
    """The choice element `stem[x]` that is present: its name and value; ("", None) where none is."""
    for key, value in parent.items():
        if key.startswith(stem) and len(key) > len(stem) and key[len(stem)].isupper():
            return key, value
    return "", None


def first_present(parent: JsonObject, *keys: str) -> str:
    """The first of `keys` that the object holds; empty where it holds none."""
    return next((key for key in keys if key in parent), "")


def codings_of(concept: JsonObject) -> tuple[Coding, ...]:
    """Codings of a CodeableConcept; codings without a code are left to the words."""
    return tuple(
        Coding(system=text_of(item, "system"), code=text_of(item, "code"), display=text_of(item, "display"))
        for item in children(concept, "coding")
        if text_of(item, "code")
    )


def all_codings(parent: JsonObject, key: str) -> tuple[Coding, ...]:
    return tuple(coding for concept in children(parent, key) for coding in codings_of(concept))


def sites_of(parent: JsonObject, key: str) -> tuple[Coding, ...]:
    """The codings of body sites; a site that has only words gives a coding with nothing but them."""
    return tuple(
        coding
        for concept in children(parent, key)
        for coding in codings_of(concept) or (Coding(system="", code="", display=text_of(concept, "text")),)
        if coding.code or coding.display
    )


def concept_words(concept: JsonObject) -> str:
    """The sender's words for a CodeableConcept: its text, else a display, else a code."""
    if text_of(concept, "text"):
        return text_of(concept, "text")
    codings = children(concept, "coding")
    displays = [text_of(item, "display") for item in codings if text_of(item, "display")]
    return next(iter(displays + [text_of(item, "code") for item in codings]), "")


def quantity_of(value: Json) -> Quantity | None:
    """A Quantity, or a bare number without unit; None where there is no number."""
    parts: JsonObject = value if isinstance(value, dict) else {"value": value}
    amount = decimal_of(parts.get("value"))
    if amount is None:
        return None
    coded = text_of(parts, "code") if text_of(parts, "system") == UCUM else ""
    unit = coded or text_of(parts, "unit") or text_of(parts, "code")
    return Quantity(value=amount, unit=unit, comparator=text_of(parts, "comparator"))


def decimal_of(value: Json) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        return None
    try:
        amount = Decimal(value)
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None


@dataclass(frozen=True)
class Days:
    """The days a FHIR date covers: a full date has no `until`; a month or a period runs from `on` to `until`."""

    on: date | None = None
    until: date | None = None


def days_of(value: Json) -> Days:
    """Days of a date, dateTime, instant, Period or Timing, as stated by the sender in its own time zone.

    A partial date covers its whole month or year. An Age, a Range or words give no day.
    """
    if isinstance(value, str):
        return _stated_days(value)
    if not isinstance(value, dict):
        return Days()
    if "event" in value:
        return next((days_of(event) for event in strings(value, "event")), Days())
    if "repeat" in value:
        return days_of(child(child(value, "repeat"), "boundsPeriod"))
    start, end = days_of(value.get("start")), days_of(value.get("end"))
    return Days(start.on, end.until or end.on)


def _stated_days(text: str) -> Days:
    parts = text[:10].split("T")[0].split("-")
    try:
        numbers = [int(part) for part in parts]
        if len(numbers) == 3:
            return Days(date(*numbers))
        if len(numbers) == 2:
            year, month = numbers
            return Days(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))
        return Days(date(numbers[0], 1, 1), date(numbers[0], 12, 31))
    except ValueError:
        return Days()


def full_date(parent: JsonObject, key: str) -> date | None:
    """A date stated to the day; None for a month or a year."""
    days = days_of(parent.get(key))
    return days.on if days.until is None else None


def identifiers_of(parent: JsonObject) -> tuple[NamedIdentifier, ...]:
    return tuple(
        NamedIdentifier(
            system=text_of(item, "system"),
            value=text_of(item, "value"),
            kind=next((coding.code for coding in all_codings(item, "type")), ""),
        )
        for item in children(parent, "identifier")
        if text_of(item, "value") and text_of(item, "use") != "old"
    )


def npi_of(identifiers: tuple[NamedIdentifier, ...]) -> str:
    return next((item.value for item in identifiers if item.system == NPI_SYSTEM or item.kind == "NPI"), "")


def address_of(parent: JsonObject) -> Address:
    """The first address that is not an old one."""
    found = next((item for item in children(parent, "address") if text_of(item, "use") != "old"), {})
    return Address(
        line=strings(found, "line"),
        city=text_of(found, "city"),
        state=text_of(found, "state"),
        postal_code=text_of(found, "postalCode"),
    )


def phone_of(parent: JsonObject) -> str:
    contacts = children(parent, "telecom")
    return next((text_of(item, "value") for item in contacts if text_of(item, "system") == "phone"), "")


def person_names(parent: JsonObject) -> list[JsonObject]:
    """HumanNames in order of use: official, usual, unstated, other; old and maiden names last."""
    order = {"official": 0, "usual": 1, "": 2, "old": 9, "maiden": 9}
    return sorted(children(parent, "name"), key=lambda name: order.get(text_of(name, "use"), 3))


def name_words(name: JsonObject) -> str:
    """A HumanName in reading order: its text, else prefix, given, family, suffix."""
    parts = (*strings(name, "prefix"), *strings(name, "given"), text_of(name, "family"), *strings(name, "suffix"))
    return text_of(name, "text") or " ".join(part for part in parts if part)


def notes_of(parent: JsonObject) -> tuple[str, ...]:
    return tuple(text_of(note, "text") for note in children(parent, "note") if text_of(note, "text"))


def walk(value: Json, path: str = "") -> Iterator[tuple[str, JsonObject]]:
    """Every object in `value` with its FHIR path, outermost first."""
    if isinstance(value, dict):
        yield path, value
        for key, item in value.items():
            yield from walk(item, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from walk(item, f"{path}[{index}]")

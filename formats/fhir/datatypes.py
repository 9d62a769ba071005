"""FHIR datatypes on one line: pieces of text, each with the element it shows, recognised by the elements present."""

import re
from collections.abc import Callable

from formats.fhir.elements import child, children, name_words, strings, text_of
from formats.json_places import JsonObject

Parts = list[tuple[str, str]]
"""Pieces of a line: the text, and the path below the datatype it shows (empty for punctuation)."""

_SYSTEMS = {
    "http://loinc.org": "LOINC",
    "http://snomed.info/sct": "SNOMED CT",
    "http://hl7.org/fhir/sid/icd-10-cm": "ICD-10-CM",
    "http://hl7.org/fhir/sid/icd-10": "ICD-10",
    "http://www.cms.gov/Medicare/Coding/ICD10": "ICD-10-PCS",
    "http://hl7.org/fhir/sid/icd-9-cm": "ICD-9-CM",
    "http://www.nlm.nih.gov/research/umls/rxnorm": "RxNorm",
    "http://hl7.org/fhir/sid/ndc": "NDC",
    "http://hl7.org/fhir/sid/cvx": "CVX",
    "http://www.ama-assn.org/go/cpt": "CPT",
    "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets": "HCPCS",
    "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets": "HCPCS",
    "https://bluebutton.cms.gov/resources/codesystem/hcpcs": "HCPCS",
    "https://www.cms.gov/Medicare/Coding/place-of-service-codes/Place_of_Service_Code_Set": "place of service",
    "http://nucc.org/provider-taxonomy": "NUCC",
    "http://unitsofmeasure.org": "UCUM",
}
_HL7 = re.compile(r"https?://(terminology\.)?hl7\.org/")
_PLAIN = re.compile(r"[^a-z0-9]+")


def parts_of(value: JsonObject) -> Parts:
    """The line of a datatype; empty where the elements are of none, so that nothing is left out."""
    keys = frozenset(key for key in value if key != "id")
    if "value" in keys and keys <= _VALUED:
        return _valued(value, keys)
    for allowed, needed, write in _DATATYPES:
        if keys <= allowed and keys & needed:
            return write(value)
    return []


def _valued(value: JsonObject, keys: frozenset[str]) -> Parts:
    """A Quantity, Money, ContactPoint or Identifier: they share elements, and their value and system tell."""
    if "currency" in keys:
        return _money(value)
    if not isinstance(value["value"], str):
        return _quantity(value) if keys <= _QUANTITY else []
    if keys <= _CONTACT and text_of(value, "system") in _CONTACT_SYSTEMS:
        return _contact(value)
    return _identifier(value) if keys <= _IDENTIFIER else []


def _concept(value: JsonObject) -> Parts:
    codings = children(value, "coding")
    displays = {_plain(text_of(item, "display")) for item in codings}
    text = text_of(value, "text")
    own = text and (_plain(text) not in displays)
    parts: Parts = [(text, "text")] if own else []
    for index, item in enumerate(codings):
        line = _coding(item, said=text)
        if parts and line and line[0][1]:
            parts.append(("; ", ""))
        elif parts and line:
            parts.append((" ", ""))
        parts += [(piece, f"coding[{index}].{name}" if name else "") for piece, name in line]
    return parts


def _coding(value: JsonObject, said: str = "") -> Parts:
    """`display (LOINC 59408-5)`; the code of an HL7 list is left out where the words already say it."""
    display, code, system = text_of(value, "display"), text_of(value, "code"), text_of(value, "system")
    if not code:
        return [(display, "display")] if display else []
    in_hl7_list = bool(_HL7.match(system)) and system not in _SYSTEMS
    if in_hl7_list and _plain(code) in (_plain(display), _plain(said)):
        return [(display, "display")] if display else [] if said else [(code, "code")]
    if in_hl7_list and not display and not said:
        return [(code, "code")]
    name = _SYSTEMS.get(system, "" if in_hl7_list else system)
    version = text_of(value, "version")
    parts: Parts = [(display, "display"), (" ", "")] if display else []
    opened, closed = ("(", ")") if display or said else ("", "")
    parts += [(f"{opened}{name} " if name else opened, ""), (code, "code")]
    return [*parts, (f", version {version}{closed}" if version else closed, "")]


def _plain(text: str) -> str:
    return _PLAIN.sub("", text.lower())


def _quantity(value: JsonObject) -> Parts:
    unit, code = text_of(value, "unit"), text_of(value, "code")
    parts: Parts = []
    for text, name in ((text_of(value, "comparator"), "comparator"), (text_of(value, "value"), "value")):
        parts += [(text, name), (" ", "")] if text else []
    if unit:
        parts += [(unit, "unit"), (" ", "")]
    if code and code != unit:
        parts += [("(", ""), (code, "code"), (")", "")] if unit else [(code, "code")]
    return _trimmed(parts)


def _reference(value: JsonObject) -> Parts:
    display, reference = text_of(value, "display"), text_of(value, "reference")
    identifier = child(value, "identifier")
    kind = text_of(value, "type")
    parts: Parts = [(display, "display"), (" ", "")] if display else []
    if reference:
        parts += [("(", ""), (reference, "reference"), (")", "")] if display else [(reference, "reference")]
    if kind and not reference.startswith(f"{kind}/"):
        parts += [(f" [{kind}]" if parts else f"[{kind}]", "")]
    if identifier:
        parts += [
            (" " if parts else "", ""),
            *((piece, f"identifier.{name}" if name else "") for piece, name in _identifier(identifier)),
        ]
    return _trimmed(parts)


def _identifier(value: JsonObject) -> Parts:
    kind = "".join(piece for piece, _ in _concept(child(value, "type")))
    more = [text for text in (kind, text_of(value, "system"), text_of(value, "use")) if text]
    parts: Parts = [(text_of(value, "value"), "value")]
    return _trimmed([*parts, (f" ({'; '.join(more)})" if more else "", "")])


def _period(value: JsonObject) -> Parts:
    start, end = text_of(value, "start"), text_of(value, "end")
    if start and end:
        return [(start, "start"), (" to ", ""), (end, "end")]
    return [("from ", ""), (start, "start")] if start else [("until ", ""), (end, "end")]


def _pair(first: str, joint: str, second: str) -> Callable[[JsonObject], Parts]:
    def write(value: JsonObject) -> Parts:
        low = [(text, f"{first}.{name}" if name else "") for text, name in _quantity(child(value, first))]
        high = [(text, f"{second}.{name}" if name else "") for text, name in _quantity(child(value, second))]
        return [*low, (joint, ""), *high]

    return write


def _name(value: JsonObject) -> Parts:
    use = text_of(value, "use")
    said = name_words(value)
    in_parts = name_words({key: item for key, item in value.items() if key != "text"})
    said = f"{said}; {in_parts}" if in_parts and in_parts != said else said
    return [(said, ""), (f" ({use})" if use and said else "", "")] if said else []


def _address(value: JsonObject) -> Parts:
    uses = ", ".join(text for text in (text_of(value, "use"), text_of(value, "type")) if text)
    town = " ".join(text_of(value, key) for key in ("state", "postalCode") if text_of(value, key))
    places = [
        *strings(value, "line"),
        text_of(value, "city"),
        text_of(value, "district"),
        town,
        text_of(value, "country"),
    ]
    said = ", ".join(text for text in places if text)
    whole = text_of(value, "text")
    said = f"{whole}; {said}" if whole and said else whole or said
    return [(said, ""), (f" ({uses})" if uses else "", "")] if said else []


def _contact(value: JsonObject) -> Parts:
    use = text_of(value, "use")
    kind = text_of(value, "system")
    return [(f"{kind} " if kind else "", ""), (text_of(value, "value"), "value"), (f" ({use})" if use else "", "")]


def _annotation(value: JsonObject) -> Parts:
    author = text_of(value, "authorString") or "".join(text for text, _ in _reference(child(value, "authorReference")))
    more = "; ".join(text for text in (text_of(value, "time"), author) if text)
    return [(text_of(value, "text"), "text"), (f" ({more})" if more else "", "")]


def _attachment(value: JsonObject) -> Parts:
    length = f"{len(text_of(value, 'data'))} characters of base64" if "data" in value else ""
    facts = [text_of(value, key) for key in ("contentType", "language", "url", "creation", "size", "hash")]
    more = "; ".join(text for text in (*facts, length) if text)
    title = text_of(value, "title")
    return [(title, "title"), (" " if title else "", ""), (f"({more})", "")]


def _money(value: JsonObject) -> Parts:
    return _trimmed([(text_of(value, "value"), "value"), (" ", ""), (text_of(value, "currency"), "currency")])


def _trimmed(parts: Parts) -> Parts:
    while parts and not parts[-1][0].strip():
        parts = parts[:-1]
    return parts


def _keys(text: str) -> frozenset[str]:
    return frozenset(text.split())


_QUANTITY = _keys("value comparator unit system code")
_CONTACT = _keys("system value use rank")
_CONTACT_SYSTEMS = _keys("phone fax email pager url sms other")
_IDENTIFIER = _keys("use type system value")
_VALUED = _QUANTITY | _CONTACT | _IDENTIFIER | {"currency"}
_DATATYPES: tuple[tuple[frozenset[str], frozenset[str], Callable[[JsonObject], Parts]], ...] = (
    (_keys("coding text"), _keys("coding"), _concept),
    (_keys("reference display type identifier"), _keys("reference identifier"), _reference),
    (_keys("system version code display userSelected"), _keys("code display"), _coding),
    (_keys("start end"), _keys("start end"), _period),
    (_keys("low high"), _keys("low high"), _pair("low", " to ", "high")),
    (_keys("numerator denominator"), _keys("numerator denominator"), _pair("numerator", " / ", "denominator")),
    (_keys("use text family given prefix suffix"), _keys("family given"), _name),
    (_keys("use type text line city district state postalCode country"), _keys("line city state postalCode"), _address),
    (_keys("contentType language data url size hash title creation"), _keys("contentType"), _attachment),
    (_keys("text time authorString authorReference"), _keys("text"), _annotation),
)

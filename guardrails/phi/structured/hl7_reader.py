"""HL7 v2 segments, whole messages or pasted lines, read by field (HL7 v2.5.1 chapters 3, 4, 6 and 7)."""

import re
from collections.abc import Iterator, Mapping

from guardrails.phi.spans import Found, PhiType
from guardrails.phi.structured.fields import Piece, Reading, field

_SEGMENT = re.compile(
    r"^[ \t>\x0b]*(MSH|EVN|PID|PD1|NK1|PV1|PV2|IN1|IN2|IN3|GT1|OBR|OBX|ORC|DG1|AL1|PR1|NTE|SCH|AIS|AIP"
    r"|AIL|AIG|RGS|TXA|FT1|ACC|ROL|CTD|PRD|RXE|RXO|RXA|RXR|RXD|SPM|TQ1|MRG|DRG|ZZ\w|Z[A-Z][A-Z0-9])(\|[^"
    r"\r\n]*)",
    re.MULTILINE,
)
_N, _M, _A = PhiType.NAME, PhiType.MRN, PhiType.ACCOUNT
_PERSON = {0: PhiType.LICENSE, 1: _N, 2: _N, 3: _N}
"""XCN: id, family, given, middle."""
_NAME = {0: _N, 1: _N, 2: _N}
_ADDRESS = {0: PhiType.STREET, 1: PhiType.STREET, 2: PhiType.CITY, 4: PhiType.ZIP, 8: PhiType.CITY}
_ID = {0: _M}
_PHONE = {0: PhiType.PHONE, 3: PhiType.EMAIL, 5: PhiType.PHONE, 6: PhiType.PHONE, 11: PhiType.PHONE}
Components = Mapping[int, PhiType]
_RULES: Mapping[str, Mapping[int, Components]] = {
    "PID": {2: _ID, 3: _ID, 4: _ID, 5: _NAME, 6: _NAME, 9: _NAME, 11: _ADDRESS, 12: {0: PhiType.CITY},
    13: _PHONE, 14: _PHONE, 18: {0: _A}, 19: {0: PhiType.SSN},
            20: {0: PhiType.LICENSE}, 21: _ID, 23: {0: PhiType.CITY}},
    "MRG": {1: _ID, 3: {0: _A}, 4: _ID, 7: _NAME},
    "NK1": {2: _NAME, 4: _ADDRESS, 5: _PHONE, 6: _PHONE, 12: {0: _A}, 13: _NAME, 30: _NAME, 31: _PHONE,
    32: _ADDRESS, 33: {0: _A}, 37: {0: PhiType.SSN}},
    "PD1": {4: _PERSON},
    "EVN": {5: _PERSON},
    "PV1": {5: {0: _A}, 7: _PERSON, 8: _PERSON, 9: _PERSON, 17: _PERSON, 19: {0: _A}, 50: {0: _A}, 52: _PERSON},
    "IN1": {5: _ADDRESS, 6: _NAME, 7: _PHONE, 8: {0: PhiType.MEMBER_ID}, 14: {0: _A}, 16: _NAME, 19: _ADDRESS,
    36: {0: PhiType.MEMBER_ID}, 49: {0: PhiType.MEMBER_ID}},
    "IN2": {1: {0: _A}, 2: {0: PhiType.SSN}, 3: _PERSON, 6: {0: PhiType.MEMBER_ID}, 8: {0: PhiType.MEMBER_ID},
    61: {0: PhiType.MEMBER_ID}, 63: _PHONE, 64: _PHONE},
    "GT1": {2: {0: _A}, 3: _NAME, 4: _NAME, 5: _ADDRESS, 6: _PHONE, 7: _PHONE, 12: {0: PhiType.SSN}, 16: _NAME,
    17: _ADDRESS, 18: _PHONE, 19: {0: _A}},
    "OBR": {2: {0: _A}, 3: {0: _A}, 10: _PERSON, 16: _PERSON, 17: _PHONE, 28: _PERSON, 32: _PERSON, 33: _PERSON,
    34: _PERSON, 35: _PERSON},
    "ORC": {2: {0: _A}, 3: {0: _A}, 4: {0: _A}, 10: _PERSON, 11: _PERSON, 12: _PERSON, 14: _PHONE, 19: _PERSON,
    24: _ADDRESS},
    "OBX": {16: _PERSON, 25: _PERSON},
    "DG1": {16: _PERSON}, "PR1": {8: _PERSON, 11: _PERSON, 12: _PERSON}, "TXA": {5: _PERSON, 9: _PERSON,
    10: _PERSON, 11: _PERSON, 12: {0: _A}, 22: _PERSON},
    "SCH": {1: {0: _A}, 2: {0: _A}, 12: _PERSON, 13: _PHONE, 14: _ADDRESS, 16: _PERSON, 17: _PHONE,
    20: _PERSON}, "AIP": {3: _PERSON},
    "FT1": {2: {0: _A}, 20: _PERSON, 21: _PERSON, 23: {0: _A}}, "ROL": {4: _PERSON, 11: _ADDRESS, 12: _PHONE},
    "PRD": {2: _NAME, 3: _ADDRESS, 5: _PHONE, 7: {0: PhiType.LICENSE}},
    "CTD": {2: _NAME, 3: _ADDRESS, 5: _PHONE}, "RXA": {10: _PERSON}, "RXE": {13: _PERSON, 14: _PERSON,
    15: {0: _A}}, "RXD": {7: {0: _A}, 10: _PERSON}, "RXO": {14: _PERSON},
    "SPM": {2: {0: _A}},
}  # fmt: skip
_MOMENT = re.compile(
    r"(?:18|19|20)\d\d(?:0[1-9]|1[0-2])(?:(?:0[1-9]|[12]\d|3[01])(?:\d{2,6}(?:\.\d+)?)?)?(?:[+-]\d{4})?"
)
_OLD = re.compile(r"9\d|1[0-2]\d")
_IDENTIFIER, _VALUE = 3, 5
_CODE_LETTERS = 2
"""A field of so few characters is a code of some table."""
_KEPT = frozenset(
    {
        ("MSH", 10),
        ("MSH", 9),
        ("OBX", 3),
        ("OBX", 6),
        ("OBX", 7),
        ("OBR", 4),
        ("DG1", 3),
        ("AL1", 3),
        ("PR1", 3),
        ("MSH", 12),
        ("MSH", 3),
        ("MSH", 5),
        ("IN1", 2),
        ("IN1", 3),
        ("PV1", 3),
    }
)


def hl7_segments(text: str) -> list[re.Match[str]]:
    """The segments of the text; none where a single line only happens to begin like one."""
    found = list(_SEGMENT.finditer(text))
    return found if len(found) > 1 or any(match[1] in ("MSH", "PID") for match in found) else []


def read_hl7(segment: re.Match[str]) -> Reading:
    """Identifiers of one segment by field; texts, and fields without a rule, are left to scan."""
    found: list[Found] = []
    pieces: list[Piece] = []
    name = segment[1]
    rules = _RULES.get(name, {})
    for number, start, end in _split(segment.string, segment.start(2) + 1, segment.end(2), "|"):
        place = number + 1 if name == "MSH" else number
        known = rules.get(place)
        for part, begin, stop in _components(segment.string, start, end):
            shown = segment.string[begin:stop]
            if _MOMENT.fullmatch(shown) and (known is None or part not in known):
                if len(shown) >= 8:
                    found.append(field(begin, stop, PhiType.DATE))
            elif known is not None and part in known:
                found += _known(known[part], begin, stop, shown)
            elif name == "OBX" and place == _VALUE and _is_age(segment.string, segment) and _OLD.fullmatch(shown):
                found.append(field(begin, stop, PhiType.AGE_OVER_89))
            elif known is None and (name, place) not in _KEPT and sum(c.isalnum() for c in shown) > _CODE_LETTERS:
                pieces += [Piece(shown, begin, stop), Piece("\n", stop, stop)]
    return Reading(found, pieces)


def _is_age(text: str, segment: re.Match[str]) -> bool:
    """Whether an OBX observes an age, by its identifier."""
    identifier = text[segment.start(2) : segment.end(2)].split("|")[_IDENTIFIER : _IDENTIFIER + 1]
    return bool(identifier) and re.search(r"\bage\b|30525-0", identifier[0], re.IGNORECASE) is not None


def _known(kind: PhiType, start: int, end: int, shown: str) -> Iterator[Found]:
    if shown.strip() and shown != '""' and any(c.isalnum() for c in shown):
        yield field(start, end, PhiType.EMAIL if "@" in shown else kind)


def _components(text: str, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Component number, start and end, of every repetition; subcomponents stay together."""
    for _, begin, stop in _split(text, start, end, "~"):
        yield from ((number - 1, a, b) for number, a, b in _split(text, begin, stop, "^"))


def _split(text: str, start: int, end: int, mark: str) -> Iterator[tuple[int, int, int]]:
    number, at = 1, start
    while at <= end:
        stop = text.find(mark, at, end)
        stop = end if stop < 0 else stop
        if stop > at:
            yield number, at, stop
        number, at = number + 1, stop + 1

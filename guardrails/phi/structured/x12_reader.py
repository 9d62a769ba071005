"""X12 segments, whole interchanges or pasted lines, read by element (005010 implementation guides)."""

import re
from collections.abc import Iterator, Mapping, Sequence

from guardrails.phi.spans import Found, PhiType
from guardrails.phi.structured.fields import Piece, Reading, field, labelled

_SEGMENT = re.compile(
    r"(?:^|(?<=[~\r\n\s'`]))(ISA|TA1|GS|ST|BHT|BGN|HL|NM1|N1|N2|N3|N4|DMG|REF|DTP|DTM|PER|PRV|TRN|CLM|CLP"
    r"|SBR|PAT|INS|HCR|UM|HI|SV1|SV2|SV3|SVC|CAS|LX|MSG|PWK|CRC|HSD|CL1|AAA|EQ|EB|BPR|SE|GE|IEA|K3|NTE"
    r"|TOO|AMT|QTY|III|LQ|STC|OI|MOA|MIA|PLB)(\*[^~\r\n]*)"
)
_REF_KINDS: Mapping[str, PhiType] = {
    "SY": PhiType.SSN, "EA": PhiType.MRN, "EJ": PhiType.ACCOUNT, "1L": PhiType.MEMBER_ID,
    "6P": PhiType.MEMBER_ID, "1W": PhiType.MEMBER_ID, "0F": PhiType.MEMBER_ID,
    "23": PhiType.MEMBER_ID, "IG": PhiType.MEMBER_ID, "IL": PhiType.MEMBER_ID, "Y4": PhiType.ACCOUNT,
    "D9": PhiType.ACCOUNT, "G1": PhiType.ACCOUNT, "9F": PhiType.ACCOUNT,
    "F8": PhiType.ACCOUNT, "BB": PhiType.ACCOUNT, "NT": PhiType.ACCOUNT, "1K": PhiType.ACCOUNT,
    "6R": PhiType.ACCOUNT, "BLT": PhiType.ACCOUNT, "EI": PhiType.ACCOUNT,
    "TJ": PhiType.ACCOUNT, "0B": PhiType.LICENSE, "1G": PhiType.LICENSE, "G2": PhiType.LICENSE,
    "LU": PhiType.ACCOUNT, "HPI": PhiType.LICENSE, "1J": PhiType.LICENSE,
    "N5": PhiType.LICENSE, "N7": PhiType.LICENSE, "ZH": PhiType.LICENSE, "SSN": PhiType.SSN, "MRN": PhiType.MRN,
    "DG": PhiType.ACCOUNT, "X5": PhiType.LICENSE, "DP": PhiType.ACCOUNT,
    "CT": PhiType.ACCOUNT, "18": PhiType.MEMBER_ID, "49": PhiType.MEMBER_ID, "HJ": PhiType.MEMBER_ID,
    "GH": PhiType.MEMBER_ID, "3H": PhiType.ACCOUNT, "ABB": PhiType.ACCOUNT,
}  # fmt: skip
_ID_KINDS: Mapping[str, PhiType] = {
    "MI": PhiType.MEMBER_ID, "II": PhiType.MEMBER_ID, "XX": PhiType.LICENSE, "34": PhiType.SSN,
    "SY": PhiType.SSN, "24": PhiType.ACCOUNT, "FI": PhiType.ACCOUNT, "EI": PhiType.ACCOUNT,
    "C": PhiType.MEMBER_ID, "C1": PhiType.MEMBER_ID, "N": PhiType.MEMBER_ID, "HN": PhiType.MEMBER_ID,
    "MR": PhiType.MEMBER_ID, "EA": PhiType.MRN, "SV": PhiType.LICENSE, "BS": PhiType.ACCOUNT,
    "BD": PhiType.ACCOUNT,
}  # fmt: skip
_REACH: Mapping[str, PhiType] = {
    "TE": PhiType.PHONE,
    "FX": PhiType.FAX,
    "EM": PhiType.EMAIL,
    "UR": PhiType.URL,
    "EX": PhiType.PHONE,
    "HP": PhiType.PHONE,
    "WP": PhiType.PHONE,
    "CP": PhiType.PHONE,
    "NP": PhiType.PHONE,
}
_FIXED: Mapping[str, Mapping[int, PhiType]] = {
    "N3": {1: PhiType.STREET, 2: PhiType.STREET},
    "N4": {1: PhiType.CITY, 3: PhiType.ZIP},
    "CLM": {1: PhiType.ACCOUNT},
    "CLP": {1: PhiType.ACCOUNT, 7: PhiType.ACCOUNT},
    "TRN": {2: PhiType.ACCOUNT},
    "HCR": {2: PhiType.ACCOUNT},
    "BHT": {4: PhiType.DATE},
    "ISA": {9: PhiType.DATE},
    "GS": {4: PhiType.DATE},
    "TA1": {2: PhiType.DATE},
    "BGN": {3: PhiType.DATE},
    "SBR": {3: PhiType.MEMBER_ID},
    "PLB": {1: PhiType.LICENSE},
    "PWK": {6: PhiType.ACCOUNT},
}
_SCANNED = frozenset({"MSG", "NTE", "K3", "AAA"})
_DATED = frozenset({"DTP", "DTM", "DMG", "INS", "PAT", "HI", "BPR", "STC", "PLB"})
_DAY = re.compile(r"(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:-?(?:19|20)\d{6})?(?:\d{4})?")
_PERSON = "1"
_REFERENCE_DIGITS = 4
"""A reference of the submitter (BHT03) with fewer names a message and no case."""

Elements = Sequence[tuple[int, int, str]]


def x12_segments(text: str) -> list[re.Match[str]]:
    """The segments of the text; none where fewer than two look like X12."""
    found = list(_SEGMENT.finditer(text))
    return found if len(found) > 1 or any(match[1] in ("ISA", "NM1") for match in found) else []


def read_x12(segment: re.Match[str]) -> Reading:
    """Identifiers of one segment by element; free text segments are left to scan."""
    elements = list(_elements(segment))
    if segment[1] in _SCANNED:
        pieces = [part for start, end, shown in elements for part in (Piece(shown, start, end), Piece("\n", end, end))]
        return Reading((), pieces)
    contact = elements[1] if segment[1] == "PER" and len(elements) > 1 else None
    pieces = labelled("contact name", [Piece(contact[2], contact[0], contact[1])], contact[0]) if contact else []
    return Reading([*_identifiers(segment[1], elements), *_days(segment[1], elements)], pieces)


def _elements(segment: re.Match[str]) -> Iterator[tuple[int, int, str]]:
    at = segment.start(2) + 1
    for shown in segment[2][1:].split("*"):
        yield at, at + len(shown), shown
        at += len(shown) + 1


def _identifiers(name: str, elements: Elements) -> Iterator[Found]:
    for place, kind in _FIXED.get(name, {}).items():
        yield from _at(elements, place, kind)
    if name == "BHT" and len(elements) > 2 and sum(c.isdigit() for c in elements[2][2]) >= _REFERENCE_DIGITS:
        yield from _at(elements, 3, PhiType.ACCOUNT)
    if name in ("NM1", "N1"):
        yield from _party(name, elements)
    elif name == "REF" and elements:
        yield from _at(elements, 2, _REF_KINDS.get(elements[0][2]))
    elif name in ("BPR", "PLB"):
        yield from _money(name, elements)
    elif name == "N4" and len(elements) > 5 and elements[4][2] == "CY":
        yield from _at(elements, 6, PhiType.CITY)
    elif name == "PER":
        for place in range(3, len(elements), 2):
            yield from _at(elements, place + 1, _REACH.get(elements[place - 1][2]))


def _party(name: str, elements: Elements) -> Iterator[Found]:
    shown = [item[2] for item in elements]
    if name == "NM1" and shown[1:2] == [_PERSON]:
        for place in (3, 4, 5):
            yield from _at(elements, place, PhiType.NAME)
    for qualifier in (8, 9) if name == "NM1" else (3,):
        if len(shown) > qualifier:
            yield from _at(elements, qualifier + 1, _ID_KINDS.get(shown[qualifier - 1]))


def _money(name: str, elements: Elements) -> Iterator[Found]:
    """Account numbers of a payment (BPR), and what an adjustment (PLB) refers to."""
    shown = [item[2] for item in elements]
    for place, value in enumerate(shown[:-1], start=1):
        if name == "BPR" and value in ("DA", "SG"):
            yield from _at(elements, place + 1, PhiType.ACCOUNT)
    for start, end, value in elements if name == "PLB" else ():
        reason, mark, reference = value.partition(":")
        if mark and any(c.isdigit() for c in reference):
            yield field(start + len(reason) + 1, end, PhiType.ACCOUNT)


def _days(name: str, elements: Elements) -> Iterator[Found]:
    if name not in _DATED:
        return
    for start, _, shown in elements:
        for match in re.finditer(r"[^:]+", shown):
            if _DAY.fullmatch(match[0]):
                yield field(start + match.start(), start + match.end(), PhiType.DATE)


def _at(elements: Elements, place: int, kind: PhiType | None) -> Iterator[Found]:
    """The element at `place` (from 1), where it is filled and of a kind that identifies."""
    if kind is not None and len(elements) >= place and any(c.isalnum() for c in elements[place - 1][2]):
        start, end, _ = elements[place - 1]
        yield field(start, end, kind)

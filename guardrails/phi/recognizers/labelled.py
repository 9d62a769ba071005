"""Identifiers known by the label in front of them, and unlabelled ones that no code of medicine looks like."""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from guardrails.phi.gazetteer.lexicon import medicine
from guardrails.phi.keep.codes import is_code_form, is_measure
from guardrails.phi.recognizers.label_words import KEEP, Meaning, meaning_of
from guardrails.phi.spans import Found, PhiType

_CANDIDATE = re.compile(
    r"(?<![A-Za-z0-9])(?:#\s?)?(?:[A-Za-z]{1,10}[-_/.]){0,2}[A-Za-z0-9]*\d[A-Za-z0-9]*(?:[-./_][A-Za-z0-9]+)*"
)
_PATH = re.compile(r"(?:[a-z]{2,12}/){1,3}(?=[A-Z]{0,6}-?\d{4})")
"""Words of a path before the number that it leads to."""
_CONTEXT = 64
_TAIL_LABEL = re.compile(r"\s?[(\[]\s?(?:the\s)?([A-Za-z][A-Za-z #]{1,24})[)\]]")
_LIST_JOIN = re.compile(r"\s*(?:,|;|/|&|and|or|to|through|-)\s*(?:and\s+)?$")
_BREAK = re.compile(r"[.;!?]\s+(?=[A-Z])(?!N(?:o|um|br|umber)\b)|\n\s*\n")
_STRONG: frozenset[Meaning] = frozenset(
    {PhiType.SSN, PhiType.MRN, PhiType.MEMBER_ID, PhiType.LICENSE, PhiType.VEHICLE, PhiType.BIOMETRIC_REF}
)
_NEEDS_MARK = re.compile(
    r"[:#=|>\"'(]\s?$|\b(?:id|no|number|num|is|nbr|s/n|serial|sn|cdl|npi|dea)\.?\s?#?:?\s?$", re.IGNORECASE
)
_NUMBERED = re.compile(
    r"(?:(?:\b|_)(?:id|ids|no|nos|number|numbers|num|nbr|ref|acct|account|icn|dcn|csn|fin|har)\b\W{0,4}"
    r"|#\s?)(?:is|was|of|:)?\W{0,3}$",
    re.IGNORECASE,
)
_USERNAME = re.compile(
    r"\b(?:user(?:\s?name|\s?id)?|login|handle|screen name|twitter|instagram|facebook|ig)\s?(?:is|:"
    r"|=)\s?@?([A-Za-z][\w.-]*(?:[\d_]|\.(?=\w))[\w.-]*|@\w+)",
    re.IGNORECASE,
)
_HANDLE = re.compile(r"(?<![\w.@/])@(?=\w*[\d_])[A-Za-z]\w{3,30}(?![\w.@])")
_PLATE = re.compile(
    r"\b(?:licen[sc]e plate|plate|plates|registration|reg|tag|placard|parking permit)\b\.?"
    r"(?:\s(?:number|no\.?|num|for|is|was|reads|#|:))*\W{0,4}"
    r"((?-i:(?:[A-Z][a-z]+ )?(?:[A-Z]{2} )?(?=[A-Z0-9 -]*\d)[A-Z0-9]{1,4}[ -]?[A-Z0-9]{2,5}(?: [A-Z0-9]{3})?))\b",
    re.IGNORECASE,
)
_LONG_UNLABELLED = re.compile(r"\d{7,20}|0\d{5}")
_LETTERED = re.compile(
    r"[A-Za-z]{1,6}[-_]?\d{5,}(?:[-_]?[A-Za-z0-9]{1,4})?|\d{4,}[-_]?[A-Z]{1,4}\d*"
    r"|(?=(?:[A-Za-z0-9-]*\d){4})(?=[A-Za-z0-9-]*[A-Z])[A-Z0-9]{2,}(?:-[A-Z0-9]{2,})+"
    r"|(?=(?:[A-Z0-9]*\d){4})(?=(?:[A-Z0-9]*[A-Z]){2})[A-Z0-9]{8,}"
)
_GROUPED = re.compile(r"\d{2,5}(?:-\d{2,5}){1,3}")
_POLICY = re.compile(r"policy\W{0,3}(?:number|no|num|id|#)?\W{0,4}(?:is|was)?\W{0,4}$", re.IGNORECASE)
_POLICY_DIGITS = 6
"""A medical policy's number has fewer; an insured person's policy number has more."""
_HASH = re.compile(
    r"(?=[0-9a-f-]*[a-f])(?:(?=(?:\d*[a-f]){3})[0-9a-f]{16,64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
)
"""Trace ids, digests and UUIDs: they name a message or a file, nobody."""
_CARD_FORM = re.compile(r"[A-Z]{1,3}\d{8,12}")
"""A member's number as payers print it, also where the label only speaks of the payer or plan."""
_MORE_GROUP = re.compile(
    r"[ ]{1,2}(?:(?=[A-Z0-9-]*\d)[A-Z0-9]{1,10}(?:-[A-Z0-9]{1,6})*|[A-Z](?=\s*(?:$|[).,;\n])))(?![\w%/:]|\.\d|-\w)"
)
"""A further part of a number that is printed in groups."""
_CAPITALS_BEFORE = re.compile(r"(?<![A-Za-z])([A-Z]{1,4}) {1,2}$")
_IDENTIFIERS = frozenset({PhiType.MRN, PhiType.MEMBER_ID, PhiType.ACCOUNT, PhiType.LICENSE, PhiType.DEVICE_ID})
_MOST_DIGITS = 18
_LOOSE = frozenset({PhiType.ACCOUNT, PhiType.MEMBER_ID, PhiType.DEVICE_ID})
"""Labels that also stand before codes of medicine (`PA for PET 78815`, `Medicaid, 95810`)."""
_STATE_LICENSE = re.compile(r"\d{2}\.\d{5,7}")
_OWN_NUMBER = re.compile(
    r"\b(?:my|his|her|their|patient's|member's|whose|its)\s+(?:[a-z]+\s+){0,2}numbers?\b[^.;:!?\n]{0,30}(?:\b(?:is|was|are)\b|:)\W{0,4}$",
    re.IGNORECASE,
)
"""`her number at the clinic is`."""
_NAMES_A_NUMBER = re.compile(
    r"\b(?:case|ref|reference|ticket|acct|account|encounter|accession|lot|serial|sn|s/n|claim|job|mem|mbr)\b\W{1,3}$",
    re.IGNORECASE,
)
"""Labels behind which a number is its own and no code of medicine, if nothing stands between."""
_FEWEST_NUMBERED, _FEWEST_UNITLESS = 3, 5
_LEAST_FREE = 2
_LONGEST_ID = 48
"""A longer run of letters and digits is a digest, a key or encoded data."""
_OVER_CLAIMED = 0.96
"""A labelled number that holds what looked like a date or a telephone."""
_PASSED_ON = 0.75
"""So sure a number must be for the next one in its list to be of its type."""
_PLAIN_CODE = re.compile(r"\d{4,11}(?:-\d{1,4}){0,2}")
"""What may stand in a list of codes without a form of its own, such as an NDC without its dashes."""
_ROUND = re.compile(r"[1-9]0{5,}")


def find_labelled(text: str, claimed: Sequence[Found]) -> Iterator[Found]:
    """Values with a digit in them that label, form or list makes identifiers; `claimed` spans are left alone."""
    taken = bytearray(len(text))
    for span in claimed:
        taken[span.start : span.end] = b"\1" * (span.end - span.start)
    last_end, last_type, in_codes = 0, None, False
    for match in _CANDIDATE.finditer(text):
        start, end = match.span()
        if start < last_end:
            continue
        free = sum(text[at].isalnum() for at in range(start, end) if not taken[at])
        if free < _LEAST_FREE and free < end - start and any(taken[start:end]):
            last_end, last_type = end, None
            continue
        if (path := _PATH.match(text, start, end)) is not None:
            start = path.end()
        context = _own_context(text, max(last_end, start - _CONTEXT), start)
        if in_codes and _LIST_JOIN.fullmatch(context) and _PLAIN_CODE.fullmatch(match[0]):
            last_end = end
            continue
        in_codes = is_code_form(match[0]) and meaning_of(context)[0] in (KEEP, None)
        found = _judged(text, start, end, context, last_type, taken)
        if found and any(taken[start:end]):
            found = Found(found.start, found.end, found.type, _OVER_CLAIMED) if found.type in _IDENTIFIERS else None
        last_end, last_type = (found.end, found.type) if found and found.score >= _PASSED_ON else (end, None)
        if found:
            yield found
    yield from _worded(text)


def _end_of_groups(text: str, start: int, end: int, taken: bytearray) -> int:
    """Where a number that is printed in groups ends."""
    while more := _MORE_GROUP.match(text, end):
        first = more.end() - len(more[0].strip())
        if any(taken[first : more.end()]) or is_measure(text, first, more.end()):
            break
        if sum(c.isdigit() for c in text[start : more.end()]) > _MOST_DIGITS:
            break
        end = more.end()
    return end


def _own_context(text: str, floor: int, start: int) -> str:
    """What stands before the value, back to the value before it, the sentence's start or an empty line."""
    context = text[floor:start]
    for cut in _BREAK.finditer(context):
        context = text[floor + cut.end() : start]
    return context


def _judged(text: str, start: int, end: int, context: str, last_type: PhiType | None, taken: bytearray) -> Found | None:
    value = text[start:end].lstrip("# ")
    if last_type is not None and _LIST_JOIN.fullmatch(context) and _plausible(value):
        return Found(start, end, last_type, 0.7)
    meaning, skipped = _meaning_here(text, end, context)
    if meaning is None and (capitals := _CAPITALS_BEFORE.search(context)):
        meaning, skipped = meaning_of(context[: capitals.start()])
        if meaning in _LOOSE and is_code_form(value) and not _NUMBERED.search(context[: capitals.start()]):
            return None
        start -= len(capitals[0]) if meaning in _IDENTIFIERS else 0
    if len(value) > _LONGEST_ID and meaning not in _STRONG:
        return None
    if meaning == KEEP and _is_members_number(value, context):
        return Found(start, end, PhiType.MEMBER_ID, 0.7)
    numbered = meaning in _IDENTIFIERS and sum(c.isdigit() for c in value) > _FEWEST_UNITLESS
    if meaning == KEEP or (meaning not in _STRONG and _HASH.fullmatch(value)):
        return None
    if not numbered and is_measure(text, start, end):
        return None
    grouped = _end_of_groups(text, start, end, taken) if meaning in _IDENTIFIERS else end
    kind = _labelled_type(meaning, text[start:grouped].lstrip("# "), context, skipped)
    if kind is not None:
        return Found(start, grouped, kind, 0.9 if skipped < 2 else 0.75)
    return _by_form(text, start, end, value)


def _meaning_here(text: str, end: int, context: str) -> tuple[Meaning | None, int]:
    """What the words before the value say of it, or else those in brackets behind it."""
    meaning, skipped = meaning_of(context)
    if (meaning is None or meaning is PhiType.DATE) and (tail := _TAIL_LABEL.match(text, end)):
        meaning, skipped = meaning_of(tail[1])
    if meaning is None and _OWN_NUMBER.search(context):
        return PhiType.MRN, 0
    return meaning, skipped


def _is_members_number(value: str, context: str) -> bool:
    """Whether the number after `policy`, `payer` or the like is a person's and not a document's."""
    if _CARD_FORM.fullmatch(value):
        return True
    digits = sum(c.isdigit() for c in value)
    return _POLICY.search(context) is not None and not is_code_form(value) and digits >= _POLICY_DIGITS


def _labelled_type(meaning: Meaning | None, value: str, context: str, skipped: int) -> PhiType | None:
    """The type that a label gives to the value; None where label and value do not go together."""
    if not isinstance(meaning, PhiType):
        return None
    digits = sum(c.isdigit() for c in value)
    if meaning is PhiType.ZIP:
        return meaning if 3 <= digits <= 9 and len(value) <= 10 else None
    if meaning in (PhiType.PHONE, PhiType.FAX):
        return meaning if digits >= 7 else None
    if meaning is PhiType.DATE:
        return (
            meaning if value.isdigit() and digits in (6, 8) and re.search(r"(?i)birth|dob|date|dos", context) else None
        )
    numbered = _NUMBERED.search(context) is not None
    if meaning is PhiType.LICENSE and _STATE_LICENSE.fullmatch(value):
        return meaning
    coded = is_code_form(value) and not numbered and not _NAMES_A_NUMBER.search(context)
    if not _plausible(value) or (meaning in _LOOSE and coded):
        return None
    if numbered and digits >= _FEWEST_NUMBERED and any(c.isalpha() for c in value):
        return meaning
    marked = _NEEDS_MARK.search(context) is not None
    enough = 3 if meaning in _STRONG and marked else 4 if meaning in _STRONG or marked else 5
    return meaning if digits >= enough or (digits >= 2 and len(value) >= 6 and marked) else None


def _plausible(value: str) -> bool:
    """At least two digits, and not a decimal, a fraction, a clock or a bare year."""
    if sum(c.isdigit() for c in value) < 2 or re.fullmatch(
        r"\d+\.\d+(?:-\d+\.\d+)?|\d{1,3}/\d{1,3}|\d+(?:st|nd|rd|th)", value
    ):
        return False
    return re.fullmatch(r"(?:19|20)\d\d", value) is None


def _by_form(text: str, start: int, end: int, value: str) -> Found | None:
    """An unlabelled value that is too long or too mixed to be anything but an identifier."""
    hashed = text[start] == "#"
    if len(value) > _LONGEST_ID:
        return None
    if hashed and re.fullmatch(r"\d{5,}", value):
        return Found(start, end, PhiType.MRN, 0.65)
    if is_code_form(value) or _ROUND.fullmatch(value):
        return None
    if _LONG_UNLABELLED.fullmatch(value):
        return Found(start, end, PhiType.MRN, 0.65)
    if _GROUPED.fullmatch(value) and sum(c.isdigit() for c in value) >= 7:
        return Found(start, end, PhiType.MRN, 0.6)
    if _LETTERED.fullmatch(value) and sum(c.isdigit() for c in value) >= 4:
        return Found(start, end, PhiType.MRN, 0.6)
    return None


_PLATE_FORM = re.compile(
    r"(?<![\w-])(?:[A-Z]{2,3}[- ]?\d{3,4}|\d[A-Z]{3}\d{3}|\d{3}[- ]?[A-Z]{3}|[A-Z]\d{2}[- ]?[A-Z]{3}"
    r"|[A-Z]{3}\d{2}[A-Z])"
    r"(?![\w-])"
)
_VEHICLE_NEAR = re.compile(
    r"\b(?:car|truck|van|suv|sedan|pickup|vehicle|plates?|parked|drives|drove|toyota|honda|ford|chevy|chevrolet|nissan"
    r"|subaru|hyundai|kia|jeep|dodge|tesla|bmw|volvo|mazda|motorcycle|trailer|license plate)\b",
    re.IGNORECASE,
)
_NEAR = 48


@cache
def _acronyms() -> frozenset[str]:
    """Acronyms of medicine, which a clock may follow as digits follow the letters of a plate (`EKG 0912`)."""
    return frozenset(medicine()["acronyms"])


def _worded(text: str) -> Iterator[Found]:
    for match in _PLATE_FORM.finditer(text):
        around = text[max(0, match.start() - _NEAR) : match.end() + _NEAR // 2]
        if match[0][:3].strip("- 0123456789") in _acronyms():
            continue
        if _VEHICLE_NEAR.search(around) and meaning_of(text[max(0, match.start() - _NEAR) : match.start()])[0] != KEEP:
            yield Found(match.start(), match.end(), PhiType.VEHICLE, 0.65)
    for match in _PLATE.finditer(text):
        yield Found(match.start(1), match.end(1), PhiType.VEHICLE, 0.85)
    for match in _HANDLE.finditer(text):
        yield Found(match.start(), match.end(), PhiType.ACCOUNT, 0.7)
    for match in _USERNAME.finditer(text):
        yield Found(match.start(1), match.end(1), PhiType.ACCOUNT, 0.75)

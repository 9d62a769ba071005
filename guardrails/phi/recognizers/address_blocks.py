"""Addresses as a whole: what stands between street, town and postal code belongs to them, and the country too."""

import re
from collections.abc import Sequence
from functools import cache

from guardrails.phi.gazetteer.lexicon import places
from guardrails.phi.spans import Found, PhiType
from guardrails.phi.tagger.features import fold

_PARTS = (PhiType.STREET, PhiType.CITY, PhiType.ZIP)
_WIDEST_GAP = 36
_BESIDE = 4
_GAP = re.compile(r"[\s,;>?]*(?:[^\W\d_(][\w.'’()-]*[\s,;>?]*){0,4}")
_CODE_BEHIND = re.compile(r"[\s,;>?]{1,8}((?:[A-Z]{1,2}-?)?\d{4,5}(?:-\d{4})?)(?![\w/-])(?!\.\d)")
_TAIL = re.compile(
    r"(?:[\s,>?]{1,8}(?:[A-ZÀ-ÞΑ-ΩА-Я(][^\n\d:;,.]{0,30}|nan|[a-z]{2}(?=\n|\s\d)))"
    r"{1,3}[\s,>?]{1,8}(?:[A-Z]{1,2}-)?\d{4,6}(?:-\d{3,4})?(?![\w/-]|\.\d|\s?(?:mg|ml|mcg|units|patients|cells|days|U\b))"
)
"""Town, region, country and postal code behind a street, whatever they are called."""
_FARTHEST = 90
_NUMBER_BEFORE = re.compile(r"(?<![\w/.-])\d{1,6}[A-Z]?\s$")
_UNIT_BEHIND = re.compile(
    r"\s*[,\n]?\s*(?:(?:Apt|Apartment|Suite|Ste|Unit|Flat|Floor|Lot|Bldg|Rm)\b\.?\s*#?\s*[\w-]+|#\s?\d[\w-]*)",
    re.IGNORECASE,
)
_STREET_KINDS = frozenset(
    [
        "street",
        "avenue",
        "boulevard",
        "drive",
        "road",
        "lane",
        "court",
        "parkway",
        "highway",
        "terrace",
        "crescent",
        "rd",
        "ave",
        "blvd",
        "ln",
        "hwy",
    ]
)


@cache
def _behind() -> re.Pattern[str]:
    """A state or country that ends an address."""
    names = sorted({*places()["us_states"], *places()["countries"], "USA", "U.S.A.", "UK"}, key=len, reverse=True)
    listed = "|".join(re.escape(name).replace(r"\\ ", r"\\s+") for name in names)
    codes = "|".join(places()["state_codes"])
    return re.compile(rf"[\s,;>?]{{1,8}}(?:(?i:{listed})|(?:{codes})|(?:[A-Z]{{2}}|nan)(?=\s+\d{{4,5}}))(?![\w'-])")


def is_street_name(shown: str) -> bool:
    """Whether the words end as streets do: `Flatlands Avenue`."""
    words = [fold(word).strip(".") for word in shown.split()]
    return len(words) > 1 and words[-1] in _STREET_KINDS


def whole_addresses(text: str, found: Sequence[Found]) -> list[Found]:
    """The spans, where those of one address reach to each other and over unit, state, country and postal code."""
    parts = sorted((span for span in found if span.type in _PARTS), key=lambda span: span.start)
    grown: list[Found] = []
    until = 0
    for place, span in enumerate(parts):
        following = parts[place + 1].start if place + 1 < len(parts) else len(text)
        if span.type is PhiType.STREET:
            until = max(until, _end_of_address(text, span))
        beside = bool(grown) and span.start - grown[-1].end < _BESIDE and until > 0
        end = max(span.end, min(until, following))
        if beside or span.type is PhiType.STREET:
            end = max(end, _reach(text, end, span, following))
            until = max(until, end)
        start = _with_number(text, span) if span.type is PhiType.STREET else span.start
        grown.append(Found(start, end, span.type, span.score))
    return [*(span for span in found if span.type not in _PARTS), *grown]


def _with_number(text: str, span: Found) -> int:
    number = _NUMBER_BEFORE.search(text, max(0, span.start - 9), span.start)
    return number.start() if number else span.start


def _end_of_address(text: str, street: Found) -> int:
    """Where the address ends that begins with the street, as far as its own form tells."""
    unit = _UNIT_BEHIND.match(text, street.end)
    end = unit.end() if unit else street.end
    tail = _TAIL.match(text, end, end + _FARTHEST)
    return tail.end() if tail else end


def _reach(text: str, end: int, span: Found, following: int) -> int:
    """Up to the next part of the address, or over what ends it."""
    if end <= following <= end + _WIDEST_GAP and following < len(text) and _GAP.fullmatch(text, end, following):
        return following if following - end < _BESIDE or span.type is not PhiType.ZIP else end
    if (state := _behind().match(text, end)) and state.end() <= following:
        end = state.end()
    if (code := _CODE_BEHIND.match(text, end)) and code.end() <= following:
        end = code.end(1)
    return end

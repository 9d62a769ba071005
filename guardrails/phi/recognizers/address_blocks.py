"""Addresses as a whole: what stands between street, town and postal code belongs to them, and the country too."""

import re
from collections.abc import Sequence
from functools import cache

from guardrails.phi.gazetteer.lexicon import places
from guardrails.phi.spans import Found, PhiType
from guardrails.phi.tagger.features import fold

_PARTS = (PhiType.STREET, PhiType.CITY, PhiType.ZIP)
_WIDEST_GAP = 36
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
    others = [span for span in found if span.type not in _PARTS]
    grown: list[Found] = []
    in_address = False
    for place, span in enumerate(parts):
        following = parts[place + 1] if place + 1 < len(parts) else None
        in_address = span.type is PhiType.STREET or (in_address and grown != [] and span.start - grown[-1].end < 4)
        end = _reach(text, span, following) if in_address else span.end
        start = span.start
        if span.type is PhiType.STREET and (number := _NUMBER_BEFORE.search(text, max(0, start - 9), start)):
            start = number.start()
        grown.append(Found(start, max(end, span.end), span.type, span.score))
    return [*others, *grown]


def _reach(text: str, span: Found, following: Found | None) -> int:
    """Up to the next part of the address, or over what ends it."""
    end = span.end
    if span.type is PhiType.STREET and (unit := _UNIT_BEHIND.match(text, end)):
        end = unit.end()
    tail = _TAIL.match(text, end, end + _FARTHEST) if span.type is PhiType.STREET else None
    if tail and (following is None or tail.end() <= following.start):
        return tail.end()
    if following and end <= following.start <= end + _WIDEST_GAP and _GAP.fullmatch(text, end, following.start):
        return following.start if following.type is PhiType.ZIP or following.start - end < 4 else end
    if (state := _behind().match(text, end)) and (following is None or state.end() <= following.start):
        end = state.end()
    if (code := _CODE_BEHIND.match(text, end)) and (following is None or code.end() <= following.start):
        end = code.end(1)
    return end

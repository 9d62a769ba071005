"""Employers: the company somebody works for identifies (45 CFR 164.514(b)(2)(i) covers employers)."""

import re
from collections.abc import Iterable, Iterator

from guardrails.phi.spans import Found, PhiType

_CUE = re.compile(
    r"\b(?:employer|employed (?:by|at|with)|occupation|works? (?:for|at|as [\w ]{3,30}? (?:at|for))"
    r"|(?:worked|working) (?:for|at)|job (?:at|with)|drives? for|retired from|retiree of|laid off (?:by|from)"
    r"|group (?:name|holder)|plan sponsor|policyholder)\b[\s:.'\"|=-]{0,4}(?:name[\s:]{0,3})?(?:the\s+|a\s+)?$",
    re.IGNORECASE,
)
_REACH = 44
_SCORE = 0.7
_BRIDGED = 2


_JOB = re.compile(
    r"\b(?:work(?:s|ed|ing)?|employed|job|shift|operator|driver|drives|drove|teacher|cashier|cook|clerk|mechanic|welder|barista"
    r"|foreman|guard|janitor|custodian|machinist|manager|supervisor|server|bartender|electrician|plumber|carpenter|picker"
    r"|packer|loader|farmhand|guy|lady|injury|injured|scheduler|hr|retired)\b(?:\s+[a-z\d]+){0,4}?\s+(?:at|for|from|with)\s+(?:the\s+)?"
    r"(?P<firm>(?-i:[A-Z][\w'’&.-]*(?:\s+(?:&|of|and|de)\s+[A-Z][\w'’.-]*|\s+[A-Z&][\w'’.-]*){1,5}))"
    r"|\bemployer\b[\s:('\"=-]{1,5}(?P<boss>(?-i:[A-Z][\w'’-]*(?:\s+[A-Z&][\w'’.-]*){1,4}))"
    r"|\bat work\s?[,(]\s?(?P<place>(?-i:[A-Z][\w'’-]*(?:\s+[A-Z&][\w'’.-]*){1,4}))"
    r"|\bplan of (?P<plan>(?-i:[A-Z][\w'’-]*(?:\s+[A-Z&][\w'’.-]*){1,4}))(?=\s+employees)",
    re.IGNORECASE,
)


def find_employers(text: str, companies: Iterable[tuple[int, int]]) -> Iterator[Found]:
    """NAME spans over companies (given as spans of their words) that stand behind a word of work."""
    for start, end in _joined(text, companies):
        if text[start].isupper() and _CUE.search(text, max(0, start - _REACH), start):
            yield Found(start, end, PhiType.NAME, _SCORE)
    for match in _JOB.finditer(text):
        group = match.lastgroup or "firm"
        yield Found(match.start(group), match.end(group), PhiType.NAME, _SCORE)


def _joined(text: str, words: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Words that stand side by side as one name."""
    open_start, open_end = -1, -1
    for start, end in words:
        if open_start >= 0 and start - open_end <= _BRIDGED and "\n" not in text[open_end:start]:
            open_end = end
            continue
        if open_start >= 0:
            yield open_start, open_end
        open_start, open_end = start, end
    if open_start >= 0:
        yield open_start, open_end

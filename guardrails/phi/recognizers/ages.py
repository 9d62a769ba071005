"""Ages over 89, and birth years that show one (45 CFR 164.514(b)(2)(i)(C))."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from guardrails.phi.spans import Found, PhiType

_OLDEST_KEPT = 89
_NUMBER = r"(?:9\d|1[0-2]\d)"
_TEN_WORDS = (
    r"(?:ninety(?:[\s-](?:one|two|three|four|five|six|seven|eight|nine))?|(?:one"
    r"|a)\s+hundred(?:\s+(?:and\s+)?\w+)?|centenarian|nonagenarian)"
)
_UNIT = (
    r"(?:[\s-]{0,2}(?:years?|yrs?|y)[\s.-]{0,2}(?:old|o\b|/o)|[\s-]?y/?\.?o\.?\b|[\s-]?yr?s?/?o\b"
    r"|[\s-]{0,2}years?[\s-]{0,2}(?:of[\s-]age|young)|[\s-]{0,2}a[ñn]os)"
)
_WITH_UNIT = re.compile(rf"(?<![\d./]){_NUMBER}{_UNIT}", re.IGNORECASE)
_AFTER_LABEL = re.compile(
    rf"(?:\bage[ds]?\b(?:\s+(?:of|is|was|at\s+\w+))?|\bturn(?:ed|s|ing)|\bcurrent age)[\s:=\"'"
    rf"|,-]{{0,4}}({_NUMBER})(?![\d%.,]\d|\d|%)",
    re.IGNORECASE,
)
_WITH_SEX = re.compile(
    rf"(?<![\d./]){_NUMBER}\s?(?:[MF](?=\s(?:w/|with|who|presents|admitted|c/o|s/p|h/o|here|from|pt"
    rf"|patient|brought|found|had|has|in\b|on\b|found)|,)|(?:[Yy]\s?)?(?:male|female|man|woman|gentleman"
    rf"|lady)\b)"
)
_SPELLED = re.compile(
    rf"\b{_TEN_WORDS}(?:[\s-]{{0,2}}years?[\s-]{{0,2}}(?:old|of age))|\b(?:centenarian|nonagenarian)\b", re.IGNORECASE
)
_BIRTHDAY = re.compile(rf"(?<!\d){_NUMBER}(?:st|nd|rd|th)(?=\s+(?:birthday|year of (?:life|age)))", re.IGNORECASE)
_BIRTH_YEAR = re.compile(
    r"\b(?:born(?:\s+(?:in|on|circa|around|abt|about))?|birth\s?year|year of birth|yob|dob"
    r"|b\.)\W{0,4}((?:18|19)\d\d)(?![\d/-])",
    re.IGNORECASE,
)
_A_LIMIT = re.compile(
    r"(?:over|above|under|below|than|least|most|to|or|between|ages|[<>=≥≤-]|\d|greater|exceeding|until"
    r"|beyond|past)\s*$",
    re.IGNORECASE,
)


def find_ages(text: str) -> Iterator[Found]:
    """Ages from 90 to 129 that a text gives to someone, and years of birth at least 90 years ago."""
    for pattern in (_WITH_UNIT, _WITH_SEX, _SPELLED, _BIRTHDAY):
        for match in pattern.finditer(text):
            if not _A_LIMIT.search(text, max(0, match.start() - 12), match.start()):
                yield Found(match.start(), match.end(), PhiType.AGE_OVER_89, 0.9)
    for match in _AFTER_LABEL.finditer(text):
        if not re.match(
            r"\s*(?:(?:years?\s+)?(?:or|and)\s+(?:older|over|above)|\+|-|to\s)",
            text[match.end() : match.end() + 20],
            re.IGNORECASE,
        ):
            yield Found(match.start(1), match.end(1), PhiType.AGE_OVER_89, 0.85)
    latest = datetime.now(UTC).year - _OLDEST_KEPT - 1
    for match in _BIRTH_YEAR.finditer(text):
        if int(match[1]) <= latest:
            yield Found(match.start(1), match.end(1), PhiType.AGE_OVER_89, 0.85)

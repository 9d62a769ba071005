"""Header lines that name the patient without labels: name, date of birth and record number side by side."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from formats.notes.dates import dates_in

HEAD_LINES = 8
"""How far into a page such a line may stand."""
_CENTURY_TURNS = 2040
"""A year of two digits from here on is of the last century."""
_YEAR = timedelta(days=365)
_SEPARATED = r"[ \t]*[,/|(;-]{0,2}[ \t]*"
_DAY = (
    r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d{2})|\d{1,2}[ -][A-Za-z]{3,9}[ -]\d{4}|"
    r"[A-Za-z]{3,9}\.?[ ]\d{1,2},?[ ]\d{4}"
)
_BORN = r"(?:\b(?:born|b\.|DOB|D\.O\.B\.?|date of birth|birth ?date)[ \t]*:?[ \t]*)"
_SEX_AND_AGE = r"(?:(?:[MF][ \t]?\d{1,3}|\d{1,3}[ \t]?(?:[MF]|yo[MF]?)|[MF])\b" + _SEPARATED + ")?"
_NUMBER = r"(?P<number>[A-Z]{1,4}[ .-]?\d[\dA-Z]*(?:[.-][\dA-Z]+)*|\d[\dA-Z]*(?:[.-][\dA-Z]+)+)(?![\w/])"
_NUMBER_WORDS = (
    r"(?i:(?:unit|chart|file|acct|account|record|rec|med|patient|pt|clinic|id|no|number|num|mrn)\b\.?[ \t:#]*|"
    r"#[ \t]*){0,3}"
)
_LINE = re.compile(
    r"(?P<name>[A-Z][\w'’-]*(?:,?[ \t][A-Z][\w'’.-]*){1,3}|[A-Z]\.?[ \t][A-Z][\w'’-]+)"
    + _SEPARATED + _SEX_AND_AGE + rf"(?P<born>{_BORN})?(?P<day>{_DAY})" + _SEPARATED + _NUMBER_WORDS + _NUMBER
)  # fmt: skip
_LABEL_OF_NUMBER = re.compile(r"^(?:MRN|ID|NO)[ .-](?=\d)")
_MARKED = re.compile(rf"(?P<born>{_BORN})(?P<day>{_DAY})", re.IGNORECASE)


_DOTTED = re.compile(r"(?P<first>\d{1,2})\.(?P<second>\d{1,2})\.\d")
_MONTHS, _SAFE = 12, 28
_LABEL_OF_NUMBER = re.compile(r"(?i:MRN|ID|NO|NUM|REC|PT|CHART|FILE|ACCT|UNIT)[ .-]+(?=\d)")


@dataclass(frozen=True)
class Identity:
    """A date of birth that a header line gives, with the record number beside it where one stands there."""

    said: str
    days: frozenset[date]
    number: str = ""


def identities_in(page: str) -> list[Identity]:
    """Dates of birth without a label of their own, in order.

    A bare date between a name and a record number counts only where the page holds another date that is at least a
    year younger: a visit's date may stand in such a line as well.
    """
    lines = page.splitlines()[:HEAD_LINES]
    found = (day for _, days in dates_in(page[:4000]) for day in days if day.year < _CENTURY_TURNS)
    youngest = max(found, default=date.min)
    return [one for line in lines for one in _of_line(line[:400], youngest)]


def births_in(lines: Sequence[str]) -> frozenset[date]:
    """Every day that the head's lines give as a date of birth."""
    return frozenset(day for one in identities_in("\n".join(lines)) for day in one.days)


def _of_line(line: str, youngest: date) -> Iterator[Identity]:
    taken = []
    for match in _LINE.finditer(line):
        days = _days(match["day"])
        if days and (match["born"] or min(days) + _YEAR <= youngest):
            taken.append(match.start("day"))
            yield Identity(match["day"], days, _LABEL_OF_NUMBER.sub("", match["number"]))
    for match in _MARKED.finditer(line):
        days = _days(match["day"])
        if days and match.start("day") not in taken:
            yield Identity(match["day"], days)


def _days(words: str) -> frozenset[date]:
    """The days that the words may mean: with dots (`09.03.1957`) the day may stand before the month."""
    days = next((days for start, days in dates_in(words) if start == 0), frozenset[date]())
    dotted = _DOTTED.match(words)
    if dotted and int(dotted["second"]) <= _MONTHS:
        days |= {one.replace(month=int(dotted["second"]), day=int(dotted["first"])) for one in days if one.day <= _SAFE}
    return days

"""Runs of days as notes write them, with months and years left out; what is unclear makes the run shorter."""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

from agents.reading.rules_reader.numbers import NUMBER_WORD, number_of

_NAMES = {name.casefold(): number for number, name in enumerate(calendar.month_name) if name}
_NAMES |= {name.casefold(): number for number, name in enumerate(calendar.month_abbr) if name} | {"sept": 9}
_NAME = "|".join(sorted(_NAMES, key=len, reverse=True))
_DAY = (
    rf"(?:\d{{4}}-\d\d-\d\d|\d{{1,2}}/\d{{1,2}}/(?:\d{{4}}|\d{{2}})|\d{{1,2}}/\d{{4}}|\d{{1,2}}/\d{{1,2}}|"
    rf"\d{{1,2}}(?:st|nd|rd|th)?(?: of)? (?:{_NAME})\.?,? \d{{4}}|"
    rf"\d{{1,2}}(?:st|nd|rd|th)?(?: of)? (?!may\b)(?:{_NAME})\b\.?|"
    rf"(?:{_NAME})\.? \d{{1,2}}(?:st|nd|rd|th)?(?:,? \d{{4}})?|(?:{_NAME})\.?,? (?:of )?\d{{4}})"
)
BETWEEN = re.compile(rf"\bbetween (?P<first>{_DAY}) and (?=(?:the )?{_DAY})", re.IGNORECASE)
_TO = (
    r"(?:,?\s(?:and )?(?:stopped|ended|discontinued|quit|d/c.?d)(?: it)?(?: on)?\s|"
    r"\s?(?:\((?:first|start)\)\s?)?(?:to|until|till|through|thru|-+>?|>|–|—|→|and ended(?: on)?|"
    r",\s(?:stopped|stop|to|ended|end|until|through)(?: date)?:?|"
    r"and (?:went on|continued|ran|carried on|stayed on it)(?: to| until| till| through))\s?)"
)
RANGE = re.compile(
    rf"(?<![\d/])(?P<first>{_DAY}|\b(?:{_NAME})\b\.?){_TO}(?:the end of )?(?P<last>{_DAY})(?![\d/])", re.IGNORECASE
)
_SPACED = re.compile(
    rf"(?<![\d/])(?P<first>{_DAY})(?:[ \t]{{2,}}|[ \t]*[|;][ \t]*)(?P<last>{_DAY})(?![\d/])", re.IGNORECASE
)
SINCE = re.compile(
    r"\b(?:since|onset|began|begun|started|commenced|initiated|introduced|beginning|came on|set in|"
    rf"first (?:noticed|felt|appeared|started)|dat(?:es|ing) back)(?:\s|:\s{{0,3}})"
    rf"(?:(?:on|in|to|of)\s){{0,2}}(?P<first>{_DAY}|"
    rf"(?:(?:early|mid|late)[ -])?(?:{_NAME})\b(?!\.? \d))(?![\d/])",
    re.IGNORECASE,
)
BEGUN = re.compile(
    rf"{SINCE.pattern.replace('first>', 'since>')}|"
    rf"\b(?:quit|stopped|gave up|(?:last|final) (?:cigarette|smoke|vape|nicotine))"
    rf"(?:(?!\b(?:not|no|never|until)\b)[^.;\n\d]){{0,25}}?\b(?P<quit>{_DAY})(?![\d/])",
    re.IGNORECASE,
)
"""Since when something lasts: what began on a day, or nicotine that was given up on it."""
FROM = re.compile(rf"\b(?:from|starting|beginning)\s(?:on\s)?(?P<first>{_DAY})(?![\d/])", re.IGNORECASE)
ANY_DAY = re.compile(rf"(?<![\d/.]){_DAY}(?![\d/])", re.IGNORECASE)
MONTHS = re.compile(
    rf"\b(?P<first>{_NAME})\.? ?(?:to|through|thru|until|till|-|–|and)"
    rf"(?: the)?(?: early| mid(?:dle of)?| late| end of)?[ -]?"
    rf"(?P<last>{_NAME})\b\.?(?! ?\d{{1,2}}\b(?!\d))(?:,? (?:of )?(?P<year>\d{{4}}|this year|last year))?",
    re.IGNORECASE,
)
LENGTH = re.compile(
    r"\b(?:for|x|over|lasting|lasted|during|took it|took them|taken|ran|daily|nightly|"
    r"(?-i:TID|BID|QID|QHS|tid|bid|qid|qhs))\s?"
    rf"(?:(?:the )?(?:past|last|full|entire)\s|(?:a |at )?(?:total of|full|least|all of)\s)?"
    rf"(?P<n>\d{{1,3}}|{NUMBER_WORD}|an?)[ -]?"
    r"(?P<unit>days?|d|weeks?|wks?|w|months?|mos?|years?|yrs?)\b",
    re.IGNORECASE,
)
_LENGTH_OF = re.compile(
    rf"\b(?P<n>\d{{1,3}}|{NUMBER_WORD}|an?)[ -]?(?P<unit>days?|weeks?|wks?|months?|mos?|years?|yrs?)\s(?:of|on)\s"
    r"(?:(?!more\b)[\w-]+\s){0,2}$",
    re.IGNORECASE,
)
_LENGTH_APART = re.compile(
    rf",\s(?P<n>\d{{1,3}}|{NUMBER_WORD}) (?:full )?(?P<unit>weeks?|wks?|months?|mos?)(?=\s?[,;)]| in all\b| total\b)",
    re.IGNORECASE,
)
_MONTH_ALONE = re.compile(rf"(?:{_NAME})\.?", re.IGNORECASE)
_DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}


@dataclass(frozen=True)
class Run:
    """First and last day of something, each None where it is not said."""

    first: date | None
    last: date | None


def run_in(words: str, written: date | None) -> Run:
    """The run of days that words state: a range, a beginning with a length, or a beginning alone."""
    words = BETWEEN.sub(lambda match: f"{match['first']} to ", words)
    found = RANGE.search(words)
    if found:
        return _of_range(found["first"], found["last"], written)
    months = MONTHS.search(words)
    run = _of_months(months, written) if months and written else None
    if run:
        return run
    start = FROM.search(words) or SINCE.search(words)
    first = day_of(start["first"], written, late=True) if start else None
    length = length_in(words)
    if first and length is not None:
        return Run(first, first + timedelta(days=length))
    return Run(first, None)


def spaced_run(words: str, written: date | None) -> Run | None:
    """The run of a table's row that only a gap parts from first to last day; None where it holds no such pair."""
    found = _SPACED.search(words)
    run = _of_range(found["first"], found["last"], written) if found else None
    return run if run and run.first and run.last and run.first < run.last else None


def _of_months(found: re.Match[str], written: date) -> Run | None:
    """From the last day of the first month to the first day of the last: the least that months alone can mean.

    None where the one month follows on the other: the least would be a day.
    """
    first, last = (_NAMES[found[name].casefold()] for name in ("first", "last"))
    if (last - first) % 12 < 2:
        return None
    said = (found["year"] or "").casefold()
    year = written.year - ((last > written.month) if not said else said == "last year")
    year = int(said) if said.isdigit() else year
    began = year if first < last else year - 1
    return Run(date(began, first, calendar.monthrange(began, first)[1]), date(year, last, 1))


def _of_range(first: str, last: str, written: date | None) -> Run:
    ends = day_of(last, written, late=False)
    if ends and _MONTH_ALONE.fullmatch(first):
        return Run(_month_before(first, ends), ends)
    starts = day_of(first, ends or written, late=True)
    if starts and ends and starts > ends and not _has_year(first):
        starts = _in_year(starts, starts.year - 1)
    return Run(starts, ends)


def _month_before(name: str, ends: date) -> date:
    """The last day of the latest month of this name that is over before `ends`, or of that month itself."""
    month = _NAMES[name.rstrip(".").casefold()]
    year = ends.year - (month > ends.month)
    return min(ends, date(year, month, calendar.monthrange(year, month)[1]))


def length_in(words: str) -> int | None:
    """A stated length in days, the shortest that the words allow; None where none is stated."""
    return _length(LENGTH.search(words) or _LENGTH_APART.search(words))


def length_of(before: str) -> int | None:
    """The length that stands right before a treatment's name (`twelve weeks of`); None where none does."""
    return _length(_LENGTH_OF.search(before))


def _length(found: re.Match[str] | None) -> int | None:
    count = number_of(found["n"]) if found else None
    if found is None or count is None:
        return None
    return int(count) * _DAYS[found["unit"][0].lower()]


def day_of(words: str, near: date | None, *, late: bool) -> date | None:
    """The day that words mean; of a month alone the last day if `late`, else the first.

    Without a year it is the latest such day that is not after `near`.
    """
    try:
        month = re.fullmatch(rf"(?:(?:early|mid|late)[ -])?(?P<name>{_NAME})", words, re.IGNORECASE)
        if month:
            return _month_alone(_NAMES[month["name"].casefold()], near, late=late)
        return _named(words, near, late=late) or _in_numbers(words, near, late=late)
    except ValueError:
        return None


def _month_alone(month: int, near: date | None, *, late: bool) -> date | None:
    """Of a month without day and year, the latest that is over before `near`."""
    if near is None or month == near.month:
        return None
    year = near.year if month < near.month else near.year - 1
    return date(year, month, calendar.monthrange(year, month)[1] if late else 1)


def _has_year(words: str) -> bool:
    return bool(re.search(r"\d{4}|/\d{1,2}/\d{2}$", words))


def _named(words: str, near: date | None, *, late: bool) -> date | None:
    words = re.sub(r"^(\d{1,2})(?:st|nd|rd|th)?(?: of)? ([A-Za-z]+\.?)", r"\2 \1", words)
    found = re.fullmatch(
        rf"(?P<name>{_NAME})\.?,?(?: (?:of )?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?!\d))?"
        r"(?:,? (?:of )?(?P<year>\d{4}))?",
        words,
        re.IGNORECASE,
    )
    if not found:
        return None
    month = _NAMES[found["name"].casefold()]
    return _placed(month, found["day"], found["year"], near, late=late)


def _in_numbers(words: str, near: date | None, *, late: bool) -> date | None:
    if re.fullmatch(r"\d{4}-\d\d-\d\d", words):
        return date.fromisoformat(words)
    parts = words.split("/")
    if len(parts) == 2 and len(parts[1]) == 4:
        return _placed(int(parts[0]), None, parts[1], near, late=late)
    if len(parts) not in (2, 3):
        return None
    return _placed(int(parts[0]), parts[1], parts[2] if len(parts) == 3 else None, near, late=late)


def _placed(month: int, day: str | None, year: str | None, near: date | None, *, late: bool) -> date | None:
    if not 1 <= month <= 12:
        return None
    if year is None:
        return _latest(month, int(day), near) if day and near else None
    number = int(year) if len(year) == 4 else 2000 + int(year)
    if day is None:
        return date(number, month, calendar.monthrange(number, month)[1] if late else 1)
    return date(number, month, int(day))


def _latest(month: int, day: int, near: date) -> date | None:
    found = date(near.year, month, day)
    return found if found <= near else _in_year(found, near.year - 1)


def _in_year(day: date, year: int) -> date:
    return day.replace(year=year) if (day.month, day.day) != (2, 29) else date(year, 3, 1)

"""The deadline a letter prints for its appeal: a date or a period, told apart from all the other times it names."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from agents.reading.denial_letter.dates import days
from agents.reading.denial_letter.layout import Unit
from cases.calendar_time import Span, TimeUnit, after, local_day, roll_forward
from knowledge.federal_holidays import federal_holidays

_WORDS = {
    "ten": 10, "fifteen": 15, "thirty": 30, "forty-five": 45, "sixty": 60, "sixty-five": 65, "ninety": 90,
    "one hundred twenty": 120, "one hundred eighty": 180, "two": 2, "three": 3, "four": 4, "six": 6,
}  # fmt: skip
_PERIOD = re.compile(
    rf"(?:(?:within|in|up to|have|no later than|not later than|at most)\s+)?"
    rf"(?P<n>\d{{1,3}}|{'|'.join(sorted(_WORDS, key=len, reverse=True))})(?:\s*\(\d{{1,3}}\))?\s+"
    rf"(?P<kind>calendar |business |working )?(?P<unit>days?|months?)\b(?P<rest>[^.;]{{0,90}})",
    re.IGNORECASE,
)
_LIMIT = re.compile(
    r"\b(?:by|before|until|till|no later than|not later than|on or before|due|deadline"
    r"|last day(?: to \w+)?(?: is)?)\b"
    r"[\s:]*(?:the end of |close of business (?:on )?|noon (?:on |of )?|midnight (?:on |of )?"
    r"|12:00 (?:noon |pm |PM )?(?:on )?"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day,? )*$",
    re.IGNORECASE,
)
_APPEAL = re.compile(
    r"\b(?:appeals?|reconsideration|redetermination|external review|independent review|hearing|dispute|review)\b",
    re.IGNORECASE,
)
_FILING = re.compile(
    r"\b(?:fil\w+|ask\w*|request\w*|submit\w*|must be|accepted|receiv\w+|postmarked|sent|send|reach)\b", re.IGNORECASE
)
_ANCHOR = re.compile(
    r"(?:of|from|after|following) (?:the )?(?:date (?:of|on|you|above|that)|this|above|receipt|receiving"
    r"|getting|you (?:get|receive|got)"
    r"|your receipt|notice|letter|remit|mailing|decision|day|statement|denial|when you)",
    re.IGNORECASE,
)
_NOT_OURS = re.compile(
    r"\b(?:we (?:will )?(?:answer|decide|give|respond|tell|make)|decid\w+ (?:it |the \w+ )?(?:with)?in"
    r"|(?:answer|decision|response) "
    r"(?:comes?|with)?in|takes|is decided|you will (?:get|hear|have)|decision will|we (?:have|must))\b",
    re.IGNORECASE,
)
_OTHER_STEPS = re.compile(
    r"\b(?:peer[- ]to[- ]peer|corrected claim|resubmi\w+|new request|further request|re-?open\w*|more information|"
    r"answer by|continue (?:your )?(?:services|benefits)|keep getting|send (?:us )?(?:the|a) (?:records|report))\b",
    re.IGNORECASE,
)
_NEXT_LEVEL = re.compile(
    r"\b(?:if (?:we|they|the plan) still|after our (?:answer|decision)|of our (?:answer|decision)|next level|"
    r"if (?:your|the) appeal is (?:denied|not))\b",
    re.IGNORECASE,
)
_ON_RECEIPT = re.compile(r"recei(?:ve|pt|ving)|getting|you (?:get|got)|after you", re.IGNORECASE)
_PRESUMED = re.compile(
    r"(?:presum\w+|assum\w+|consider\w+|deem\w+|taken to have)[^.]{0,80}?(?P<n>\d|five) (?:calendar )?days",
    re.IGNORECASE,
)
_DAY_BEFORE = re.compile(r"(?:by|no later than|before) noon (?:of|on) the day before[^.]{0,80}", re.IGNORECASE)
_NOON = re.compile(r"\bnoon\b|12:00 ?(?:noon|p\.?m)", re.IGNORECASE)
_MIDNIGHT = re.compile(r"\bmidnight\b", re.IGNORECASE)


@dataclass(frozen=True)
class Printed:
    """What is printed: the words, the day they come to, and the instant where an hour is named."""

    words: str
    day: date
    instant: datetime | None = None


@dataclass(frozen=True)
class Anchors:
    """From where periods count: the notice, its receipt where known or presumed."""

    notice: date | None
    received: date | None
    presumed_days: int = 0
    ends: date | None = None
    zone: ZoneInfo = ZoneInfo("America/New_York")


@dataclass(frozen=True)
class _Found:
    score: int
    words: str
    day: date | None
    span: Span | None
    rest: str
    unit: Unit


def printed_deadline(units: Sequence[Unit], anchors: Anchors) -> Printed | None:
    """The printed time to appeal; None where none is printed. A date in the same sentence goes before a period."""
    whole = " ".join(unit.text for unit in units)
    found = sorted(_all(units), key=lambda one: -one.score)
    best = next((one for one in found if one.score > 0), None)
    if best is None:
        return _before_the_end(units, anchors)
    dated = [one for one in found if one.unit == best.unit and one.day is not None and one.score > 0]
    best = dated[0] if dated else best
    day = best.day or _counted(best, anchors, whole)
    if day is None:
        return None
    hour = _hour(best, day, anchors)
    return Printed(words=best.words, day=day, instant=hour)


def _before_the_end(units: Sequence[Unit], anchors: Anchors) -> Printed | None:
    """`No later than noon of the day before the effective date`, as the fast appeals' notices print it."""
    for unit in units:
        match = _DAY_BEFORE.search(unit.text)
        if match and anchors.ends:
            day = anchors.ends - timedelta(days=1)
            return Printed(words=match[0], day=day, instant=datetime.combine(day, time(12, 0), anchors.zone))
    return None


def _all(units: Sequence[Unit]) -> Iterator[_Found]:
    before = ""
    for unit in units:
        context = _context(unit, before)
        for match in _PERIOD.finditer(unit.text):
            clause = _clause(unit.text, match.start(), match.end())
            score = _score(unit, clause, context) + (2 if _ANCHOR.search(match[0]) else -2)
            yield _Found(score, match[0].strip(), None, _span(match), match["rest"], unit)
        for one in days(unit.text):
            lead = unit.text[: one.start]
            if _LIMIT.search(lead):
                clause = _clause(unit.text, one.start, one.end)
                words = _from_a_word(unit.text, one.start - 30, one.end)
                yield _Found(_score(unit, clause, context), words.strip(), one.day, None, "", unit)
        before = unit.text


def _from_a_word(text: str, start: int, end: int) -> str:
    """The text between two places, without the part of a word it would begin with."""
    if start <= 0 or text[start - 1].isspace():
        return text[max(0, start) : end]
    return text[start:end].partition(" ")[2]


def _context(unit: Unit, before: str) -> str:
    return f"{unit.label} {before}"


def _clause(text: str, start: int, end: int) -> str:
    """The clause around a place: to the nearest semicolon, or to a full stop."""
    left = max(text.rfind(mark, 0, start) for mark in (";", ". "))
    right = min((place for mark in (";", ". ") if (place := text.find(mark, end)) >= 0), default=len(text))
    return text[left + 1 : right]


def _score(unit: Unit, clause: str, context: str) -> int:
    score = 0
    if _APPEAL.search(clause) or _APPEAL.search(unit.label):
        score += 4
    elif _APPEAL.search(unit.text) or _APPEAL.search(context):
        score += 2
    if _FILING.search(clause):
        score += 1
    if _NOT_OURS.search(clause):
        score -= 6
    if _OTHER_STEPS.search(clause) or re.search("peer", unit.label, re.IGNORECASE):
        score -= 7
    if _NEXT_LEVEL.search(unit.text):
        score -= 5
    return score


def _span(match: re.Match[str]) -> Span:
    number = match["n"].casefold()
    amount = int(number) if number.isdigit() else _WORDS[number]
    business = (match["kind"] or "").strip().casefold() in {"business", "working"}
    unit = TimeUnit.BUSINESS_DAYS if business else TimeUnit.CALENDAR_DAYS
    return Span(amount=amount, unit=TimeUnit.MONTHS if match["unit"].casefold().startswith("month") else unit)


def _counted(found: _Found, anchors: Anchors, whole: str) -> date | None:
    """A period counted by its own words, from receipt where they say so and it is known or presumed."""
    start = anchors.notice
    if _ON_RECEIPT.search(found.rest):
        presumed = _PRESUMED.search(whole)
        number = presumed["n"] if presumed else ""
        wait = 5 if number == "five" else int(number) if number else anchors.presumed_days
        later = after(start, Span(amount=wait, unit=TimeUnit.CALENDAR_DAYS), anchors.zone) if start else None
        start = anchors.received or (local_day(later, anchors.zone) if later else None)
    if start is None or found.span is None:
        return None
    end = local_day(after(start, found.span, anchors.zone, federal_holidays()), anchors.zone)
    return roll_forward(end, federal_holidays()) if found.span.unit is TimeUnit.MONTHS else end


def _hour(found: _Found, day: date, anchors: Anchors) -> datetime | None:
    if _NOON.search(found.unit.text):
        return datetime.combine(day, time(12, 0), anchors.zone)
    if _MIDNIGHT.search(found.unit.text):
        return datetime.combine(day, time(23, 59, 59), anchors.zone)
    return None

"""How a treatment ran, as the words behind its name tell: days, dose, visits and outcome."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from agents.reading.rules_reader.numbers import NUMBER_WORD, number_of
from agents.reading.rules_reader.partial_dates import MONTHS, SINCE, Run, length_in, length_of, run_in, spaced_run
from cases.evidence import Course, Outcome

Cues = Mapping[str, re.Pattern[str]]
_DOSE = re.compile(
    r"(?P<n>\d{1,4}(?:[.,]\d{1,3})?)\s?(?P<unit>(?:mg|g|mcg|units?|U)\b)(?P<per>\s?/\s?(?:d(?:ay)?|wk|week)\b)?",
    re.IGNORECASE,
)
_OFTEN = (
    (re.compile(r"\b(?:w(?:ee)?kly|(?:a|per|every|each) w(?:ee)?k|q ?w(?:ee)?k|qw|q7d)\b", re.IGNORECASE), "wk", 1),
    (re.compile(r"\b(?:three times (?:a day|daily)|tid)\b", re.IGNORECASE), "d", 3),
    (re.compile(r"\b(?:twice (?:a day|daily)|bid)\b", re.IGNORECASE), "d", 2),
    (re.compile(r"\b(?:daily|(?:a|per|every|each) (?:day|morning|evening|night)|qd|qhs|q ?day|q ?[ap]m|q24h|nightly|"
                r"at night)\b", re.IGNORECASE), "d", 1),
)  # fmt: skip
_IN_MONTHS = 61
"""So many days longer than its surely covered part a course can be that is given from month to month."""
_COUNTED = re.compile(
    rf"\b(?:for |x ?|of )?(?:\d{{1,3}}|{NUMBER_WORD}) (?:doses?|tablets?|pills?|capsules?)\b", re.IGNORECASE
)
_OUTCOMES = (
    (Outcome.CONTRAINDICATED, "outcome_contraindicated"),
    (Outcome.INTOLERANT, "outcome_intolerant"),
    (Outcome.FAILED, "outcome_failed"),
    (Outcome.HELPED, "outcome_helped"),
)


def course_of(words: str, rest: str, written: date | None, cues: Cues, before: str = "") -> Course:
    """The course that words state of one treatment; `rest` of the sentence gives the outcome where they give none.

    A verb right `before` its name (`could not tolerate`, `we stopped`) is read with them.
    """
    run = Run(None, None) if cues["not_regular"].search(words) else run_in(words, written)
    last = run.last
    if run.first and last is None and SINCE.search(words) and cues["goes_on"].search(words):
        last = written
    dose, unit = _dose(words)
    lead = cues["outcome_lead"].search(before)
    outcomes = outcomes_in((lead[0] if lead else "") + words, cues) or outcomes_in(rest, cues)
    if not outcomes and cues["failed_list"].match(before):
        outcomes = frozenset({Outcome.FAILED})
    if outcomes and (run.first is None or last is None):
        run = spaced_run(words, written) or run
        last = last or run.last
    return Course(starts=run.first, ends=last, dose=dose, dose_unit=unit, outcomes=outcomes)


def days_of(course: Course, words: str, before: str = "") -> int | None:
    """The length of a course: from first to last day, else as stated behind or right `before` it.

    None where doses are counted or nothing is.
    """
    if course.starts and course.ends:
        days = max((course.ends - course.starts).days, 0)
        return min(length_in(words) or days, days + _IN_MONTHS) if MONTHS.search(words) else days
    return None if _COUNTED.search(words) else (length_in(words) or length_of(before))


def outcomes_in(words: str, cues: Cues) -> frozenset[Outcome]:
    """How it came out: each kind of words is taken away before the next is sought, so that `no help` is no help."""
    found = set()
    for outcome, cue in _OUTCOMES:
        left = cues[cue].sub(" \0 ", words)
        if left != words:
            found.add(outcome)
        words = left
    return frozenset(found)


def _dose(words: str) -> tuple[Decimal | None, str]:
    """One day's, or one week's, dose; a total, or a dose of unknown frequency, keeps its bare unit."""
    found = _DOSE.search(words)
    number = number_of(found["n"]) if found else None
    if found is None or number is None:
        return None, ""
    unit = found["unit"].lower()
    if unit == "g":
        number, unit = number * 1000, "mg"
    per = (found["per"] or "").strip(" /").lower()
    if per:
        return number, f"{unit}/{'wk' if per.startswith('w') else 'd'}"
    behind = words[found.end() : found.end() + 30]
    for pattern, name, times in _OFTEN:
        if pattern.search(behind):
            return number * times, f"{unit}/{name}"
    return number, unit

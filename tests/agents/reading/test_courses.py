"""How long a treatment ran, at what dose and how it came out, in the ways that notes put it."""

from datetime import date
from decimal import Decimal

import pytest

from agents.reading.rules_reader.partial_dates import length_in, run_in
from agents.reading.rules_reader.treatment_course import course_of, days_of, outcomes_in
from cases.evidence import Outcome
from knowledge.reading_cues import shipped_cues

WRITTEN = date(2026, 11, 5)


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("from May 4 to July 9, 2026", date(2026, 5, 4), date(2026, 7, 9)),
        ("from November 20 to January 9, 2026", date(2025, 11, 20), date(2026, 1, 9)),
        ("3/2/26-5/6/26", date(2026, 3, 2), date(2026, 5, 6)),
        ("2/2/25 -> 8/3/25", date(2025, 2, 2), date(2025, 8, 3)),
        ("8/1-9/4", date(2026, 8, 1), date(2026, 9, 4)),
        ("12/1-12/20", date(2025, 12, 1), date(2025, 12, 20)),
        ("03/2026 - 06/2026", date(2026, 3, 31), date(2026, 6, 1)),
        ("for six weeks from April 6, 2026", date(2026, 4, 6), date(2026, 5, 18)),
        ("since March 3, 2026", date(2026, 3, 3), None),
        ("from 1 September to 20 November 2025", date(2025, 9, 1), date(2025, 11, 20)),
        ("take 3 may repeat", None, None),
        ("for a while", None, None),
        ("02/30/2026 - 03/04/2026", None, date(2026, 3, 4)),
    ],
)
def test_a_run_of_days(words: str, first: date | None, last: date | None) -> None:
    run = run_in(words, WRITTEN)
    assert (run.first, run.last) == (first, last)


@pytest.mark.parametrize(("words", "days"), [("for 6 weeks", 42), ("x 3 mo", 90), ("for ten days", 10), ("x3", None)])
def test_a_stated_length(words: str, days: int | None) -> None:
    assert length_in(words) == days


@pytest.mark.parametrize(
    ("words", "dose", "unit"),
    [
        ("drug 20 mg weekly", Decimal(20), "mg/wk"),
        ("drug 15 mg/wk", Decimal(15), "mg/wk"),
        ("drug 250 mg twice daily", Decimal(500), "mg/d"),
        ("drug 2 g daily", Decimal(2000), "mg/d"),
        ("drug 60 mg in all", Decimal(60), "mg"),
        ("drug for weeks", None, ""),
    ],
)
def test_a_dose_by_day_or_week(words: str, dose: Decimal | None, unit: str) -> None:
    course = course_of(words, "", WRITTEN, shipped_cues())
    assert (course.dose, course.dose_unit) == (dose, unit)


@pytest.mark.parametrize(
    ("words", "outcomes"),
    [
        ("without lasting benefit", {Outcome.FAILED}),
        ("no help", {Outcome.FAILED}),
        ("with good relief", {Outcome.HELPED}),
        ("was not tolerated", {Outcome.INTOLERANT}),
        ("contraindicated", {Outcome.CONTRAINDICATED}),
        ("taken in spring", set()),
    ],
)
def test_how_it_came_out(words: str, outcomes: set[Outcome]) -> None:
    assert outcomes_in(words, shipped_cues()) == outcomes


def test_counted_doses_and_use_now_and_then_are_no_course() -> None:
    doses = course_of("drug 10 mg for nine doses", "", WRITTEN, shipped_cues())
    assert days_of(doses, "drug 10 mg for nine doses") is None
    seldom = course_of("drug as needed from 3/2/26 to 5/6/26", "", WRITTEN, shipped_cues())
    assert (seldom.starts, seldom.ends) == (None, None)

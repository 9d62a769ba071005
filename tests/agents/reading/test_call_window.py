"""Until when a peer-to-peer call is taken: the notice's own words come before the window on record."""

from datetime import date

import pytest

from agents.reading.appeals.call_window import call_window, last_day
from cases.calendar_time import Span, TimeUnit
from cases.denial import DenialFacts, DenialNumbers

NOTICE = date(2026, 11, 18)
FACTS = DenialFacts(source="letter", notice_date=NOTICE, numbers=DenialNumbers(), reasons=())


@pytest.mark.parametrize(
    ("notice", "last"),
    [
        ("Peer-to-peer | 555-0148, until 11/25/2026", date(2026, 11, 25)),
        ("A peer-to-peer call may be asked for within 5 business days.", date(2026, 11, 25)),
        ("A peer to peer call may be asked for within 5 days of this letter.", date(2026, 11, 23)),
        ("Your doctor may ask for a peer-to-peer call at 555-0148.", None),
    ],
)
def test_the_notices_own_words_give_the_last_day(notice: str, last: date | None) -> None:
    found = call_window(FACTS, notice)
    assert found.words
    assert found.on_record is None
    assert found.last == last
    assert found.source == "the notice's own words"


def test_without_words_of_its_own_the_window_on_record_counts() -> None:
    found = call_window(FACTS, "You may appeal within 180 days.")
    assert found.words == ()
    assert found.on_record is not None
    assert found.last == last_day(NOTICE, found.on_record.within)
    assert call_window(FACTS.model_copy(update={"notice_date": None}), "").last is None


def test_business_days_leave_out_weekends_and_federal_holidays() -> None:
    assert last_day(date(2026, 11, 25), Span(amount=1, unit=TimeUnit.BUSINESS_DAYS)) == date(2026, 11, 27)
    assert last_day(date(2026, 11, 25), Span(amount=1, unit=TimeUnit.CALENDAR_DAYS)) == date(2026, 11, 26)

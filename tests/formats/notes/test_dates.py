from datetime import date

import pytest

from formats.notes.dates import date_at_start, dates_in


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2024-03-09 visit", {date(2024, 3, 9)}),
        ("03/09/2024", {date(2024, 3, 9)}),
        ("3-9-2024 (66 y)", {date(2024, 3, 9)}),
        ("3.9.2024", {date(2024, 3, 9)}),
        ("13/09/2024", {date(2024, 9, 13)}),
        ("3/9/57", {date(1957, 3, 9), date(2057, 3, 9)}),
        ("March 9, 2024", {date(2024, 3, 9)}),
        ("Sept. 9th, 2024", {date(2024, 9, 9)}),
        ("9 March 2024", {date(2024, 3, 9)}),
        ("09-Mar-2024", {date(2024, 3, 9)}),
        ("02/30/2024", set()),
        ("120/80", set()),
        ("1/2", set()),
        ("2024", set()),
        ("10/11/12/13", set()),
        ("Seen 03/09/2024", set()),
    ],
)
def test_a_date_that_opens_a_text(text: str, days: set[date]) -> None:
    assert date_at_start(text) == days


def test_dates_are_found_in_prose() -> None:
    found = dict(dates_in("Born 12/1/1956, seen March 9, 2024."))
    assert set().union(*found.values()) == {date(1956, 12, 1), date(2024, 3, 9)}

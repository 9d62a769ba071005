"""Dates as clinicians write them; month first, as in the United States, unless that cannot be."""

import re
from collections.abc import Iterator
from datetime import date

_MONTH_NAMES = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_MONTHS = {name[:3]: number for number, name in enumerate(_MONTH_NAMES, 1)}
_MONTH = rf"(?P<month>{'|'.join(f'{name[:3]}(?:{name[3:]})?' for name in _MONTH_NAMES)}|sept)"
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        r"(?<!\d)(?P<year>\d{4})-(?P<number>\d{1,2})-(?P<day>\d{1,2})(?!\d)",
        r"(?<![\d/.-])(?P<number>\d{1,2})(?P<mark>[/.-])(?P<day>\d{1,2})(?P=mark)(?P<year>\d{4}|\d{2})(?![\d/])",
        rf"\b{_MONTH}\.?[ -](?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?[ -]+(?P<year>\d{{4}})\b",
        rf"(?<!\d)(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[ -]{_MONTH}\.?,?[ -](?P<year>\d{{4}})\b",
    )
)


def dates_in(text: str) -> Iterator[tuple[int, frozenset[date]]]:
    """Where a date stands and the days it can mean: one, or two where the year has two digits."""
    for form in _FORMS:
        for match in form.finditer(text):
            days = _days(match)
            if days:
                yield match.start(), days


def date_at_start(text: str) -> frozenset[date]:
    """The days that the date opening `text` can mean; empty where it opens with none."""
    stripped = text.lstrip()
    return next((days for start, days in dates_in(stripped[:40]) if start == 0), frozenset())


def _days(match: re.Match[str]) -> frozenset[date]:
    parts = match.groupdict()
    month = int(parts["number"]) if parts.get("number") else _MONTHS[parts["month"][:3].lower()]
    day = int(parts["day"])
    if parts.get("mark") and month > 12:
        month, day = day, month
    year = parts["year"]
    years = [int(year)] if len(year) == 4 else [1900 + int(year), 2000 + int(year)]
    found = set()
    for number in years:
        try:
            found.add(date(number, month, day))
        except ValueError:
            continue
    return frozenset(found)

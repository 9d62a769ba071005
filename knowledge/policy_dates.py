"""Dates as policies write them: `09-27-21`, `September 25, 2007`, `2021-09-27`, `07- 31-23`."""

import re
from datetime import date

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ISO = re.compile(r"(\d{4})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{1,2})(?!\d)")
_AMERICAN = re.compile(r"(\d{1,2})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{4}|\d{2})(?!\d)")
_WORDS = re.compile(r"([A-Za-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})\b")
_DAY_FIRST = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?\s+([A-Za-z]{3,9})\.?,?\s+(\d{4})\b")
_CENTURY_BREAK = 60
"""Two-digit years from here on are of the last century: Medicare began in 1965."""


def read_date(text: str) -> date | None:
    """The date that a text begins with, month before day in numbers; None where it begins with none."""
    words = text.strip()
    for pattern, order in ((_ISO, "ymd"), (_AMERICAN, "mdy"), (_WORDS, "mdy"), (_DAY_FIRST, "dmy")):
        match = pattern.match(words)
        if match:
            return _date(dict(zip(order, match.groups(), strict=True)))
    return None


def _date(parts: dict[str, str]) -> date | None:
    month = int(parts["m"]) if parts["m"].isdigit() else _month(parts["m"])
    year = int(parts["y"])
    if year < 100:
        year += 1900 if year >= _CENTURY_BREAK else 2000
    try:
        return date(year, month, int(parts["d"]))
    except ValueError:
        return None


def _month(name: str) -> int:
    short = name[:3].casefold()
    return _MONTHS.index(short) + 1 if short in _MONTHS else 0

"""Numbers, dates and codes in a sentence, in a form in which two spellings of one value are equal."""

import re
from datetime import date
from decimal import Decimal

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("january", "jan"), ("february", "feb"), ("march", "mar"), ("april", "apr"), ("may",),
            ("june", "jun"), ("july", "jul"), ("august", "aug"), ("september", "sept", "sep"),
            ("october", "oct"), ("november", "nov"), ("december", "dec"),
        ),
        start=1,
    )
    for name in names
}  # fmt: skip
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DATES = (
    re.compile(r"(?<!\d)(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})(?!\d)"),
    re.compile(r"(?<!\d)(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})(?!\d)"),
    re.compile(r"(?<![\d/])(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4}|\d{2})(?![\d/])"),
    re.compile(r"(?<![\d-])(?P<m>\d{1,2})-(?P<d>\d{1,2})-(?P<y>\d{4}|\d{2})(?![\d-])"),
    re.compile(rf"(?<!\w)(?P<d>\d{{1,2}})\.? (?P<name>{_MONTH})\.?,? (?P<y>\d{{4}})(?!\d)", re.IGNORECASE),
    re.compile(rf"(?<!\w)(?P<name>{_MONTH})\.? (?P<d>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<y>\d{{4}})(?!\d)", re.IGNORECASE),
)
_CODE = re.compile(r"(?<![\w.])(?:[A-Z]\d{4}|[A-TV-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?|\d{4,5}-\d)(?![\w])")
_NUMBER = re.compile(r"(?<![\w.,])\d+(?:,\d{3})*(?:\.\d+)?(?!\w|\.\d)")


def dates_in(text: str) -> tuple[frozenset[date], str]:
    """The calendar dates in `text`, and the text with them blanked out."""
    found: set[date] = set()
    for pattern in _DATES:
        for match in pattern.finditer(text):
            day = _date_of(match)
            if day is not None:
                found.add(day)
                text = text[: match.start()] + " " * len(match[0]) + text[match.end() :]
    return frozenset(found), text


def _date_of(match: re.Match[str]) -> date | None:
    parts = match.groupdict()
    year = int(parts["y"])
    month = _MONTHS[parts["name"].lower()] if parts.get("name") else int(parts["m"])
    try:
        return date(year if year > 99 else 2000 + year, month, int(parts["d"]))
    except ValueError:
        return None


def values_in(text: str) -> frozenset[str]:
    """Every date, code and number of `text`, each in one canonical spelling."""
    dates, rest = dates_in(text)
    codes = frozenset(match[0] for match in _CODE.finditer(rest))
    rest = _CODE.sub(" ", rest)
    numbers = (Decimal(match[0].replace(",", "")) for match in _NUMBER.finditer(rest))
    return frozenset(
        {day.isoformat() for day in dates} | codes | {format(number.normalize(), "f") for number in numbers}
    )


def squeeze(text: str) -> str:
    """White space runs as one space, so that a quote broken over lines compares equal."""
    return " ".join(text.split())

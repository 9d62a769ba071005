"""Moves a date by whole days and writes it the way it was written, so that durations and the look of a text survive."""

import re
from collections.abc import Callable
from datetime import date, timedelta

_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_MONTH = (
    r"(?P<m>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_DAY = r"(?P<d>\d{1,2})(?P<th>st|nd|rd|th)?"
_YEAR = r"(?P<y>\d{4}|\d\d)"
_TIME = r"(?P<rest>[T ]?\d\d:?\d\d(?::?\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?"
_NO_YEAR = 2023
"""A year without a leap day stands in where none is given."""
_MID_MONTH = 15

_FORMS: tuple[re.Pattern[str], ...] = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?P<y>\d{{4}})(?P<s>[-/. ]?)(?P<m>\d\d?)(?P=s)(?P<d>\d\d?){_TIME}",
        rf"(?P<a>\d\d?)(?P<s>[-/.])(?P<b>\d\d?)(?P=s){_YEAR}",
        rf"{_MONTH}(?P<p1>\.?[ -])(?P<the>the )?{_DAY}(?P<p2>,? |-){_YEAR}",
        rf"{_DAY}(?P<p1>(?: of)? |-){_MONTH}(?P<p2>,? |-|\.? ){_YEAR}",
        rf"{_MONTH}(?P<p1>\.?,? |-)(?P<y>\d{{4}})",
        rf"{_MONTH}(?P<p1>\.?[ -]){_DAY}",
        rf"{_DAY}(?P<p1>(?: of)? |-){_MONTH}",
        r"(?P<y>\d{4})(?P<s>-)(?P<m>\d\d)",
        r"(?P<a>\d\d?)(?P<s>/)(?P<b>\d\d?)",
    )
)


def shifted(shown: str, days: int) -> str | None:
    """The date `days` later (earlier where negative) in the same form; None for a form that is not known."""
    for pattern in _FORMS:
        match = pattern.fullmatch(shown)
        if match is not None:
            try:
                return _moved(match, days)
            except (ValueError, OverflowError):
                return None
    return None


def _moved(match: re.Match[str], days: int) -> str:
    groups = {key: value for key, value in match.groupdict().items() if value is not None}
    month_first = "a" in groups and int(groups["a"]) <= len(_MONTHS)
    if "a" in groups:
        groups["m"], groups["d"] = (groups["a"], groups["b"]) if month_first else (groups["b"], groups["a"])
    was = date(_year(groups.get("y")), _month(groups["m"]), int(groups.get("d", _MID_MONTH)))
    now = was + timedelta(days=days)
    written = {
        "y": lambda text: f"{now.year:04d}" if len(text) > 2 else f"{now.year % 100:02d}",
        "m": lambda text: _written_month(now.month, text),
        "d": lambda text: _padded(now.day, text),
        "th": lambda text: _ordinal(now.day, text),
        "a": lambda text: _padded(now.month if month_first else now.day, text),
        "b": lambda text: _padded(now.day if month_first else now.month, text),
    }
    return _replaced(match, written)


def _replaced(match: re.Match[str], written: dict[str, Callable[[str], str]]) -> str:
    """The match with each of its groups written anew; what is not a date's part stays."""
    shown = match[0]
    spans = sorted((match.span(name), name) for name in written if name in match.re.groupindex and match[name])
    parts, at = [], 0
    for (start, end), name in spans:
        start, end = start - match.start(), end - match.start()
        parts += [shown[at:start], written[name](shown[start:end])]
        at = end
    return "".join((*parts, shown[at:]))


def _year(shown: str | None) -> int:
    if shown is None:
        return _NO_YEAR
    return int(shown) if len(shown) > 2 else 2000 + int(shown) - (100 if int(shown) > 40 else 0)


def _month(shown: str) -> int:
    if shown.isdigit():
        return int(shown)
    return next(number for number, name in enumerate(_MONTHS, start=1) if name.startswith(shown[:3].lower()))


def _written_month(month: int, was: str) -> str:
    if was.isdigit():
        return _padded(month, was)
    name = _MONTHS[month - 1]
    short = len(was) <= 4 and was.lower() not in ("june", "july")
    name = name[:3] if short else name
    return name.upper() if was.isupper() else name.title() if was[0].isupper() else name


def _padded(number: int, was: str) -> str:
    """With a leading nought where a number below ten had one, or had two places to begin with and may not say."""
    return f"{number:02d}" if was.startswith("0") or (len(was) == 2 and number < 10) else str(number)


def _ordinal(day: int, was: str) -> str:
    ending = "th" if 10 < day % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return ending.upper() if was.isupper() else ending

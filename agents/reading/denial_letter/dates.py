"""Days as letters write them, with their place."""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

_MONTHS = {name.casefold(): number for number, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name.casefold(): number for number, name in enumerate(calendar.month_abbr) if name} | {"sept": 9}
_NAME = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DAY = re.compile(
    rf"(?<![\w/-])(?:(?P<iy>20\d\d)-(?P<im>\d\d)-(?P<id>\d\d)|(?P<um>\d{{1,2}})[/.-](?P<ud>\d{{1,2}})[/.-](?P<uy>20\d\d|\d\d)"
    rf"|(?P<dd>\d{{1,2}}) (?P<dn>{_NAME})\.?,? (?P<dy>20\d\d)"
    rf"|(?P<mn>{_NAME})\.? (?P<md>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<my>20\d\d)"
    rf"|(?P<cy>20\d\d)(?P<cm>[01]\d)(?P<cd>[0-3]\d))(?![\w/-])",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Day:
    """A day and where it stands in the text that was searched."""

    start: int
    end: int
    day: date


def days(text: str) -> Iterator[Day]:
    """Every whole date, in order; what is no day of the calendar is passed over."""
    for match in _DAY.finditer(text):
        found = _read(match)
        if found is not None:
            yield Day(match.start(), match.end(), found)


def _read(match: re.Match[str]) -> date | None:
    parts = match.groupdict()
    if parts["iy"] or parts["cy"]:
        written = [parts[f"{'i' if parts['iy'] else 'c'}{key}"] for key in "ymd"]
        year, month, day = (int(part) for part in written)
    elif parts["um"]:
        year, month, day = int(parts["uy"]), int(parts["um"]), int(parts["ud"])
    elif parts["dn"]:
        year, month, day = int(parts["dy"]), _MONTHS[parts["dn"].casefold()], int(parts["dd"])
    else:
        year, month, day = int(parts["my"]), _MONTHS[parts["mn"].casefold()], int(parts["md"])
    try:
        return date(year + 2000 if year < 100 else year, month, day)
    except ValueError:
        return None

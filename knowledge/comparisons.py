"""Comparisons that a policy states: at least 12 weeks, PaCO2 ≥ 52 mmHg, from 5 to 14 events an hour."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Literal

from cases.frozen import Frozen

Operator = Literal[">=", "<=", ">", "<", "between"]

_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "once": 1, "twice": 2,
}  # fmt: skip
_N = r"(?P<{name}>\d[\d,]*(?:\.\d+)?|\b(?:" + "|".join(_WORDS) + r")\b)"
_UNIT = (
    r"[\s-]*(?P<unit>%|percent\b|mm\s?Hg|cm\s?H2O|mg/d[lL]|kg/m2|µ?micromol/L|micromol/L|mL/min\S*|L/min|[Ll](?=\s+nasally)"
    r"|events(?:\s+(?:per|an)\s+hour)?|hours?(?:\s+per\s+24-hour\s+period)?|days?|weeks?|months?|years?(?:\s+of\s+age)?"
    r"|visits?|sessions?|treatments?|channels?|pack[- ]years?|degrees?|cm|mm|mg|kg|pounds|minutes?|times?|procedures?)?"
)
_OVER = r"(?:≥|>=|greater than or equal to|at least|no (?:less|fewer) than|minimum of|not less than|at or above)"
_UNDER = (
    r"(?:≤|<=|less than or equal to|no more than|not more than|not to exceed|at most|up to|maximum of|at or below"
    r"|within(?: the (?:past|last))?)"
)
_MORE = r"(?:>|greater than|more than|exceed(?:s|ing)?|over|above)"
_LESS = r"(?:<|less than|fewer than|below|under)"
_PATTERNS: tuple[tuple[Operator, re.Pattern[str]], ...] = (
    (
        "between",
        re.compile(
            rf"(?:between|from)\s+{_N.format(name='low')}\s*(?:and|to|–|-)\s*{_N.format(name='high')}{_UNIT}"
            rf"|{_OVER}\s*{_N.format(name='low2')}[\w\s]{{0,20}}?and\s+{_UNDER}\s*{_N.format(name='high2')}"
            + _UNIT.replace("unit", "unit2"),
            re.IGNORECASE,
        ),
    ),
    (">=", re.compile(rf"{_OVER}\s*(?:an?\s+)?{_N.format(name='low')}{_UNIT}", re.IGNORECASE)),
    ("<=", re.compile(rf"{_UNDER}\s*(?:an?\s+)?{_N.format(name='low')}{_UNIT}", re.IGNORECASE)),
    (">", re.compile(rf"{_MORE}\s*{_N.format(name='low')}{_UNIT}", re.IGNORECASE)),
    ("<", re.compile(rf"{_LESS}\s*{_N.format(name='low')}{_UNIT}", re.IGNORECASE)),
    (
        ">=",
        re.compile(
            rf"{_N.format(name='low')}{_UNIT}\s*(?:or|and) (?:more|longer|greater|higher|older|above|over|later)\b"
            rf"|{_N.format(name='low2')}{_UNIT.replace('unit', 'unit2')}\s+of age and older",
            re.IGNORECASE,
        ),
    ),
    (
        "<=",
        re.compile(rf"{_N.format(name='low')}{_UNIT}\s*(?:or|and) (?:less|fewer|lower|younger|below|under)\b", re.I),
    ),
    (
        ">=",
        re.compile(
            rf"{_N.format(name='low')}[\s-]+(?P<unit>day|week|month|year|percent|%|hour)s?\s+"
            r"(?:(?:or greater\s+)?(?:\w+\s+)?"
            r"(?:trial|improvement|reduction|period|course|history|program|decrease|increase))",
            re.IGNORECASE,
        ),
    ),
)


class StatedComparison(Frozen):
    """`op` with its value (of `between` the lower, and `high`), the unit as written, and code points [start, end)."""

    op: Operator
    value: Decimal
    high: Decimal | None = None
    unit: str = ""
    start: int
    end: int


def comparisons_in(text: str) -> tuple[StatedComparison, ...]:
    """The comparisons of a text in reading order; where two patterns meet, the one that reads more counts."""
    found: list[StatedComparison] = []
    for one in sorted(_all(text), key=lambda item: (item.op != "between", -(item.end - item.start))):
        if not any(one.start < other.end and other.start < one.end for other in found):
            found.append(one)
    return tuple(sorted(found, key=lambda item: item.start))


def _all(text: str) -> Iterator[StatedComparison]:
    for op, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            groups = match.groupdict()
            low = groups.get("low") or groups.get("low2")
            high = groups.get("high") or groups.get("high2")
            unit = groups.get("unit") or groups.get("unit2") or ""
            if low:
                yield StatedComparison(
                    op=op,
                    value=_number(low),
                    high=_number(high) if high else None,
                    unit=" ".join(unit.split()),
                    start=match.start(),
                    end=match.end(),
                )


def _number(words: str) -> Decimal:
    return Decimal(_WORDS.get(words.casefold(), 0)) if words[0].isalpha() else Decimal(words.replace(",", ""))

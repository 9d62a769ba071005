"""Numbers in digits or in words."""

import re
from decimal import Decimal, InvalidOperation

_UNITS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_WORDS = {word: number for number, word in enumerate(_UNITS)} | {
    word: 10 * number for number, word in enumerate(_TENS, 2)
}
_WORDS |= {"a": 1, "an": 1, "once": 1, "twice": 2, "only": 1, "sole": 1, "i": 1, "ii": 2, "iii": 3, "iv": 4}
_WORDS |= dict.fromkeys(("no", "none", "never"), 0)
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh")
_WORDS |= {word: number for number, word in enumerate(_ORDINALS, 1)}
NUMBER_WORD = rf"(?:(?:{'|'.join(_TENS)})(?:[- ](?:{'|'.join(_UNITS[1:10])}))?|{'|'.join(_UNITS)})"
"""A number in words as a pattern, up to ninety-nine."""


_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY_NAME = re.compile(rf"\b({'|'.join(_DAYS)})[a-z]{{0,6}}\b")
_PER_WEEK = frozenset({"d/wk", "/wk"})
_EVERY = frozenset({"daily", "every day", "each day", "once a day"})
_WEEKDAYS = re.compile(r"m ?- ?f|every weekday|mon[a-z]* ?(?:-|through|thru|to) ?(?P<last>fri|sat)[a-z]*")


def days_a_week(words: str) -> Decimal | None:
    """On how many days of a week something is that words name by its days (`Mon and Thu`, `M-F`, `daily`)."""
    plain = " ".join(words.casefold().split())
    if plain in _EVERY:
        return Decimal(7)
    through = _WEEKDAYS.fullmatch(plain)
    if through:
        return Decimal(6 if through["last"] == "sat" else 5)
    named = {match[1] for match in _DAY_NAME.finditer(plain)}
    return Decimal(len(named)) if named else None


def count_of(words: str, unit: str) -> Decimal | None:
    """The number that words mean in a unit: of what is counted by the week also the days that they name."""
    number = number_of(words)
    return days_a_week(words) if number is None and unit in _PER_WEEK else number


def number_of(words: str) -> Decimal | None:
    """The number that words mean; None where they are none."""
    plain = words.strip().casefold().replace(",", "")
    if re.fullmatch(r"\d+(?:\.\d+)?", plain):
        try:
            return Decimal(plain)
        except InvalidOperation:
            return None
    whole, _, tenths = plain.partition(" point ")
    if tenths:
        first, rest = number_of(whole), number_of(tenths)
        return first + rest / 10 if first is not None and rest is not None and rest < 10 else None
    parts = [_WORDS.get(part) for part in re.split(r"[-\s]+", plain) if part]
    if not parts or any(part is None for part in parts):
        return None
    return Decimal(sum(part for part in parts if part is not None))

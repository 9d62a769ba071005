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

"""Check digits of identifiers that carry one."""

from collections.abc import Sequence

_VIN_VALUES = dict(
    zip("ABCDEFGHJKLMNPRSTUVWXYZ", (1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9), strict=True)
)
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_NPI_PREFIX = "80840"
"""ISO prefix of US health care providers, put before an NPI to check it (45 CFR 162.406; CMS NPI check digit)."""


def luhn(digits: str) -> bool:
    """ISO/IEC 7812-1 check of a card number."""
    total = sum(_doubled(int(digit)) if place % 2 else int(digit) for place, digit in enumerate(reversed(digits)))
    return total % 10 == 0


def _doubled(digit: int) -> int:
    return digit * 2 - 9 if digit > 4 else digit * 2


def npi(digits: str) -> bool:
    """Ten digits from 1 or 2 whose Luhn check with the prefix holds."""
    return len(digits) == 10 and digits[0] in "12" and luhn(_NPI_PREFIX + digits)


def dea(value: str) -> bool:
    """Two letters (the second may be 9) and seven digits, the last of which checks the rest (21 CFR 1301)."""
    digits = [int(c) for c in value[2:]]
    return (sum(digits[0:6:2]) + 2 * sum(digits[1:6:2])) % 10 == digits[6]


def vin(value: str) -> bool:
    """Seventeen characters whose ninth is the check (49 CFR 565.15)."""
    values: Sequence[int] = [int(c) if c.isdigit() else _VIN_VALUES.get(c, 0) for c in value.upper()]
    remainder = sum(v * w for v, w in zip(values, _VIN_WEIGHTS, strict=True)) % 11
    return value[8].upper() == ("X" if remainder == 10 else str(remainder))


def iban(value: str) -> bool:
    """ISO 13616: moved to the end and read as a number, the first four characters leave 1 modulo 97."""
    moved = (value[4:] + value[:4]).upper()
    return int("".join(str(int(c, 36)) for c in moved)) % 97 == 1

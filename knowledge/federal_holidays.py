"""Federal holidays as they are observed (5 U.S.C. 6103): the days on which no business day falls."""

from collections.abc import Set
from datetime import date
from functools import cache

import holidays

_YEARS = range(2015, 2041)


@cache
def federal_holidays() -> Set[date]:
    """Every observed federal holiday of 2015 to 2040; one on a Saturday is kept on Friday, on a Sunday on Monday."""
    return frozenset(holidays.country_holidays("US", years=_YEARS).keys())

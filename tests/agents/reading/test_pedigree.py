"""How near a relative is: through whom counts, so that a father's sister is an aunt and an aunt's daughter a cousin."""

import pytest

from agents.reading.rules_reader.pedigree import degree_of


@pytest.mark.parametrize(
    ("words", "degree"),
    [
        ("her mother", 1),
        ("maternal aunt", 2),
        ("her father's sister", 2),
        ("the sister of her father", 2),
        ("mother's mother", 2),
        ("sister's daughter", 2),
        ("great-aunt", 3),
        ("aunt's daughter", 3),
        ("mother's aunt", 3),
    ],
)
def test_degree_counts_through_whom(words: str, degree: int) -> None:
    assert degree_of(words) == degree

"""The little FHIRPath engine that judges the snapshots' constraints."""

from typing import Any

import pytest

from tests.pas_walker.fhirpath import Context, holds, parse
from tests.pas_walker.fhirpath_functions import Unsupported

PERSON: dict[str, Any] = {
    "resourceType": "Patient",
    "active": True,
    "birthDate": "1950-02-03",
    "subscriberId": "x",
    "name": [{"family": "A", "given": ["B", "C"]}, {"text": "D"}],
    "extension": [{"url": "u", "valueCode": "on"}],
    "period": {"start": "2026-01-01T00:00:00Z", "end": "2026-01-01T00:00:00+01:00"},
}


@pytest.mark.parametrize(
    ("expression", "holding"),
    [
        ("active", True),
        ("active.not()", False),
        ("name.exists() and name.count() = 2", True),
        ("name.count() > 2 or name.given.count() = 2", True),
        ("name.family.exists() xor name.text.exists()", False),
        ("name.where(family='A').exists()", True),
        ("name.where(family='B').exists()", False),
        ("name.all(family.exists() or text.exists())", True),
        ("name.all(family.exists())", False),
        ("subscriber.exists()", False),
        ("extension.where(url='u').value = 'on'", True),
        ("extension('u').value = 'on'", True),
        ("extension.exists() != value.exists()", True),
        ("active implies gender.exists()", False),
        ("gender.exists() implies active.not()", True),
        ("$this.birthDate.toString().length() = 10", True),
        ("birthDate.matches('^[0-9]{4}$')", False),
        ("$this is Patient", True),
        ("%resource is Claim", False),
        ("name.given.first() & '-' & name.given.last() = 'B-C'", True),
        ("'B' in name.given", True),
        ("name.given contains 'Z'", False),
        ("(1 + 2 * 3) mod 4 = 3", True),
        ("iif(active, 1, 2) = 1", True),
        ("name.select(given.count()).isDistinct()", True),
        ("period.start <= period.end", False),
        ("name.given | name.given = name.given", True),
        ("gender = 'male'", False),
    ],
)
def test_expressions(expression: str, holding: bool) -> None:
    assert holds(expression, PERSON, PERSON) is holding


@pytest.mark.parametrize("expression", ["name.trace('x')", "name.sum()", "name.", "'open", "name name", "1 ? 2"])
def test_what_the_engine_lacks_is_said(expression: str) -> None:
    with pytest.raises(Unsupported):
        parse(expression)(Context(PERSON, PERSON), [PERSON])

from collections.abc import Callable

import pytest

from formats.fhir.resource import ChartResource
from formats.fhir.versions import one_of_each
from formats.json_places import JsonObject

Reader = Callable[..., list[ChartResource]]


def patient(gender: str, **meta: str) -> JsonObject:
    return {"resourceType": "Patient", "id": "p1", "gender": gender} | ({"meta": dict(meta)} if meta else {})


LATER, ZONED, EARLIER = "2024-02-01T00:00:00Z", "2024-01-31T23:00:00-02:00", "2024-01-31T00:00:00Z"


@pytest.mark.parametrize(
    ("first", "second", "kept", "reason"),
    [
        (patient("male"), patient("male"), "male", None),
        (patient("male"), patient("male", lastUpdated=LATER), "male", None),
        (patient("male"), patient("female"), "male", "another resource with the same id and different content"),
        (patient("male", lastUpdated=LATER), patient("female", lastUpdated=EARLIER), "male", "a later version"),
        (patient("male", lastUpdated=LATER), patient("female", lastUpdated=ZONED), "female", "a later version"),
        (patient("male", versionId="9"), patient("female", versionId="10"), "female", "a later version"),
        (patient("male", versionId="b"), patient("female", versionId="a"), "male", "another resource"),
        (patient("male", lastUpdated=LATER), patient("female", lastUpdated=LATER), "male", "another resource"),
    ],
)  # fmt: skip
def test_one_of_each_id_is_kept(
    read: Reader, first: JsonObject, second: JsonObject, kept: str, reason: str | None
) -> None:
    versions = one_of_each(read(first, second))
    assert [resource.body["gender"] for resource in versions.kept.values()] == [kept]
    assert [item.reason.startswith(reason or "?") for item in versions.refusals] == ([True] if reason else [])


def test_the_refusal_names_the_one_that_is_not_used(read: Reader) -> None:
    refusals = one_of_each(read(patient("male"), patient("female", versionId="2"))).refusals
    assert (refusals[0].pointer, refusals[0].field) == ("/entry/1/resource", "Patient.id")
    refusals = one_of_each(read(patient("male", versionId="1"), patient("female", versionId="2"))).refusals
    assert refusals[0].pointer == "/entry/0/resource"


@pytest.mark.parametrize(
    ("first", "second", "is_disputed"),
    [
        ({"birthDate": "1948-07-09"}, {"birthDate": "1948-07-10"}, True),
        ({"birthDate": "1948-07-09"}, {"gender": "male"}, False),
        ({"name": [{"family": "Osei"}]}, {"name": [{"family": "Ito"}]}, True),
        ({"name": [{"family": "Osei"}, {"family": "Bell"}]}, {"name": [{"family": "Bell"}]}, False),
        (
            {"birthDate": "1948-07-09", "meta": {"versionId": "1"}},
            {"birthDate": "1948-07-10", "meta": {"versionId": "2"}},
            False,
        ),
    ],
)
def test_an_id_is_disputed_where_two_persons_bear_it(
    read: Reader, first: JsonObject, second: JsonObject, is_disputed: bool
) -> None:
    base: JsonObject = {"resourceType": "Patient", "id": "p1"}
    assert bool(one_of_each(read({**base, **first}, {**base, **second})).disputed) is is_disputed

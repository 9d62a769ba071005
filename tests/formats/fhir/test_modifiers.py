from collections.abc import Callable

import pytest

from formats.fhir.modifiers import reversal_in
from formats.fhir.resource import ChartResource
from formats.json_places import JsonObject

Reader = Callable[..., list[ChartResource]]
ORDER: JsonObject = {
    "resourceType": "ServiceRequest", "id": "s1", "status": "active", "intent": "order",
    "subject": {"reference": "Patient/p1"}, "code": {"text": "Home oxygen"},
}  # fmt: skip
UNKNOWN = [{"url": "http://x/negated", "valueBoolean": True}]


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"doNotPerform": True}, "doNotPerform"),
        ({"implicitRules": "http://x/rules"}, "implicitRules"),
        ({"modifierExtension": UNKNOWN}, "modifierExtension"),
    ],
)
def test_a_resource_that_says_the_opposite_is_recognised(read: Reader, more: JsonObject, path: str) -> None:
    found = reversal_in(read({**ORDER, **more})[0])
    assert found is not None
    assert found[0] == path


def test_a_modifier_inside_a_component_counts(read: Reader) -> None:
    observation: JsonObject = {
        "resourceType": "Observation", "id": "o1", "status": "final", "code": {"text": "x"},
        "component": [{"code": {"text": "y"}, "modifierExtension": UNKNOWN}],
    }  # fmt: skip
    found = reversal_in(read(observation)[0])
    assert found is not None
    assert found[0] == "component[0].modifierExtension"


@pytest.mark.parametrize("more", [{}, {"doNotPerform": False}, {"extension": UNKNOWN}])
def test_ordinary_resources_are_taken_at_their_word(read: Reader, more: JsonObject) -> None:
    assert reversal_in(read({**ORDER, **more})[0]) is None

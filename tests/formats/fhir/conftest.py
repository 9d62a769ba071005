"""Small resources built in the test that needs them, read the way a file is."""

import json
from collections.abc import Callable

import pytest

from formats.fhir.reading import read_fhir
from formats.fhir.references import References
from formats.fhir.resource import ChartResource
from formats.fhir.versions import one_of_each
from formats.json_places import JsonObject

Reader = Callable[..., list[ChartResource]]


@pytest.fixture
def read() -> Reader:
    """Resources of a bundle of the objects given; fails where one of them is refused."""

    def resources(*bodies: JsonObject) -> list[ChartResource]:
        bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": body} for body in bodies]}
        found = read_fhir(json.dumps(bundle).encode(), "bundle.json")
        assert not found.refusals, found.refusals
        return found.resources

    return resources


@pytest.fixture
def read_all(read: Reader) -> Callable[..., tuple[list[ChartResource], References]]:
    """The resources and the references among them."""

    def resources(*bodies: JsonObject) -> tuple[list[ChartResource], References]:
        found = read(*bodies)
        return found, References.among(one_of_each(found))

    return resources

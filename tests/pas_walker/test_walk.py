"""The walker passes what is right and catches what is planted."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from formats.pas.request_bundle import write_request
from tests import pas_samples as samples
from tests.pas_walker.findings import Json
from tests.pas_walker.package import ARCHIVE, Package, load
from tests.pas_walker.planted import PLANTED
from tests.pas_walker.walk import walk

REQUESTS = (
    "Bundle-HomecareAuthorizationBundleExample",
    "Bundle-HomecareAuthorizationUpdateBundleExample",
    "Bundle-MedicalServicesAuthorizationBundleExample",
    "Bundle-PASClaimInquiryBundleExample",
    "Bundle-ReferralAuthorizationBundleExample",
    "Bundle-SurgicalRequestBundleExample",
)
DANGLING = {
    # The published example's PractitionerRole still names the referral example's practitioner and location; the
    # surgical practitioner and location that the bundle does hold are therefore referred to by nothing.
    "Bundle-SurgicalRequestBundleExample": {
        ("unresolved", "entry[6].PractitionerRole.practitioner"),
        ("unresolved", "entry[6].PractitionerRole.location[0]"),
        ("unreferenced", "entry[7]"),
        ("unreferenced", "entry[8]"),
    }
}


@pytest.fixture(scope="module")
def package(shared: Path) -> Package:
    return load(shared / ARCHIVE)


@pytest.fixture(scope="module")
def valid() -> Json:
    return json.loads(write_request(samples.request()))


@pytest.mark.parametrize("name", REQUESTS)
def test_official_request_passes_but_for_its_named_dangling_references(package: Package, name: str) -> None:
    found = walk(package, package.example(name), inquiry="Inquiry" in name).findings
    assert {(finding.rule, finding.path) for finding in found} == DANGLING.get(name, set())


def test_the_list_of_official_requests_is_complete(package: Package) -> None:
    bundles = {name: package.example(name) for name in package.examples if name.startswith("Bundle-")}
    assert {name for name, b in bundles.items() if b["entry"][0]["resource"]["resourceType"] == "Claim"} == set(
        REQUESTS
    )


def test_every_constraint_and_slicing_was_judged(package: Package, valid: Json) -> None:
    judged = [walk(package, package.example(name), inquiry="Inquiry" in name) for name in REQUESTS]
    unjudged = set().union(*(result.unjudged for result in (*judged, walk(package, valid))))
    assert unjudged == {"dom-3"}  # asks for descendants by data type; `contained` stands in for it


@pytest.mark.parametrize("name", PLANTED)
def test_planted_fault_is_caught(package: Package, valid: Json, name: str) -> None:
    plant, rule = PLANTED[name]
    spoilt = copy.deepcopy(valid)
    plant(spoilt)
    result = walk(package, spoilt)
    assert rule in result.rules(), result.findings


def test_the_bundle_that_is_spoilt_is_itself_valid(package: Package, valid: Json) -> None:
    assert walk(package, valid).findings == []


SPOILERS = (None, "", 0, [], {}, "x y", True, -1, ["a"], {"a": 1})


def _places(value: object, above: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, content in inside:
        yield (*above, key)
        yield from _places(content, (*above, key))


def test_the_walker_itself_never_trips_over_a_broken_shape(package: Package, valid: Json, full_counts: bool) -> None:
    cases = [(place, spoiler) for place in _places(valid) for spoiler in SPOILERS]
    for place, spoiler in cases if full_counts else cases[::29]:
        spoilt = copy.deepcopy(valid)
        holder = spoilt
        for key in place[:-1]:
            holder = holder[key]
        holder[place[-1]] = spoiler
        walk(package, spoilt)

"""An inquiry asks for exactly what was sent, from the sent bytes alone."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from cases.errors import InputError
from formats.pas.inquiry import claim_identifier, write_inquiry
from formats.pas.request_bundle import write_request
from tests import pas_samples as samples
from tests.pas_walker.package import ARCHIVE, load
from tests.pas_walker.walk import walk


@pytest.mark.parametrize("shape", samples.SHAPES)
def test_inquiry_about_every_shape_passes_the_walker(shared: Path, shape: str) -> None:
    inquiry = write_inquiry(write_request(samples.request(**samples.SHAPES[shape])), samples.AT)
    assert walk(load(shared / ARCHIVE), json.loads(inquiry), inquiry=True).findings == []


def test_it_names_the_same_claim_and_leaves_the_packet_at_home() -> None:
    sent = write_request(samples.request())
    inquiry = write_inquiry(sent, samples.AT)
    assert claim_identifier(inquiry) == claim_identifier(sent)
    assert b"DocumentReference" not in inquiry


def test_its_own_claim_and_bundle_are_new_and_the_patient_is_the_same() -> None:
    sent = json.loads(write_request(samples.request()))
    asked = json.loads(write_inquiry(write_request(samples.request()), samples.AT))
    assert asked["entry"][0]["fullUrl"] not in {entry["fullUrl"] for entry in sent["entry"]}
    assert asked["id"] != sent["id"]
    assert asked["entry"][0]["resource"]["patient"] == sent["entry"][0]["resource"]["patient"]


def test_two_inquiries_at_two_times_are_two_bundles() -> None:
    sent = write_request(samples.request())
    first, later = (json.loads(write_inquiry(sent, at)) for at in (samples.AT, samples.AT + timedelta(minutes=5)))
    assert first["identifier"] != later["identifier"]


@pytest.mark.parametrize(
    "body",
    [b"", b"not json", b"[]", b"{}", b'{"resourceType":"Bundle"}', b'{"entry":[{"resource":{"resourceType":"Task"}}]}'],
)
def test_bytes_that_are_no_request_are_refused(body: bytes) -> None:
    with pytest.raises(InputError, match="unreadable PAS bundle"):
        write_inquiry(body, samples.AT)


def test_a_claim_without_an_identifier_cannot_be_asked_for() -> None:
    with pytest.raises(InputError, match=r"Claim\.identifier"):
        claim_identifier(b'{"entry":[{"resource":{"resourceType":"Claim","identifier":[{"value":"1"}]}}]}')

"""The request bundle: valid in every shape, the same bytes for the same request, nothing of another submission's."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from cases.case import Urgency
from cases.chart import NamedIdentifier, Party
from cases.errors import InputError
from formats.pas.request import PasRequest
from formats.pas.request_bundle import write_request
from tests import pas_samples as samples
from tests.pas_walker.package import ARCHIVE, load
from tests.pas_walker.walk import walk


def bundle(**changes: Any) -> dict[str, Any]:
    return json.loads(write_request(samples.request(**changes)))


def resource(of: dict[str, Any], kind: str) -> dict[str, Any]:
    return next(e["resource"] for e in of["entry"] if e["resource"]["resourceType"] == kind)


@pytest.mark.parametrize("shape", samples.SHAPES)
def test_every_shape_passes_the_walker(shared: Path, shape: str) -> None:
    assert walk(load(shared / ARCHIVE), bundle(**samples.SHAPES[shape])).findings == []


def test_same_request_gives_same_bytes() -> None:
    assert write_request(samples.request()) == write_request(PasRequest(**dict(samples.request())))


def test_no_guid_is_shared_with_another_case_or_revision() -> None:
    def guids(case: str, revision: int) -> set[str]:
        return {entry["fullUrl"] for entry in json.loads(write_request(samples.request(case, revision)))["entry"]}

    submissions = [guids("case-1", 1), guids("case-1", 2), guids("case-2", 1)]
    assert len(set().union(*submissions)) == sum(len(each) for each in submissions)


def test_packet_is_carried_whole() -> None:
    pdf = b"%PDF-1.7\n" + bytes(range(256)) * 40
    content = resource(bundle(packet_pdf=pdf), "DocumentReference")["content"][0]["attachment"]
    assert base64.b64decode(content["data"]) == pdf
    assert content["contentType"] == "application/pdf"


def test_transaction_identifier_is_the_claim_s() -> None:
    claim = bundle()["entry"][0]["resource"]
    assert claim["identifier"] == [{"system": "urn:countersign:transaction", "value": "case-1.1"}]


def test_member_id_is_on_patient_and_coverage() -> None:
    made = bundle()
    for kind in ("Patient", "Coverage"):
        (member,) = resource(made, kind)["identifier"]
        assert (member["type"]["coding"][0]["code"], member["value"]) == ("MB", "M123456")


def test_member_id_keeps_the_system_the_chart_gives_it() -> None:
    own = NamedIdentifier(system="http://payer.example/members", value="M123456", kind="MB")
    other = NamedIdentifier(system="http://hospital.example/mrn", value="77", kind="MR")
    patient = samples.PATIENT.model_copy(update={"identifiers": (other, own)})
    written = resource(bundle(patient=patient), "Patient")["identifier"]
    assert [i["system"] for i in written] == ["http://payer.example/members"]


def test_only_billable_codes_name_the_line_and_all_codes_the_drug() -> None:
    made = bundle(order=samples.medication_order())
    line = made["entry"][0]["resource"]["item"][0]["productOrService"]["coding"]
    assert [c["code"] for c in line] == ["0777-3105-02"]
    drug = resource(made, "MedicationRequest")["medicationCodeableConcept"]["coding"]
    assert [c["code"] for c in drug] == ["1657974", "0777-3105-02"]


def test_code_system_aliases_become_the_name_pas_binds_to() -> None:
    line = bundle()["entry"][0]["resource"]["item"][0]["productOrService"]["coding"]
    assert line[0]["system"] == "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"


def test_expedited_request_says_so_twice_and_a_standard_one_never() -> None:
    expedited, standard = (bundle(urgency=u)["entry"][0]["resource"] for u in (Urgency.EXPEDITED, Urgency.STANDARD))
    assert expedited["priority"]["coding"][0]["code"] == "stat"
    assert expedited["extension"][0]["valueCodeableConcept"]["coding"][0]["code"] == "U"
    assert standard["priority"]["coding"][0]["code"] == "normal"
    assert "extension" not in standard


def test_one_clinician_in_two_parts_is_one_resource() -> None:
    kinds = [e["resource"]["resourceType"] for e in bundle(performer=samples.CLINICIAN)["entry"]]
    assert kinds.count("Practitioner") == kinds.count("PractitionerRole") == 1


@pytest.mark.parametrize(
    ("party", "family", "given"),
    [
        ({"name": "Jane Betty Doe"}, "Doe", ["Jane", "Betty"]),
        ({"name": "Jane Doe, MD"}, "Doe", ["Jane"]),
        ({"name": "Ana de la Cruz", "family": "de la Cruz", "given": ("Ana",)}, "de la Cruz", ["Ana"]),
    ],
)
def test_clinician_s_name_as_sent_wins_over_guessing(party: dict[str, Any], family: str, given: list[str]) -> None:
    clinician = Party(reference="Practitioner/x", npi="1122334455", phone="1", **party)
    name = resource(bundle(requester=clinician), "Practitioner")["name"][0]
    assert (name["text"], name["family"], name["given"]) == (party["name"], family, given)


def test_the_packet_s_bytes_stay_out_of_the_representation() -> None:
    assert "PDF" not in repr(samples.request())


def test_text_that_cannot_be_written_is_refused() -> None:
    with pytest.raises(InputError, match="surrogate"):
        bundle(patient=samples.PATIENT.model_copy(update={"family": "\ud800"}))

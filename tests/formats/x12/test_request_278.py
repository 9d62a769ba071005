"""The 278 request: whole, readable by our reader, saying what the PAS bundle says, and nothing that nobody knows."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cases.case import Urgency
from cases.chart import Address, Coding, Party
from cases.errors import InputError
from formats.pas.request_bundle import write_request
from formats.x12.request_278 import Envelope, write_278
from formats.x12.segments import Interchange, Segment, faults, read_interchange
from tests import pas_samples as samples

ADMITTED = date(2026, 11, 20)
REVENUE = "https://www.nubc.org/CodeSystem/RevenueCodes"


def written(**changes: Any) -> Interchange:
    return read_interchange(write_278(samples.request(**changes)), "x12-278.edi")


def one(interchange: Interchange, name: str, first: str = "") -> Segment:
    (found,) = (segment for segment in interchange.named(name) if first in ("", segment.at(1)))
    return found


@pytest.mark.parametrize("shape", samples.SHAPES)
def test_every_shape_is_a_whole_interchange_with_a_whole_hierarchy(shape: str) -> None:
    interchange = written(**samples.SHAPES[shape])
    assert faults(interchange) == ()
    levels = [(s.at(1), s.at(2), s.at(3)) for s in interchange.named("HL")]
    assert [number for number, _, _ in levels] == [str(n) for n in range(1, len(levels) + 1)]
    assert [parent for _, parent, _ in levels] == ["", *(number for number, _, _ in levels[:-1])]
    kinds = [kind for _, _, kind in levels]
    assert kinds in (["20", "21", "22", "EV", "SS"], ["20", "21", "22", "23", "EV", "SS"])
    assert (one(interchange, "GS").at(1), one(interchange, "GS").at(8)) == ("HI", "005010X217")
    assert one(interchange, "BHT").elements[:2] == ("0007", "13")


@pytest.mark.parametrize("shape", samples.SHAPES)
def test_it_says_what_the_bundle_says(shape: str) -> None:
    changes = samples.SHAPES[shape]
    interchange = written(**changes)
    bundle = json.loads(write_request(samples.request(**changes)))
    resources = [entry["resource"] for entry in bundle["entry"]]
    claim = resources[0]
    item = claim["item"][0]
    um = one(interchange, "UM")
    assert one(interchange, "TRN").at(2) == claim["identifier"][0]["value"]
    assert um.at(1) == item["extension"][0]["valueCodeableConcept"]["coding"][0]["code"]
    assert um.at(3) == item["category"]["coding"][0]["code"]
    assert interchange.components(um.at(4)) == (item["locationCodeableConcept"]["coding"][0]["code"], "B")
    diagnoses = [d["diagnosisCodeableConcept"]["coding"][0]["code"] for d in claim.get("diagnosis", [])]
    codes = [interchange.components(e)[1] for s in interchange.named("HI") for e in s.elements]
    assert codes == [code.replace(".", "") for code in diagnoses]
    coverage = next(r for r in resources if r["resourceType"] == "Coverage")
    assert one(interchange, "NM1", "IL").elements[7:9] == ("MI", coverage["subscriberId"])


def test_the_same_request_gives_the_same_bytes_and_another_revision_another_control_number() -> None:
    assert write_278(samples.request()) == write_278(samples.request())
    controls = {one(read_interchange(write_278(samples.request("c", n)), "f"), "ISA").at(13) for n in (1, 2, 3)}
    assert len(controls) == 3


def test_a_stay_is_an_admission_review_by_revenue_code() -> None:
    order = samples.service_order(codes=(Coding(system=REVENUE, code="0120"),), service_date=ADMITTED)
    interchange = written(order=order, place_of_service=None, service_type=None)
    um = one(interchange, "UM")
    assert (um.at(1), interchange.components(um.at(4))) == ("AR", ("21", "B"))
    assert one(interchange, "SV2").at(1) == "0120"
    assert one(interchange, "DTP").elements == ("435", "D8", f"{ADMITTED:%Y%m%d}")


def test_an_expedited_request_says_urgent_and_another_says_nothing() -> None:
    assert one(written(urgency=Urgency.EXPEDITED), "UM").at(6) == "U"
    assert one(written(), "UM").at(6) == ""


def test_the_packet_is_announced_under_the_number_the_payer_answers_by() -> None:
    interchange = written()
    pwk = one(interchange, "PWK")
    assert (pwk.at(2), pwk.at(5), pwk.at(6)) == ("EL", "AC", one(interchange, "TRN").at(2))


def test_letters_that_would_break_a_segment_are_written_plain() -> None:
    hostile = samples.request().patient.model_copy(
        update={"family": "O*Bri~en:^Ångström", "address": Address(line=("1*2~3",), city="Zürich", state="MN")}
    )
    interchange = written(patient=hostile)
    assert faults(interchange) == ()
    assert one(interchange, "NM1", "IL").at(3) == "O BRI EN ANGSTROM"
    assert one(interchange, "N3").at(1) == "1 2 3"


def test_nothing_is_made_up_for_what_nobody_knows() -> None:
    party = samples.request().requester.model_copy(update={"phone": "ask the desk", "address": Address()})
    interchange = written(requester=party, organization=None)
    assert not list(interchange.named("PER"))
    requester = one(interchange, "NM1", "1P")
    assert requester.at(8) == "XX"


def test_a_request_that_is_not_complete_is_refused_as_the_bundle_is() -> None:
    with pytest.raises(InputError, match="NPI"):
        write_278(samples.request(requester=Party(name="Somebody")))


def test_the_envelope_is_a_test_until_somebody_says_otherwise() -> None:
    assert one(written(), "ISA").at(15) == "T"
    sent = write_278(samples.request(), Envelope(sender="CLINIC", receiver="HOUSE", usage="P"))
    isa = one(read_interchange(sent, "f"), "ISA")
    assert (isa.at(6).strip(), isa.at(8).strip(), isa.at(15), len(sent.split(b"\n")[0])) == (
        "CLINIC",
        "HOUSE",
        "P",
        106,
    )


def sample_pairs(shared: Path) -> Iterator[Path]:
    root = shared / "data" / "standards"
    return (path for path in root.rglob("*.txt") if "_278" in path.parts and path.name.endswith("Request.txt"))


def test_the_public_request_samples_read_and_have_the_loops_we_write(shared: Path) -> None:
    found = list(sample_pairs(shared))
    if not found:
        pytest.skip("the 278 sample pairs that SOURCES.md names are not under data/standards")
    ours = {segment.name for segment in written().segments}
    for path in found:
        interchange = read_interchange(path.read_bytes(), path.name)
        assert one(interchange, "BHT").elements[:2] == ("0007", "13")
        assert {"HL", "NM1", "UM", "TRN"} <= {segment.name for segment in interchange.segments} & ours
        assert [s.at(3) for s in interchange.named("HL")][:4] == ["20", "21", "22", "EV"]

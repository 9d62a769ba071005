"""The Da Vinci EHR patients say what an expert would: for Original Medicare, and under a Medicare Advantage plan."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from cases.case import Case, LineOfBusiness
from cases.lifecycle import CaseState
from tests.flows.clinic import Clinic, edit, ehr_chart, leaves
from tests.flows.clinic import as_json as read
from tests.pas_walker.package import ARCHIVE, load
from tests.pas_walker.walk import walk

PLAN = "Evergreen Medicare Advantage"
OXYGEN = "DeviceRequest/devreq013"
REST = "home_oxygen.group1.rest_room_air"
NOTE = """Pulmonary clinic
Patient: Vlad Alan Nestor Quinton  DOB: 12/01/1956
Date of visit: 12/20/2022

I ordered pulse oximetry because of dyspnea and reviewed the oximetry myself. SpO2 {value}% at rest on room air.
"""


@pytest.fixture
def policies(shared: Path) -> list[Path]:
    return [shared / "data" / "policies" / "cms" / f"ncd-{number}.txt" for number in ("240.2", "240.4")]


@pytest.fixture
def john(shared: Path, tmp_path: Path) -> Path:
    return ehr_chart(shared, "o2john", tmp_path / "john")


def under_the_plan(chart: Path) -> Path:
    edit(chart / "2. organization.json", name=PLAN)
    coverage = next(chart.glob("*_coverage.json"))
    kind = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/coverage-class", "code": "plan"}]}
    edit(coverage, **{"class": [{"type": kind, "value": "Evergreen HMO"}]})
    return chart


def flags(case: Case) -> set[str]:
    return {flag.code for flag in case.flags}


def test_original_medicare_needs_no_authorization_and_is_documented(
    clinic: Clinic, john: Path, policies: list[Path]
) -> None:
    clinic.import_for(policies)
    cases = clinic.authorize(john)
    assert len(cases) == 4
    case = cases[OXYGEN]
    made = clinic.artefacts(case.id)
    gate = read(made["gate.json"])
    need = read(made["case.json"])["authorization_need"]
    leaf = leaves(read(made["criteria.json"])["tree"])[REST]
    assert case.state is CaseState.NOT_REQUIRED
    assert gate["outcome"] == "blocked"
    assert "pa_not_required" in gate["reasons"]
    assert need["need"] == "not_required"
    assert "CMS-6097" in need["citation"]
    assert {"packet.pdf", "letter.md", "pas-bundle.json", "gaps.json", "criteria.json"} <= set(made)
    assert leaf["state"] == "INSUFFICIENT"
    assert [item["quote"] for item in leaf["evidence"]] == ["85 %"]
    defects = {finding["defect"] for finding in leaf["evidence"][0]["findings"]}
    assert defects == {"stale", "setting_not_shown", "date_issued_only"}
    assert "coverage_part_mismatch" in flags(case)


def test_a_display_that_contradicts_its_code_is_flagged_and_no_sleep_study_is_a_gap_and_no_packet(
    clinic: Clinic, john: Path, policies: list[Path]
) -> None:
    clinic.import_for(policies)
    case = clinic.authorize(john, order="devreq033")["DeviceRequest/devreq033"]
    made = clinic.artefacts(case.id)
    gaps = read(made["gaps.json"])["gaps"]
    assert "display_contradicts_code" in flags(case)
    assert "packet.pdf" not in made
    assert any("sleep study" in gap["document"] and gap["required_document"] for gap in gaps)
    assert "required_document_missing" in read(made["gate.json"])["reasons"]


def test_the_other_patients_oxygen_cites_her_own_value(
    clinic: Clinic, shared: Path, tmp_path: Path, policies: list[Path]
) -> None:
    clinic.import_for(policies)
    cases = clinic.authorize(ehr_chart(shared, "o2jane", tmp_path / "jane"))
    assert len(cases) == 5
    leaf = leaves(read(clinic.artefacts(cases["DeviceRequest/devreq016"].id)["criteria.json"])["tree"])[REST]
    assert (leaf["state"], leaf["evidence"][0]["quote"]) == ("INSUFFICIENT", "81 %")
    for case in cases.values():
        assert case.state in (CaseState.NOT_REQUIRED, CaseState.NEEDS_PERSON)


def test_under_a_medicare_advantage_plan_the_same_chart_is_an_authorization(
    clinic: Clinic, john: Path, policies: list[Path]
) -> None:
    clinic.import_for(policies, PLAN, LineOfBusiness.MEDICARE_ADVANTAGE)
    case = clinic.authorize(under_the_plan(john), order=OXYGEN)[OXYGEN]
    made = clinic.artefacts(case.id)
    assert case.payer is not None
    assert case.payer.line_of_business is LineOfBusiness.MEDICARE_ADVANTAGE
    assert read(made["case.json"])["authorization_need"]["need"] == "presumed"
    assert "pa_not_required" not in read(made["gate.json"])["reasons"]
    assert case.state is CaseState.WAITING_DOCUMENTS


def test_a_plan_without_its_own_policy_follows_the_ncd(clinic: Clinic, john: Path, policies: list[Path]) -> None:
    clinic.import_for(policies)
    clinic.import_for([policies[1]], PLAN, LineOfBusiness.MEDICARE_ADVANTAGE)
    case = clinic.authorize(under_the_plan(john), order=OXYGEN)[OXYGEN]
    assert read(clinic.artefacts(case.id)["criteria.json"])["policy"]["payer"] == "cms"
    assert "policy_note" in flags(case)


def complete(chart: Path, value: int = 85) -> Path:
    """Rest, room air, a date inside the window, and a note that shows who ordered and read the test."""
    edit(
        chart / "o2john_03__observation.json",
        effectiveDateTime="2022-12-20T10:00:00Z",
        note=[{"text": "Measured at rest on room air"}],
        valueQuantity={"value": value, "unit": "%", "system": "http://unitsofmeasure.org", "code": "%"},
    )
    (chart / "clinic-note.txt").write_text(NOTE.format(value=value), "utf-8")
    return chart


def test_with_rest_room_air_and_a_date_the_leaf_is_met_and_the_packet_waits_for_a_person(
    clinic: Clinic, john: Path, policies: list[Path], shared: Path
) -> None:
    clinic.import_for(policies, PLAN, LineOfBusiness.MEDICARE_ADVANTAGE)
    case = clinic.authorize(under_the_plan(complete(john)), order=OXYGEN)[OXYGEN]
    made = clinic.artefacts(case.id)
    assert leaves(read(made["criteria.json"])["tree"])[REST]["state"] == "MET"
    assert case.state is CaseState.AWAITING_REVIEW
    found = walk(load(shared / ARCHIVE), json.loads(made["pas-bundle.json"])).findings
    assert [item.rule for item in found] == ["us-core-17"], "only the chart's own NPI, which fails its check digit"


def denied(chart: Path) -> None:
    chart.joinpath("o2john_03__observation.json").unlink()
    note = chart / "clinic-note.txt"
    note.write_text(note.read_text("utf-8").replace("SpO2 85%", "He denies an SpO2 of 85%"), "utf-8")


def of_another_patient(chart: Path) -> None:
    edit(chart / "o2john_03__observation.json", subject={"reference": "Patient/pat999"})
    note = chart / "clinic-note.txt"
    note.write_text(note.read_text("utf-8").replace("Vlad Alan Nestor Quinton", "Otto Grund"), "utf-8")


def of_89_percent(chart: Path) -> None:
    complete(chart, 89)


def older(chart: Path) -> None:
    edit(chart / "o2john_03__observation.json", effectiveDateTime="2022-11-20T10:00:00Z")
    note = chart / "clinic-note.txt"
    note.write_text(note.read_text("utf-8").replace("12/20/2022", "11/20/2022"), "utf-8")


@pytest.mark.parametrize("change", [denied, of_another_patient, of_89_percent, older])
def test_one_change_and_the_leaf_is_not_met(
    clinic: Clinic, john: Path, policies: list[Path], change: Callable[[Path], object]
) -> None:
    clinic.import_for(policies, PLAN, LineOfBusiness.MEDICARE_ADVANTAGE)
    chart = under_the_plan(complete(john))
    change(chart)
    case = clinic.authorize(chart, order=OXYGEN)[OXYGEN]
    assert leaves(read(clinic.artefacts(case.id)["criteria.json"])["tree"])[REST]["state"] != "MET"
    assert case.state is not CaseState.AWAITING_REVIEW


def test_every_quote_is_verbatim_in_the_stored_text(clinic: Clinic, john: Path, policies: list[Path]) -> None:
    clinic.import_for(policies, PLAN, LineOfBusiness.MEDICARE_ADVANTAGE)
    case = clinic.authorize(under_the_plan(complete(john)), order=OXYGEN)[OXYGEN]
    tree = read(clinic.artefacts(case.id)["criteria.json"])["tree"]
    policy = policies[0].read_text("utf-8")
    quoted = 0
    for leaf in leaves(tree).values():
        if leaf["policy_span"]:
            span = leaf["policy_span"]
            assert policy[span["start"] : span["end"]] == span["quote"]
        for item in leaf["evidence"]:
            if item["document"] == "clinic-note.txt":
                text = (john / "clinic-note.txt").read_text("utf-8")
                assert text[item["start"] : item["end"]] == item["quote"]
                quoted += 1
    assert quoted > 0


def test_the_gate_never_says_auto_for_an_outward_act(clinic: Clinic, john: Path, policies: list[Path]) -> None:
    clinic.import_for(policies)
    for case in clinic.authorize(john).values():
        assert clinic.gate(case.id)["outcome"] in ("review", "blocked")

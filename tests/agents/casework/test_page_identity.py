"""Whose a page is: what contradicts the case is set aside by name, and one misread letter is no contradiction."""

import json
from pathlib import Path

import pytest

from agents.casework.page_identity import identified
from cases.chart import Chart
from formats.chart_folder import read_chart
from formats.notes.attribution import ANOTHER_PERSON

PATIENT = {
    "resourceType": "Patient", "id": "own", "name": [{"family": "Ostrowski", "given": ["Bernadette"]}],
    "birthDate": "1957-06-30",
    "identifier": [{
        "type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR"}]},
        "system": "urn:clinic", "value": "KSC-271846",
    }],
}  # fmt: skip
OWN = "Patient: Bernadette Ostrowski   DOB: 06/30/1957   MRN: KSC-271846\nAHI 11.2 per hour\n"
OTHER = "Patient: Raymond Delacroix   DOB: 02/19/1949   MRN: KSC-268011\nAHI 41.6 per hour\n"
SLIP = "Patient: Bernadette Ostrowskl   DOB: 06/30/1957   MRN: KSC-271846\nAHI 11.2 per hour\n"
SILENT = "Continued. Lowest saturation 84 %.\n"


def read(tmp_path: Path, *pages: str) -> Chart:
    (tmp_path / "p.json").write_text(json.dumps(PATIENT))
    (tmp_path / "fax.txt").write_text("\f".join(pages))
    chart, _ = read_chart([tmp_path])
    return identified(chart, chart.patients[0])


def owners(chart: Chart) -> list[tuple[str, str | None, list[int]]]:
    return [
        (document.id, document.patient_id, [page.number for page in document.pages])
        for document in chart.documents
        if document.pages
    ]


def test_another_patients_page_is_parted_off_and_said(tmp_path: Path) -> None:
    chart = read(tmp_path, OWN, OTHER, SILENT, OWN)
    assert owners(chart) == [
        ("fax.txt#p1", "own", [1]),
        ("fax.txt#p2-3", ANOTHER_PERSON, [2, 3]),
        ("fax.txt#p4", "own", [4]),
    ]
    assert [(item.file, item.pointer, item.reason) for item in chart.refusals] == [
        ("fax.txt", "page 2-3", "names another patient")
    ]


def test_a_misread_letter_does_not_make_a_page_somebody_elses(tmp_path: Path) -> None:
    chart = read(tmp_path, OWN, SLIP, SILENT)
    assert {owner for _, owner, _ in owners(chart)} == {"own"}
    assert chart.refusals == ()
    assert "".join(document.text for document in chart.documents if document.pages).count("11.2") == 2


@pytest.mark.parametrize(
    ("head", "own"),
    [
        ("Patient: Bernadette Ostrowski   DOB: 06/30/1975", False),
        ("Patient: Daniel Ostrowski   DOB: 06/30/1957", False),
        ("Patient: Bernadette Ostrowski   DOB: 06/30/1957   MRN: KSC-271848", True),
        ("MRN: KSC-268011", False),
        ("Patient: Ostrowski, Bernadette   DOB: 06/30/1957", True),
        ("Visit note", True),
    ],
)
def test_the_judge_weighs_name_birth_date_and_number_together(tmp_path: Path, head: str, own: bool) -> None:
    chart = read(tmp_path, f"{head}\nAHI 20 per hour\n")
    ((_, owner, _),) = owners(chart)
    assert owner == ("own" if own else ANOTHER_PERSON)
    assert bool(chart.refusals) is not own


def test_offsets_and_hidden_text_of_a_part_are_its_own(tmp_path: Path) -> None:
    chart = read(tmp_path, OWN, OTHER, OWN)
    parts = [document for document in chart.documents if document.pages]
    assert [document.text[page.start : page.end] for document in parts for page in document.pages] == [
        OWN + "\f", OTHER + "\f", OWN,
    ]  # fmt: skip

"""What the shipped samples come to, and that no name of theirs decides anything."""

import re
import shutil
from pathlib import Path

import pytest

from cases.lifecycle import CaseState
from tests.flows.clinic import SAMPLES, Clinic
from tests.flows.sample_expectations import BY_FOLDER

EXPECTED = {
    "oxygen-complete": ("review", (), CaseState.AWAITING_REVIEW),
    "oxygen-stale-test": ("blocked", ("criteria_insufficient",), CaseState.WAITING_DOCUMENTS),
    "oxygen-original-medicare": ("blocked", ("pa_not_required", "no_policy_in_force"), CaseState.NOT_REQUIRED),
}
PEOPLE = {
    "Oyelaran": "Brandvold", "Marguerite": "Ingunn", "Baptiste": "Ferreira", "Leon Rene": "Tomas Luis",
    "Leon": "Tomas", "Rene": "Luis", "Zielinski": "Okafor", "Hanna": "Adaeze", "Lindqvist": "Moreau", "Amara": "Elise",
    "syn-000": "case-77", "Hollis": "Varden",
}  # fmt: skip


def test_every_sample_has_an_expectation() -> None:
    folders = {path.name for path in SAMPLES.iterdir() if path.is_dir()}
    assert folders == set(BY_FOLDER)
    assert set(EXPECTED) <= folders


@pytest.mark.parametrize("name", EXPECTED)
def test_a_sample_comes_to_what_is_expected(clinic: Clinic, name: str) -> None:
    (case,) = clinic.authorize(SAMPLES / name).values()
    gate = clinic.gate(case.id)
    assert (gate["outcome"], tuple(gate["reasons"]), case.state) == EXPECTED[name]


@pytest.mark.parametrize("name", EXPECTED)
def test_renaming_patient_clinic_and_files_changes_no_verdict(clinic: Clinic, name: str, tmp_path: Path) -> None:
    renamed = tmp_path / "somebody"
    shutil.copytree(SAMPLES / name, renamed)
    for number, path in enumerate(sorted(renamed.iterdir())):
        text = path.read_text("utf-8")
        for old, new in PEOPLE.items():
            text = text.replace(old, new)
        path.write_text(text, "utf-8")
        path.rename(renamed / f"f{number}{path.suffix}")
    (case,) = clinic.authorize(renamed).values()
    gate = clinic.gate(case.id)
    assert (gate["outcome"], tuple(gate["reasons"]), case.state) == EXPECTED[name]


def test_product_code_names_no_sample() -> None:
    root = SAMPLES.parents[2]
    words = re.compile("|".join(PEOPLE) + "|" + "|".join(EXPECTED))
    rooms = ("agents", "api", "cases", "formats", "guardrails", "knowledge", "retrieval", "runtime", "tools")
    sources = [path for room in rooms for path in (root / room).rglob("*.py")]
    assert [path for path in sources if words.search(path.read_text("utf-8"))] == []

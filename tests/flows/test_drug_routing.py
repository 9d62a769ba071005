"""A drug that a pharmacy dispenses is routed to whoever decides it; no packet goes to the plan's medical side."""

import json
from pathlib import Path

import pytest

from cases.authorization import Need
from cases.lifecycle import CaseState
from runtime import work_store
from runtime.work_store import NEED
from tests.flows.clinic import SAMPLES, Clinic

NDC = "http://hl7.org/fhir/sid/ndc"


def chart_with(tmp_path: Path, drug: str) -> Path:
    """The oxygen patient of the Medicare Advantage plan, for whom a pen is ordered instead."""
    bundle = json.loads((SAMPLES / "oxygen-complete" / "chart.json").read_text("utf-8"))
    for entry in bundle["entry"]:
        held = entry["resource"]
        if held["resourceType"] == "DeviceRequest":
            entry["resource"] = {
                "resourceType": "MedicationRequest", "id": held["id"], "status": "active", "intent": "order",
                "medicationCodeableConcept": {
                    "coding": [{"system": NDC, "code": "0169-4525-14", "display": drug}], "text": drug,
                },
                "subject": held["subject"], "authoredOn": held["authoredOn"], "requester": held["requester"],
                "insurance": held["insurance"],
            }  # fmt: skip
            entry["fullUrl"] = entry["fullUrl"].replace("DeviceRequest", "MedicationRequest")
    path = tmp_path / "order" / "chart.json"
    path.parent.mkdir()
    path.write_text(json.dumps(bundle), "utf-8")
    return path.parent


@pytest.mark.parametrize(
    ("drug", "decider"),
    [
        ("Wegovy 0.25 mg/0.5 mL pen", "Medicare GLP-1 Bridge, central processor"),
        ("Ozempic 0.5 mg pen", "the plan's Part D benefit"),
    ],
)
def test_a_glp1_pen_is_routed_by_what_it_is_for(clinic: Clinic, tmp_path: Path, drug: str, decider: str) -> None:
    (case,) = clinic.authorize(chart_with(tmp_path, drug)).values()
    assert case.state is CaseState.NEEDS_PERSON
    with clinic.box.database.read() as transaction:
        need = work_store.get_product(transaction, case.id, NEED)
    assert need is not None
    assert (need.need, need.decider) == (Need.VENDOR, decider)
    assert "pas-bundle.json" not in clinic.artefacts(case.id)

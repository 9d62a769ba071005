"""An EHR's own page shows the panel in a frame beside the chart: launch, case in view, an act, nobody else's frame."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.api.smart.ehr_server import CLIENT, SECRET, EhrServer
from tests.browser.clinic_server import ClinicServer
from tests.browser.conftest import Clinic

WIDTH = 420


@pytest.fixture(scope="module")
def ehr(clinic: Clinic) -> Iterator[EhrServer]:
    who = clinic.server.cases("awaiting_review")[0].patient
    patient = {
        "resourceType": "Patient", "id": who.id, "birthDate": str(who.birth_date),
        "name": [{"family": who.family, "given": list(who.given)}],
    }  # fmt: skip
    server = EhrServer(patient=patient)
    yield server
    server.close()


@pytest.fixture(scope="module")
def beside(clinic: Clinic, ehr: EhrServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClinicServer]:
    home = Path(shutil.copytree(clinic.server.home, tmp_path_factory.mktemp("beside") / "home"))
    known = {
        ehr.iss: {
            "client_id": CLIENT, "client_secret": SECRET, "users": {"Practitioner/p1": "rhea"},
            "frame_origins": [ehr.origin],
        }
    }  # fmt: skip
    more = {"COUNTERSIGN_SMART_EHRS": json.dumps(known), "COUNTERSIGN_SERVE_WORKER": "false"}
    server = ClinicServer(home, more=more)
    server.start()
    yield server
    server.kill()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 900, "height": 900}, reduced_motion="reduce")
    yield context.new_page()
    context.close()


def test_the_panel_opens_at_the_patient_inside_the_ehrs_page(
    page: Page, beside: ClinicServer, ehr: EhrServer, axe: str
) -> None:
    page.goto(f"{ehr.origin}/chart?app={beside.address}")
    frame = page.frame_locator("iframe[name=app]")
    expect(frame.get_by_role("heading", level=1).first).to_contain_text(ehr.patient["name"][0]["family"])
    inside = page.frame("app")
    assert inside is not None
    assert "/panel/cases/" in inside.url
    assert inside.evaluate("document.documentElement.scrollWidth") <= WIDTH
    inside.evaluate(axe)
    found = inside.evaluate("axe.run().then(found => found.violations.map(one => one.id))")
    assert found == []
    inside.goto(f"{beside.address}/panel")
    frame.get_by_role("button", name="Claim").first.click()
    expect(frame.get_by_role("button", name="Let go").first).to_be_visible()


def test_a_page_of_another_origin_shows_nothing_in_its_frame(page: Page, beside: ClinicServer, ehr: EhrServer) -> None:
    stranger = EhrServer(patient=ehr.patient)
    page.goto(f"{stranger.origin}/chart?app={beside.address}")
    inside = page.frame("app")
    assert inside is not None
    assert inside.locator("form, .patient").count() == 0
    stranger.close()

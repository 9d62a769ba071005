"""A home of its own for each test, a real SQLite database in it, and a case to keep there."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cases.case import Case, LineOfBusiness, PayerRef
from cases.chart import Coding, Order, Patient
from cases.ids import DEFAULT_TENANT, CaseId, DocumentId, PatientId, PayerId
from cases.lifecycle import CaseState
from runtime.database import Database
from runtime.settings import Settings

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


@pytest.fixture(scope="session")
def fresh_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home as first use leaves it, made once: tests work on copies."""
    home = tmp_path_factory.mktemp("fresh") / "home"
    Database.open(Settings(home=home)).close()
    return home


@pytest.fixture
def database(settings: Settings, fresh_home: Path) -> Iterator[Database]:
    shutil.copytree(fresh_home, settings.home)
    opened = Database.open(settings)
    yield opened
    opened.close()


@pytest.fixture
def make_case() -> Callable[[str], Case]:
    return case_called


def case_called(case_id: str) -> Case:
    patient = Patient(
        id=PatientId("p1"),
        document_id=DocumentId("Patient/p1"),
        family="Quillfeather",
        given=("Odalys",),
        birth_date=None,
        gender="female",
    )
    order = Order(
        id="o1",
        resource_type="DeviceRequest",
        document_id=DocumentId("DeviceRequest/o1"),
        status="active",
        intent="order",
        codes=(Coding(system="urn:hcpcs", code="E0424"),),
        text="home oxygen",
        patient_id=PatientId("p1"),
        authored_on=None,
    )
    payer = PayerRef(id=PayerId("payer1"), name="Payer One", line_of_business=LineOfBusiness.MEDICARE_ADVANTAGE)
    return Case(
        id=CaseId(case_id),
        tenant_id=DEFAULT_TENANT,
        state=CaseState.OPENED,
        patient=patient,
        order=order,
        opened_at=NOW,
        payer=payer,
    )

"""A home of its own for each test, a real database (SQLite; in full PostgreSQL too), and a case to keep there."""

import inspect
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
from tests.runtime import postgres_cluster
from tests.runtime.postgres_cluster import Cluster

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return NOW


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """In full, every test of a store runs on PostgreSQL too, but for those that look into SQLite's own file."""
    on_both = metafunc.config.getoption("--full") and postgres_cluster.is_installed()
    if on_both and "settings" in metafunc.fixturenames and not _looks_into_a_file(metafunc):
        metafunc.parametrize("store", ["sqlite", "postgresql"], indirect=True)


def _looks_into_a_file(metafunc: pytest.Metafunc) -> bool:
    """By its own words, by those of a function beside it that opens the file, or in SQLite's own SQL."""
    beside = {
        name: inspect.getsource(value) for name, value in vars(metafunc.module).items() if inspect.isroutine(value)
    }
    openers = [name for name, source in beside.items() if "sqlite3" in source and not name.startswith("test_")]
    source = inspect.getsource(metafunc.function)
    return metafunc.module.__name__.endswith("test_audit_proof") or any(
        word in source for word in ("sqlite", "countersign.db", "settings.home", *openers)
    )


@pytest.fixture
def store(request: pytest.FixtureRequest) -> str:
    """Which database a test runs on."""
    return str(getattr(request, "param", "sqlite"))


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    started = Cluster()
    started.start()
    yield started
    started.stop()


@pytest.fixture
def settings(request: pytest.FixtureRequest, tmp_path: Path, store: str) -> Settings:
    if store == "sqlite":
        return Settings(home=tmp_path / "home")
    started: Cluster = request.getfixturevalue("cluster")
    return Settings(home=tmp_path / "home", database_url=started.database())


@pytest.fixture(scope="session")
def fresh_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home as first use leaves it, made once: tests work on copies."""
    home = tmp_path_factory.mktemp("fresh") / "home"
    Database.open(Settings(home=home)).close()
    return home


@pytest.fixture
def database(request: pytest.FixtureRequest, settings: Settings, store: str) -> Iterator[Database]:
    if store == "sqlite":
        shutil.copytree(request.getfixturevalue("fresh_home"), settings.home)
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

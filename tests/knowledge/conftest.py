"""A real library in a home of its own, and payers as the directory resolves them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cases.case import LineOfBusiness, PayerRef
from cases.ids import PayerId
from runtime.database import Database
from runtime.settings import Settings


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database.open(Settings(home=tmp_path / "home"))
    yield database
    database.close()


@pytest.fixture
def cms() -> PayerRef:
    return PayerRef(id=PayerId("cms"), name="Original Medicare", line_of_business=LineOfBusiness.MEDICARE_FFS)


@pytest.fixture
def northlake() -> PayerRef:
    return PayerRef(
        id=PayerId("northlake-advantage"),
        name="Northlake Advantage",
        line_of_business=LineOfBusiness.MEDICARE_ADVANTAGE,
    )

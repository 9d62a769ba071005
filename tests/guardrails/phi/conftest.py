"""The shipped guard, built once for all tests of the room."""

import pytest

from guardrails.phi.guard import PhiGuard, shipped_guard


@pytest.fixture(scope="session")
def guard() -> PhiGuard:
    return shipped_guard()

"""Every test runs with connections beyond loopback refused, in a home of its own."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[1].parent / "shared"


class NetworkForbidden(AssertionError):
    """A test tried to reach beyond loopback."""


def _is_loopback(address: object) -> bool:
    if not isinstance(address, tuple):
        return True
    host = str(address[0])
    return host in ("localhost", "::1", "0.0.0.0", "") or host.startswith("127.")


@pytest.fixture(autouse=True)
def loopback_only() -> Iterator[None]:
    """Refuse connections beyond loopback, in this process."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if not _is_loopback(address):
            raise NetworkForbidden(f"connection beyond loopback: {address}")
        connect(self, address)  # type: ignore[arg-type]

    socket.socket.connect = guarded  # type: ignore[method-assign, assignment]
    yield
    socket.socket.connect = connect  # type: ignore[method-assign]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="run the full counts that the issues name")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that share what their file sets up stay in one process, so that it is set up once."""
    for item in items:
        held = getattr(item, "_fixtureinfo").name2fixturedefs  # noqa: B009
        if any(fixtures[-1].scope == "module" for fixtures in held.values()):
            item.add_marker(pytest.mark.xdist_group(item.nodeid.split("::")[0]))


@pytest.fixture(scope="session")
def full_counts(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--full"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of other people's test data beside the project; tests that need it skip where it is absent."""
    if not (SHARED / "data").is_dir():
        pytest.skip(f"third-party test data is not at {SHARED / 'data'}")
    return SHARED

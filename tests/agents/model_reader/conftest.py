"""Fixtures of the model reader's tests: a scripted server, and what comes of the complete sample without a model."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.agents.model_reader.model_clinic import ModelClinic, Outcome
from tests.flows.clinic import COMPLETE, Clinic
from tests.llm.model_server import ModelServer, running_server


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with running_server() as running:
        yield running


@pytest.fixture
def with_model(tmp_path: Path, server: ModelServer) -> Iterator[Callable[..., ModelClinic]]:
    """Makes a clinic whose model is the scripted server; closed at the end."""
    made: list[ModelClinic] = []

    def make(**changes: Any) -> ModelClinic:
        made.append(ModelClinic(tmp_path / f"home{len(made)}", server, **changes))
        return made[-1]

    yield make
    for clinic in made:
        clinic.close()


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """The complete sample worked by the rules alone."""
    clinic = Clinic.at(tmp_path_factory.mktemp("plain") / "home")
    (case,) = clinic.authorize(COMPLETE).values()
    outcome = Outcome(case, clinic)
    clinic.box.database.close()
    return outcome

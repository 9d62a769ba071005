"""Dockerfile and compose.yaml, as far as they can be held to account without an engine."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from runtime.settings import Settings

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
ROOT = DEPLOY.parent
KNOWN_INSTRUCTIONS = {
    "FROM",
    "RUN",
    "WORKDIR",
    "COPY",
    "USER",
    "ENV",
    "VOLUME",
    "EXPOSE",
    "HEALTHCHECK",
    "ENTRYPOINT",
    "CMD",
}


@pytest.fixture(scope="module")
def instructions() -> list[tuple[str, str]]:
    lines = [line for line in (DEPLOY / "Dockerfile").read_text().splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    return [(line.split()[0], line.split(maxsplit=1)[1]) for line in joined.splitlines() if line.strip()]


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return loaded


def given(instructions: list[tuple[str, str]], name: str) -> list[str]:
    return [rest for found, rest in instructions if found == name]


def test_every_instruction_is_one_that_docker_knows(instructions: list[tuple[str, str]]) -> None:
    assert {name for name, _ in instructions} <= KNOWN_INSTRUCTIONS
    assert [name for name, _ in instructions][0] == "FROM"


def test_the_image_is_pinned_and_runs_as_nobody_special(instructions: list[tuple[str, str]]) -> None:
    (base,) = given(instructions, "FROM")
    assert re.fullmatch(r"python:3\.11\.\d+-slim-bookworm", base)
    names = [name for name, _ in instructions]
    assert given(instructions, "USER") == ["countersign"]
    assert names.index("USER") > max(at for at, name in enumerate(names) if name == "RUN")
    assert given(instructions, "HEALTHCHECK")


def test_torch_comes_before_what_would_fetch_another_build_of_it(instructions: list[tuple[str, str]]) -> None:
    runs = given(instructions, "RUN")
    torch = next(at for at, run in enumerate(runs) if "torch==" in run)
    everything = next(at for at, run in enumerate(runs) if "-e ." in run)
    assert torch < everything
    pinned = re.search(r"torch==([\d.]+)", runs[torch])
    assert pinned is not None
    assert f'"torch=={pinned[1]}"' in (ROOT / "pyproject.toml").read_text()
    assert "-c constraints.txt" in runs[everything]


def test_what_is_copied_is_there_and_is_every_room(instructions: list[tuple[str, str]]) -> None:
    copied = {source for rest in given(instructions, "COPY") for source in shlex.split(rest)[:-1]}
    assert [source for source in copied if not (ROOT / source).exists()] == []
    rooms = {path.parent.name + "/" for path in ROOT.glob("*/__init__.py")}
    assert rooms <= copied
    allowed = {line[1:] for line in (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines() if line[0] == "!"}
    assert copied == allowed


def test_no_secret_is_baked_in(instructions: list[tuple[str, str]]) -> None:
    text = (DEPLOY / "Dockerfile").read_text() + (DEPLOY / "compose.yaml").read_text()
    assert not re.search(r"(?i)(password|secret|key|token)\s*[:=]\s*[\"']?[A-Za-z0-9+/]{8,}", text)
    assert not given(instructions, "ARG")


def test_settings_named_are_settings(instructions: list[tuple[str, str]], compose: dict[str, Any]) -> None:
    fields = {f"COUNTERSIGN_{name.upper()}" for name in Settings.model_fields}
    in_image = {pair.split("=")[0] for rest in given(instructions, "ENV") for pair in rest.split()}
    named = {
        name for name in (*in_image, *compose["services"]["app"]["environment"]) if name.startswith("COUNTERSIGN_")
    }
    assert named
    assert named <= fields


def test_the_three_services_are_pinned_and_start_in_order(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert set(services) == {"app", "database", "vectors"}
    assert services["app"]["build"] == {"context": "..", "dockerfile": "deploy/Dockerfile"}
    for name in ("database", "vectors"):
        assert re.fullmatch(r"[\w./-]+:\d+(\.\d+)+[\w.-]*", services[name]["image"])
    assert services["app"]["depends_on"]["database"] == {"condition": "service_healthy"}
    assert "pg_isready" in services["database"]["healthcheck"]["test"][1]
    chroma = services["vectors"]["image"].split(":")[1]
    assert f"chromadb=={chroma}" in (ROOT / "constraints.txt").read_text().replace(" ", "")


def test_only_the_application_is_reachable_and_only_from_this_machine(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert [name for name, service in services.items() if "ports" in service] == ["app"]
    assert all(port.startswith("127.0.0.1:") for port in services["app"]["ports"])
    assert compose["networks"]["inside"] == {"internal": True}
    assert services["database"]["networks"] == services["vectors"]["networks"] == ["inside"]
    assert all("no-new-privileges:true" in service["security_opt"] for service in services.values())
    assert services["app"]["read_only"] is True


def test_secrets_must_be_given_and_volumes_are_named(compose: dict[str, Any]) -> None:
    text = (DEPLOY / "compose.yaml").read_text()
    for name in ("POSTGRES_PASSWORD", "COUNTERSIGN_ENCRYPTION_KEY"):
        assert f"${{{name}:?" in text
    used = {volume.split(":")[0] for service in compose["services"].values() for volume in service["volumes"]}
    assert used == set(compose["volumes"])

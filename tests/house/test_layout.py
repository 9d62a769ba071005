"""The house rules that no linter knows."""

import importlib
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("agents", "api", "cases", "evals", "formats", "guardrails", "knowledge", "retrieval", "runtime", "tools")
BANNED_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "base", "core", "data"}
BANNED_PACKAGES = {"openai-agents", "guardrails-ai", "evals", "llm-guard", "deepeval", "pymupdf", "immudb-py"}


def tracked(*suffixes: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    return [ROOT / name for name in listed if name.endswith(suffixes) and (ROOT / name).is_file()]


@pytest.mark.parametrize("room", ROOMS)
def test_root_packages_import_from_this_repository(room: str) -> None:
    module = importlib.import_module(room)
    assert module.__file__ is not None
    assert Path(module.__file__).is_relative_to(ROOT)


def test_no_source_file_is_over_400_lines() -> None:
    long = {str(path): len(path.read_text().splitlines()) for path in tracked(".py", ".js", ".css", ".html", ".sh")}
    assert {path: lines for path, lines in long.items() if lines > 400} == {}


def test_no_module_or_folder_has_a_name_that_says_nothing() -> None:
    named = [path.relative_to(ROOT) for path in tracked(".py")]
    assert [p for p in named if BANNED_NAMES & {part.removesuffix(".py") for part in p.parts}] == []


def test_tests_are_no_packages_and_use_no_mocks() -> None:
    files = [path for path in tracked(".py") if path.is_relative_to(ROOT / "tests")]
    assert [path for path in files if path.name == "__init__.py"] == []
    banned = re.compile(r"unittest\.mock|MagicMock|monkeypatch\.setattr")
    assert [path for path in files if path != Path(__file__).resolve() and banned.search(path.read_text())] == []


def test_no_clashing_or_phoning_package_is_installed() -> None:
    pinned = {line.split("==")[0].lower() for line in (ROOT / "constraints.txt").read_text().splitlines()}
    assert pinned & BANNED_PACKAGES == set()


def test_every_prompt_is_used() -> None:
    prompts = [path for path in tracked(".md", ".txt") if path.is_relative_to(ROOT / "agents" / "prompts")]
    source = "\n".join(path.read_text() for path in tracked(".py") if path.is_relative_to(ROOT / "agents"))
    assert [path.name for path in prompts if path.stem not in source] == []


def test_no_third_party_data_is_tracked() -> None:
    assert [path for path in tracked("") if "shared" in path.relative_to(ROOT).parts] == []

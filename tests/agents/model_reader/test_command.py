"""`countersign model check` and `authorize` as a user runs them, against a server that speaks the protocol."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.agents.model_reader.model_clinic import write_agreements
from tests.flows.clinic import COMPLETE
from tests.llm.model_server import Asked, ModelServer, Reply, Script, completion, failure
from tests.llm.scripted_answers import honest_paragraph

ROOT = Path(__file__).resolve().parents[3]


def countersign(home: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": os.environ["PATH"], "COUNTERSIGN_HOME": str(home), "PYTHONPATH": str(ROOT),
        "COUNTERSIGN_FIXED_TIME": "2026-11-23T15:00:00Z", **variables,
    }  # fmt: skip
    program = [sys.executable, "-c", "from api.cli import main; main()", *words]
    return subprocess.run(program, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def model(server: ModelServer) -> dict[str, str]:
    return {"COUNTERSIGN_LLM_BASE_URL": server.base_url, "COUNTERSIGN_LLM_MODEL": "stub-model"}


def test_without_a_model_the_check_says_so_in_one_line(tmp_path: Path) -> None:
    done = countersign(tmp_path, "model", "check")
    assert done.returncode == 1
    assert done.stderr.strip().count("\n") == 0
    assert "No model is set" in done.stderr


def test_without_an_agreement_the_check_sends_nothing_and_shows_how_to_write_one(
    tmp_path: Path, server: ModelServer
) -> None:
    done = countersign(tmp_path, "model", "check", **model(server))
    assert done.returncode == 1
    assert server.connections == 0
    assert f"No agreement for {server.base_url} is on file. Nothing is sent to it" in done.stdout
    assert f"endpoint: {server.base_url}" in done.stdout
    assert str(tmp_path / "agreements.yaml") in done.stdout


def test_the_check_says_which_way_of_asking_works(tmp_path: Path, server: ModelServer) -> None:
    def only_objects(asked: Asked) -> Reply:
        kind = asked.body["response_format"]["type"]
        return completion('{"ready": true}') if kind == "json_object" else failure(400)

    server.answer = only_objects
    write_agreements(tmp_path / "agreements.yaml", server.base_url, trusted=True)
    done = countersign(tmp_path, "model", "check", **model(server))
    assert done.returncode == 0, done.stderr
    assert "Agreement: with Stub Models, Inc., from 2026-01-01 until 2026-12-31" in done.stdout
    assert "Asked by json_schema: does not work: The model's server answered with status 400." in done.stdout
    assert "Asked by json_object: answers in" in done.stdout
    assert "set COUNTERSIGN_LLM_SCHEMA_MODE=json_object" in done.stdout
    assert "with what identifies people: the endpoint is marked trusted" in done.stdout
    assert "judge_leaf" in done.stdout


def test_authorize_uses_the_model_that_is_set(tmp_path: Path, server: ModelServer, northlake_home: Path) -> None:
    server.answer = Script({"phrase_paragraph": honest_paragraph})
    home = tmp_path / "home"
    write_agreements(home / "agreements.yaml", server.base_url, trusted=True)
    shutil.copytree(northlake_home, home, dirs_exist_ok=True)
    done = countersign(home, "authorize", str(COMPLETE), "--out", str(tmp_path / "out"), **model(server))
    assert done.returncode == 0, done.stderr
    (folder,) = (tmp_path / "out").iterdir()
    case = json.loads((folder / "case.json").read_text("utf-8"))
    assert case["state"] == "awaiting_review"
    assert case["model"]["used"] is True
    assert case["model"]["letter_points_in_its_words"] == 4
    assert "The record of 5 November 2026 documents" in (folder / "letter.md").read_text("utf-8")


def test_authorize_says_on_the_terminal_that_the_model_was_not_used(
    tmp_path: Path, server: ModelServer, northlake_home: Path
) -> None:
    home = tmp_path / "home"
    shutil.copytree(northlake_home, home, dirs_exist_ok=True)
    done = countersign(home, "authorize", str(COMPLETE), "--out", str(tmp_path / "out"), **model(server))
    assert done.returncode == 0, done.stderr
    assert "The rules reader alone read this chart: the model was not used." in done.stdout
    assert f"No agreement for {server.base_url} is on file." in done.stdout
    assert server.connections == 0


def test_an_endpoint_without_a_model_name_is_wrong_use(tmp_path: Path, server: ModelServer) -> None:
    done = countersign(tmp_path, "model", "check", COUNTERSIGN_LLM_BASE_URL=server.base_url)
    assert done.returncode == 1
    assert "COUNTERSIGN_LLM_MODEL" in done.stderr


@pytest.fixture(scope="module")
def northlake_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home into which the command imported a payer's policies."""
    home = tmp_path_factory.mktemp("northlake")
    manifest = ROOT / "knowledge" / "sources" / "northlake-advantage" / "manifest.jsonl"
    done = countersign(home, "policies", "import", "--manifest", str(manifest))
    assert done.returncode == 0, done.stderr
    return home


@pytest.mark.parametrize("mode", ["json_object", "text"])
def test_every_mode_reaches_the_same_case(
    mode: str, tmp_path: Path, server: ModelServer, northlake_home: Path, full_counts: bool
) -> None:
    if mode == "text" and not full_counts:
        pytest.skip("a whole command for each mode: run with --full")

    def by_prompt(asked: Asked) -> Reply:
        return (
            completion(json.dumps(honest_paragraph(asked))) if "POINT OF THE LETTER" in asked.user else _abstains(asked)
        )

    server.answer = by_prompt
    home = tmp_path / "home"
    write_agreements(home / "agreements.yaml", server.base_url, trusted=True)
    variables = {**model(server), "COUNTERSIGN_LLM_SCHEMA_MODE": mode}
    shutil.copytree(northlake_home, home, dirs_exist_ok=True)
    done = countersign(home, "authorize", str(COMPLETE), "--out", str(tmp_path / "out"), **variables)
    assert done.returncode == 0, done.stderr
    (folder,) = (tmp_path / "out").iterdir()
    assert json.loads((folder / "case.json").read_text("utf-8"))["model"]["letter_points_in_its_words"] == 4


def _abstains(asked: Asked) -> Reply:
    empty = {"facts": []} if "CONCEPTS" in asked.user else {"state": None, "quotes": []}
    return completion(json.dumps({**empty, "abstain": {"reason": "other"}}))

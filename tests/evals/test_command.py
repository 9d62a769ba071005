"""The command line, and suites that need no code."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from cases.errors import InputError, NotFound, UnreadableFile
from evals import own_suite
from evals.bench_room import Bench
from evals.command import suite_tasks
from evals.results import read_results
from evals.run import run_suite
from runtime.settings import Settings

ROOT = Path(__file__).resolve().parents[2]


def countersign(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "COUNTERSIGN_HOME": str(home), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "api.cli", "evals", *words]
    return subprocess.run(command, capture_output=True, text=True, env=environment, cwd=home, timeout=300, check=False)


def test_a_run_leaves_its_four_files_and_its_verdict(tmp_path: Path) -> None:
    done = countersign(tmp_path, "run", "authority", "gate", "--smoke", "--out", "eval")
    assert done.returncode == 0, done.stderr
    assert {path.name for path in (tmp_path / "eval").iterdir()} == {
        "results.json", "report.html", "junit.xml", "bundle.json",
    }  # fmt: skip
    run = read_results(tmp_path / "eval")
    assert (run.verdict, [suite.name for suite in run.suites]) == ("passed", ["authority", "gate"])


def test_a_suite_that_is_none_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="Suites: retrieval"):
        suite_tasks(Settings(home=tmp_path), ["nonsense"])


@pytest.mark.parametrize("kind", ["letter", pytest.param("identifiers"), pytest.param("question")])
def test_a_template_runs_as_it_is(bench: Bench, tmp_path: Path, kind: own_suite.Kind, full_counts: bool) -> None:
    if kind != "letter" and not full_counts:
        pytest.skip("loads the guard or the library: run with --full")
    own_suite.write_template(tmp_path, "ours", kind)
    task, book = own_suite.read_suite(tmp_path, "ours")
    found = run_suite(task, bench, book)
    assert [one.passed for one in found.items] == [True] * len(found.items)
    assert found.verdict == "passed"
    tasks, merged = suite_tasks(Settings(home=tmp_path), ["ours", "gate"])
    assert [one.name for one in tasks] == ["ours", "gate"]
    assert len(merged.of("ours")) == 1


def test_a_template_never_replaces_what_is_there(tmp_path: Path) -> None:
    own_suite.write_template(tmp_path, "ours", "letter")
    with pytest.raises(InputError, match="exists already"):
        own_suite.write_template(tmp_path, "ours", "letter")
    with pytest.raises(InputError, match="lower-case"):
        own_suite.write_template(tmp_path, "../ours", "letter")


def test_a_bad_line_is_named_with_file_line_and_field(tmp_path: Path) -> None:
    folder = own_suite.write_template(tmp_path, "ours", "letter")
    (folder / "items.jsonl").write_text(json.dumps({"id": "1", "text": "x", "expectd": "y"}) + "\n", "utf-8")
    with pytest.raises(UnreadableFile, match=r"items\.jsonl line 1: expectd"):
        own_suite.read_suite(tmp_path, "ours")
    (folder / "suite.yaml").write_text("title: x\n", "utf-8")
    with pytest.raises(UnreadableFile, match=r"suite\.yaml"):
        own_suite.read_suite(tmp_path, "ours")

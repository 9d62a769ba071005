"""The page of quality: for a supervisor, with what the suites said and what comes in; nobody below sees it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from cases.ids import Digest
from evals.history import KeptFigure, KeptRun, KeptSuite
from tests.api.door import Door


def write(home: Path, day: int, value: float, verdict: str) -> None:
    figure = KeptFigure(value=value, low=value - 0.02, high=value + 0.02)
    suite = KeptSuite(
        name="phi", title="Identifiers are found", verdict=verdict, items=529, data=Digest("a" * 64),  # type: ignore[arg-type]
        figures={"characters": figure}, failed=("characters: at least 0.97",) if verdict == "failed" else (),
        doubtful=("precision: at least 0.9",),
        waived=("clean_documents",),
    )  # fmt: skip
    run = KeptRun(
        started=datetime(2026, 11, day, tzinfo=UTC), depth="full", product_version="0.1.0", verdict=suite.verdict,
        suites=(suite,),
    )  # fmt: skip
    folder = home / "evals" / "runs"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"202611{day:02}T000000000000.json").write_text(run.model_dump_json(), "utf-8")


def test_a_fresh_home_says_how_to_run_and_that_there_are_too_few_cases(door: Door) -> None:
    page = door.person("supervisor").get("/panel/quality")
    assert page.status_code == 200
    assert "No suite was run here yet" in page.text
    assert "Too few cases" in page.text


def test_the_newest_result_earlier_runs_and_what_moved_are_shown(door: Door) -> None:
    home = door.box.settings.home
    write(home, 3, 0.95, "passed")
    write(home, 10, 0.85, "failed")
    (home / "evals" / "runs" / "broken.json").write_text("{", "utf-8")
    page = door.person("supervisor").get("/panel/quality").text
    assert "Identifiers are found" in page
    assert "characters: at least 0.97" in page
    assert "Too few items to say: precision: at least 0.9" in page
    assert "Waived: clean documents" in page
    assert "phi, characters: 0.95 [0.93, 0.97] → 0.85 [0.83, 0.87]" in page
    assert "broken.json" in page


def test_a_title_in_a_kept_run_is_text_and_no_markup(door: Door) -> None:
    home = door.box.settings.home
    write(home, 3, 0.95, "passed")
    path = home / "evals" / "runs" / "20261103T000000000000.json"
    path.write_text(path.read_text("utf-8").replace("Identifiers", "<script>alert(1)</script>"), "utf-8")
    assert "<script>alert(1)" not in door.person("supervisor").get("/panel/quality").text


@pytest.mark.parametrize("user", ["viewer", "specialist", "reviewer"])
def test_nobody_below_a_supervisor_sees_it(door: Door, user: str) -> None:
    assert door.person(user).get("/panel/quality").status_code == 403

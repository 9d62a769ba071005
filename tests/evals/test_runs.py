"""Runs: the same verdict each time; errors and changed data fail; of held-out items nothing is told."""

import json
import math
from pathlib import Path
from xml.etree import ElementTree

import pytest

from cases.errors import InputError, UnreadableFile
from evals.bench_room import Bench
from evals.dataset_registry import registry, tree_digest
from evals.gates import Gate, GateBook, read_gates
from evals.junit import junit
from evals.results import SCHEMA_FILE, RunResult, read_results
from evals.run import run_suite, run_suites
from evals.suites.index import SUITES, shipped
from evals.task import Item, Mark, Measure, Score, Task

QUICK = ("authority", "gate", "sensitive", "deadlines", "denials")
BOOK = GateBook(version="t", gates=(Gate(suite="toy", measure="m", cites="c", at_least=0.5),))


def toy(score: Score, *, fails: bool = False, sealed: bool = False) -> Task[str, str]:
    def solve(item: Item[str]) -> str:
        if fails:
            raise InputError("the product refused")
        return item.content

    return Task(
        name="toy", title="Toy", claim="c", datasets=(), measures=(Measure("m", "m"),),
        items=lambda _: [Item(f"i{n}", "x", sealed=sealed) for n in range(60)], solver=lambda _: solve,
        scorer=lambda item, found: score,
    )  # fmt: skip


def test_an_item_that_errors_fails_the_suite(bench: Bench) -> None:
    found = run_suite(toy(Score({"m": Mark(1)}, True, "x"), fails=True), bench, BOOK)
    assert found.verdict == "failed"
    assert "the product refused" in found.problems[0]


def test_no_number_fails_and_is_written_as_none(bench: Bench, tmp_path: Path) -> None:
    run = run_suites([toy(Score({"m": Mark(math.nan)}, True, "x"))], bench, BOOK)
    assert run.verdict == "failed"
    (tmp_path / "results.json").write_text(run.model_dump_json(), "utf-8")
    assert read_results(tmp_path).suites[0].items[0].marks["m"] == (None, 1.0)


def test_a_suite_without_a_gate_does_not_pass(bench: Bench) -> None:
    found = run_suite(toy(Score({"m": Mark(1)}, True, "x")), bench, GateBook(version="t", gates=()))
    assert (found.verdict, found.problems) == ("failed", ("no gate holds this suite",))


def test_of_a_held_out_item_nothing_is_told_but_its_score(bench: Bench) -> None:
    found = run_suite(toy(Score({"m": Mark(1)}, True, "the answer", "the reason"), sealed=True), bench, BOOK)
    assert (found.items[0].why, found.items[0].passed) == ("", True)
    assert "answer" not in found.items[0].found


@pytest.fixture(scope="module")
def runs(bench: Bench, full_counts: bool) -> list[RunResult]:
    names = list(SUITES) if full_counts else QUICK
    return [run_suites([shipped(name) for name in names], bench, read_gates()) for _ in range(20 if full_counts else 3)]


def test_repeats_give_the_same_verdict_and_the_same_figures(runs: list[RunResult]) -> None:
    assert len({run.verdict for run in runs}) == 1
    for suite in runs[0].suites:
        again = [run.suite(suite.name) for run in runs]
        assert {one.verdict for one in again if one} == {suite.verdict}
        if suite.name != "latency":
            assert [one.measures for one in again if one] == [suite.measures] * len(runs)


def test_a_record_is_read_back_as_it_was_written(runs: list[RunResult], tmp_path: Path) -> None:
    (tmp_path / "results.json").write_text(runs[0].model_dump_json(indent=1), "utf-8")
    assert read_results(tmp_path) == runs[0]
    (tmp_path / "results.json").write_text("{}", "utf-8")
    with pytest.raises(UnreadableFile, match="results.json"):
        read_results(tmp_path)


def test_the_published_schema_is_that_of_the_record() -> None:
    assert json.loads(SCHEMA_FILE.read_text("utf-8")) == RunResult.model_json_schema()


def test_junit_holds_a_case_for_each_gate(runs: list[RunResult]) -> None:
    root = ElementTree.fromstring(junit(runs[0]))
    gates = sum(len(suite.gates) + len(suite.problems) for suite in runs[0].suites)
    assert len(root.findall(".//testcase")) == gates


def test_every_dataset_lies_where_the_registry_says_and_is_the_one_registered() -> None:
    held = registry()
    assert {name for suite in SUITES for name in shipped(suite).datasets} <= set(held)
    for one in held.values():
        assert one.licence
        assert one.origin
        if one.place.exists():
            assert tree_digest(one.place) == one.sha256, one.name
        else:
            assert not one.shipped, one.name

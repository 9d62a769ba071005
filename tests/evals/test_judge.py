"""A model as judge: asked three times, held to people's labels, and of no use where it does not agree with them."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from evals.bench_room import Depth, open_bench
from evals.command import live_names
from evals.gates import Outcome, read_gates
from evals.own_suite import PEOPLE_FACTS, PEOPLE_LETTERS, suites_folder, write_template
from evals.results import SuiteResult
from evals.run import run_suite
from evals.suites.index import shipped
from evals.suites.running.judge import LEAST_SETTLED, REPEATS
from runtime.settings import Settings
from tests.agents.model_reader.model_clinic import write_agreements
from tests.llm.model_server import Asked, ModelServer, Reply, completion, running_server

PAIN = "He has severe knee pain every day."


def settled(home: Path, count: int) -> None:
    """Two suites as `evals labels` writes them: every other fact is the brother's."""
    rows = [
        {"id": f"f{n}", "text": PAIN if n % 2 else "His brother has knee pain.", "concept": "knee_pain",
         "expected": "yes" if n % 2 else ""}
        for n in range(count)
    ]  # fmt: skip
    for name, kind in ((PEOPLE_FACTS, "reading"), (PEOPLE_LETTERS, "sentence")):
        write_template(home, name, kind)
    (suites_folder(home) / PEOPLE_FACTS / "items.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")


def says(word: str | None) -> Reply:
    abstain = None if word else {"reason": "ambiguous"}
    return completion(json.dumps({"abstain": abstain, "says": word}))


def by_the_passage(asked: Asked) -> Reply:
    passage = asked.user.partition("PASSAGE")[2]
    bears = PAIN in passage or ("90 feet" not in asked.user and "40 feet" in passage)
    return says("yes" if bears else "no")


def judged(home: Path, answer: Callable[[Asked], Reply]) -> tuple[SuiteResult, ModelServer]:
    with running_server() as server:
        server.answer = answer
        settings = Settings(home=home, llm_base_url=server.base_url, llm_model="stub")
        write_agreements(settings.agreements_file, server.base_url)
        with open_bench(settings, Depth.SMOKE, shared=False) as bench:
            return run_suite(shipped("judge"), bench, read_gates()), server


def figure(found: SuiteResult, measure: str) -> float | None:
    return next(one.figure.value for one in found.measures if one.name == measure)


def outcome(found: SuiteResult, measure: str) -> Outcome:
    return next(gate.outcome for gate in found.gates if gate.measure == measure)


def test_a_judge_that_agrees_is_asked_three_times_and_its_agreement_is_a_figure(tmp_path: Path) -> None:
    settled(tmp_path, 30)
    found, server = judged(tmp_path, by_the_passage)
    assert len(server.asked) == REPEATS * (30 + 2)
    assert {asked.task for asked in server.asked} == {"judge_statement"}
    assert figure(found, "kappa") == 1.0
    assert outcome(found, "kappa") is Outcome.PASSED
    assert figure(found, "bears") is None


def test_a_judge_that_always_says_yes_fails_though_it_is_often_right(tmp_path: Path) -> None:
    settled(tmp_path, 31)
    found, _ = judged(tmp_path, lambda _: says("yes"))
    assert figure(found, "kappa") == 0.0
    assert outcome(found, "kappa") is Outcome.FAILED
    assert found.verdict == "failed"


def test_a_judge_that_wavers_or_gives_no_answer_is_said_to(tmp_path: Path) -> None:
    settled(tmp_path, 12)
    words = iter(["yes", "no", None] * 100)
    found, _ = judged(tmp_path, lambda _: says(next(words)))
    assert figure(found, "steady") == 0.0
    assert figure(found, "answered") == pytest.approx(2 / 3)
    assert outcome(found, "steady") is Outcome.FAILED
    refused, _ = judged(tmp_path, lambda _: completion(None, refusal="no"))
    assert figure(refused, "answered") == 0.0
    assert refused.verdict == "failed"


def test_letters_are_judged_only_once_enough_is_settled(tmp_path: Path, full_counts: bool) -> None:
    if not full_counts:
        pytest.skip("works samples: run with --full")
    settled(tmp_path, LEAST_SETTLED)
    found, _ = judged(tmp_path, by_the_passage)
    assert figure(found, "bears") is not None


def test_the_judge_runs_live_only_and_where_people_have_settled_something(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, llm_base_url=None)
    assert live_names(settings) == ["live"]
    settled(tmp_path, 2)
    assert live_names(settings) == ["live", "judge"]

"""With a scripted model behind the guards: it passes no case, and what it did is counted apart."""

from pathlib import Path

import pytest

from cases.errors import InputError
from evals.bench_room import Bench, Depth, open_bench
from evals.gates import Outcome, read_gates
from evals.run import run_suite
from evals.suites.index import SUITES, shipped
from runtime.settings import Settings
from tests.agents.model_reader.model_clinic import write_agreements
from tests.llm.model_server import Script, running_server


def test_without_a_model_live_says_so_and_all_leaves_it_out(bench: Bench) -> None:
    with pytest.raises(InputError, match="COUNTERSIGN_LLM_BASE_URL"):
        shipped("live").items(bench)
    assert "live" not in SUITES


def test_a_model_that_abstains_changes_no_criterion(tmp_path: Path, full_counts: bool) -> None:
    if not full_counts:
        pytest.skip("works samples twice: run with --full")
    with running_server() as server:
        server.answer = Script()
        settings = Settings(home=tmp_path, llm_base_url=server.base_url, llm_model="stub")
        write_agreements(settings.agreements_file, server.base_url)
        with open_bench(settings, Depth.SMOKE, shared=False) as bench:
            found = run_suite(shipped("live"), bench, read_gates())
    said = {gate.measure: gate.outcome for gate in found.gates}
    assert said["model_met"] is not Outcome.FAILED
    assert said["ungrounded"] is not Outcome.FAILED
    answered = next(one for one in found.measures if one.name == "answered")
    assert answered.figure.of > 0

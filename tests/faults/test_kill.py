"""kill -9 at any moment: the case finishes after a restart, the payer got one request, and the log holds."""

import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.commands import CommandLine, wait_until
from tests.flows.clinic import COMPLETE
from tests.tools.payer.sandbox_process import SandboxProcess


@pytest.fixture
def payer(tmp_path: Path) -> Iterator[SandboxProcess]:
    folder = tmp_path / "payer"
    folder.mkdir()
    sandbox = SandboxProcess(folder, {"default": "certify"})
    sandbox.start()
    yield sandbox
    sandbox.kill()


@pytest.fixture
def shell(tmp_path: Path, payer: SandboxProcess) -> CommandLine:
    line = CommandLine(tmp_path, {"COUNTERSIGN_PAYER_ENDPOINTS": f'{{"northlake-advantage": "{payer.base}"}}'})
    line.run("users", "add", "lee", "--role", "reviewer")
    line.run(
        "policies", "import", "--manifest", COMPLETE.parents[3] / "knowledge/sources/northlake-advantage/manifest.jsonl"
    )
    return line


def submitted(payer: SandboxProcess) -> Counter[str]:
    """Requests sent, by claim identifier."""
    return Counter(line["claim_identifier"] for line in payer.lines() if line["path"].endswith("$submit"))


def asked(payer: SandboxProcess) -> int:
    return sum(line["path"].endswith("$inquire") for line in payer.lines())


def the_case(shell: CommandLine, out: Path) -> str:
    shell.run("authorize", COMPLETE, "--out", out)
    (case,) = shell.cases(out)
    assert case["state"] == "awaiting_review"
    return str(case["id"])


def test_killed_between_act_and_record_it_asks_the_payer_first(
    tmp_path: Path, shell: CommandLine, payer: SandboxProcess
) -> None:
    out = tmp_path / "out"
    case_id = the_case(shell, out)
    payer.kill()
    payer.script = {"default": "certify", "rules": [{"behaviour": "slow", "sequence": 1, "seconds": 20}]}
    shell.settings["COUNTERSIGN_PAYER_ENDPOINTS"] = f'{{"northlake-advantage": "{payer.start()}"}}'
    process = shell.start("review", "approve", case_id, "--as", "lee")
    wait_until(lambda: submitted(payer))
    process.kill()
    process.communicate()
    payer.kill()
    payer.script = {"default": "certify"}
    shell.settings["COUNTERSIGN_PAYER_ENDPOINTS"] = f'{{"northlake-advantage": "{payer.start()}"}}'
    shell.run("authorize", "--case", case_id, "--out", out)
    assert [case["state"] for case in shell.cases(out)] == ["authorized"]
    assert list(submitted(payer).values()) == [1]
    assert asked(payer) >= 1
    shell.run("audit", "verify")


def test_killed_at_random_moments_the_case_still_finishes_once(
    tmp_path: Path, shell: CommandLine, payer: SandboxProcess, full_counts: bool
) -> None:
    """Ten kills in each round; three rounds in full, one otherwise."""
    chance = random.Random(20261123)
    for attempt in range(3 if full_counts else 1):
        out = tmp_path / f"out{attempt}"
        shell.folder = tmp_path / f"round{attempt}"
        shell.__post_init__()
        shell.run("users", "add", "lee", "--role", "reviewer")
        shell.run(
            "policies", "import", "--manifest",
            COMPLETE.parents[3] / "knowledge/sources/northlake-advantage/manifest.jsonl",
        )  # fmt: skip
        before = sum(submitted(payer).values())
        kills = sum(
            shell.kill_after(chance.uniform(1.0, 4.0), "authorize", COMPLETE, "--out", out)
            for _ in range(5 if full_counts else 2)
        )
        case_id = the_case(shell, out)
        kills += sum(
            shell.kill_after(chance.uniform(1.0, 3.5), "review", "approve", case_id, "--as", "lee")
            for _ in range(5 if full_counts else 2)
        )
        finish(shell, case_id, out)
        assert kills > 0
        assert [case["state"] for case in shell.cases(out)] == ["authorized"]
        assert sum(submitted(payer).values()) == before + 1
        shell.run("audit", "verify")


def finish(shell: CommandLine, case_id: str, out: Path) -> None:
    """What a person does after a crash: decide if it still waits, and let it go on."""
    shell.run("authorize", "--case", case_id, "--out", out)
    if shell.cases(out)[0]["state"] == "awaiting_review":
        shell.run("review", "approve", case_id, "--as", "lee")
    shell.run("authorize", "--case", case_id, "--out", out)

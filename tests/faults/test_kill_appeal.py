"""kill -9 while an appeal is being sent: the payer is asked first, and gets one appeal."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.commands import CommandLine, wait_until
from tests.flows.clinic import COMPLETE
from tests.tools.payer.sandbox_process import SandboxProcess

SOURCES = COMPLETE.parents[3] / "knowledge/sources/northlake-advantage/manifest.jsonl"


@pytest.fixture
def payer(tmp_path: Path) -> Iterator[SandboxProcess]:
    folder = tmp_path / "payer"
    folder.mkdir()
    sandbox = SandboxProcess(folder, {"default": "deny"})
    sandbox.start()
    yield sandbox
    sandbox.kill()


def sent(payer: SandboxProcess) -> Counter[str]:
    return Counter(line["claim_identifier"] for line in payer.lines() if line["path"].endswith("$submit"))


def test_killed_while_it_is_sent_the_appeal_is_not_sent_again(tmp_path: Path, payer: SandboxProcess) -> None:
    shell = CommandLine(tmp_path, {"COUNTERSIGN_PAYER_ENDPOINTS": f'{{"northlake-advantage": "{payer.base}"}}'})
    shell.run("users", "add", "lee", "--role", "reviewer")
    shell.run("policies", "import", "--manifest", SOURCES)
    out = tmp_path / "out"
    shell.run("authorize", COMPLETE, "--out", out)
    (case,) = shell.cases(out)
    shell.run("review", "approve", case["id"], "--as", "lee")
    shell.run("appeal", "--case", case["id"], "--out", out / "appeal")
    (appeal,) = shell.cases(out / "appeal")
    assert (appeal["state"], appeal["appeal"]["parent"]) == ("awaiting_review", case["id"])
    payer.kill()
    payer.script = {"default": "certify", "rules": [{"behaviour": "slow", "sequence": 2, "seconds": 30}]}
    shell.settings["COUNTERSIGN_PAYER_ENDPOINTS"] = f'{{"northlake-advantage": "{payer.start()}"}}'
    process = shell.start("review", "approve", appeal["id"], "--as", "lee")
    wait_until(lambda: len(sent(payer)) == 2, 60.0)
    process.kill()
    process.communicate()
    payer.kill()
    payer.script = {"default": "certify"}
    shell.settings["COUNTERSIGN_PAYER_ENDPOINTS"] = f'{{"northlake-advantage": "{payer.start()}"}}'
    shell.run("appeal", "--case", appeal["id"], "--out", out / "appeal")
    assert [one["state"] for one in shell.cases(out / "appeal")] == ["authorized"]
    assert sorted(sent(payer).values()) == [1, 1]
    assert any(line["path"].endswith("$inquire") for line in payer.lines())
    shell.run("audit", "verify")

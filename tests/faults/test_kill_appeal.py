"""kill -9 while an appeal is being sent: the payer is asked first, and gets one appeal."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from agents.casework.appeals.opening import open_for_case
from cases.lifecycle import CaseState
from cases.review import ReviewAct
from tests.faults.commands import CommandLine, wait_until
from tests.flows.clinic import COMPLETE, NORTHLAKE, NOW, Clinic
from tests.tools.payer.sandbox_process import SandboxProcess


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
    clinic = Clinic.at(tmp_path / "home", {NORTHLAKE: payer.base})
    (case,) = clinic.authorize(COMPLETE).values()
    clinic.review(case.id, ReviewAct.APPROVE, "reviewer")
    assert clinic.go_on(case.id).state is CaseState.DENIED
    (appeal_id,) = open_for_case(clinic.box, case.id).appeal_ids
    assert clinic.go_on(appeal_id).state is CaseState.AWAITING_REVIEW
    clinic.box.database.close()
    payer.kill()
    payer.script = {"default": "certify", "rules": [{"behaviour": "slow", "sequence": 2, "seconds": 60}]}
    shell = CommandLine(
        tmp_path,
        {
            "COUNTERSIGN_PAYER_ENDPOINTS": f'{{"northlake-advantage": "{payer.start()}"}}',
            "COUNTERSIGN_FIXED_TIME": NOW.isoformat(),
        },
    )
    process = shell.start("review", "approve", appeal_id, "--as", "reviewer")
    wait_until(lambda: len(sent(payer)) == 2, 100.0)
    process.kill()
    process.communicate()
    payer.kill()
    payer.script = {"default": "certify"}
    clinic = Clinic.at(tmp_path / "home", {NORTHLAKE: payer.start()})
    assert clinic.go_on(appeal_id).state is CaseState.AUTHORIZED
    assert clinic.case(case.id).state is CaseState.AUTHORIZED
    assert sorted(sent(payer).values()) == [1, 1]
    assert any(line["path"].endswith("$inquire") for line in payer.lines())
    assert clinic.log_holds()
    clinic.box.database.close()

"""Ended between a step's writes and the checkpoint behind it, at each step: the case goes on and nothing is done twice.

The window is too short to be hit by chance often; once it was, and an approved case was taken for an older release's.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.sqlite import SqliteSaver

from cases.case import Case
from cases.ids import CaseId
from cases.lifecycle import CaseState
from cases.review import ReviewAct
from runtime import case_store
from tests.flows.clinic import COMPLETE, NORTHLAKE, Clinic
from tests.tools.payer.sandbox_process import SandboxProcess


class Ended(BaseException):
    """The process ends here: nobody catches it, as nobody catches a kill."""


@pytest.fixture
def payer(tmp_path: Path) -> Iterator[SandboxProcess]:
    sandbox = SandboxProcess(tmp_path, {"default": "certify"})
    sandbox.start()
    yield sandbox
    sandbox.kill()


@contextmanager
def ending(monkeypatch: pytest.MonkeyPatch, at: int) -> Iterator[list[int]]:
    """The checkpoint of this number, from 0 on, is not written, and neither is any after it."""
    put, seen = SqliteSaver.put, [0]

    def counted(saver: SqliteSaver, *arguments: Any) -> Any:
        seen[0] += 1
        if seen[0] > at:
            raise Ended
        return put(saver, *arguments)

    with monkeypatch.context() as patched:
        patched.setattr(SqliteSaver, "put", counted)
        yield seen


def only_case(clinic: Clinic) -> Case:
    with clinic.box.database.read() as transaction:
        (summary,) = case_store.listing(transaction)
    return clinic.case(summary.id)


def sent(payer: SandboxProcess) -> int:
    return sum(line["path"].endswith("$submit") for line in payer.lines())


def checkpoints(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> tuple[int, int]:
    """How many checkpoints the work up to the gate writes, and the rest after the approval."""
    with ending(monkeypatch, 10_000) as before:
        (case,) = clinic.authorize(COMPLETE).values()
    clinic.review(case.id, ReviewAct.APPROVE, "reviewer")
    with ending(monkeypatch, 10_000) as after:
        assert clinic.go_on(case.id).state is CaseState.AUTHORIZED
    return before[0], after[0]


def approved_at_last(clinic: Clinic, case_id: CaseId) -> Case:
    if clinic.case(case_id).state is not CaseState.AWAITING_REVIEW:
        clinic.go_on(case_id)
    assert clinic.case(case_id).state is CaseState.AWAITING_REVIEW
    clinic.review(case_id, ReviewAct.APPROVE, "reviewer")
    return clinic.go_on(case_id)


def test_ended_before_any_checkpoint_the_case_goes_on(
    tmp_path: Path, payer: SandboxProcess, monkeypatch: pytest.MonkeyPatch, full_counts: bool
) -> None:
    """At every checkpoint in full; otherwise the last three before the gate's wait and all after the approval."""
    before, after = checkpoints(Clinic.at(tmp_path / "counted", {NORTHLAKE: payer.base}), monkeypatch)
    assert before > 8
    assert after > 1
    for at in range(0 if full_counts else before - 3, before):
        clinic = Clinic.at(tmp_path / f"before{at}", {NORTHLAKE: payer.base})
        asked = sent(payer)
        with ending(monkeypatch, at), pytest.raises(Ended):
            clinic.authorize(COMPLETE)
        done = approved_at_last(clinic, only_case(clinic).id)
        assert (done.state, done.flags) == (CaseState.AUTHORIZED, ()), at
        assert sent(payer) == asked + 1, at
        assert clinic.log_holds()
        clinic.box.database.close()
    for at in range(after):
        clinic = Clinic.at(tmp_path / f"after{at}", {NORTHLAKE: payer.base})
        asked = sent(payer)
        (case,) = clinic.authorize(COMPLETE).values()
        clinic.review(case.id, ReviewAct.APPROVE, "reviewer")
        with ending(monkeypatch, at), pytest.raises(Ended):
            clinic.go_on(case.id)
        done = clinic.go_on(case.id)
        assert (done.state, done.flags) == (CaseState.AUTHORIZED, ()), at
        assert sent(payer) == asked + 1, at
        assert clinic.log_holds()
        clinic.box.database.close()

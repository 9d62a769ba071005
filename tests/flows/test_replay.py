"""A case run again from its record gives what the record holds; where the record was changed, that is said."""

import os
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from agents.casework.replaying import Replay, replay_case
from api.cli import app
from cases.errors import InputError, NotFound
from cases.ids import CaseId
from cases.lifecycle import CaseState
from cases.review import ReviewAct
from runtime import case_store, work_store
from runtime.settings import Settings
from runtime.store_copy import copy_store
from runtime.work_store import GAPS
from tests.flows.clinic import COMPLETE, NORTHLAKE, NOW, SAMPLES, Clinic
from tests.tools.payer.sandbox_process import SandboxProcess


def replayed(clinic: Clinic, case_id: CaseId, tmp_path: Path) -> Replay:
    return replay_case(clinic.box, case_id, tmp_path / "copy", "lee")


def test_a_case_gives_the_same_again_and_is_not_touched(tmp_path: Path) -> None:
    clinic = Clinic.at(tmp_path / "home")
    (case,) = clinic.authorize(COMPLETE).values()
    found = replayed(clinic, case.id, tmp_path)
    assert found.holds
    assert {part.name: part.now for part in found.parts}["criteria"] == "MET"
    assert all(part.now != "none" for part in found.parts)
    assert clinic.case(case.id) == case
    with clinic.box.database.read() as transaction:
        last = list(clinic.box.audit.entries(transaction, case.id))[-1].event
    assert (last.action, last.actor_id, last.detail["same"]) == ("case.replayed", "lee", True)
    assert clinic.log_holds()


def test_a_case_that_was_sent_is_run_again_without_sending(tmp_path: Path) -> None:
    payer = SandboxProcess(tmp_path, {"default": "certify"})
    clinic = Clinic.at(tmp_path / "home", {NORTHLAKE: payer.start()})
    (case,) = clinic.authorize(COMPLETE).values()
    clinic.review(case.id, ReviewAct.APPROVE, "reviewer")
    assert clinic.go_on(case.id).state is CaseState.AUTHORIZED
    asked = len(payer.lines())
    assert replayed(clinic, case.id, tmp_path).holds
    assert len(payer.lines()) == asked
    payer.kill()


def test_the_command_says_what_is_the_same_and_clears_what_a_killed_one_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic = Clinic.at(tmp_path / "home")
    (case,) = clinic.authorize(COMPLETE).values()
    clinic.box.database.close()
    old, new = tmp_path / "home" / "replay-old", tmp_path / "home" / "replay-new"
    old.mkdir()
    new.mkdir()
    os.utime(old, (time.time() - 2 * 86400,) * 2)
    monkeypatch.setenv("COUNTERSIGN_HOME", str(tmp_path / "home"))
    done = CliRunner().invoke(app, ["audit", "replay", case.id, "--as", "reviewer"])
    assert done.exit_code == 0, done.output
    assert "criteria  the same (MET)" in done.output
    assert [path.name for path in (tmp_path / "home").glob("replay-*")] == ["replay-new"]


def test_a_record_that_was_changed_differs_and_is_named(tmp_path: Path) -> None:
    clinic = Clinic.at(tmp_path / "home")
    (case,) = clinic.authorize(SAMPLES / "oxygen-stale-test").values()
    with clinic.box.database.begin() as transaction:
        work_store.put_product(transaction, case.id, case.revision, GAPS, (), NOW)
    found = replayed(clinic, case.id, tmp_path)
    assert [(part.name, part.recorded) for part in found.parts if not part.same] == [("gaps", "0 gaps")]
    assert not found.holds


def test_what_cannot_be_run_again_is_said(tmp_path: Path) -> None:
    clinic = Clinic.at(tmp_path / "home")
    with pytest.raises(NotFound):
        replayed(clinic, CaseId("c-0000000000000000"), tmp_path)
    (case,) = clinic.authorize(SAMPLES / "knee-xray-no-authorization").values()
    with clinic.box.database.begin() as transaction:
        other = case.model_copy(update={"id": CaseId("c-1111111111111111"), "revision": 0})
        case_store.create(transaction, other, NOW)
    with pytest.raises(InputError, match="no gate has judged"):
        replayed(clinic, other.id, tmp_path)


def test_a_copy_knows_no_payer_and_a_server_is_not_copied(tmp_path: Path) -> None:
    Clinic.at(tmp_path / "home").box.database.close()
    settings = Settings(home=tmp_path / "home", payer_endpoints={NORTHLAKE: "http://127.0.0.1:9"})
    assert copy_store(settings, tmp_path / "copy", NOW).payer_endpoints == {}
    assert not list((tmp_path / "copy").glob("*.key"))
    with pytest.raises(InputError, match="COUNTERSIGN_DATABASE_URL"):
        copy_store(settings.model_copy(update={"database_url": "postgresql://x"}), tmp_path / "other", NOW)

"""The service on PostgreSQL: the same way from an event to the payer, in full only (it starts a server of its own)."""

from pathlib import Path

import pytest

from cases.lifecycle import CaseState
from cases.review import ReviewAct
from tests.flows.clinic import COMPLETE
from tests.flows.desk import NEW_TEST, STALE, Desk, encoded, sent
from tests.runtime import postgres_cluster
from tests.runtime.postgres_cluster import Cluster
from tests.tools.payer.sandbox_process import SandboxProcess


def test_an_order_and_its_document_go_their_way_on_postgresql(
    tmp_path: Path, payer: SandboxProcess, full_counts: bool
) -> None:
    if not (full_counts and postgres_cluster.is_installed()):
        pytest.skip("in full only, where PostgreSQL 15 is installed")
    cluster = Cluster()
    cluster.start()
    try:
        desk = Desk(tmp_path / "service", payer, cluster.database())
        goes_its_way(desk)
        desk.close()
    finally:
        cluster.stop()


def goes_its_way(desk: Desk) -> None:
    patient = {"number": "NLA5510477", "birth_date": "1948-09-30"}
    document = {"patient": patient, "name": "oximetry.txt", "content": encoded(NEW_TEST.encode())}
    desk.send("doc", "document.received", {"data": document})
    desk.order("e1", COMPLETE)
    case = desk.wait_for(CaseState.AWAITING_REVIEW)
    desk.clinic.review(case.id, ReviewAct.APPROVE, "reviewer")
    desk.wait_for(CaseState.AUTHORIZED)
    desk.restart()
    desk.order("e2", STALE)
    desk.wait(lambda: sorted(one.state for one in desk.cases()) == [CaseState.AUTHORIZED, CaseState.AWAITING_REVIEW])
    assert (sent(desk.payer), desk.dead(), desk.early()) == (1, [], [])
    assert desk.clinic.log_holds()

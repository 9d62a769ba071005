"""From files to the tree an order is judged by, over a real store and the real national policies."""

from datetime import date, datetime
from pathlib import Path

import pytest

from cases.case import PayerRef
from cases.criteria import TreeStatus
from cases.errors import NotFound
from cases.ids import PayerId, PolicyDocId
from knowledge.library import (
    SOURCES,
    criteria_for_order,
    criteria_of_document,
    document_in_force,
    held_policies,
    import_policies,
)
from knowledge.policy_document import Particulars
from knowledge.policy_import import Outcome
from knowledge.policy_manifest import manifest_items, path_items
from runtime.database import Database

ON = date(2023, 1, 1)
OXYGEN_DOC = PolicyDocId("ncd-240.2")


@pytest.fixture
def library(database: Database, now: datetime, shared: Path) -> Database:
    folder = shared / "data" / "policies" / "cms"
    paths = [folder / f"ncd-{number}.txt" for number in ("240.2", "240.4", "280.3")]
    reports = list(import_policies(database.begin, path_items(paths, Particulars()), now))
    assert [report.outcome for report in reports] == [Outcome.ADDED] * 3
    return database


@pytest.mark.parametrize(
    ("code", "number", "leaves"), [("E0424", "NCD 240.2", 22), ("E0431", "NCD 240.2", 20), ("E0601", "NCD 240.4", 23)]
)
def test_an_order_gets_its_tree_bound_to_the_version_in_force(
    library: Database, cms: PayerRef, code: str, number: str, leaves: int
) -> None:
    with library.read() as transaction:
        found = criteria_for_order(transaction, cms, [code], ON)
    assert found.tree is not None
    assert (found.tree.policy.number, found.tree.status) == (number, TreeStatus.APPROVED)
    assert len(found.tree.root.leaves()) == leaves


def test_a_medicare_advantage_order_is_judged_by_the_ncd(library: Database, northlake: PayerRef) -> None:
    with library.read() as transaction:
        found = criteria_for_order(transaction, northlake, ["E0424"], ON)
    assert found.tree is not None
    assert found.tree.policy.payer_id == "cms"
    assert "422.101(b)" in found.policy.notes[0]


def test_the_ncd_imported_for_a_plan_binds_for_that_plan(library: Database, now: datetime, shared: Path) -> None:
    path = shared / "data" / "policies" / "cms" / "ncd-240.2.txt"
    given = Particulars.model_validate({"payer": "Blue Heron Health", "line_of_business": "medicare_advantage"})
    (report,) = import_policies(library.begin, path_items([path], given), now)
    assert report.payer_id is not None
    plan = PayerRef.model_validate({"id": report.payer_id, "name": "B", "line_of_business": "medicare_advantage"})
    with library.read() as transaction:
        found = criteria_for_order(transaction, plan, ["E0424"], ON)
        with pytest.raises(NotFound, match="name one"):
            document_in_force(transaction, OXYGEN_DOC)
        own = document_in_force(transaction, OXYGEN_DOC, ON, PayerId("cms"))
    assert found.tree is not None
    assert (found.tree.policy.payer_id, found.tree.status) == ("blue-heron-health", TreeStatus.APPROVED)
    assert found.policy.notes == ()
    assert own.record.payer_id == "cms"


@pytest.mark.parametrize(
    ("code", "held", "said"),
    [("K0001", True, "No criteria tree was reviewed"), ("E0607", False, "No policy held here speaks of E0607")],
)
def test_an_order_without_a_tree_says_why(library: Database, cms: PayerRef, code: str, held: bool, said: str) -> None:
    with library.read() as transaction:
        found = criteria_for_order(transaction, cms, [code], ON)
    assert found.tree is None
    assert (found.policy.version is not None) is held
    assert said in found.reason


def test_a_document_shows_its_tree_without_an_order(library: Database) -> None:
    with library.read() as transaction:
        found = criteria_of_document(transaction, document_in_force(transaction, OXYGEN_DOC))
        with pytest.raises(NotFound, match="No version"):
            document_in_force(transaction, OXYGEN_DOC, date(2020, 1, 1))
        with pytest.raises(NotFound, match="No policy"):
            document_in_force(transaction, PolicyDocId("absent"))
    assert found.tree is not None
    assert found.tree.id == "home-oxygen"


def test_shipped_sample_policies_import_and_bind(database: Database, now: datetime, northlake: PayerRef) -> None:
    for manifest in sorted(SOURCES.glob("*/manifest.jsonl")):
        reports = list(import_policies(database.begin, manifest_items(manifest, Particulars()), now))
        assert {report.outcome for report in reports} <= {Outcome.ADDED, Outcome.NEW_VERSION}
    with database.read() as transaction:
        found = criteria_for_order(transaction, northlake, ["E1390"], ON)
        held = held_policies(transaction, northlake.id)
    assert "northlake-home-oxygen" in {version.record.doc_id for version in held}
    assert found.tree is not None
    assert (found.tree.id, found.tree.status) == ("northlake-home-oxygen", TreeStatus.APPROVED)

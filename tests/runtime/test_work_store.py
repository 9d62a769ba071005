import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime

import pytest

from cases.authorization import AuthorizationNeed, Need
from cases.case import Case
from cases.criteria import State
from cases.errors import NotFound, StoreDamaged
from cases.ids import CaseId, digest_of
from cases.packet import Gap, Letter, Submission
from runtime import case_store, work_store
from runtime.database import Database
from runtime.settings import Settings

C1 = CaseId("c1")
NEED = AuthorizationNeed(need=Need.REQUIRED, rule_id="r1", reason="listed", citation="42 CFR 414.234", verified=True)
GAP = Gap(
    criterion_id="spo2", statement="at rest", state=State.INSUFFICIENT, why="not stated", looked_for="SpO2 <= 88",
    document="oximetry", holder="clinic", dated="within 30 days", request="Please send it.",
)  # fmt: skip
LETTER = Letter(date="2026-03-02", sender=(), recipient=(), subject=(), salutation="", points=(), closing="", signer="")


@pytest.fixture(autouse=True)
def case(database: Database, make_case: Callable[[str], Case], now: datetime) -> None:
    with database.begin() as transaction:
        case_store.create(transaction, make_case("c1"), now)


def submission(now: datetime, bundle: bytes, revision: int = 1) -> Submission:
    return Submission(
        case_id=C1, revision=revision, bundle=bundle, packet_pdf=b"%PDF-1.7 \xff\x00", letter=LETTER,
        digest=digest_of(bundle), drafted_at=now,
    )  # fmt: skip


def test_products_come_back_typed_by_kind_and_revision(database: Database, now: datetime) -> None:
    with database.begin() as transaction:
        work_store.put_product(transaction, C1, 1, work_store.NEED, NEED, now)
        work_store.put_product(transaction, C1, 1, work_store.GAPS, (GAP,), now)
        work_store.put_product(transaction, C1, 2, work_store.GAPS, (), now)
    with database.read() as transaction:
        assert work_store.get_product(transaction, C1, work_store.NEED, 1) == NEED
        assert work_store.get_product(transaction, C1, work_store.NEED) == NEED
        assert work_store.get_product(transaction, C1, work_store.GAPS, 1) == (GAP,)
        assert work_store.get_product(transaction, C1, work_store.GAPS) == ()
        assert work_store.get_product(transaction, C1, work_store.NEED, 2) is None
        assert work_store.get_product(transaction, C1, work_store.GATE) is None


def test_working_a_revision_again_replaces_its_product(database: Database, now: datetime) -> None:
    presumed = NEED.model_copy(update={"need": Need.PRESUMED})
    with database.begin() as transaction:
        first = work_store.put_product(transaction, C1, 1, work_store.NEED, NEED, now)
        assert work_store.put_product(transaction, C1, 1, work_store.NEED, NEED, now) == first
        assert work_store.put_product(transaction, C1, 1, work_store.NEED, presumed, now) != first
        assert work_store.get_product(transaction, C1, work_store.NEED) == presumed


def test_no_artefact_is_overwritten_and_the_newest_is_given(database: Database, now: datetime) -> None:
    with database.begin() as transaction:
        first = work_store.put_artefact(transaction, C1, 1, "packet.pdf", b"one", now)
        work_store.put_artefact(transaction, C1, 1, "packet.pdf", b"two", now)
        work_store.put_artefact(transaction, C1, 1, "letter.md", b"letter", now)
        assert work_store.put_artefact(transaction, C1, 1, "packet.pdf", b"one", now) == first
        work_store.put_artefact(transaction, C1, 1, "packet.pdf", b"one", now)
    with database.read() as transaction:
        assert work_store.get_artefact(transaction, C1, 1, "packet.pdf") == b"one"
        digests = work_store.artefact_digests(transaction, C1, 1)
        assert digests == {"packet.pdf": digest_of(b"one"), "letter.md": digest_of(b"letter")}
        assert transaction.connection.exec_driver_sql("SELECT count(*) FROM artefacts").scalar() == 4
        with pytest.raises(NotFound, match=r"no packet\.pdf at revision 2"):
            work_store.get_artefact(transaction, C1, 2, "packet.pdf")


def test_a_submission_comes_back_to_the_byte(database: Database, now: datetime) -> None:
    drafted = submission(now, b'{"resourceType": "Bundle"}')
    with database.begin() as transaction:
        work_store.put_submission(transaction, drafted)
        work_store.put_submission(transaction, drafted)
    with database.read() as transaction:
        assert work_store.get_submission(transaction, C1, drafted.digest) == drafted
        assert work_store.newest_submission(transaction, C1) == drafted
        assert work_store.newest_submission(transaction, CaseId("c2")) is None
        with pytest.raises(NotFound):
            work_store.get_submission(transaction, C1, digest_of(b"other"))


def test_the_newest_submission_is_of_the_highest_revision(database: Database, now: datetime) -> None:
    with database.begin() as transaction:
        work_store.put_submission(transaction, submission(now, b"second", revision=2))
        work_store.put_submission(transaction, submission(now, b"first", revision=1))
        newest = work_store.newest_submission(transaction, C1)
    assert newest is not None
    assert newest.bundle == b"second"


def test_a_submission_whose_digest_is_not_its_bundles_is_refused(database: Database, now: datetime) -> None:
    wrong = submission(now, b"bundle").model_copy(update={"bundle": b"bundle with one byte more"})
    with pytest.raises(StoreDamaged, match="not the one of its digest"), database.begin() as transaction:
        work_store.put_submission(transaction, wrong)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("UPDATE work_products SET digest = '0'", "its need of revision 1 is not what was stored"),
        ("UPDATE artefacts SET sha256 = '0'", "packet.pdf of revision 1 is not what was stored"),
        ("UPDATE submissions SET bundle = packet_pdf", "does not decrypt"),
    ],
)
def test_what_was_changed_behind_our_back_is_not_given_out(
    change: str, words: str, database: Database, settings: Settings, now: datetime
) -> None:
    drafted = submission(now, b"bundle")
    with database.begin() as transaction:
        work_store.put_product(transaction, C1, 1, work_store.NEED, NEED, now)
        work_store.put_artefact(transaction, C1, 1, "packet.pdf", b"one", now)
        work_store.put_submission(transaction, drafted)
    with closing(sqlite3.connect(settings.home / "countersign.db")) as raw, raw:
        raw.execute(change)

    def read_all() -> None:
        with database.read() as transaction:
            work_store.get_product(transaction, C1, work_store.NEED)
            work_store.get_artefact(transaction, C1, 1, "packet.pdf")
            work_store.get_submission(transaction, C1, drafted.digest)

    with pytest.raises(StoreDamaged, match=words):
        read_all()

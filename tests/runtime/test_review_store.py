import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta

import pytest

from cases.case import Case
from cases.errors import Conflict, NotFound, StoreDamaged
from cases.ids import CaseId, Digest, UserId, digest_of
from cases.review import Approval, Review, ReviewAct, Signature, User, UserRole
from runtime import case_store, review_store
from runtime.database import Database
from runtime.settings import Settings

C1 = CaseId("c1")
REV1 = User(id=UserId("rev1"), name="R. One", role=UserRole.REVIEWER)
DIGEST = digest_of(b"bundle")


@pytest.fixture(autouse=True)
def case(database: Database, make_case: Callable[[str], Case], now: datetime) -> None:
    with database.begin() as transaction:
        case_store.create(transaction, make_case("c1"), now)
        case_store.create(transaction, make_case("c2"), now)


def review(number: int, now: datetime, act: ReviewAct = ReviewAct.APPROVE, case_id: CaseId = C1) -> Review:
    return Review(
        id=f"r{number}", case_id=case_id, act=act, user_id=REV1.id, role=REV1.role, digest=DIGEST, at=now,
        reason="reads well to me",
    )  # fmt: skip


def approval(number: int, now: datetime, digest: Digest = DIGEST, case_id: CaseId = C1) -> Approval:
    return Approval(
        review_id=f"r{number}", case_id=case_id, action="submit", digest=digest, user_id=REV1.id, role=REV1.role,
        at=now, expires_at=now + timedelta(hours=72),
    )  # fmt: skip


def signature(letter: bytes, now: datetime, case_id: CaseId = C1) -> Signature:
    return Signature(
        case_id=case_id, letter_digest=digest_of(letter), user_id=REV1.id, name=REV1.name, npi="1234567893", at=now
    )


def test_users_are_added_changed_and_listed(database: Database) -> None:
    clinician = User(id=UserId("doc1"), name="D. One", role=UserRole.SPECIALIST, npi="1234567893", licence="MD1")
    with database.begin() as transaction:
        for user in (REV1, clinician, REV1.model_copy(update={"active": False})):
            review_store.put_user(transaction, user)
        assert review_store.get_user(transaction, clinician.id) == clinician
        assert not review_store.get_user(transaction, REV1.id).active
        assert [user.id for user in review_store.all_users(transaction)] == ["doc1", "rev1"]
        with pytest.raises(NotFound, match="no user nobody"):
            review_store.get_user(transaction, UserId("nobody"))


def test_reviews_keep_the_order_in_which_they_were_recorded(database: Database, now: datetime) -> None:
    recorded = [review(2, now), review(1, now, ReviewAct.EDIT), review(3, now, ReviewAct.REJECT)]
    with database.begin() as transaction:
        for one in recorded:
            review_store.add_review(transaction, one)
    with database.read() as transaction:
        assert review_store.reviews_of(transaction, C1) == tuple(recorded)
        assert review_store.reviews_of(transaction, CaseId("c2")) == ()
    with pytest.raises(Conflict), database.begin() as transaction:
        review_store.add_review(transaction, review(1, now))


def test_the_approval_given_last_is_found_even_at_the_same_instant(database: Database, now: datetime) -> None:
    with database.begin() as transaction:
        assert review_store.newest_approval(transaction, C1, "submit") is None
        for number, digest in ((1, DIGEST), (2, digest_of(b"edited"))):
            review_store.add_review(transaction, review(number, now))
            review_store.add_approval(transaction, approval(number, now, digest))
        assert review_store.newest_approval(transaction, C1, "submit") == approval(2, now, digest_of(b"edited"))
        assert review_store.newest_approval(transaction, C1, "fax") is None
        assert review_store.newest_approval(transaction, CaseId("c2"), "submit") is None


def test_an_approval_without_its_review_is_refused(database: Database, now: datetime) -> None:
    with pytest.raises(Conflict), database.begin() as transaction:
        review_store.add_approval(transaction, approval(1, now))


def test_a_review_approves_once(database: Database, now: datetime) -> None:
    with database.begin() as transaction:
        review_store.add_review(transaction, review(1, now))
        review_store.add_approval(transaction, approval(1, now))
    with pytest.raises(Conflict), database.begin() as transaction:
        review_store.add_approval(transaction, approval(1, now))


def test_an_approval_moved_to_another_case_is_not_given_out(
    database: Database, settings: Settings, now: datetime
) -> None:
    with database.begin() as transaction:
        review_store.add_review(transaction, review(1, now))
        review_store.add_approval(transaction, approval(1, now))
    with closing(sqlite3.connect(settings.home / "countersign.db")) as raw, raw:
        raw.execute("UPDATE approvals SET case_id = 'c2'")
    with pytest.raises(StoreDamaged, match="approval of something else"), database.read() as transaction:
        review_store.newest_approval(transaction, CaseId("c2"), "submit")


def test_signatures_are_under_exactly_their_letter(database: Database, now: datetime) -> None:
    signed = signature(b"letter", now)
    with database.begin() as transaction:
        review_store.add_signature(transaction, signed)
    with database.read() as transaction:
        assert review_store.signatures_of(transaction, C1, digest_of(b"letter")) == (signed,)
        assert review_store.signatures_of(transaction, C1, digest_of(b"letter, edited")) == ()
        assert review_store.signatures_of(transaction, CaseId("c2"), digest_of(b"letter")) == ()
    with pytest.raises(Conflict), database.begin() as transaction:
        review_store.add_signature(transaction, signed)


def test_a_signature_moved_under_another_letter_is_not_given_out(
    database: Database, settings: Settings, now: datetime
) -> None:
    with database.begin() as transaction:
        review_store.add_signature(transaction, signature(b"letter", now))
    with closing(sqlite3.connect(settings.home / "countersign.db")) as raw, raw:
        raw.execute("UPDATE signatures SET letter_digest = ?", (digest_of(b"edited"),))
    with pytest.raises(StoreDamaged, match="signature of something else"), database.read() as transaction:
        review_store.signatures_of(transaction, C1, digest_of(b"edited"))

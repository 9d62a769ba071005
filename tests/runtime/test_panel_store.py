"""Claims that run out, views and drafts of one person each."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from cases.case import Case
from cases.ids import CaseId, UserId, digest_of
from runtime import case_store, panel_store
from runtime.database import Database
from runtime.panel_store import Claim, Draft, SavedView
from runtime.settings import Settings

C1, ANN, BEN = CaseId("c1"), UserId("ann"), UserId("ben")


@pytest.fixture(autouse=True)
def case(database: Database, make_case: Callable[[str], Case], now: datetime) -> None:
    with database.begin() as transaction:
        case_store.create(transaction, make_case("c1"), now)


def test_a_claim_holds_until_its_instant_and_one_replaces_another(database: Database, now: datetime) -> None:
    held = Claim(case_id=C1, user_id=ANN, claimed_at=now, until=now + timedelta(minutes=45))
    with database.begin() as transaction:
        panel_store.put_claim(transaction, held)
        assert panel_store.claim_of(transaction, C1, now) == held
        assert panel_store.claims_at(transaction, now) == {C1: held}
        assert panel_store.claim_of(transaction, C1, held.until) is None
        assert panel_store.claims_at(transaction, held.until) == {}
        panel_store.put_claim(transaction, held.model_copy(update={"user_id": BEN}))
        assert panel_store.claims_at(transaction, now)[C1].user_id == BEN
        panel_store.drop_claim(transaction, C1)
        assert panel_store.claim_of(transaction, C1, now) is None


def test_views_belong_to_one_person(database: Database) -> None:
    with database.begin() as transaction:
        panel_store.put_view(transaction, ANN, SavedView(name="b", filters="view=all"))
        panel_store.put_view(transaction, ANN, SavedView(name="a", filters="mine=1"))
        panel_store.put_view(transaction, ANN, SavedView(name="b", filters="view=sent"))
        assert [view.name for view in panel_store.views_of(transaction, ANN)] == ["a", "b"]
        assert panel_store.views_of(transaction, ANN)[1].filters == "view=sent"
        assert panel_store.views_of(transaction, BEN) == ()
        panel_store.drop_view(transaction, ANN, "a")
        assert [view.name for view in panel_store.views_of(transaction, ANN)] == ["b"]


def test_a_draft_belongs_to_one_person_and_its_words_are_sealed(
    database: Database, settings: Settings, now: datetime
) -> None:
    draft = Draft(digest=digest_of(b"x"), saved_at=now, words="Quillfeather is breathless")
    with database.begin() as transaction:
        panel_store.put_draft(transaction, C1, ANN, draft)
        panel_store.put_draft(transaction, C1, ANN, draft)
        assert panel_store.draft_of(transaction, C1, ANN) == draft
        assert panel_store.draft_of(transaction, C1, BEN) is None
    stored = b"".join(path.read_bytes() for path in settings.home.glob("countersign.db*"))
    assert b"Quillfeather is breathless" not in stored
    with database.begin() as transaction:
        panel_store.drop_draft(transaction, C1, ANN)
        assert panel_store.draft_of(transaction, C1, ANN) is None

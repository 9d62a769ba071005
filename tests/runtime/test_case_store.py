import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta

import pytest

from cases.case import Case, Flag
from cases.errors import Conflict, NotFound, StoreDamaged
from cases.ids import CaseId, PayerId, TenantId
from cases.lifecycle import CaseState
from runtime import case_store
from runtime.database import Database
from runtime.settings import Settings


def test_a_case_comes_back_as_it_was_stored(
    database: Database, make_case: Callable[[str], Case], now: datetime
) -> None:
    case = make_case("c1").model_copy(update={"flags": (Flag(code="part_a", message="Part A for a Part B item"),)})
    with database.begin() as transaction:
        case_store.create(transaction, case, now)
    with database.read() as transaction:
        assert case_store.get(transaction, CaseId("c1")) == case


def test_a_taken_id_is_refused(database: Database, make_case: Callable[[str], Case], now: datetime) -> None:
    with database.begin() as transaction:
        case_store.create(transaction, make_case("c1"), now)
    with pytest.raises(Conflict, match="case c1 already"), database.begin() as transaction:
        case_store.create(transaction, make_case("c1"), now)


def test_saving_raises_the_revision(database: Database, make_case: Callable[[str], Case], now: datetime) -> None:
    with database.begin() as transaction:
        first = case_store.create(transaction, make_case("c1"), now)
        working = first.model_copy(update={"state": CaseState.WORKING})
        second = case_store.save(transaction, working, now)
        assert second == working.model_copy(update={"revision": 1})
        assert case_store.get(transaction, first.id) == second
        assert case_store.save(transaction, second, now).revision == 2


def test_a_stale_revision_overwrites_nothing(
    database: Database, make_case: Callable[[str], Case], now: datetime
) -> None:
    with database.begin() as transaction:
        read = case_store.create(transaction, make_case("c1"), now)
        case_store.save(transaction, read.model_copy(update={"state": CaseState.WORKING}), now)
    with pytest.raises(Conflict, match="at revision 1, not 0"), database.begin() as transaction:
        case_store.save(transaction, read.model_copy(update={"state": CaseState.CLOSED}), now)
    with database.read() as transaction:
        assert case_store.get(transaction, read.id).state is CaseState.WORKING


def test_what_is_not_held_is_not_found(database: Database, make_case: Callable[[str], Case], now: datetime) -> None:
    with database.begin() as transaction:
        with pytest.raises(NotFound, match="no case c9"):
            case_store.get(transaction, CaseId("c9"))
        with pytest.raises(NotFound, match="no case c9"):
            case_store.save(transaction, make_case("c9"), now)


def test_a_case_of_another_tenant_is_neither_made_nor_saved(
    database: Database, make_case: Callable[[str], Case], now: datetime
) -> None:
    foreign = make_case("c1").model_copy(update={"tenant_id": TenantId("other")})
    with database.begin() as transaction:
        for write in (case_store.create, case_store.save):
            with pytest.raises(NotFound, match="another tenant"):
                write(transaction, foreign, now)


def test_the_list_is_by_time_and_can_be_narrowed(
    database: Database, make_case: Callable[[str], Case], now: datetime
) -> None:
    with database.begin() as transaction:
        for number in (3, 1, 2):
            case_store.create(transaction, make_case(f"c{number}"), now + timedelta(hours=number))
        opened = case_store.get(transaction, CaseId("c2"))
        case_store.save(transaction, opened.model_copy(update={"state": CaseState.WORKING}), now + timedelta(days=1))
        listed = case_store.listing(transaction)
        assert [summary.id for summary in listed] == ["c1", "c3", "c2"]
        assert [summary.revision for summary in listed] == [0, 0, 1]
        assert listed[0].updated_at == now + timedelta(hours=1)
        working = case_store.listing(transaction, [CaseState.WORKING, CaseState.CLOSED])
        assert [summary.id for summary in working] == ["c2"]
        assert len(case_store.listing(transaction, payer_id=PayerId("payer1"))) == 3
        assert case_store.listing(transaction, payer_id=PayerId("payer2")) == ()


@pytest.mark.parametrize("change", ["state = 'approved'", "revision = 7", "payer_id = 'payer2'", "payer_id = NULL"])
def test_a_column_changed_behind_our_back_is_noticed(
    change: str, database: Database, settings: Settings, make_case: Callable[[str], Case], now: datetime
) -> None:
    with database.begin() as transaction:
        case_store.create(transaction, make_case("c1"), now)
    with closing(sqlite3.connect(settings.home / "countersign.db")) as raw, raw:
        raw.execute(f"UPDATE cases SET {change}")
    with pytest.raises(StoreDamaged, match="contradict"), database.read() as transaction:
        case_store.get(transaction, CaseId("c1"))


def test_a_record_moved_to_another_case_is_noticed(
    database: Database, settings: Settings, make_case: Callable[[str], Case], now: datetime
) -> None:
    with database.begin() as transaction:
        case_store.create(transaction, make_case("c1"), now)
        case_store.create(transaction, make_case("c2"), now)
    with closing(sqlite3.connect(settings.home / "countersign.db")) as raw, raw:
        raw.execute("UPDATE cases SET record = (SELECT record FROM cases WHERE id = 'c2')")
    with pytest.raises(StoreDamaged, match="contradict"), database.read() as transaction:
        case_store.get(transaction, CaseId("c1"))

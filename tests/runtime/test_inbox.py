from datetime import datetime, timedelta

import pytest

from cases.errors import Conflict, NotFound
from cases.ids import digest_of
from runtime import dead_letters, early_events, inbox
from runtime.database import Database
from runtime.dead_letters import DeadLetter
from runtime.inbox import IncomingEvent


def event(event_id: str, body: bytes, source: str = "ehr") -> IncomingEvent:
    return IncomingEvent(source=source, event_id=event_id, kind="order.created", body=body)


def test_an_event_is_given_back_as_it_came(database: Database, now: datetime) -> None:
    with database.begin() as transaction:
        receipt = inbox.accept(transaction, event("e1", b"{}"), now)
    with database.read() as transaction:
        assert inbox.get(transaction, receipt.receipt_id) == (event("e1", b"{}"), now)
        with pytest.raises(NotFound):
            inbox.get(transaction, "r-0")


def test_each_event_is_kept_once_in_one_commit_or_in_several(database: Database, now: datetime) -> None:
    together = [event("e1", b"1"), event("e2", b"2"), event("e1", b"1"), event("e3", b"2")]
    with database.begin() as transaction:
        first = inbox.accept_all(transaction, together, now)
    with database.begin() as transaction:
        again = inbox.accept_all(transaction, together, now)
    assert [one.repeated for one in first] == [False, False, True, True]
    assert [one.repeated for one in again] == [True] * 4
    assert [one.receipt_id for one in again] == [one.receipt_id for one in first]
    assert first[3].receipt_id == first[1].receipt_id


@pytest.mark.parametrize("together", [True, False])
def test_an_id_with_another_body_is_a_conflict_and_nothing_of_the_commit_is_kept(
    database: Database, now: datetime, together: bool
) -> None:
    with database.begin() as transaction:
        inbox.accept(transaction, event("e1", b"1"), now)
    with pytest.raises(Conflict), database.begin() as transaction:
        inbox.accept_all(transaction, [event("e2", b"2"), event("e1", b"other")], now)
    with database.begin() as transaction:
        assert not inbox.accept(transaction, event("e2", b"2"), now).repeated


def test_senders_do_not_share_ids_and_an_id_is_no_body(database: Database, now: datetime) -> None:
    trick = event(digest_of(b"1"), b"2")
    with database.begin() as transaction:
        found = inbox.accept_all(transaction, [event("e1", b"1"), event("e1", b"1", "lab"), trick], now)
    assert [one.repeated for one in found] == [False] * 3


def test_an_early_event_is_looked_at_later_each_time_and_woken_by_what_it_is_about(
    database: Database, now: datetime
) -> None:
    about, other = digest_of(b"a"), digest_of(b"b")
    waits = []
    with database.begin() as transaction:
        early_events.park(transaction, "r-1", about, "document.received", now)
        early_events.park(transaction, "r-1", other, "document.received", now + timedelta(hours=1))
        early_events.park(transaction, "r-2", other, "payer.decision", now)
        assert early_events.due(transaction, now) == ()
        at = now
        for _ in range(12):
            at += timedelta(hours=1)
            first = early_events.due(transaction, at)[0]
            early_events.look_again(transaction, first, at)
            (same,) = [one for one in early_events.all_waiting(transaction) if one.receipt_id == first.receipt_id]
            waits.append((same.look_at - at).total_seconds())
        assert waits[0] == 4
        assert max(waits) <= 300
        early_events.wake(transaction, [about], at)
        assert [one.receipt_id for one in early_events.due(transaction, at)] == ["r-1"]
        assert early_events.all_waiting(transaction)[0].since == now
        early_events.forget(transaction, "r-1")
        early_events.forget(transaction, "r-1")
        assert [one.receipt_id for one in early_events.all_waiting(transaction)] == ["r-2"]


def test_a_dead_letter_is_kept_once_and_settled_once(database: Database, now: datetime) -> None:
    letter = DeadLetter(job_id="j", kind="k", subject="s", reason="input_error", attempts=1, buried_at=now)
    with database.begin() as transaction:
        dead_letters.bury(transaction, letter)
        dead_letters.bury(transaction, letter.model_copy(update={"attempts": 2}))
        assert [one.attempts for one in dead_letters.unsettled(transaction)] == [2]
        assert dead_letters.settle(transaction, "j", now).subject == "s"
        assert dead_letters.unsettled(transaction) == ()
        with pytest.raises(NotFound):
            dead_letters.settle(transaction, "j", now)
        dead_letters.bury(transaction, letter)
        assert len(dead_letters.unsettled(transaction)) == 1

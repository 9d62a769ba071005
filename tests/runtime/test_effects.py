import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from cases.case import Case
from cases.errors import Conflict, PayerInDoubt, PayerRejected, PayerUnavailable
from cases.ids import CaseId, EffectKey, digest_of
from runtime import case_store
from runtime.clock import SettableClock
from runtime.database import Database
from runtime.effects import LEASE, Effect, EffectsLedger, EffectState, Receipt
from runtime.settings import Settings
from runtime.tables import effects

FORK = multiprocessing.get_context("fork")
KEY = EffectKey("submit/c1/1")
EFFECT = Effect(key=KEY, action="pas.submit", case_id=CaseId("c1"), request_digest=digest_of(b"bundle"))
RECEIPT = Receipt(status=200, body=b'{"outcome": "queued"}')


@dataclass(frozen=True)
class Payer:
    """Another side that writes each request it takes into a file, never sorts out repeats, and can be asked."""

    log: Path

    def act(self) -> Receipt:
        with self.log.open("a") as file:
            file.write("POST\n")
            file.flush()
            os.fsync(file.fileno())
        return RECEIPT

    def inquire(self) -> Receipt | None:
        with self.log.open("a") as file:
            file.write("ASK\n")
        return RECEIPT if "POST" in self.heard() else None

    def heard(self) -> list[str]:
        return self.log.read_text().split() if self.log.exists() else []


@pytest.fixture
def payer(tmp_path: Path) -> Payer:
    return Payer(tmp_path / "payer.log")


@pytest.fixture
def clock(now: datetime) -> SettableClock:
    return SettableClock(now)


@pytest.fixture
def ledger(database: Database, clock: SettableClock, make_case: Callable[[str], Case], now: datetime) -> EffectsLedger:
    with database.begin() as transaction:
        case_store.create(transaction, make_case("c1"), now)
    return EffectsLedger(database, clock)


def raising(error: Exception) -> Callable[[], Receipt]:
    def act() -> Receipt:
        raise error

    return act


def never() -> Receipt:
    raise AssertionError("this must not be called")


def test_an_act_happens_once_and_its_receipt_is_given_again(ledger: EffectsLedger, payer: Payer) -> None:
    assert ledger.state(KEY) is None
    assert ledger.perform(EFFECT, payer.act, never) == RECEIPT
    assert ledger.perform(EFFECT, never, never) == RECEIPT
    assert payer.heard() == ["POST"]
    assert ledger.state(KEY) is EffectState.DONE
    assert ledger.unsettled() == ()


@pytest.mark.parametrize(
    "change",
    [{"request_digest": digest_of(b"other")}, {"action": "fax.send"}, {"case_id": CaseId("c2")}],
)
def test_a_key_is_for_one_request_only(change: dict[str, str], ledger: EffectsLedger, payer: Payer) -> None:
    ledger.perform(EFFECT, payer.act, never)
    with pytest.raises(Conflict, match="another request"):
        ledger.perform(EFFECT.model_copy(update=change), never, never)


def test_a_refusal_is_for_ever_with_its_reason(ledger: EffectsLedger) -> None:
    with pytest.raises(PayerRejected, match="no such member"):
        ledger.perform(EFFECT, raising(PayerRejected("no such member")), never)
    assert ledger.state(KEY) is EffectState.REFUSED
    with pytest.raises(PayerRejected, match="not sent again: no such member"):
        ledger.perform(EFFECT, never, never)
    assert ledger.unsettled() == ()


def test_what_was_certainly_not_accepted_may_be_tried_again_without_asking(ledger: EffectsLedger, payer: Payer) -> None:
    with pytest.raises(PayerUnavailable):
        ledger.perform(EFFECT, raising(PayerUnavailable("503")), never)
    assert ledger.state(KEY) is EffectState.PLANNED
    assert ledger.unsettled() == (EFFECT,)
    assert ledger.perform(EFFECT, payer.act, never) == RECEIPT


def test_a_doubt_is_asked_about_before_anything_is_sent(ledger: EffectsLedger, payer: Payer) -> None:
    def taken_without_answer() -> Receipt:
        payer.act()
        raise PayerInDoubt("no answer")

    with pytest.raises(PayerInDoubt):
        ledger.perform(EFFECT, taken_without_answer, never)
    assert ledger.state(KEY) is EffectState.STARTED
    assert ledger.unsettled() == (EFFECT,)
    assert ledger.perform(EFFECT, never, payer.inquire) == RECEIPT
    assert payer.heard() == ["POST", "ASK"]
    assert ledger.perform(EFFECT, never, never) == RECEIPT


def test_after_a_doubt_an_act_that_never_arrived_is_done_again(ledger: EffectsLedger, payer: Payer) -> None:
    with pytest.raises(PayerInDoubt):
        ledger.perform(EFFECT, raising(PayerInDoubt("no answer")), never)
    assert ledger.perform(EFFECT, payer.act, payer.inquire) == RECEIPT
    assert payer.heard() == ["ASK", "POST"]


@pytest.mark.parametrize("failure", [PayerUnavailable("503"), PayerInDoubt("no answer"), PayerRejected("400")])
def test_while_the_other_side_cannot_be_asked_the_doubt_stays(
    failure: Exception, ledger: EffectsLedger, payer: Payer
) -> None:
    with pytest.raises(PayerInDoubt):
        ledger.perform(EFFECT, raising(PayerInDoubt("no answer")), never)
    for _ in range(2):
        with pytest.raises(PayerInDoubt, match="asking for it failed"):
            ledger.perform(EFFECT, never, raising(failure))
        assert ledger.state(KEY) is EffectState.STARTED
    assert ledger.perform(EFFECT, payer.act, payer.inquire) == RECEIPT


def test_a_fault_of_our_own_during_the_act_leaves_a_doubt(ledger: EffectsLedger, payer: Payer) -> None:
    with pytest.raises(ZeroDivisionError):
        ledger.perform(EFFECT, raising(ZeroDivisionError()), never)
    assert ledger.state(KEY) is EffectState.STARTED
    assert ledger.perform(EFFECT, payer.act, payer.inquire) == RECEIPT
    assert payer.heard() == ["ASK", "POST"]


def test_started_is_committed_before_the_act(ledger: EffectsLedger, settings: Settings, clock: SettableClock) -> None:
    seen = []

    def act() -> Receipt:
        other = Database.open(settings)
        seen.append(EffectsLedger(other, clock).state(KEY))
        other.close()
        return RECEIPT

    ledger.perform(EFFECT, act, never)
    assert seen == [EffectState.STARTED]


def test_while_one_is_at_it_another_is_told_and_does_nothing(ledger: EffectsLedger, payer: Payer) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow() -> Receipt:
        begun.set()
        assert go_on.wait(10)
        return payer.act()

    first = threading.Thread(target=ledger.perform, args=(EFFECT, slow, never))
    first.start()
    assert begun.wait(10)
    with pytest.raises(Conflict, match="Another process"):
        ledger.perform(EFFECT, never, never)
    go_on.set()
    first.join()
    assert ledger.perform(EFFECT, never, never) == RECEIPT
    assert payer.heard() == ["POST"]


@pytest.mark.parametrize(("later", "taken_over"), [(LEASE - timedelta(seconds=1), False), (LEASE, True)])
def test_an_owner_that_cannot_be_seen_is_waited_for_until_its_lease_ends(
    later: timedelta, taken_over: bool, ledger: EffectsLedger, database: Database, clock: SettableClock, payer: Payer
) -> None:
    with pytest.raises(PayerInDoubt):
        ledger.perform(EFFECT, raising(PayerInDoubt("no answer")), never)
    elsewhere = {"owner": "1234@another-machine/pid:[1]/77/88", "lease_until": clock.now() + LEASE}
    with database.begin() as transaction:
        transaction.connection.execute(update(effects).values(**elsewhere))
    clock.advance(later)
    if taken_over:
        assert ledger.perform(EFFECT, payer.act, payer.inquire) == RECEIPT
        assert payer.heard() == ["ASK", "POST"]
    else:
        with pytest.raises(Conflict, match="Another process"):
            ledger.perform(EFFECT, never, never)


def test_the_receipt_of_a_late_owner_is_kept_and_its_failure_is_not(
    ledger: EffectsLedger, database: Database, clock: SettableClock, payer: Payer
) -> None:
    """An owner whose lease ran out comes back after another took over: a receipt is a fact, a failure is not."""

    def overtaken_then(outcome: Callable[[], Receipt]) -> Callable[[], Receipt]:
        def act() -> Receipt:
            with database.begin() as transaction:
                transaction.connection.execute(update(effects).values(owner="1@another-machine/pid:[1]/77/88"))
            return outcome()

        return act

    with pytest.raises(PayerUnavailable):
        ledger.perform(EFFECT, overtaken_then(raising(PayerUnavailable("503"))), never)
    assert ledger.state(KEY) is EffectState.STARTED
    clock.advance(LEASE)
    assert ledger.perform(EFFECT, overtaken_then(payer.act), payer.inquire) == RECEIPT
    assert ledger.state(KEY) is EffectState.DONE


def test_receipts_are_sealed_on_disk(ledger: EffectsLedger, database: Database, settings: Settings) -> None:
    answer = Receipt(status=201, body=b"member Quillfeather is covered")
    assert ledger.perform(EFFECT, lambda: answer, never) == answer
    assert ledger.perform(EFFECT, never, never) == answer
    database.close()
    assert all(b"Quillfeather" not in path.read_bytes() for path in settings.home.iterdir())


@pytest.mark.parametrize(
    ("killed", "heard"),
    [("before the act", ["ASK", "POST"]), ("after the act", ["POST", "ASK"]), ("after the record", ["POST"])],
)
def test_kill_9_never_sends_twice(
    killed: str, heard: list[str], ledger: EffectsLedger, settings: Settings, payer: Payer, now: datetime
) -> None:
    reader, writer = FORK.Pipe(duplex=False)
    child = FORK.Process(target=_perform_and_hang, args=(settings, payer, now, killed, writer))
    child.start()
    reader.recv()
    if killed != "after the record":
        with pytest.raises(Conflict):
            ledger.perform(EFFECT, never, never)
    assert child.pid is not None
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    assert ledger.perform(EFFECT, payer.act, payer.inquire) == RECEIPT
    assert ledger.perform(EFFECT, never, never) == RECEIPT
    assert payer.heard() == heard


def _perform_and_hang(settings: Settings, payer: Payer, now: datetime, where: str, told) -> None:  # type: ignore[no-untyped-def]
    def hang() -> None:
        told.send(where)
        time.sleep(60)

    def act() -> Receipt:
        if where == "before the act":
            hang()
        receipt = payer.act()
        if where == "after the act":
            hang()
        return receipt

    EffectsLedger(Database.open(settings), SettableClock(now)).perform(EFFECT, act, never)
    hang()


def test_at_random_kills_each_key_is_sent_once(
    ledger: EffectsLedger, settings: Settings, payer: Payer, now: datetime, full_counts: bool
) -> None:
    """Killed again and again at whatever moment, until it is done: one POST, and a question before each repeat."""
    rounds = 20 if full_counts else 4
    for number in range(rounds):
        own = Payer(payer.log.with_name(f"payer{number}.log"))
        effect = EFFECT.model_copy(update={"key": EffectKey(f"submit/c1/{number}")})
        for attempt in range(100):
            child = FORK.Process(target=_perform_once, args=(settings, own, effect, now))
            child.start()
            child.join(0.004 * (attempt + 1) + 0.002 * number)
            if child.exitcode is not None:
                break
            child.kill()
            child.join()
        assert child.exitcode == 0
        assert own.heard().count("POST") == 1


def _perform_once(settings: Settings, payer: Payer, effect: Effect, now: datetime) -> None:
    EffectsLedger(Database.open(settings), SettableClock(now)).perform(effect, payer.act, payer.inquire)


def test_processes_at_once_send_once(ledger: EffectsLedger, settings: Settings, payer: Payer, now: datetime) -> None:
    with FORK.Pool(6) as pool:
        outcomes = pool.starmap(_perform_or_give_way, [(settings, payer, now)] * 12)
    assert set(outcomes) <= {"receipt", "conflict"}
    assert "receipt" in outcomes
    assert payer.heard().count("POST") == 1
    assert ledger.perform(EFFECT, never, never) == RECEIPT


def _perform_or_give_way(settings: Settings, payer: Payer, now: datetime) -> str:
    try:
        EffectsLedger(Database.open(settings), SettableClock(now)).perform(EFFECT, payer.act, payer.inquire)
    except Conflict:
        return "conflict"
    return "receipt"

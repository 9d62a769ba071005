"""The effects ledger: one outward act for each key, for ever, through crashes, doubts and two processes at once.

planned ──> started ──> done       the receipt is kept and given again
   ^           ├──────> refused    the other side said no: never sent again
   └───────────┘                   certainly not accepted: may be tried again

`started` is committed before the act and the receipt after it. Whatever is found in `started` may have happened,
so the other side is asked before anything is sent.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select, update

from cases.errors import Conflict, PayerError, PayerInDoubt, PayerRejected, PayerUnavailable, StoreDamaged
from cases.frozen import Frozen
from cases.ids import CaseId, Digest, EffectKey
from cases.ports import Clock
from runtime.database import Database, Transaction
from runtime.process_identity import Life, life_of, own_identity
from runtime.tables import effects

LEASE = timedelta(minutes=10)
"""How long an act may take before another process, which cannot see whether its owner lives, may step in."""


class EffectState(StrEnum):
    """Where an outward act stands."""

    PLANNED = "planned"
    STARTED = "started"
    DONE = "done"
    REFUSED = "refused"


class Receipt(Frozen):
    """The other side's answer exactly as it came: HTTP status (or its like) and body."""

    status: int
    body: bytes


class Effect(Frozen):
    """One outward act: what is done, for which case, with exactly which bytes."""

    key: EffectKey
    action: str
    case_id: CaseId
    request_digest: Digest


class EffectsLedger:
    """Performs outward acts. It opens its own transactions and must not be called inside one."""

    def __init__(self, database: Database, clock: Clock, lease: timedelta = LEASE) -> None:
        self._database = database
        self._clock = clock
        self._lease = lease

    def perform(self, effect: Effect, act: Callable[[], Receipt], inquire: Callable[[], Receipt | None]) -> Receipt:
        """Have the act happen once, and give its receipt, now or from before.

        `act` raises PayerRejected, PayerUnavailable or PayerInDoubt; `inquire` gives None where the other side
        holds no such request. Raises Conflict where the key was used for another request or another process is
        at it; PayerRejected, now and ever after, where the other side refused; PayerUnavailable where it may be
        tried again; PayerInDoubt where nobody can tell, so that the next call asks first.
        """
        owner = f"{uuid.uuid4().hex}@{own_identity()}"
        found = self._claim(effect, owner)
        if found.state is EffectState.DONE:
            return found.kept()
        settled = False
        try:
            receipt = self._ask(inquire) if found.state is EffectState.STARTED else None
            kept = self._record(effect.key, receipt or self._act(effect.key, owner, act))
            settled = True
            return kept
        finally:
            if not settled:
                self._leave(effect.key, owner)

    def state(self, key: EffectKey) -> EffectState | None:
        """Where the act of this key stands; None where it was never begun."""
        with self._database.read() as transaction:
            stored = _read(transaction, key)
        return None if stored is None else stored.state

    def unsettled(self) -> tuple[Effect, ...]:
        """Acts that are neither done nor refused, for whoever takes up work after a crash."""
        query = select(*(effects.c[name] for name in Effect.model_fields))
        unsettled = effects.c.state.in_([EffectState.PLANNED.value, EffectState.STARTED.value])
        with self._database.read() as transaction:
            rows = transaction.connection.execute(query.where(transaction.mine(effects), unsettled)).mappings()
            return tuple(Effect.model_validate(dict(row)) for row in rows)

    def _claim(self, effect: Effect, owner: str) -> "_Stored":
        """Commit that this call takes up the act; gives what was stored before. One that is done is not taken."""
        with self._database.begin() as transaction:
            found = _read(transaction, effect.key) or _plan(transaction, effect, self._clock.now())
            if found.effect != effect:
                raise Conflict(f"The effect {effect.key} was another request. Use a new key for a new request.")
            if found.state is EffectState.REFUSED:
                raise PayerRejected(f"It was refused before and is not sent again: {found.reason}")
            if found.state is EffectState.STARTED and found.is_held(self._clock.now()):
                raise Conflict(f"Another process is at {effect.key} now.")
            if found.state is not EffectState.DONE:
                lease = {"owner": owner, "lease_until": self._clock.now() + self._lease}
                self._change(transaction, effect.key, state=EffectState.STARTED, attempts=found.attempts + 1, **lease)
        return found

    def _ask(self, inquire: Callable[[], Receipt | None]) -> Receipt | None:
        try:
            return inquire()
        except PayerError as error:
            raise PayerInDoubt(f"It may have been sent, and asking for it failed: {error.message}") from error

    def _act(self, key: EffectKey, owner: str, act: Callable[[], Receipt]) -> Receipt:
        try:
            return act()
        except PayerRejected as error:
            self._leave(key, owner, state=EffectState.REFUSED, reason=error.message)
            raise
        except PayerUnavailable:
            self._leave(key, owner, state=EffectState.PLANNED)
            raise

    def _record(self, key: EffectKey, receipt: Receipt) -> Receipt:
        """Keep the receipt, whoever holds the act by now: that it happened is a fact. The first receipt stays."""
        with self._database.begin() as transaction:
            found = _read(transaction, key)
            if found is not None and found.state is EffectState.DONE:
                return found.kept()
            answer = {"status": receipt.status, "receipt": receipt.body, "reason": None}
            self._change(transaction, key, state=EffectState.DONE, **answer, **_NOBODY)
        return receipt

    def _leave(self, key: EffectKey, owner: str, **values: object) -> None:
        """Give the act up, unless another process has taken it over. Still `started`, the next call asks first."""
        with self._database.begin() as transaction:
            found = _read(transaction, key)
            if found is not None and found.owner == owner:
                self._change(transaction, key, **values, **_NOBODY)

    def _change(self, transaction: Transaction, key: EffectKey, **values: object) -> None:
        change = update(effects).where(transaction.mine(effects, key=key))
        transaction.connection.execute(change.values(**values, updated_at=self._clock.now()))


_NOBODY = {"owner": None, "lease_until": None}


@dataclass(frozen=True)
class _Stored:
    """A row of the ledger."""

    effect: Effect
    state: EffectState
    attempts: int
    owner: str | None
    lease_until: datetime | None
    status: int | None
    receipt: bytes | None
    reason: str | None

    def is_held(self, now: datetime) -> bool:
        """Whether its owner may still be at it: it lives, or cannot be seen, and its lease has not run out."""
        if self.owner is None or self.lease_until is None or self.lease_until <= now:
            return False
        return life_of(self.owner.partition("@")[2]) is not Life.DEAD

    def kept(self) -> Receipt:
        if self.status is None or self.receipt is None:
            raise StoreDamaged(f"The effect {self.effect.key} is done and its receipt is gone.")
        return Receipt(status=self.status, body=self.receipt)


def _plan(transaction: Transaction, effect: Effect, now: datetime) -> _Stored:
    transaction.add(effects, **effect.model_dump(), state=EffectState.PLANNED, attempts=0, updated_at=now)
    return _Stored(effect, EffectState.PLANNED, 0, None, None, None, None, None)


def _read(transaction: Transaction, key: EffectKey) -> _Stored | None:
    query = select(effects).where(transaction.mine(effects, key=key)).with_for_update()
    row = transaction.connection.execute(query).mappings().one_or_none()
    if row is None:
        return None
    effect = Effect.model_validate({name: row[name] for name in Effect.model_fields})
    rest = ("attempts", "owner", "lease_until", "status", "receipt", "reason")
    return _Stored(effect, EffectState(row["state"]), *(row[name] for name in rest))

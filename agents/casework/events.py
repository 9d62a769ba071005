"""Events from outside: kept with their receipt, their job and their audit entry in one commit."""

import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from agents.toolbox import Toolbox
from cases.audit_event import Actor, AuditEvent
from cases.errors import InputError
from runtime import inbox
from runtime.database import Transaction
from runtime.inbox import EventReceipt, IncomingEvent

if TYPE_CHECKING:
    from runtime.queue import JobQueue

EVENT_SYSTEM = "urn:countersign:event"
"""A receipt's number leads to the cases its event was carried to, so that a job that runs again finds them there."""
PROCESS_EVENT = "process_event"
"""The kind of job that carries an event out."""
SPREAD_EVENTS = "spread_events"
"""The kind of job that starts one for each of several events."""
_FEW = 4
_SPREAD_TOGETHER = 7
"""So many receipts fit into a job's subject (256 characters)."""
_MOST_TOGETHER = 64


def accept_event(toolbox: Toolbox, event: IncomingEvent) -> EventReceipt:
    """Keep an event once; a repeat of its id or of its exact body gets the first receipt and nothing more."""
    return accept_events(toolbox, [event])[0]


def accept_events(toolbox: Toolbox, events: Sequence[IncomingEvent]) -> list[EventReceipt]:
    """The same for several, in one commit: all are kept or none is. Raises Conflict for an id with another body."""
    queue, now = queue_of(toolbox), toolbox.clock.now()
    with toolbox.database.begin() as transaction:
        receipts = inbox.accept_all(transaction, events, now)
        entries = []
        for event, receipt in zip(events, receipts, strict=True):
            if receipt.repeated:
                continue
            entries.append(
                AuditEvent(
                    tenant_id=transaction.tenant_id, at=now, actor=Actor.SYSTEM, actor_id="inbox",
                    action="event.accepted", subject=receipt.receipt_id, detail={"kind": event.kind},
                )
            )  # fmt: skip
        if entries:
            _start(queue, transaction, [entry.subject for entry in entries])
            toolbox.audit.append_all(transaction, entries)
    return receipts


def _start(queue: "JobQueue", transaction: Transaction, receipt_ids: Sequence[str]) -> None:
    """A job for each event; of many at once, a job for several, which a worker spreads: starting one has its cost."""
    if len(receipt_ids) < _FEW:
        for receipt_id in receipt_ids:
            queue.enqueue(transaction, PROCESS_EVENT, receipt_id, key=receipt_id)
        return
    for start in range(0, len(receipt_ids), _SPREAD_TOGETHER):
        together = receipt_ids[start : start + _SPREAD_TOGETHER]
        queue.enqueue(transaction, SPREAD_EVENTS, ",".join(together), key=together[0])


def spread_events(toolbox: Toolbox, receipt_ids: str) -> None:
    """Start a job for each of several events; starting one again starts nothing."""
    with toolbox.database.begin() as transaction:
        for receipt_id in receipt_ids.split(","):
            queue_of(toolbox).enqueue(transaction, PROCESS_EVENT, receipt_id, key=receipt_id)


def queue_of(toolbox: Toolbox) -> "JobQueue":
    """The process's queue; raises InputError where it was started without one."""
    if toolbox.queue is None:
        raise InputError("This process takes no events: it was started without a queue.")
    return toolbox.queue


@dataclass(frozen=True)
class _Waiting:
    """An event at the desk, and where its receipt goes."""

    event: IncomingEvent
    receipt: "Future[EventReceipt]" = field(default_factory=Future)


class EventDesk:
    """Takes events from many senders at once and commits those that wait together in one go.

    A sender's call returns when its event is on disk. Whoever comes while a commit is under way waits for the next,
    which one of those who wait then makes for all of them. If a commit of several fails, each is tried by itself,
    so that one bad event costs nobody else theirs.
    """

    def __init__(self, toolbox: Toolbox) -> None:
        self._toolbox = toolbox
        self._waiting: deque[_Waiting] = deque()
        self._commits = threading.Lock()

    def accept(self, event: IncomingEvent) -> EventReceipt:
        """Keep one event; raises what keeping it raised."""
        waiting = _Waiting(event)
        self._waiting.append(waiting)
        with self._commits:
            while not waiting.receipt.done():
                together = [self._waiting.popleft() for _ in range(min(len(self._waiting), _MOST_TOGETHER))]
                self._commit(together)
        return waiting.receipt.result()

    def _commit(self, together: list[_Waiting]) -> None:
        try:
            receipts = accept_events(self._toolbox, [waiting.event for waiting in together])
        except Exception:  # noqa: BLE001
            for waiting in together:
                self._commit_alone(waiting)
            return
        for waiting, receipt in zip(together, receipts, strict=True):
            waiting.receipt.set_result(receipt)

    def _commit_alone(self, waiting: _Waiting) -> None:
        """Once more, by itself: where another process kept the same event meanwhile, its receipt is found now."""
        try:
            waiting.receipt.set_result(accept_events(self._toolbox, [waiting.event])[0])
        except Exception as error:  # noqa: BLE001
            waiting.receipt.set_exception(error)

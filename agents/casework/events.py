"""Events from outside: kept with their receipt, their job and their audit entry in one commit."""

import queue
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from agents.toolbox import Toolbox
from cases.audit_event import Actor, AuditEvent
from cases.errors import InputError, StoreUnavailable
from runtime import inbox
from runtime.database import Transaction
from runtime.inbox import EventReceipt, IncomingEvent
from runtime.queue import JobQueue

_MOST_TOGETHER = 64


def accept_event(toolbox: Toolbox, event: IncomingEvent) -> EventReceipt:
    """Keep an event once; a repeat of its id or of its exact body gets the first receipt and nothing more."""
    return accept_events(toolbox, [event])[0]


def accept_events(toolbox: Toolbox, events: Sequence[IncomingEvent]) -> list[EventReceipt]:
    """The same for several, in one commit: all are kept or none is."""
    with toolbox.database.begin() as transaction:
        receipts = [_keep(toolbox, transaction, event) for event in events]
        entries = [
            AuditEvent(
                tenant_id=transaction.tenant_id, at=toolbox.clock.now(), actor=Actor.SYSTEM, actor_id="inbox",
                action="event.accepted", subject=receipt.receipt_id, detail={"kind": event.kind},
            )
            for event, receipt in zip(events, receipts, strict=True)
            if not receipt.repeated
        ]  # fmt: skip
        if entries:
            toolbox.audit.append_all(transaction, entries)
    return receipts


def _keep(toolbox: Toolbox, transaction: Transaction, event: IncomingEvent) -> EventReceipt:
    receipt = inbox.accept(transaction, event, toolbox.clock.now())
    if not receipt.repeated:
        queue_of(toolbox).enqueue(transaction, "process_event", receipt.receipt_id, key=receipt.receipt_id)
    return receipt


def queue_of(toolbox: Toolbox) -> JobQueue:
    """The process's queue; raises InputError where it was started without one."""
    if toolbox.queue is None:
        raise InputError("This process takes no events: it was started without a queue.")
    return toolbox.queue


@dataclass(frozen=True)
class _Waiting:
    """An event at the desk, and where its receipt goes."""

    event: IncomingEvent
    receipt: "Future[EventReceipt]"


class EventDesk:
    """Takes events from many senders at once and commits those that wait together in one go.

    A sender's call returns when its event is on disk. If a commit of several fails, each is tried by itself, so
    that one bad event costs nobody else theirs.
    """

    def __init__(self, toolbox: Toolbox) -> None:
        self._toolbox = toolbox
        self._waiting: queue.Queue[_Waiting | None] = queue.Queue()
        self._thread = threading.Thread(target=self._serve, name="countersign-events", daemon=True)

    def open(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Serve whoever waits, then stop."""
        self._waiting.put(None)
        self._thread.join()

    def accept(self, event: IncomingEvent) -> EventReceipt:
        """Keep one event; raises what keeping it raised. StoreUnavailable where the desk is closed."""
        if not self._thread.is_alive():
            raise StoreUnavailable("Events are not taken now: the service is starting or stopping.")
        waiting = _Waiting(event, Future())
        self._waiting.put(waiting)
        return waiting.receipt.result()

    def _serve(self) -> None:
        while (first := self._waiting.get()) is not None:
            together, last = [first], False
            while len(together) < _MOST_TOGETHER and not self._waiting.empty():
                further = self._waiting.get_nowait()
                last = further is None
                if further is None:
                    break
                together.append(further)
            self._commit(together)
            if last:
                return

    def _commit(self, together: list[_Waiting]) -> None:
        try:
            receipts = accept_events(self._toolbox, [waiting.event for waiting in together])
        except Exception as error:  # noqa: BLE001
            if len(together) == 1:
                together[0].receipt.set_exception(error)
                return
            for waiting in together:
                self._commit([waiting])
            return
        for waiting, receipt in zip(together, receipts, strict=True):
            waiting.receipt.set_result(receipt)

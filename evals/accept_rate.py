"""How fast events are taken durably, beside the bare commit of the same database, in one run."""

import json
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime

from standardwebhooks import Webhook

from agents.casework.events import EventDesk
from agents.toolbox import Toolbox
from runtime.inbox import IncomingEvent

_SECRET = "whsec_" + "A" * 32
_SENDERS = 32


@dataclass(frozen=True)
class AcceptRate:
    """Per second: bare commits of one row, events of one sender, events of many at once; medians of the rounds.

    `ratio` and `alone` are the median over the rounds of many senders' and of one sender's rate to the bare rate
    measured beside it, for the disk of a shared machine is never twice the same.
    """

    bare: float
    accepted: float
    accepted_alone: float
    ratio: float
    alone: float


def accept_rate(toolbox: Toolbox, rounds: int = 5, events: int = 256) -> AcceptRate:
    """Signature, inbox, job and audit entry of each event, against the same number of commits of one row."""
    with toolbox.database.begin() as transaction:
        transaction.connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS bench_commits (body TEXT)")
    measured = []
    for number in range(rounds):
        bare = events / _seconds(lambda: _commit(toolbox, events))
        many = events / _taken(toolbox, f"many{number}", events, _SENDERS)
        alone = events / _taken(toolbox, f"alone{number}", events, 1)
        measured.append((bare, many, alone))
    return AcceptRate(
        bare=statistics.median(bare for bare, _, _ in measured),
        accepted=statistics.median(many for _, many, _ in measured),
        accepted_alone=statistics.median(alone for _, _, alone in measured),
        ratio=statistics.median(many / bare for bare, many, _ in measured),
        alone=statistics.median(alone / bare for bare, _, alone in measured),
    )


def _seconds(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def _commit(toolbox: Toolbox, times: int) -> None:
    for _ in range(times):
        with toolbox.database.begin() as transaction:
            transaction.connection.exec_driver_sql(f"INSERT INTO bench_commits VALUES ('{'x' * 600}')")


def _taken(toolbox: Toolbox, name: str, events: int, senders: int) -> float:
    """Seconds for so many signed events, each of its own; they are signed before the clock runs."""
    webhook, desk, now = Webhook(_SECRET), EventDesk(toolbox), datetime.now(UTC)
    given = [
        (f"{name}-{number}", json.dumps({"type": "order.created", "data": {"n": f"{name}-{number}", "x": "x" * 500}}))
        for number in range(events)
    ]
    signed = [(event_id, body, webhook.sign(event_id, now, body)) for event_id, body in given]
    stamp = str(int(now.timestamp()))

    def take(one: tuple[str, str, str]) -> None:
        event_id, body, signature = one
        headers = {"webhook-id": event_id, "webhook-timestamp": stamp, "webhook-signature": signature}
        webhook.verify(body, headers)
        desk.accept(IncomingEvent(source="bench", event_id=event_id, kind="order.created", body=body.encode()))

    with ThreadPoolExecutor(senders) as pool:
        return _seconds(lambda: list(pool.map(take, signed)))

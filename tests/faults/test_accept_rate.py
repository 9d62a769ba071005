"""Events are taken durably at no less than half the bare commit rate of the same database, in one run."""

import base64
import re
from pathlib import Path

from agents.toolbox import build_toolbox
from evals.accept_rate import accept_rate
from runtime.queue_tables import inbox_events
from runtime.settings import Settings


def test_many_senders_are_served_at_half_the_bare_commit_rate_or_more(tmp_path: Path, full_counts: bool) -> None:
    """In short it is only tried that every event measured was kept, with its job and its entry."""
    rounds, events = (7, 512) if full_counts else (1, 64)
    box = build_toolbox(Settings(home=tmp_path / "home"), with_queue=True)
    rate = accept_rate(box, rounds, events)
    with box.database.read() as transaction:
        kept = {row.receipt_id for row in transaction.connection.execute(inbox_events.select())}
        logged = {entry.event.subject for entry in box.audit.entries(transaction)}
        told = transaction.connection.exec_driver_sql("SELECT inputs FROM workflow_input").scalars().all()
        assert box.audit.verify(transaction).holds
    assert len(kept) == rounds * events * 2
    assert logged == kept
    assert {found.decode() for one in told for found in re.findall(rb"r-[0-9a-f]{32}", base64.b64decode(one))} == kept
    assert not full_counts or rate.ratio >= 0.5, rate
    assert box.queue is not None
    box.queue.close()
    box.database.close()

"""What became of an event: told to whoever holds its receipt."""

from enum import StrEnum

from pydantic import AwareDatetime

from agents.casework.events import EVENT_SYSTEM
from agents.toolbox import Toolbox
from cases.frozen import Frozen
from cases.ids import CaseId
from runtime import case_records, dead_letters, early_events, inbox


class Fate(StrEnum):
    """Where an event stands; WAITING for the case or request that it is about."""

    ACCEPTED = "accepted"
    WAITING = "waiting"
    CARRIED_OUT = "carried_out"
    GIVEN_UP = "given_up"


class EventFate(Frozen):
    """An event, and what became of it: carried out, in which cases; given up, with the code of the reason."""

    receipt_id: str
    kind: str
    received_at: AwareDatetime
    fate: Fate
    case_ids: tuple[CaseId, ...] = ()
    reason: str = ""


def fate_of(toolbox: Toolbox, receipt_id: str) -> EventFate:
    """Raises NotFound."""
    with toolbox.database.read() as transaction:
        event, received_at = inbox.get(transaction, receipt_id)
        case_ids = case_records.cases_under(transaction, EVENT_SYSTEM, receipt_id)
        reasons = [one.reason for one in dead_letters.unsettled(transaction, receipt_id)]
        waits = early_events.waits(transaction, receipt_id)
    fate = Fate.GIVEN_UP if reasons else Fate.WAITING if waits else Fate.CARRIED_OUT if case_ids else Fate.ACCEPTED
    return EventFate(
        receipt_id=receipt_id,
        kind=event.kind,
        received_at=received_at,
        fate=fate,
        case_ids=case_ids,
        reason=reasons[0] if reasons else "",
    )

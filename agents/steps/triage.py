"""Look at the order itself: can it be worked at all, is it clear, and does anything say it is urgent."""

from agents.desk import CaseDesk, Record, flagged, moved
from agents.state import AuthorizationState
from agents.toolbox import Hands
from cases.case import Case, Flag
from cases.chart import Coding
from cases.lifecycle import CaseEvent
from formats.pas.codes import npi_check_digit_holds
from knowledge.code_wording import shipped_codes

EXPEDITED_PROPOSED = "expedited_proposed"
_URGENT = frozenset({"urgent", "asap", "stat"})


def triage(state: AuthorizationState, desk: CaseDesk, hands: Hands) -> AuthorizationState:
    """Take the case into work and flag what a person should know about the order."""
    case = desk.case()
    flags = flagged(case, [*_order_flags(case), *_urgency_flags(case)])
    saved = desk.record(
        case.revision + 1,
        Record(
            action="case.worked",
            detail={"order": case.order.reference, "flags": len(flags)},
            case=moved(case, CaseEvent.WORK, flags=flags),
        ),
    )
    return {
        "revision": saved.revision, "digest": "", "reasons": [], "review_id": "", "review_act": "", "submission": "",
    }  # fmt: skip


def ordered_codes(case: Case) -> tuple[str, ...]:
    """The procedure codes of the order, as sent, each once."""
    return tuple(dict.fromkeys(coding.code for coding in case.order.codes if coding.code))


def _order_flags(case: Case) -> list[Flag]:
    order, source = case.order, case.order.reference
    flags = [flag for coding in order.codes if (flag := _contradiction(coding, source))]
    if not order.codes:
        message = "The order carries no code; ask the prescriber which item or service is meant."
        flags.append(Flag(code="order_without_code", message=message, severity="blocking", source=source))
    if order.authored_on is None and order.service_date is None:
        message = "The order has no date; the policy in force and every look-back window depend on it."
        flags.append(Flag(code="order_without_date", message=message, severity="blocking", source=source))
    if order.status in ("cancelled", "revoked", "entered-in-error", "stopped"):
        message = f"The order is '{order.status}'; nothing is asked for under it."
        flags.append(Flag(code="order_not_live", message=message, severity="blocking", source=source))
    return flags + _requester_flags(case)


def _requester_flags(case: Case) -> list[Flag]:
    party, source = case.requester, case.order.reference
    if party is None or not party.name:
        message = "The order names no clinician in full; a letter needs the clinician's name."
        return [Flag(code="requester_not_named", message=message, source=source)]
    flags = []
    if party.npi and not npi_check_digit_holds(party.npi):
        message = f"The NPI {party.npi} of {party.name} fails its check digit; payers refuse such a number."
        flags.append(Flag(code="npi_check_digit", message=message, source=party.reference or source))
    if not party.phone:
        message = f"No telephone of {party.name} is known; a payer calls it for a peer-to-peer."
        flags.append(Flag(code="requester_without_telephone", message=message, severity="info", source=source))
    return flags


def _contradiction(coding: Coding, source: str) -> Flag | None:
    """Blocking: nobody may choose between code and words for the prescriber; a corrected order handed in lifts it."""
    flag = shipped_codes().contradiction(coding.code, coding.display)
    return flag.model_copy(update={"source": source, "severity": "blocking"}) if flag else None


def _urgency_flags(case: Case) -> list[Flag]:
    if case.order.priority not in _URGENT:
        return []
    message = (
        f"The order's priority is '{case.order.priority}'. Expedited review is asked for only on the physician's "
        "own statement that waiting could endanger the patient: confirm it."
    )
    return [Flag(code=EXPEDITED_PROPOSED, message=message, severity="info", source=case.order.reference)]

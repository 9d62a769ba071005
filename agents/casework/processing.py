"""What workers do for each kind of job: carry an event out, take a case on, act on a timer."""

from collections.abc import Mapping
from contextlib import suppress

from agents.casework.denials.timers import act_on_denial_timer
from agents.casework.documents import ReceivedDocument, add_file, addressed, join_files
from agents.casework.event_content import answer_content, document_content, order_content
from agents.casework.events import EVENT_SYSTEM, PROCESS_EVENT, SPREAD_EVENTS, spread_events
from agents.casework.opening import HandOver, cases_in, open_from, own_files
from agents.casework.payer_answers import take_answer
from agents.casework.timers import act_on_timer
from agents.casework.waiting import Early, wait_for, wake
from agents.casework.working import advance_case, hold, open_graph
from agents.steps.appeal.file_appeal import FiledByHand
from agents.toolbox import Toolbox
from cases.chart import Order
from cases.ids import CaseId
from runtime import case_records, case_store, inbox
from runtime.inbox import IncomingEvent
from runtime.job_worker import Handler


def handlers(toolbox: Toolbox) -> Mapping[str, Handler]:
    """The handler of each kind of job; a worker registers them before it launches."""
    return {
        PROCESS_EVENT: lambda receipt_id: process_event(toolbox, receipt_id),
        SPREAD_EVENTS: lambda receipt_ids: spread_events(toolbox, receipt_ids),
        "work_case": lambda case_id: _advance(toolbox, (CaseId(case_id),)),
        "timer": lambda timer_id: act_on_timer(toolbox, timer_id),
        "denial_timer": lambda timer_id: act_on_denial_timer(toolbox, timer_id),
    }


def process_event(toolbox: Toolbox, receipt_id: str) -> None:
    """Carry an event out: open or join cases, add a document, or take a payer's answer; then let the cases go on.

    What is about a case or request that is not there yet waits for it. Raises InputError for a body that cannot be
    used, NotFound where it waited in vain. Doing it again changes nothing.
    """
    with toolbox.database.read() as transaction:
        event, received_at = inbox.get(transaction, receipt_id)
    early = Early(receipt_id, event.kind, received_at)
    if event.kind == "order.created":
        _advance(toolbox, _open(toolbox, event, receipt_id))
    elif event.kind == "document.received":
        _advance(toolbox, _add_document(toolbox, event, early))
    else:
        take_answer(toolbox, answer_content(event), early)


def _advance(toolbox: Toolbox, case_ids: tuple[CaseId, ...]) -> None:
    with open_graph(toolbox) as graph:
        for case_id in case_ids:
            with suppress(FiledByHand):
                advance_case(toolbox, graph, case_id)


def _open(toolbox: Toolbox, event: IncomingEvent, receipt_id: str) -> tuple[CaseId, ...]:
    """Open a case for each order, or join the one there is, whose chart keeps the documents it was given since."""
    content = order_content(event)
    hand_over = HandOver.read(toolbox.scans, content.files)
    with toolbox.database.read() as transaction:
        wanted = cases_in(transaction.tenant_id, hand_over.chart, content.order)
    for number, (case_id, order) in enumerate(wanted):
        receipt = f"{receipt_id}#{number}"
        with hold(toolbox, case_id):
            if not _open_new(toolbox, case_id, order, hand_over, receipt):
                join_files(toolbox, case_id, own_files(order.patient_id, hand_over), receipt)
    return tuple(case_id for case_id, _ in wanted)


def _open_new(toolbox: Toolbox, case_id: CaseId, order: Order, hand_over: HandOver, receipt: str) -> bool:
    """Whether a case was opened; what waited for it is woken in the same commit."""
    with toolbox.database.begin() as transaction:
        if case_store.is_held(transaction, case_id):
            return False
        open_from(toolbox, transaction, hand_over, order.reference)
        case_records.refer(transaction, EVENT_SYSTEM, receipt, case_id)
        wake(toolbox, transaction, case_store.get(transaction, case_id))
    return True


def _add_document(toolbox: Toolbox, event: IncomingEvent, early: Early) -> tuple[CaseId, ...]:
    """The case a document was added to; none while it waits for its case."""
    document = document_content(event)
    case_id = addressed(toolbox, document.addressee, early.receipt_id)
    if case_id is None:
        wait_for(toolbox, early, document.addressee, "No case that is open is of this id or patient.")
        return ()
    add_file(toolbox, ReceivedDocument(case_id, document.name, document.content, early.receipt_id))
    return (case_id,)

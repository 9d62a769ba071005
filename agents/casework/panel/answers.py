"""A person's answer to a criterion that stands open: recorded with the words of the chart it rests on."""

import re
import uuid

from agents.casework.panel.documents import key_of
from agents.casework.persons import person_with
from agents.desk import CaseDesk, Record, moved
from agents.toolbox import Toolbox
from cases.audit_event import Actor
from cases.case import Case
from cases.chart import Chart
from cases.document import Document
from cases.errors import Conflict, InputError
from cases.evidence import Assertion, DateBasis, Fact, FactDate, Origin, Span
from cases.fact_review import FACT_ROLE
from cases.frozen import Frozen
from cases.ids import CaseId, FactId, UserId
from cases.lifecycle import WORKABLE, CaseEvent
from cases.pointed_out import person_concept
from guardrails.text_tokens import dates_in
from runtime import case_store, chart_store


class GivenAnswer(Frozen):
    """Yes or no to one criterion, the document it was read in, the words there, and the person's reason."""

    case_id: CaseId
    criterion_id: str
    yes: bool
    document: str
    quote: str
    reason: str


def record_answer(toolbox: Toolbox, given: GivenAnswer, user_id: UserId) -> Fact:
    """Keep the answer as a fact of the chart and have the case worked again, in one commit.

    Raises InputError where the words do not stand in the document, or the document does not name this patient;
    NotAllowed for the wrong role; Conflict where the case was approved or sent.
    """
    with toolbox.database.begin() as transaction:
        person_with(transaction, user_id, FACT_ROLE, "answer a criterion")
        case = case_store.get(transaction, given.case_id)
        if case.state not in WORKABLE or case.chart_digest is None:
            raise Conflict("The case was approved or sent; an answer now would change nothing of what left.")
        chart = chart_store.get_chart(transaction, case.id, case.chart_digest)
        fact = _fact(case, chart, given)
        chart_store.add_fact(transaction, case.id, fact, user_id, toolbox.clock.now())
        desk = CaseDesk(toolbox.database, toolbox.audit, toolbox.clock, case.id, Actor.PERSON, user_id)
        desk.record_in(
            transaction,
            case.revision,
            Record(
                action="criterion.answered",
                detail={"criterion": given.criterion_id, "answer": "yes" if given.yes else "no", "fact": fact.id},
                case=moved(case, CaseEvent.REOPEN),
            ),
        )
        if toolbox.queue is not None:
            toolbox.queue.enqueue(transaction, "work_case", case.id, key=f"{case.id}:{fact.id}")
    return fact


def _fact(case: Case, chart: Chart, given: GivenAnswer) -> Fact:
    if not given.reason.strip():
        raise InputError("reason: say what you read there (it is kept with the answer)")
    document = next((one for one in chart.documents if key_of(one.id) == given.document), None)
    if document is None or document.patient_id != case.patient.id:
        raise InputError("document: choose a document that names this patient")
    span = _span(document, given.quote)
    return Fact(
        id=FactId(f"person:{uuid.uuid4().hex}"),
        concept=person_concept(given.criterion_id),
        statement=f"{'Yes' if given.yes else 'No'}: {' '.join(given.reason.split())}",
        assertion=Assertion.AFFIRMED if given.yes else Assertion.NEGATED,
        origin=Origin.PERSON,
        span=span,
        context=span,
        when=_day(document, span),
        patient_id=case.patient.id,
    )


def _day(document: Document, span: Span) -> FactDate | None:
    """The one day that the words state, else that of the document; None where neither has one."""
    stated, _ = dates_in(span.quote)
    if len(stated) == 1:
        return FactDate(on=next(iter(stated)), basis=DateBasis.STATED)
    return FactDate(on=document.dated, basis=DateBasis.NOTE) if document.dated and not stated else None


def _span(document: Document, quote: str) -> Span:
    """Where the words stand, whatever the spaces between them; their only place, and one that a reader can see."""
    words = quote.split()
    if not words:
        raise InputError("words: copy the words of the document that the answer rests on")
    found = list(re.finditer(r"\s+".join(map(re.escape, words)), document.text))
    if not found:
        raise InputError("words: they do not stand in this document; copy them as they are")
    if len(found) > 1:
        raise InputError(f"words: they stand in this document {len(found)} times; copy more of the sentence")
    start, end = found[0].span()
    if document.is_hidden(start, end):
        raise InputError("words: a reader of the page cannot see them; choose others")
    page = document.page_at(start)
    return Span(document_id=document.id, start=start, end=end, quote=document.text[start:end], page=page)

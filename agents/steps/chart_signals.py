"""What the chart says about how the case may be worked: a restriction forbids it, a physician's word hastens it."""

from collections.abc import Iterator

from cases.case import Case, Flag, Urgency
from cases.chart import Chart
from cases.document import Document, DocumentKind
from guardrails.injection.screening import screen
from knowledge.chart_signals import EXPEDITED, RESTRICTED, Statement, shipped_signals

_LONGEST_QUOTE = 240
_PAYMENT, _OPERATIONS = "HPAYMT", "HOPERAT"
"""v3-ActReason codes of the two purposes that 45 CFR 164.522(a)(1)(vi) names."""


def signal_flags(case: Case, chart: Chart) -> list[Flag]:
    """The flags; a restriction is blocking, and only a person who has spoken with the patient may lift it."""
    return [*_restrictions(case, chart), *_unread_consents(chart), *_haste(case, chart), *_orders(case, chart)]


def urgency_of(flags: tuple[Flag, ...]) -> Urgency:
    """Expedited where the physician says so, and never otherwise."""
    return Urgency.EXPEDITED if any(flag.code == EXPEDITED for flag in flags) else Urgency.STANDARD


def _restrictions(case: Case, chart: Chart) -> Iterator[Flag]:
    found = [document for document in _own(case, chart) if _consent_denies(case, document)]
    for document in _own(case, chart):
        if document not in found and next(_seen(document, RESTRICTED), None) is not None:
            found.append(document)
    if found:
        places = ", ".join(document.id for document in found)
        yield Flag(
            code=RESTRICTED,
            message=(
                "The patient paid for this service and has restricted telling the health plan about it "
                f"({shipped_signals().signal(RESTRICTED).citation}): nothing may go to the plan. It is recorded in "
                f"{places}. Correct the order's coverage, or hand in the record that the restriction was lifted."
            ),
            severity="blocking",
            source=found[0].id,
        )


def _orders(case: Case, chart: Chart) -> Iterator[Flag]:
    """Documents that speak to the machine that reads them. They decide nothing; a person should know who sent them."""
    for document in _own(case, chart):
        found = screen(document.text)
        if found.flagged:
            page = document.page_at(found.findings[0].start)
            yield Flag(
                code="instructions_in_document",
                message=(
                    f"{document.source}{f', page {page}' if page else ''}: some of its text gives orders to whoever "
                    "reads it by machine. Nothing was done by it. Look at the page, and at where it came from."
                ),
                severity="warning",
                source=document.id,
            )


def _unread_consents(chart: Chart) -> Iterator[Flag]:
    """A consent that could not be read may hold a restriction: nothing leaves until somebody has looked."""
    unread = [refusal for refusal in chart.refusals if refusal.field.split(".")[0] == "Consent"]
    if unread:
        message = (
            f"{unread[0].file}: a Consent could not be read ({unread[0].field} {unread[0].reason}); see what it says."
        )
        yield Flag(code="consent_not_read", message=message, severity="blocking", source=unread[0].file)


def _own(case: Case, chart: Chart) -> Iterator[Document]:
    return (document for document in chart.documents if document.patient_id == case.patient.id)


def _seen(document: Document, signal_id: str) -> Iterator[Statement]:
    """Statements that a reader of the page can see."""
    found = shipped_signals().statements(signal_id, document.text)
    return (item for item in found if not document.is_hidden(item.start, item.end))


def _consent_denies(case: Case, document: Document) -> bool:
    """Whether a Consent in force denies disclosure for payment or operations, of this order or of everything."""
    if not document.id.startswith("Consent/") or _value(document, "status") != "active":
        return False
    if _value(document, "provision.type") != "deny":
        return False
    fields = {field.path: document.text[field.start : field.end] for field in document.fields}
    purposes = {words for path, words in fields.items() if path.startswith("provision.purpose")}
    about = {
        words for path, words in fields.items() if path.startswith("provision.data") and path.endswith(".reference")
    }
    orders = {words for words in about if words.split("/")[0].endswith("Request")}
    return bool(purposes & {_PAYMENT, _OPERATIONS}) and (not orders or case.order.reference in orders)


def _value(document: Document, path: str) -> str:
    field = document.field(path)
    return document.text[field.start : field.end].strip() if field else ""


def _haste(case: Case, chart: Chart) -> Iterator[Flag]:
    for source, words in _physicians_words(case, chart):
        quote = words if len(words) <= _LONGEST_QUOTE else words[: _LONGEST_QUOTE - 1] + "…"
        citation = shipped_signals().signal(EXPEDITED).citation
        yield Flag(
            code=EXPEDITED,
            message=f'The physician states that waiting could do harm: expedited ({citation}). "{quote}"',
            severity="info",
            source=source,
        )
        return


def _physicians_words(case: Case, chart: Chart) -> Iterator[tuple[str, str]]:
    """The statement in the order's own notes, else in a recent note that the ordering clinician signed."""
    for note in case.order.notes:
        for statement in shipped_signals().statements(EXPEDITED, note):
            yield case.order.reference, statement.quote
    for document in _own(case, chart):
        if document.kind is not DocumentKind.FHIR_RESOURCE and _is_recent(case, document) and _names(case, document):
            for statement in _seen(document, EXPEDITED):
                yield document.id, statement.quote


def _is_recent(case: Case, document: Document) -> bool:
    days, ordered = shipped_signals().signal(EXPEDITED).within_days, case.order.authored_on
    return bool(days and ordered and document.dated and abs((document.dated - ordered).days) <= days)


def _names(case: Case, document: Document) -> bool:
    """Whether the ordering clinician's family name stands in the note."""
    requester = case.requester
    family = (requester.family or requester.name.partition(",")[0].split(" ")[-1]).strip() if requester else ""
    return bool(family) and family.casefold() in document.text.casefold()

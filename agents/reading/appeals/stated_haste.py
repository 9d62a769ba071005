"""Why an expedited decision is asked for, in the treating clinician's own words (42 CFR 422.584(c)(2)(ii))."""

from collections.abc import Iterator, Mapping

from agents.reading.letter_wording import fields_cited, long_date
from cases.case import Case
from cases.document import Document
from cases.evidence import Span
from cases.ids import DocumentId
from cases.packet import ChartCitation, Sentence, SentenceKind
from knowledge.chart_signals import EXPEDITED, shipped_signals


def stated_haste(case: Case, documents: Mapping[DocumentId, Document]) -> Iterator[Sentence]:
    """The statement that made the case an expedited one, from where its flag says it stands; nothing without one."""
    for flag in case.flags:
        document = documents.get(DocumentId(flag.source)) if flag.code == EXPEDITED else None
        if document is None:
            continue
        for found in shipped_signals().statements(EXPEDITED, document.text):
            words = document.text[found.start : found.end]
            start = found.start + len(words) - len(words.lstrip())
            said = words.strip()
            if document.is_hidden(start, start + len(said)) or "“" in said or "”" in said:
                continue
            span = Span(
                document_id=document.id, start=start, end=start + len(said), quote=said, page=document.page_at(start)
            )
            on = fields_cited(document, ("authoredOn",)) if document.id == case.order.document_id else []
            where = (
                f"In the order of {long_date(case.order.authored_on)} the" if on and case.order.authored_on else "The"
            )
            yield Sentence(
                kind=SentenceKind.EVIDENCE,
                text=f"{where} treating clinician states why it cannot wait: “{' '.join(said.split())}”",
                citations=(ChartCitation(span=span, source=document.source), *on),
            )
            return

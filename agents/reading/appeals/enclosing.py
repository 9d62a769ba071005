"""What goes with an appeal: the denial, the order, and of the chart only what the letter cites."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from agents.reading.appeals.appeal_wording import AppealMatter
from agents.reading.letter_wording import long_date
from agents.reading.packet_contents import extract, told
from cases.criteria import State
from cases.document import Document
from cases.evidence import Span
from cases.ids import DocumentId
from cases.packet import ChartCitation, ChartExtract, Letter, PacketContent, SentenceKind

_NOTHING_ARGUED = "NOT COMPLETE: NOT FOR SUBMISSION"


def appeal_extracts(
    matter: AppealMatter, letter: Letter, documents: Mapping[DocumentId, Document]
) -> tuple[ChartExtract, ...]:
    """The denial first, the order, then each document that the letter cites, its passages marked.

    Minimum necessary (45 CFR 164.502(b)): nothing else of the chart goes along.
    """
    spans: dict[DocumentId, list[Span]] = {matter.denial.id: [], matter.case.order.document_id: []}
    for sentence in letter.sentences():
        if sentence.kind is SentenceKind.REQUEST:
            continue
        for citation in sentence.citations:
            if isinstance(citation, ChartCitation):
                spans.setdefault(citation.span.document_id, []).append(citation.span)
    spans |= {document.id: spans.get(document.id, []) for document in matter.earlier}
    own = [documents[one] for one in spans if one in documents and documents[one].patient_id == matter.case.patient.id]
    return tuple(_extract(number, document, spans[document.id], matter) for number, document in enumerate(own, start=1))


def _extract(number: int, document: Document, spans: Sequence[Span], matter: AppealMatter) -> ChartExtract:
    enclosed = extract(number, document, spans)
    if document.id != matter.denial.id or document.media_type != "application/pdf":
        return enclosed
    return enclosed.model_copy(update={"pdf_pages": tuple(page.number for page in document.pages)})


def appeal_packet(
    matter: AppealMatter, letter: Letter, extracts: tuple[ChartExtract, ...], drafted_at: datetime
) -> PacketContent:
    """The packet's pages. One that argues nothing says on each page that it must not be sent."""
    met = matter.result is not None and matter.result.root.state is State.MET
    return PacketContent(
        case_id=matter.case.id,
        title=letter.subject[0] if letter.subject else "Appeal",
        cover=tuple(_cover(matter, letter)),
        flags=tuple(flag.message for flag in matter.case.flags if flag.severity != "info"),
        summary=(),
        criteria=told(matter.result) if met and matter.result else None,
        letter=letter,
        extracts=extracts,
        drafted_at=drafted_at,
        watermark="" if matter.rebuttal.argued else _NOTHING_ARGUED,
    )


def _cover(matter: AppealMatter, letter: Letter) -> list[tuple[str, str]]:
    """The letter's own administrative lines, so that letter and cover cannot differ."""
    rows = [tuple(line.split(": ", 1)) for line in letter.subject[1:] if ": " in line]
    plan = matter.plan
    extra = [("Send to", ", ".join((*plan.send_to, *((f"fax {plan.fax}",) if plan.fax else ()))))]
    extra += [("Date of the letter", long_date(matter.written_on))]
    return [(row[0], row[1]) for row in rows] + [row for row in extra if row[1]]

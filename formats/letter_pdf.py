"""A letter alone as PDF, for a fax or an appeal; the packet prints the same letter inside it."""

from datetime import datetime

from cases.ids import CaseId
from cases.packet import ChartCitation, Citation, LawCitation, Letter
from formats.letter_references import law_name, place, policy_name
from formats.packet.enclosures import PacketPages
from formats.packet.finishing import finished
from formats.packet.letter_story import letter_story
from formats.packet.page_frame import Running, build
from formats.packet.typeface import inline, printable_code_points


def render_letter(
    letter: Letter,
    case_id: CaseId,
    title: str,
    drafted_at: datetime,
    watermark: str = "",
    enclosed: PacketPages | None = None,
) -> bytes:
    """The letter with its sources, under a running head of `title` and case; the same input gives the same bytes.

    `enclosed` are the pages of the enclosures that go with it: they are listed, and its sources name
    enclosure and page.
    """
    printable_code_points()
    starts = enclosed.starts() if enclosed else ()
    listed = [f"{piece.document.title}, from page {page} of the enclosures" for piece, page in starts]
    total = 1
    for _ in range(2):
        story = list(letter_story(letter, lambda citation: inline(_place(citation, enclosed)), listed))
        pdf, total = build(story, Running(case_id, title, drafted_at, total, watermark))
    return finished(pdf, drafted_at)


def _place(citation: Citation, enclosed: PacketPages | None) -> str:
    if enclosed is None:
        return place(citation)
    if not isinstance(citation, ChartCitation):
        return law_name(citation) if isinstance(citation, LawCitation) else policy_name(citation.policy)
    found = enclosed.find(citation.span)
    if found is None:
        return citation.source or citation.span.document_id
    piece, page = found
    return f"Enclosure {piece.extract.number} ({piece.document.title}), page {page} of the enclosures"

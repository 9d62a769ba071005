"""What comes before the enclosures: cover sheet, summary, criteria, letter, list of enclosures."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, PageBreak, Paragraph, Spacer, Table

from cases.packet import PacketContent, Sentence
from formats.packet.criteria_table import criteria_story
from formats.packet.letter_story import letter_story
from formats.packet.page_frame import TEXT_WIDTH, SectionHeading
from formats.packet.page_links import PageLinks
from formats.packet.typeface import (
    BODY,
    GREY,
    LABEL,
    LINES,
    NOTICE,
    PAGEFUL,
    REGULAR,
    RULE,
    SMALL,
    SUBHEADING,
    TITLE,
    day,
    inline,
    legible,
    paragraphs,
    shortened,
)

SUMMARY, CRITERIA, LETTER, ENCLOSURES = "Summary", "Criteria", "Letter", "Enclosures"
_FLAG = ParagraphStyle("flag", parent=NOTICE, leftIndent=14, firstLineIndent=-14, spaceAfter=2)
_COVER_LABEL = ParagraphStyle("cover label", parent=LINES, textColor=GREY)
_RIGHT = ParagraphStyle("right", parent=LINES, alignment=2)
_LABEL_RIGHT = ParagraphStyle("label right", parent=LABEL, alignment=2)
_CITED = "<font size=9 color=#4d4d4d>"
_LABELS = 140.0
_LONGEST_CELL, _MOST_LINES = 300, 12


@dataclass(frozen=True)
class Contents:
    """Pages of the sections, as the last layout found them."""

    front: int
    sections: Mapping[str, int]


def front_story(content: PacketContent, links: PageLinks, contents: Contents, found: dict[str, int]) -> list[Flowable]:
    """All pages before the enclosures; the page each section lands on is put into `found`."""
    story = list(_cover(content, links, contents))
    if content.summary:
        story += [PageBreak(), SectionHeading(SUMMARY, found)]
        for sentence in content.summary:
            story += _summary_sentence(sentence, links)
    if content.criteria:
        story += [Spacer(0, 14) if content.summary else PageBreak(), SectionHeading(CRITERIA, found)]
        story += criteria_story(content.criteria, links)
    if content.letter:
        story += [PageBreak(), SectionHeading(LETTER, found), *letter_story(content.letter, links.source)]
    if content.extracts:
        story += [PageBreak(), SectionHeading(ENCLOSURES, found), _enclosure_list(links)]
    return story


def _cover(content: PacketContent, links: PageLinks, contents: Contents) -> Iterator[Flowable]:
    yield Paragraph(inline(shortened(content.title, 240)), TITLE)
    for label, value in content.cover:
        yield from _cover_row(label, value)
    if content.flags:
        yield Spacer(0, 12)
        yield Paragraph("Flags", SUBHEADING)
        yield from (line for flag in content.flags for line in paragraphs(f"! {flag}", _FLAG))
    if contents.sections:
        yield Spacer(0, 12)
        yield Paragraph("Contents", SUBHEADING)
        yield from _contents(links, contents)


def _cover_row(label: str, value: str) -> Iterator[Flowable]:
    """Label and value side by side; one under the other where the value is no cover line."""
    named, said = paragraphs(label, _COVER_LABEL), paragraphs(value, LINES)
    if max(len(legible(label)), len(legible(value))) <= _LONGEST_CELL and len(named) + len(said) <= _MOST_LINES:
        yield _table([[named, said]], [_LABELS, TEXT_WIDTH - _LABELS], [("LINEBELOW", (0, 0), (-1, -1), 0.4, RULE)])
    else:
        yield from (*named, *said)


def _contents(links: PageLinks, contents: Contents) -> Iterator[Flowable]:
    rows = [
        [Paragraph(name, LINES), Paragraph(links.page(page, ""), _RIGHT)] for name, page in contents.sections.items()
    ]
    yield _table(rows, [TEXT_WIDTH - 60, 60], [])


def _summary_sentence(sentence: Sentence, links: PageLinks) -> list[Paragraph]:
    sources = "; ".join(dict.fromkeys(map(links.source, sentence.citations))) or "no source"
    cited = f"{_CITED}({sources})</font>"
    if len(legible(sentence.text)) <= PAGEFUL:
        return [Paragraph(f"{inline(sentence.text)} {cited}", BODY)]
    return [*paragraphs(sentence.text, BODY), Paragraph(cited, BODY)]


def _enclosure_list(links: PageLinks) -> Table:
    rows: list[list[Paragraph | list[Paragraph]]] = [
        [Paragraph(head, LABEL) for head in ("No.", "Document", "Dated", "Pages")]
        + [Paragraph("Packet page", _LABEL_RIGHT)]
    ]
    for piece, start in links.pages.starts():
        document = piece.document
        described = ((document.title, LINES), (document.source, SMALL))
        named = [Paragraph(inline(shortened(text, _LONGEST_CELL)), style) for text, style in described]
        dated = day(document.dated) if document.dated else "not stated"
        cells = (str(piece.extract.number), dated, str(piece.of))
        number, when, pages = (Paragraph(text, LINES) for text in cells)
        rows.append([number, named, when, pages, Paragraph(links.page(start, ""), _RIGHT)])
    style = [("LINEBELOW", (0, 0), (-1, 0), 0.8, GREY), ("LINEBELOW", (0, 1), (-1, -1), 0.4, RULE)]
    return _table(rows, [34, TEXT_WIDTH - 34 - 82 - 44 - 78, 82, 44, 78], style, repeated=1)


def _table(
    rows: Sequence[Sequence[object]], widths: list[float], style: Sequence[tuple[object, ...]], repeated: int = 0
) -> Table:
    plain = [
        ("FONTNAME", (0, 0), (-1, -1), REGULAR),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), 6),
        ("RIGHTPADDING", (-1, 0), (-1, -1), 0),
        ("TOPPADDING", (0, 0), (-1, -1), 3),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
    ]
    return Table(rows, colWidths=widths, repeatRows=repeated, style=[*plain, *style])

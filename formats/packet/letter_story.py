"""A letter as it is printed: blocks, headed points with numbered sources, signature block, list of sources."""

from collections.abc import Callable, Iterator, Sequence

from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, KeepTogether, Paragraph, Spacer

from cases.packet import Citation, Letter, LetterPoint
from formats.letter_references import cited, numbers, said, unsigned_notice
from formats.packet.typeface import (
    BODY,
    GREY,
    INK,
    LINES,
    NOTICE,
    PAGEFUL,
    REGULAR,
    SMALL,
    SUBHEADING,
    inline,
    legible,
    paragraphs,
    shortened,
)

_UNSIGNED = ParagraphStyle(
    "unsigned", parent=NOTICE, leftIndent=8, rightIndent=8, borderWidth=0.8, borderColor=INK, borderPadding=8
)
_REFERENCE = ParagraphStyle(
    "reference", parent=SMALL, leftIndent=22, spaceAfter=3,
    bulletFontName=REGULAR, bulletFontSize=SMALL.fontSize, bulletColor=GREY,
)  # fmt: skip


def letter_story(letter: Letter, place: Callable[[Citation], str], enclosed: Sequence[str] = ()) -> Iterator[Flowable]:
    """The letter as flowables; `place` gives the markup of where a citation's words stand.

    `enclosed` names what goes with it, one a line, in the order of the enclosures' own numbers.
    """
    yield from _lines(letter.sender, LINES)
    yield Spacer(0, 14)
    yield from paragraphs(letter.date, LINES)
    yield Spacer(0, 14)
    yield from _lines(letter.recipient, LINES)
    yield Spacer(0, 14)
    yield from _lines(letter.subject, NOTICE)
    yield Spacer(0, 12)
    yield from paragraphs(letter.salutation, BODY)
    number = numbers(letter)
    for point in letter.points:
        yield from _point(point, number)
    yield Spacer(0, 6)
    yield KeepTogether([*paragraphs(letter.closing, LINES), *_signature(letter)])
    yield from _enclosed(enclosed)
    yield from _sources(letter, place)


def _enclosed(titles: Sequence[str]) -> Iterator[Flowable]:
    if titles:
        yield KeepTogether([*paragraphs("Enclosures", SUBHEADING), *_listed(titles[0], 1)])
        for number, title in enumerate(titles[1:], start=2):
            yield from _listed(title, number)


def _listed(title: str, number: int) -> Iterator[Flowable]:
    yield Paragraph(inline(title), _REFERENCE, bulletText=f"{number}.")


def _lines(lines: tuple[str, ...], style: ParagraphStyle) -> Iterator[Flowable]:
    return (paragraph for line in lines for paragraph in paragraphs(line, style))


def _point(point: LetterPoint, number: dict[Citation, int]) -> Iterator[Flowable]:
    if point.heading:
        yield from paragraphs(point.heading, SUBHEADING)
    said, length = "", 0
    for sentence in point.sentences:
        markers = ", ".join(str(number[citation]) for citation in sentence.citations) or "no source"
        for markup, characters in _pieces(sentence.text, f"<super size=7.5 rise=4>{markers}</super>"):
            if said and length + characters > PAGEFUL:
                yield Paragraph(said, BODY)
                said, length = "", 0
            said, length = f"{said} {markup}", length + characters
    if said:
        yield Paragraph(said, BODY)


def _pieces(text: str, ending: str) -> Iterator[tuple[str, int]]:
    """Markup of a sentence in pieces of at most a page, each with its number of characters."""
    shown = legible(text)
    for at in range(0, len(shown) or 1, PAGEFUL):
        piece = shown[at : at + PAGEFUL]
        yield inline(piece) + (ending if at + PAGEFUL >= len(shown) else ""), len(piece)


def _signature(letter: Letter) -> list[Flowable]:
    if not letter.signature_line:
        notice = Paragraph(inline(unsigned_notice(letter)), _UNSIGNED)
        return [Spacer(0, 16), notice, Spacer(0, 8)]
    npi = [f"NPI {letter.signer_npi}"] if letter.signer_npi else []
    return [Spacer(0, 16), *_lines((letter.signature_line, letter.signer, *npi), LINES)]


def _sources(letter: Letter, place: Callable[[Citation], str]) -> Iterator[Flowable]:
    listed = cited(letter)
    if listed:
        yield Spacer(0, 10)
        yield Paragraph("Sources", SUBHEADING)
    for number, citation in enumerate(listed, start=1):
        quote = said(citation, inline(shortened(citation.span.quote)))
        yield Paragraph(f"{place(citation)}: {quote}", _REFERENCE, bulletText=f"{number}.")

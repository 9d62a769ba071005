"""Packet page numbers in running text, as links once the pages they name exist."""

from dataclasses import dataclass

from cases.evidence import Span
from cases.packet import ChartCitation, Citation, LawCitation
from formats.letter_references import law_name, policy_name
from formats.packet.enclosures import PacketPages
from formats.packet.page_frame import destination
from formats.packet.typeface import LINK, inline, shortened


def _named(name: str) -> str:
    return inline(shortened(name, 240))


@dataclass(frozen=True)
class PageLinks:
    """Names packet pages; `live` is False while pages are still being counted and targets do not exist."""

    pages: PacketPages
    live: bool

    def page(self, number: int, words: str = "packet page ") -> str:
        """Markup of a page reference, a link where the page exists."""
        text = f"{words}{number}".replace(" ", "\u00a0")
        colour = f"#{LINK.hexval()[2:]}"
        if self.live:
            return f'<a href="#{destination(number)}" color="{colour}">{text}</a>'
        return f'<font color="{colour}">{text}</font>'

    def place(self, span: Span) -> str:
        """Markup of where a chart span stands: document, enclosure and packet page."""
        found = self.pages.find(span)
        if found is None:
            return f"{_named(span.document_id)}, not enclosed"
        piece, page = found
        return f"{_named(piece.document.title)}, enclosure\u00a0{piece.extract.number}, {self.page(page)}"

    def source(self, citation: Citation) -> str:
        """Markup of where a citation's words stand."""
        if isinstance(citation, ChartCitation):
            return self.place(citation.span)
        if isinstance(citation, LawCitation):
            return _named(law_name(citation))
        return _named(policy_name(citation.policy))

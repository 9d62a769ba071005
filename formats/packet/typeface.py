"""The one typeface of printed documents: embedded, licensed for it, and honest about characters it lacks.

Source Serif Pro (SIL Open Font License 1.1, embedding allowed: OS/2 fsType 0) from the package
font-source-serif-pro. It covers Latin, Greek and Cyrillic with the signs of clinical notes. A character it lacks,
or that a reader could not see, is printed as its code point, such as [U+4E2D]; nothing vanishes.
"""

import unicodedata
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase.pdfmetrics import registerFont, registerFontFamily
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph

PAGEFUL = 3000
"""Characters of body text that about fill a page; reportlab breaks a longer paragraph anew for every page of it."""
REGULAR = "SourceSerifPro-Regular"
SEMIBOLD = "SourceSerifPro-Semibold"

INK = HexColor("#1a1a1a")
GREY = HexColor("#4d4d4d")
RULE = HexColor("#9c9c9c")
LINK = HexColor("#1d4568")

_PLAIN = {"\t": "    ", "\r": "\n", "\u2028": "\n", "\u2029": "\n", "\u2010": "-", "\u2011": "-"}


def _style(name: str, size: float, leading: float, **settings: object) -> ParagraphStyle:
    plain = {"fontName": REGULAR, "textColor": INK, "allowWidows": 0, "allowOrphans": 0, "splitLongWords": 1}
    return ParagraphStyle(name, fontSize=size, leading=leading, **(plain | settings))


TITLE = _style("title", 20, 26, fontName=SEMIBOLD, spaceAfter=14)
HEADING = _style("heading", 14, 19, fontName=SEMIBOLD, spaceBefore=4, spaceAfter=8, keepWithNext=1)
SUBHEADING = _style("subheading", 11, 15, fontName=SEMIBOLD, spaceBefore=8, spaceAfter=2, keepWithNext=1)
BODY = _style("body", 11, 15, spaceAfter=6)
LINES = _style("lines", 11, 15)
QUOTE = _style("quote", 10.5, 14, leftIndent=14, rightIndent=14, spaceBefore=1)
SMALL = _style("small", 9, 12, textColor=GREY, spaceAfter=1)
LABEL = _style("label", 9.5, 15, textColor=GREY)
NOTICE = _style("notice", 11, 15, fontName=SEMIBOLD)


@cache
def printable_code_points() -> frozenset[int]:
    """Registers the typeface with reportlab; returns the code points that both weights can print visibly."""
    folder = files("font_source_serif_pro") / "files"
    fonts = [TTFont(name, str(folder / f"{name}.ttf")) for name in (REGULAR, SEMIBOLD)]
    for font in fonts:
        registerFont(font)
    registerFontFamily(REGULAR, normal=REGULAR, bold=SEMIBOLD, italic=REGULAR, boldItalic=SEMIBOLD)
    shared = frozenset.intersection(*(frozenset(font.face.charToGlyph) for font in fonts))
    return frozenset(point for point in shared if unicodedata.category(chr(point)) not in ("Cc", "Cf"))


def printed(character: str) -> str:
    """How one code point is printed: itself, a plain equivalent, or its number in brackets."""
    if character == "\n" or ord(character) in printable_code_points():
        return character
    if unicodedata.category(character) == "Zs":
        return " "
    return _PLAIN.get(character) or f"[U+{ord(character):04X}]"


def legible(text: str) -> str:
    """The text in characters the typeface has; line ends become newlines."""
    return "".join(map(printed, text.replace("\r\n", "\n")))


def inline(text: str) -> str:
    """The text as paragraph markup on one line, with nothing in it that is read as markup."""
    return escape(" ".join(legible(text).split()))


def paragraphs(text: str, style: ParagraphStyle) -> list[Paragraph]:
    """A paragraph for each line of the text; a line longer than a page is given in several."""
    lines = [line[at : at + PAGEFUL] for line in legible(text).split("\n") for at in range(0, len(line) or 1, PAGEFUL)]
    return [Paragraph(inline(line) or "\u00a0", style) for line in lines]


def shortened(text: str, limit: int = 500) -> str:
    """The text as it is printed, cut visibly after about `limit` characters."""
    shown = legible(text)
    if len(shown) <= limit:
        return text
    return f"{shown[:limit]} [… {len(shown) - limit:,} further characters]"


def day(on: date) -> str:
    return f"{on.day} {on:%b} {on.year}"


def instant(at: datetime) -> str:
    return f"{day(at)}, {at:%H:%M} {at.tzname()}"

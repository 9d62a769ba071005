"""Word documents to text as printed: headings and tables in Markdown's marks, list labels counted, pages kept."""

from dataclasses import dataclass, field

from cases.document import HiddenText
from cases.errors import UnreadableFile
from formats.docx.numbering import ListLabels
from formats.docx.package import W, WordFile, open_word_file
from formats.docx.styles import Styles, hiding
from formats.markup import Element
from formats.text import MAX_CHARACTERS, LostPage, PagedText, pages_between_form_feeds

_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_LEFT_OUT = frozenset(
    {f"{W}del", f"{W}moveFrom", f"{W}pPr", f"{W}rPr", f"{W}instrText", f"{W}delText", f"{_COMPATIBILITY}Fallback"}
)
_SYMBOLS = {"F0FE": "☒", "F0FD": "☒", "F078": "☒", "F052": "☑", "F0FC": "✓", "F0A8": "☐", "F06F": "☐", "F0B7": "•"}
_MOST_DEPTH = 200


def read_docx(content: bytes, file: str) -> PagedText:
    """Text of the headers, the body, its notes and the footers. Raises UnreadableFile where there is none.

    A page ends at a page break set by hand, or where Word last broke pages. Text deleted under change tracking is left
    out; hidden text stays and is reported; pictures are not read, which is said.
    """
    word = open_word_file(content, file)
    writer = _Writer(Styles(word.styles), ListLabels(word.numbering))
    for part in (*word.headers, word.body, *word.notes, *word.footers):
        writer.blocks(part, 0)
    text = "".join(writer.parts).rstrip("\n\f ") + "\n"
    if not text.strip():
        raise UnreadableFile(file, "is a Word document without text", fix="hand in the document as PDF or scan")
    if len(text) > MAX_CHARACTERS:
        raise UnreadableFile(file, f"holds more than {MAX_CHARACTERS} characters", fix="split the file")
    return PagedText(text, pages_between_form_feeds(text), tuple(writer.hidden), _unread(word))


def _unread(word: WordFile) -> tuple[LostPage, ...]:
    """What a reader of the document sees and we do not read."""
    found = []
    if word.pictures:
        reason = f"{word.pictures} pictures in the document are not read"
        found.append(LostPage(1, reason, "hand in pictures that hold text as scans of their own"))
    if next(word.body.iter(f"{W}del", f"{W}moveFrom"), None) is not None:
        found.append(LostPage(1, "text deleted under change tracking is left out", "accept or reject the changes"))
    return tuple(found)


@dataclass
class _Writer:
    """Builds the text block by block."""

    styles: Styles
    labels: ListLabels
    parts: list[str] = field(default_factory=list)
    length: int = 0
    hidden: list[HiddenText] = field(default_factory=list)

    def blocks(self, parent: Element, depth: int) -> None:
        """Paragraphs and tables in order, also those inside content controls and inserted text."""
        for child in parent:
            if child.tag in _LEFT_OUT or depth > _MOST_DEPTH:
                continue
            if child.tag == f"{W}p":
                self._paragraph(child)
            elif child.tag == f"{W}tbl":
                self._table(child, depth)
            else:
                self.blocks(child, depth + 1)

    def _paragraph(self, paragraph: Element) -> None:
        properties = paragraph.find(f"{W}pPr")
        style = _value(properties, "pStyle")
        if properties is not None and properties.find(f"{W}pageBreakBefore") is not None:
            self._page()
        heading = self.styles.heading(style)
        if heading:
            self._blank_line()
        self._write("#" * heading + " " if heading else self._label(properties, style))
        self._inline(paragraph, self.styles.hidden(style), 0)
        self._write("\n\n" if heading else "\n")

    def _label(self, properties: Element | None, style: str) -> str:
        number = properties.find(f"{W}numPr") if properties is not None else None
        number_id, level = _value(number, "numId"), _value(number, "ilvl")
        if not number_id:
            number_id, level = self.styles.numbering(style)
        return self.labels.label(number_id or "0", int(level) if level.isdigit() else 0)

    def _table(self, table: Element, depth: int) -> None:
        """One row to a line; what stands in a cell is on that line."""
        self._blank_line()
        for row in table.iter(f"{W}tr"):
            for number, cell in enumerate(row.findall(f"{W}tc")):
                self._write(" | " if number else "| ")
                first = len(self.parts)
                self.blocks(cell, depth + 1)
                inside = "".join(self.parts[first:])
                on_one_line = inside.replace("\n", " ").replace("\f", " ").rstrip()
                self.length += len(on_one_line) - len(inside)
                self.parts[first:] = [on_one_line]
            self._write(" |\n")
        self._write("\n")

    def _inline(self, parent: Element, hidden: str, depth: int) -> None:
        for child in parent:
            if child.tag in _LEFT_OUT or depth > _MOST_DEPTH:
                continue
            if child.tag == f"{W}r":
                self._inline(child, self._run_hidden(child, hidden), depth + 1)
            elif child.tag == f"{W}txbxContent":
                self._write("\n")
                self.blocks(child, depth + 1)
            else:
                self._mark(child, hidden)
                self._inline(child, hidden, depth + 1)

    def _run_hidden(self, run: Element, around: str) -> str:
        properties = run.find(f"{W}rPr")
        if properties is None:
            return around
        own = hiding(properties)
        return own if own is not None else self.styles.hidden(_value(properties, "rStyle")) or around

    def _mark(self, element: Element, hidden: str) -> None:
        name = str(element.tag).removeprefix(W)
        if name == "t":
            self._words(element.text or "", hidden)
        elif name in ("tab", "ptab"):
            self._write("\t")
        elif name in ("br", "cr"):
            self._page() if element.get(f"{W}type") == "page" else self._words("\n", "")
        elif name == "lastRenderedPageBreak":
            self._page()
        elif name in ("noBreakHyphen", "softHyphen"):
            self._write("-" if name == "noBreakHyphen" else "")
        elif name == "sym":
            self._words(_SYMBOLS.get(element.get(f"{W}char", "").upper(), "\ufffd"), hidden)
        elif name == "checkBox":
            self._words("[X] " if _is_checked(element) else "[ ] ", hidden)

    def _words(self, words: str, hidden: str) -> None:
        start = self.length
        self._write(words)
        if hidden and words.strip():
            self._report(HiddenText(start=start, end=self.length, reason=hidden))

    def _write(self, text: str) -> None:
        if text:
            self.parts.append(text)
            self.length += len(text)

    def _blank_line(self) -> None:
        tail = "".join(self.parts[-2:])
        if self.parts and not tail.endswith(("\n\n", "\f")):
            self._write("\n")

    def _report(self, run: HiddenText) -> None:
        last = self.hidden[-1] if self.hidden else None
        if last is not None and last.end == run.start and last.reason == run.reason:
            self.hidden[-1] = HiddenText(start=last.start, end=run.end, reason=run.reason)
        else:
            self.hidden.append(run)

    def _page(self) -> None:
        """Begin a new page, unless it has just begun: Word notes a break set by hand a second time."""
        last = next((part for part in reversed(self.parts) if part.strip(" \n")), "")
        if last and not last.rstrip(" \n").endswith("\f"):
            self._write("\f")


def _is_checked(box: Element) -> bool:
    state = box.find(f"{W}checked")
    state = state if state is not None else box.find(f"{W}default")
    return state is not None and state.get(f"{W}val", "1") in ("1", "true", "on")


def _value(parent: Element | None, name: str) -> str:
    found = parent.find(f"{W}{name}") if parent is not None else None
    return found.get(f"{W}val", "") if found is not None else ""

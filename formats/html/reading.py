"""HTML to text as a reader sees it, in Markdown's marks, with what is hidden kept and reported."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from cases.document import HiddenText
from cases.errors import UnreadableFile
from formats.html.visibility import Shown, StyleRules, shown
from formats.markup import Element, MarkupError, parse_html
from formats.text import MAX_CHARACTERS, PagedText, decoded, pages_between_form_feeds

_SPACE = re.compile(r"[ \t\r\n\f\v]+")
_CHARSET = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?([\w-]+)""", re.IGNORECASE)
_SKIPPED = frozenset({"script", "style", "head", "title", "meta", "link", "object", "embed", "iframe", "svg", "canvas"})
_BLOCK_NAMES = (
    "address article aside blockquote body center dd details dialog div dl dt fieldset figcaption figure footer form "
    "header html legend main nav p pre section summary table tbody tfoot thead tr ul ol li caption"
)
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_APART = frozenset({"p", "table", "ul", "ol", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "dl", "section"})
_HEADINGS = {f"h{level}": "#" * level + " " for level in range(1, 7)}
_MOST_DEPTH = 200
_SHOWN_INPUTS = frozenset({"", "text", "date", "number", "email", "tel", "search", "url", "datetime-local", "time"})


def read_html(content: bytes, file: str) -> PagedText:
    """Text of a page. Raises UnreadableFile where it holds none, or is no page that can be read."""
    tree = _parsed(content, file)
    writer = _Writer(StyleRules(element.text or "" for element in tree.iter("style")))
    writer.element(tree, Shown(), 0)
    text, hidden = writer.finished()
    if not text.strip():
        raise UnreadableFile(file, "is a web page without text", fix="hand in the document as text or PDF")
    if len(text) > MAX_CHARACTERS:
        raise UnreadableFile(file, f"holds more than {MAX_CHARACTERS} characters", fix="hand it in as several files")
    return PagedText(text, pages_between_form_feeds(text), hidden)


def _parsed(content: bytes, file: str) -> Element:
    charset = _CHARSET.search(content[:4096])
    try:
        text = content.decode(charset[1].decode()) if charset else decoded(content, file)
    except (UnicodeDecodeError, LookupError):
        text = decoded(content, file)
    try:
        return parse_html(text)
    except MarkupError as error:
        raise UnreadableFile(file, "is HTML that cannot be read", fix="hand it in as text or PDF") from error


@dataclass
class _Writer:
    """Builds the text piece by piece; spaces run together, and blocks stand on lines of their own."""

    rules: StyleRules
    parts: list[str] = field(default_factory=list)
    length: int = 0
    hidden: list[HiddenText] = field(default_factory=list)
    lists: list[Callable[[], str]] = field(default_factory=list)
    as_typed: int = 0

    def element(self, element: Element, around: Shown, depth: int) -> None:
        """Write an element and what is in it; `depth` guards against pages made to exhaust the stack."""
        tag = element.tag if isinstance(element.tag, str) else ""
        if tag and tag not in _SKIPPED and depth < _MOST_DEPTH:
            appears = shown(element, self.rules.of(element), around)
            self._open(element, tag, appears)
            self._words(element.text, appears)
            for child in element:
                self.element(child, appears, depth + 1)
            self._close(tag)
        self._words(element.tail, around)

    def finished(self) -> tuple[str, tuple[HiddenText, ...]]:
        return "".join(self.parts).rstrip() + "\n", tuple(self._joined())

    def _open(self, element: Element, tag: str, appears: Shown) -> None:
        if tag in _BLOCKS or tag in _HEADINGS:
            self._line(2 if tag in _APART and not self.lists else 1)
        if tag in ("ol", "ul"):
            self.lists.append(_labels(element, tag))
        elif tag == "pre":
            self.as_typed += 1
        elif tag == "li" and self.lists:
            self._raw("  " * (len(self.lists) - 1) + self.lists[-1]())
        elif tag in ("td", "th"):
            self._raw(" | " if self._at_line_start() is False else "| ")
        elif tag == "br":
            self._line(1)
        elif tag == "hr":
            self._line(2)
        elif tag in _HEADINGS:
            self._raw(_HEADINGS[tag])
        else:
            self._form_mark(element, tag, appears)

    def _form_mark(self, element: Element, tag: str, appears: Shown) -> None:
        kind = (element.get("type") or "").lower()
        if tag == "input" and kind in ("checkbox", "radio"):
            self._words("[X] " if element.get("checked") is not None else "[ ] ", appears)
        elif tag == "input" and kind in _SHOWN_INPUTS:
            self._words(f" {element.get('value') or ''} ", appears)
        elif tag == "img" and element.get("alt"):
            self._words(f" [picture: {element.get('alt')}] ", appears)

    def _close(self, tag: str) -> None:
        if tag in ("ol", "ul"):
            self.lists.pop()
        self.as_typed -= tag == "pre"
        if tag == "tr":
            self._raw(" |")
        if tag in _BLOCKS or tag in _HEADINGS:
            self._line(2 if tag in _APART and not self.lists else 1)

    def _words(self, text: str | None, appears: Shown) -> None:
        if not text:
            return
        words = text.replace("\r\n", "\n") if self.as_typed else _SPACE.sub(" ", text)
        if not self.as_typed and words.startswith(" ") and (self._at_line_start() or self._last() == " "):
            words = words[1:]
        if not words:
            return
        start = self.length
        self._raw(words)
        if appears.hidden and words.strip():
            self.hidden.append(HiddenText(start=start, end=self.length, reason=appears.hidden))

    def _line(self, wanted: int) -> None:
        """End the line, and leave a blank one where two are wanted; never more than one."""
        if not self.parts:
            return
        tail = "".join(self.parts[-3:])
        have = len(tail) - len(tail.rstrip("\n"))
        self._raw("\n" * max(wanted - have, 0))

    def _raw(self, text: str) -> None:
        if text:
            self.parts.append(text)
            self.length += len(text)

    def _last(self) -> str:
        return self.parts[-1][-1] if self.parts else ""

    def _at_line_start(self) -> bool:
        return self._last() in ("", "\n")

    def _joined(self) -> list[HiddenText]:
        """Neighbouring stretches that are hidden for one reason, as one."""
        joined: list[HiddenText] = []
        for run in self.hidden:
            if joined and joined[-1].end >= run.start and joined[-1].reason == run.reason:
                joined[-1] = HiddenText(start=joined[-1].start, end=run.end, reason=run.reason)
            else:
                joined.append(run)
        return joined


def _labels(element: Element, tag: str) -> Callable[[], str]:
    """The labels of a list's items, one for each call."""
    if tag == "ul":
        return lambda: "- "
    start = element.get("start") or ""
    number = [int(start) if start.lstrip("-").isdigit() else 1]
    kind = element.get("type") or "1"

    def label() -> str:
        number[0] += 1
        return f"{numeral(number[0] - 1, kind)}. "

    return label


_ROMAN = ((40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


def numeral(number: int, kind: str) -> str:
    """A list number as `1`, `a`, `A`, `i` or `I`."""
    if kind in ("a", "A") and 1 <= number <= 26:
        letter = chr(ord("a") + number - 1)
        return letter.upper() if kind == "A" else letter
    if kind in ("i", "I") and 1 <= number < 50:
        roman, left = "", number
        for value, letters in _ROMAN:
            while left >= value:
                roman, left = roman + letters, left - value
        return roman.upper() if kind == "I" else roman
    return str(number)

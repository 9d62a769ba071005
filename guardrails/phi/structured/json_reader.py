"""JSON, JSON lines and JSON inside other text, read by field; broken JSON is read as far as it goes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field as declared

from guardrails.phi.spans import Found, PhiType
from guardrails.phi.structured.fields import Piece, Reading, field, labelled
from guardrails.phi.structured.meaning import handling_of, identifier_kind

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|[{}\[\]:,]')
_BEGINS = re.compile(r'[{\[]\s*(?:"|\{|\[\s*\{)')
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})|\\(.)", re.DOTALL)
_PLAIN = {"n": "\n", "t": "\t", "r": "\r", "b": " ", "f": "\n"}
_TAGS = re.compile(r"<[^<>]{1,400}>")
_OPAQUE = re.compile(r"[A-Za-z0-9+/=_-]{200,}\s*")
_REFERENCE = re.compile(r"(?:Patient|RelatedPerson|Person)/([A-Za-z0-9.-]+)")
_LITERALS = frozenset({"true", "false", "null"})
_FEWEST_DIGITS = 4
_MOST_FAILURES = 20
"""After so many brackets that nothing closes, the rest is read as plain text."""


@dataclass
class _Object:
    """An open object or array: its key path, and what its scalar members say."""

    path: tuple[str, ...]
    is_array: bool
    key: str = ""
    scalars: dict[str, str] = declared(default_factory=dict)
    waiting: list[tuple[int, int, str]] = declared(default_factory=list)


def json_regions(text: str) -> Iterator[tuple[int, int]]:
    """[start, end) of each JSON value that holds at least one member; stops at what does not balance."""
    at = failed = 0
    while failed < _MOST_FAILURES and (match := _BEGINS.search(text, at)):
        end = _end_of(text, match.start())
        failed += end is None
        if end is None or '":' not in re.sub(r'"\s+:', '":', text[match.start() : min(end, match.start() + 4000)]):
            at = match.start() + 1
            continue
        yield match.start(), end
        at = end


def _end_of(text: str, start: int) -> int | None:
    depth = 0
    for match in _TOKEN.finditer(text, start):
        mark = match[0]
        if mark in "{[":
            depth += 1
        elif mark in "}]":
            depth -= 1
            if depth == 0:
                return match.end()
    return len(text) if depth and text.lstrip()[:1] in "{[" and start == len(text) - len(text.lstrip()) else None


def read_json(text: str, start: int, end: int) -> Reading:
    """Fields of the JSON at [start, end): identifiers by field, the rest as `key: value` lines."""
    reader = _Reader(text)
    reader.read(start, end)
    return Reading(reader.found, reader.pieces)


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._open: list[_Object] = []
        self._last_string: tuple[int, int] | None = None
        self.found: list[Found] = []
        self.pieces: list[Piece] = []

    def read(self, start: int, end: int) -> None:
        for match in _TOKEN.finditer(self._text, start, end):
            mark = match[0]
            if mark in "{[":
                self._open.append(_Object(self._path(), mark == "["))
            elif mark in "}]":
                self._close()
            elif mark == ":":
                self._take_key()
            elif mark == ",":
                self._flush()
            else:
                self._flush()
                self._last_string = match.span()
        while self._open:
            self._close()
        self._flush()

    def _path(self) -> tuple[str, ...]:
        if not self._open:
            return ()
        top = self._open[-1]
        return top.path if top.is_array else (*top.path, top.key)

    def _take_key(self) -> None:
        if self._last_string and self._open:
            start, end = self._last_string
            self._open[-1].key = self._text[start:end].strip('"')
        self._last_string = None

    def _flush(self) -> None:
        """The string or number last read was a value."""
        if self._last_string is not None:
            start, end = self._last_string
            self._last_string = None
            if self._text[start] == '"':
                start, end = start + 1, end - 1
            self._value(start, end)

    def _close(self) -> None:
        self._flush()
        if self._open:
            closed = self._open.pop()
            for start, end, about in closed.waiting:
                self.found.append(field(start, end, identifier_kind(about + " " + " ".join(closed.scalars.values()))))

    def _value(self, start: int, end: int) -> None:
        if end <= start:
            return
        path = self._path()
        shown = self._text[start:end]
        if shown in _LITERALS and self._text[start - 1 : start] != '"':
            return
        if self._open and not self._open[-1].is_array:
            self._open[-1].scalars[self._open[-1].key] = shown[:80]
        if self._is_identifier(path, shown):
            self._open[-1].waiting.append((start, end, " ".join(path[-3:])))
            return
        handling = handling_of(path, shown)
        if isinstance(handling, PhiType):
            self.found.append(field(start, end, handling))
        elif handling == "scan" and not _OPAQUE.fullmatch(shown):
            self._reference(path, start, shown)
            self.pieces += labelled(path[-1] if path else "", _decoded(shown, start), start)

    def _is_identifier(self, path: tuple[str, ...], shown: str) -> bool:
        """The `value` of a FHIR identifier, or the logical id of a patient."""
        if path[-1:] == ("value",) and "identifier" in path[-2:-1]:
            return True
        about = self._open[-1].scalars.get("resourceType") if self._open else None
        return path[-1:] == ("id",) and about in ("Patient", "RelatedPerson") and _digits(shown) >= _FEWEST_DIGITS

    def _reference(self, path: tuple[str, ...], start: int, shown: str) -> None:
        if path[-1:] == ("reference",) and (match := _REFERENCE.search(shown)) and _digits(match[1]) >= _FEWEST_DIGITS:
            self.found.append(field(start + match.start(1), start + match.end(1), PhiType.MRN))


def _digits(text: str) -> int:
    return sum(c.isdigit() for c in text)


def _decoded(shown: str, start: int) -> list[Piece]:
    """The string with its escapes read and its mark-up taken as breaks, each piece with its place."""
    pieces: list[Piece] = []
    at = 0
    marks = sorted((m.start(), m.end(), _unescaped(m)) for m in _ESCAPE.finditer(shown)) if "\\" in shown else []
    if "<" in shown:
        tags = [(m.start(), m.end(), "\n") for m in _TAGS.finditer(shown)]
        marks = sorted([*tags, *(mark for mark in marks if not any(a <= mark[0] < b for a, b, _ in tags))])
    for begin, end, said in marks:
        if begin >= at:
            pieces.append(Piece(shown[at:begin], start + at, start + begin))
            pieces.append(Piece(said, start + begin, start + end))
            at = end
    pieces.append(Piece(shown[at:], start + at, start + len(shown)))
    return pieces


def _unescaped(match: re.Match[str]) -> str:
    if match[1]:
        letter = chr(int(match[1], 16))
        return " " if "\ud800" <= letter <= "\udfff" else letter
    return _PLAIN.get(match[2], match[2])

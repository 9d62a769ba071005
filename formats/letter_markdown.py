"""A letter as letter.md, which a person may edit, and the edited text read back with its citations.

One sentence stands on one line and ends in the numbers of its sources: `The saturation was 85 %. [1][3]`.
HTML comments mark the parts. `\\` before punctuation takes it literally; `&#10;` is a line break inside a line.
The reference list and the signature block are printed from the case and cannot be edited here.
"""

import re
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from html import unescape
from unicodedata import category

from cases.errors import InputError
from cases.packet import Citation, Letter, LetterPoint, PolicyCitation, Sentence, SentenceKind
from formats.letter_references import cited, numbers, place, said, unsigned_notice

NO_SOURCE = "[no source]"

_PARTS = ("date", "from", "to", "subject", "salutation", "body", "closing", "signature", "references")
_PART_LINE = re.compile(r"<!-- part: (\w+) -->")
_HEADING = re.compile(r"##(?P<text>(?: .*?)?)(?: <!-- criterion: (?P<criterion>.*) -->)?")
_SENTENCE = re.compile(r"(?P<text>.*?)[ \t]*(?P<markers>(?:\[[0-9]{1,9}\][ \t]*)+|\[no source\])")
_LOOSE_MARKER = re.compile(r"(?<!\\)(?:\\\\)*\[[0-9]{1,9}\]")
_EMPTY = "<!-- empty line -->"
_WRITTEN_OTHERWISE = re.compile(r"&(?:amp|lt|gt|#\d{1,7});|\\([!-/:-@\[-`{-~])")


def write_letter(letter: Letter) -> str:
    """The letter as Markdown; `read_letter` of it gives the same letter."""
    scalars = {"date": letter.date, "salutation": letter.salutation, "closing": letter.closing}
    blocks = {"from": letter.sender, "to": letter.recipient, "subject": letter.subject}
    lines = ["<!-- One sentence to a line, each ending in the numbers of its sources, such as [1]. -->"]
    for part in _PARTS:
        lines += ["", f"<!-- part: {part} -->"]
        if part in scalars:
            lines += _written_lines(scalars[part].split("\n"))
        elif part in blocks:
            lines += _written_lines(blocks[part])
        elif part == "body":
            lines += _written_points(letter)
        else:
            lines += _fixed_lines(part, letter)
    return "\n".join(lines) + "\n"


def read_letter(text: str, original: Letter) -> Letter:
    """An edited letter.md as a letter; citations, signer and signature come from `original`.

    A sentence has the citations its markers name. A letter that differs from `original` is unsigned. Raises
    InputError naming the line for an unknown marker, a sentence without one, damaged structure, or an edited
    reference list or signature block.
    """
    parts = _parts(text)
    for part in ("signature", "references"):
        _refuse_edits(part, parts[part], original)
    edited = original.model_copy(
        update={
            "date": _scalar(parts["date"]),
            "sender": _block(parts["from"]),
            "recipient": _block(parts["to"]),
            "subject": _block(parts["subject"]),
            "salutation": _scalar(parts["salutation"]),
            "points": _points(parts["body"].lines, _Sources(original)),
            "closing": _scalar(parts["closing"]),
        }
    )
    return edited if edited == original else edited.model_copy(update={"signature_line": ""})


def _escaped(text: str) -> str:
    """One line of Markdown that shows exactly `text`: nothing in it is markup, a break or invisible."""
    marked = re.sub(r"([\\\[\]*_`])", r"\\\1", text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
    marked = re.sub(r"^(\d*)([#+\-.)=|~])(?=\W|$)", r"\1\\\2", marked)
    marked = re.sub(r"^ +| +$", lambda spaces: "&#32;" * len(spaces[0]), marked)
    return "".join(f"&#{ord(c)};" if category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") else c for c in marked)


def _plain(markdown: str) -> str:
    """The text that a line of Markdown shows; inverse of `_escaped`."""
    return _WRITTEN_OTHERWISE.sub(lambda found: found[1] or _character(found[0]), markdown)


def _character(entity: str) -> str:
    if not entity.startswith("&#"):
        return unescape(entity)
    point = int(entity[2:-1])
    return chr(point) if point <= 0x10FFFF else entity


def _written_lines(lines: Sequence[str]) -> list[str]:
    """Lines of a block; the backslash at the end makes Markdown keep the break."""
    written = [_escaped(line) or _EMPTY for line in lines]
    return [f"{line}\\" for line in written[:-1]] + written[-1:]


def _written_points(letter: Letter) -> Iterator[str]:
    number = numbers(letter)
    for point in letter.points:
        criterion = f" <!-- criterion: {_escaped(point.criterion_id)} -->" if point.criterion_id else ""
        yield ""
        yield f"## {_escaped(point.heading)}{criterion}"
        for sentence in point.sentences:
            markers = "".join(f"[{number[citation]}]" for citation in sentence.citations) or NO_SOURCE
            yield f"{_escaped(sentence.text)} {markers}".lstrip(" ")


def _fixed_lines(part: str, letter: Letter) -> list[str]:
    """The lines of a part that cannot be edited."""
    if part == "references":
        listed = enumerate(cited(letter), start=1)
        return [line for n, citation in listed for line in ("", f"[{n}] {_reference(citation)}")]
    if not letter.signature_line:
        return [f"**{_escaped(unsigned_notice(letter))}**"]
    npi = [f"NPI {letter.signer_npi}"] if letter.signer_npi else []
    return _written_lines([letter.signature_line, letter.signer, *npi])


def _reference(citation: Citation) -> str:
    return f"{_escaped(place(citation))}: {said(citation, _escaped(citation.span.quote))}"


@dataclass(frozen=True)
class _Line:
    number: int
    text: str


@dataclass(frozen=True)
class _Part:
    """One part of the file: the comment that opens it, and its lines that are not blank."""

    opening: _Line
    lines: list[_Line]


def _wrong(line: _Line, reason: str) -> InputError:
    return InputError(f"letter.md line {line.number}: {reason}")


def _text(line: _Line, markdown: str) -> str:
    if "<!--" in markdown or "-->" in markdown:
        raise _wrong(line, "a comment is damaged or does not belong here; put it back as it was")
    return _plain(markdown)


def _parts(text: str) -> dict[str, _Part]:
    """The parts in their order, each once."""
    parts: dict[str, _Part] = {}
    line = _Line(1, "")
    for number, raw in enumerate(text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n"), start=1):
        line = _Line(number, raw.strip(" \t"))
        if found := _PART_LINE.fullmatch(line.text):
            _refuse_disorder(line, found[1], len(parts))
            parts[found[1]] = _Part(line, [])
        elif line.text and parts:
            parts[next(reversed(parts))].lines.append(line)
        elif line.text and not line.text.startswith("<!--"):
            raise _wrong(line, f"text stands before <!-- part: {_PARTS[0]} -->; move it into a part")
    if len(parts) != len(_PARTS):
        raise _wrong(line, f"the letter ends before <!-- part: {_PARTS[len(parts)]} -->; put that line back")
    return parts


def _refuse_disorder(line: _Line, name: str, seen: int) -> None:
    expected = _PARTS[seen] if seen < len(_PARTS) else "nothing more"
    if name != expected:
        raise _wrong(line, f"found part {name!r} where {expected!r} belongs; put the part lines back in order")


def _refuse_edits(name: str, part: _Part, original: Letter) -> None:
    """References may be left out with the sentence they served; a signature block is all or nothing."""
    written = [line for line in _fixed_lines(name, original) if line]
    for line in part.lines:
        if line.text not in written:
            raise _wrong(line, f"the {name} part is printed from the case and cannot be edited; put the line back")
    if name == "signature" and [line.text for line in part.lines] != written:
        raise _wrong(part.opening, "the signature part cannot be edited; put its lines back")


def _block(part: _Part) -> tuple[str, ...]:
    return tuple(_block_line(line) for line in part.lines)


def _block_line(line: _Line) -> str:
    if line.text.startswith("##"):
        raise _wrong(line, "a heading cannot stand here; put headings after <!-- part: body -->")
    text = line.text
    if (len(text) - len(text.rstrip("\\"))) % 2:
        text = text[:-1].rstrip(" \t")
    return "" if text == _EMPTY else _text(line, text)


def _scalar(part: _Part) -> str:
    return "\n".join(_block(part))


@dataclass
class _Sources:
    """What an edited sentence may draw on: the citations of the original, and the kinds of its sentences."""

    original: Letter
    by_number: dict[int, Citation] = field(init=False)
    kinds: dict[tuple[str, tuple[Citation, ...]], deque[SentenceKind]] = field(init=False)

    def __post_init__(self) -> None:
        self.by_number = {number: citation for citation, number in numbers(self.original).items()}
        self.kinds = defaultdict(deque)
        for sentence in self.original.sentences():
            self.kinds[sentence.text, sentence.citations].append(sentence.kind)

    def kind(self, text: str, citations: tuple[Citation, ...]) -> SentenceKind:
        """The kind of the same sentence; else of one with the same text or sources; else by the sources."""
        if same := self.kinds.get((text, citations)):
            return same.popleft()
        alike: tuple[Callable[[Sentence], bool], ...] = (
            lambda sentence: sentence.text == text,
            lambda sentence: sentence.citations == citations,
        )
        for is_alike in alike:
            for sentence in filter(is_alike, self.original.sentences()):
                return sentence.kind
        policy_only = all(isinstance(citation, PolicyCitation) for citation in citations)
        return SentenceKind.POLICY if policy_only else SentenceKind.EVIDENCE


def _points(lines: list[_Line], sources: _Sources) -> tuple[LetterPoint, ...]:
    points: list[tuple[str, str, list[Sentence]]] = []
    for line in lines:
        if line.text.startswith("##"):
            found = _HEADING.fullmatch(line.text)
            if found is None:
                raise _wrong(line, "a heading is written `## Heading`; put a space after ##")
            points.append((_text(line, found["text"].strip(" \t")), _text(line, found["criterion"] or ""), []))
        elif points:
            points[-1][2].append(_sentence(line, sources))
        else:
            raise _wrong(line, "a sentence stands before the first heading; put a line `## Heading` above it")
    return tuple(LetterPoint(heading=h, criterion_id=c, sentences=tuple(s)) for h, c, s in points)


def _sentence(line: _Line, sources: _Sources) -> Sentence:
    _text(line, line.text)
    found = _SENTENCE.fullmatch(line.text)
    if found is None:
        raise _wrong(line, "the sentence names no source; end it in the number of a reference, such as [1]")
    if _LOOSE_MARKER.search(found["text"]):
        raise _wrong(line, "a source number stands inside the line; put each sentence on a line of its own")
    text = _plain(found["text"])
    named = [int(number) for number in re.findall(r"[0-9]+", found["markers"])]
    for number in named:
        if number not in sources.by_number:
            raise _wrong(line, f"there is no reference [{number}]; use 1 to {len(sources.by_number)}")
    citations = tuple(sources.by_number[number] for number in named)
    if not citations and (text, ()) not in sources.kinds:
        raise _wrong(line, f"a new sentence cannot be marked {NO_SOURCE}; end it in the number of a reference")
    return Sentence(kind=sources.kind(text, citations), text=text, citations=citations)

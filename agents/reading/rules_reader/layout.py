"""A note's text as sections and sentences with true offsets, options that are not ticked blanked out."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

_BOX = re.compile(
    r"(?P<ticked>\[\s?[xX✓✔]\s?\]|\([xX✓✔]\)|[☑☒✓✔✅✗✘🗹🗷⊠])|(?P<empty>\[\s{0,3}_?\]|\(\s{1,3}\)|[☐□❏❐❑❒◻◽▢⬜])"
)
_HEADING_ALONE = re.compile(r"^\s*(?P<name>[A-Z][A-Za-z0-9 ,/&'()\-]{1,60}):?\s*$")
_HEADING_INLINE = re.compile(r"^\s*(?P<name>[A-Za-z][A-Za-z0-9 ,/&'()\-]{0,45}):(?=\s|$)")
_HEADING_MARKED = re.compile(r"^\s*(?:\d{1,2}[.)]?\s{1,3})?(?P<name>[A-Z][A-Z /&,'-]{3,50}(?:\([^()\n]{0,40}\))?)\s*$")
_RULE = re.compile(r"^[\s=_*-]{4,}$")
_NEXT_LABEL = re.compile(r"\s{3,}(?=[A-Z][A-Za-z ]{1,20}:)")
_OTHER_ANSWER = re.compile(r"\s?(?:yes|no|y|n)\b(?=\s{3,}\S)", re.IGNORECASE)
"""The answer that was not ticked; what stands in the next column is said of the one that was."""
_COLUMNS = re.compile(r"\S\s{3,}\S")
_HEADING_TERSE = re.compile(r"^\s*(?P<name>[A-Za-z][A-Za-z/]{0,11})(?: {2,}|\t)(?=\S)")
_STARTS_NEW = re.compile(r"^\s*(?:[-*•–—]\s|\d{1,2}[.)]\s|\[|☐|☑|☒|□|[A-Za-z][\w /&'()\-]{0,40}:|\|)")
_SENTENCE_END = re.compile(
    r"(?:(?<=[.!])(?<!\.\.)|(?<=\?)(?!\s{1,20}[(\[]\s?[xX✓✔]\s?[)\]]))[\"”’)\]]*\s+"
    r"(?!\[ ?[xX✓] ?\] ?(?:yes|no)\b)(?=[A-Z0-9\"“(\[#]|/e?s/)"
)
_ABBREVIATION = re.compile(
    r"\b(?:Dr|Mr|Mrs|Ms|Pt|St|vs|No|approx|e\.g|i\.e|Jr|Sr|M\.D|D\.O|a\.m|p\.m|Ave|Rd|Fig|cf|al|resp|temp|sat|"
    r"max|(?<!\d )min|[tbq]\.i\.d|q\.[dh]\.?s?|p\.r\.n)\.$|"
    r"(?<![A-Za-z])(?<!vitamin )(?<!hepatitis )[A-Z]\.$"
)
_FORM_ROW = re.compile(
    r"(?:(?:\[\s?[xX✓✔]\s?\]|\([xX✓✔]\)|[☑☒]) ?(?:yes|no|none|y|n)\b|\?)(?P<gap>[^\S\n]*\n\s*)"
    r"(?![\s\[(☐☑☒□]|(?:yes|no|none)\b)",
    re.IGNORECASE,
)
"""A row of a form ends with its ticked answer, or with a question whose boxes are empty: the next row is another."""
_ANSWER = re.compile(r"No(?:ne)?\b\s*(?:[.,;(\n]|$)")
_LONGEST_HEADING = 6
_WRAPPED = 50
"""A line shorter than this was ended on purpose, not wrapped at the margin."""


class Section(StrEnum):
    """What a heading says about everything under it; a `LISTING` names documents and says nothing of the patient."""

    PLAIN = "plain"
    FAMILY = "family"
    PAST = "past"
    PLAN = "plan"
    INSTRUCTIONS = "instructions"
    POLICY = "policy"
    LISTING = "listing"


Cues = Mapping[str, re.Pattern[str]]
_OF_ONE_LINE = frozenset({Section.FAMILY, Section.PAST, Section.INSTRUCTIONS})
"""Sections that hold for their own line only where their heading opens a line of text (`PMH HTN, CAD`)."""


_ASKED_WORDS = 5
"""Words before a colon from which a line with empty boxes behind it puts a statement, and no label."""
_UNFILLED = re.compile(
    r"(?i:(?<!signed )(?!sign|x\b|physician|provider|practitioner)\b[A-Za-z](?:(?! sign)[^:\n_.\[\]]){1,50}"
    r":?[ \t]*_{3,}[_/ ]*)"
)


@dataclass(frozen=True)
class Sentence:
    """Code points [start, end) of the document, under `heading` of kind `section`.

    `block` counts the lines a writer meant; `paragraph` counts runs of them without a blank line between.
    """

    start: int
    end: int
    section: Section
    heading: str
    heading_start: int
    block: int
    paragraph: int


@dataclass(frozen=True)
class Layout:
    """`text` has the length of the document's text, with unticked options blanked; offsets agree.

    In it the lines that were wrapped at the margin are joined by a blank, so that words of one sentence stand
    together; `lines` keeps every line as written, for tables.
    """

    text: str
    lines: str
    sentences: tuple[Sentence, ...]
    headings: tuple[tuple[int, int], ...]


def lay_out(text: str, cues: Cues) -> Layout:
    """Divide a note; works on any text, including one without any structure."""
    masked = _blank_unfilled(_blank_unticked(text))
    sentences: list[Sentence] = []
    headings: list[tuple[int, int]] = []
    section, heading, heading_start, alone, inset = Section.PLAIN, "", 0, True, None
    paragraph, last_end = 0, 0
    joined = list(masked)
    for block, (start, end) in enumerate(_logical_lines(masked, cues)):
        for place in range(start, end):
            joined[place] = " " if masked[place] == "\n" else masked[place]
        paragraph += masked.count("\n", last_end, start) > 1
        last_end = end
        line = masked[start:end]
        found = _heading(line, cues)
        if found:
            section, heading, heading_start = _kind(found, cues), found, start
            alone, inset = not line.partition(found)[2].strip(" :\t"), None
            headings.append((start, start + len(line)))
        elif (not alone or inset) and section in _OF_ONE_LINE and not line[:1].isspace():
            section, heading, heading_start = Section.PLAIN, "", 0
        elif inset is None and masked[start - 1 : start] == "\n":
            inset = line[:1].isspace()
        if section is Section.POLICY and any(box["ticked"] for box in _BOX.finditer(line)):
            section = Section.PLAIN  # a form filled in for the patient, not the payer's text
        for first, last in _sentences(masked, start, end):
            sentences.append(Sentence(first, last, section, heading, heading_start, block, paragraph))
    return Layout("".join(joined), masked, tuple(sentences), tuple(headings))


def _blank_unticked(text: str) -> str:
    """Blank the words of options whose box is empty, and a statement that several empty boxes ask about."""
    pieces = list(text)
    for start, end in _lines(text):
        boxes = list(_BOX.finditer(text, start, end))
        if len(boxes) > 1 and all(box["empty"] for box in boxes):
            asked = text[start : boxes[0].start()].rstrip()
            if asked.endswith(":") and len(asked.split()) >= _ASKED_WORDS:
                pieces[start : boxes[0].start()] = " " * (boxes[0].start() - start)
        for box, following in zip(boxes, [*boxes[1:], None], strict=False):
            if box["empty"]:
                last = following.start() if following else end
                label = _NEXT_LABEL.search(text, box.end(), last)
                answer = _OTHER_ANSWER.match(text, box.end(), last) if boxes[0]["ticked"] and not following else None
                last = answer.end() if answer else label.start() if label else last
                pieces[box.start() : last] = [" " if c != "\n" else c for c in text[box.start() : last]]
    return "".join(pieces)


def _blank_unfilled(text: str) -> str:
    """Blank the labels of lines left to be filled in; a line for a signature stays: it says that there is none."""
    return _UNFILLED.sub(lambda match: " " * len(match[0]), text)


def _lines(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for line in text.splitlines(keepends=True):
        yield start, start + len(line.rstrip("\r\n\f\v\x1c\x1d\x1e\x85\u2028\u2029"))
        start += len(line)


def _logical_lines(text: str, cues: Cues) -> Iterator[tuple[int, int]]:
    """Lines as a writer meant them: prose wrapped at the margin is joined again."""
    open_start: int | None = None
    open_end = 0
    for start, end in _lines(text):
        line = text[start:end]
        if not line.strip() or _RULE.match(line):
            if open_start is not None:
                yield open_start, open_end
            open_start = None
            continue
        if open_start is not None and _continues(text[open_start:open_end], line, cues):
            open_end = end
            continue
        if open_start is not None:
            yield open_start, open_end
        open_start, open_end = start, end
    if open_start is not None:
        yield open_start, open_end


def _continues(before: str, line: str, cues: Cues) -> bool:
    last = before.rsplit("\n", 1)[-1].rstrip()
    if (
        _STARTS_NEW.match(line)
        or _HEADING_TERSE.match(line)
        or "|" in line
        or _is_row(last)
        or _is_row(line)
        or last.endswith(":")
        or "....." in last
    ):
        return False
    if _HEADING_MARKED.match(line) and not _COLUMNS.search(line):
        return False
    if _heading(before, cues) and "\n" not in before and _HEADING_ALONE.match(before):
        return False
    return len(last) >= _WRAPPED or line.lstrip()[:1].islower()


def _is_row(line: str) -> bool:
    """A row of a table: cells set apart by tabs, runs of spaces or of dots."""
    return len(re.findall(r"\S(?:\t|\s{3,})\S|[^\s.]\s?\.{3,}\s?[^\s.]", line)) >= 2


def _heading(line: str, cues: Cues) -> str:
    known = cues["known_heading"]
    alone = _HEADING_ALONE.match(line)
    if alone and (line.rstrip().endswith(":") or line.strip().isupper() or _is_titled(line, known)):
        return alone["name"].strip()
    marked = None if _COLUMNS.search(line) else _HEADING_MARKED.match(line)
    if marked:
        return marked["name"].strip()
    inline = _HEADING_INLINE.match(line) or _HEADING_TERSE.match(line)
    if inline and known.search(inline["name"]) and len(inline["name"].split()) <= _LONGEST_HEADING:
        return inline["name"].strip()
    return ""


def _is_titled(line: str, known: re.Pattern[str]) -> bool:
    return len(line.split()) < _LONGEST_HEADING and bool(known.search(line)) and not re.search(r"[.\d]", line)


def _kind(heading: str, cues: Cues) -> Section:
    sections = (Section.LISTING, Section.FAMILY, Section.POLICY, Section.INSTRUCTIONS, Section.PAST, Section.PLAN)
    return next((kind for kind in sections if cues[f"section_{kind}"].search(heading)), Section.PLAIN)


def _sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    first = start
    ends = [match.span() for match in _SENTENCE_END.finditer(text, start, end)]
    rows = [match.span("gap") for match in _FORM_ROW.finditer(text, start, end)]
    for last, following in sorted({*ends, *rows}):
        if last < first or _ABBREVIATION.search(text, max(first, last - 14), last):
            continue
        asked = text[last - 1] == "?" and (last, following) not in rows
        if asked and (_BOX.match(text, following) or _ANSWER.match(text, following)):
            continue
        if not text[first:last].strip(" \t-*•?!"):
            continue
        yield first, last
        first = following
    if text[first:end].strip():
        yield first, end

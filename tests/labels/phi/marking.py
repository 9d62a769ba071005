"""Turns the hand-marked documents under marked/ into documents.jsonl, with code-point offsets.

A document starts with a line `=== genre source [flag...]`. In its text `«TYPE:words»` is a span, `«?TYPE:words»` a
span that is neither rewarded nor punished, `‹kind:words›` a hard negative, and `\\u{HEX}` a character. Flag `cr` ends
lines with a carriage return (HL7 v2 on the wire), `join` drops the line ends (X12 on the wire); `json` and `ndjson`
only say that the text parses. Run `python -m tests.labels.phi.marking` from the repository root after editing marked/.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
DOCUMENTS = FOLDER / "documents.jsonl"
ALWAYS_OPTIONAL = {"FACILITY", "ORG", "GPE", "WEEKDAY"}
HEADER = re.compile(r"^=== (\w+) (\w+)((?: \w+)*)\n", flags=re.MULTILINE)
MARK = re.compile(
    r"«(?P<free>\??)(?P<type>[A-Z0-9_]+):(?P<span>[^«»‹›]+)»|‹(?P<kind>[a-z0-9_]+):(?P<negative>[^«»‹›]+)›"
)
ESCAPE = re.compile(r"\\u\{([0-9A-F]{2,6})\}")

Mark = dict[str, int | str | bool]


@dataclass(frozen=True)
class Labelled:
    """One document without its marks: the text and the marked stretches (code points, end exclusive)."""

    id: str
    genre: str
    source: str
    text: str
    flags: tuple[str, ...]
    spans: list[Mark] = field(default_factory=list)
    negatives: list[Mark] = field(default_factory=list)

    def line(self) -> str:
        row = {name: getattr(self, name) for name in ("id", "genre", "source", "text", "spans", "negatives")}
        return json.dumps(row, ensure_ascii=False) + "\n"


def on_the_wire(body: str, flags: tuple[str, ...]) -> str:
    text = ESCAPE.sub(lambda found: chr(int(found[1], 16)), body.rstrip("\n"))
    if "cr" in flags:
        return text.replace("\n", "\r") + "\r"
    return text.replace("\n", "") if "join" in flags else text


def label(identifier: str, genre: str, source: str, flags: tuple[str, ...], body: str) -> Labelled:
    marked = on_the_wire(body, flags)
    text, spans, negatives, read = "", list[Mark](), list[Mark](), 0
    for found in MARK.finditer(marked):
        text += marked[read : found.start()]
        words = found["span"] or found["negative"]
        place: Mark = {"start": len(text), "end": len(text) + len(words)}
        if found["type"]:
            optional: Mark = {"optional": True} if found["free"] or found["type"] in ALWAYS_OPTIONAL else {}
            spans.append(place | {"type": found["type"], "text": words} | optional)
        else:
            negatives.append(place | {"kind": found["kind"], "text": words})
        text += words
        read = found.end()
    return Labelled(identifier, genre, source, text + marked[read:], flags, spans, negatives)


def labelled() -> Iterator[Labelled]:
    """All documents in the order of the files; ids are the file's stem and the place in it, so append at the end."""
    for path in sorted((FOLDER / "marked").glob("*.txt")):
        _, *parts = HEADER.split(path.read_text(encoding="utf-8"))
        for number, place in enumerate(range(0, len(parts), 4), start=1):
            genre, source, flags, body = parts[place : place + 4]
            yield label(f"{path.stem}-{number:03}", genre, source, tuple(flags.split()), body)


if __name__ == "__main__":
    DOCUMENTS.write_text("".join(document.line() for document in labelled()), encoding="utf-8")

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

from guardrails.phi.training.marked_text import MARK, Marked, documents

FOLDER = Path(__file__).resolve().parent
DOCUMENTS = FOLDER / "documents.jsonl"
ALWAYS_OPTIONAL = {"FACILITY", "ORG", "GPE", "WEEKDAY"}
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


def label(identifier: str, document: Marked) -> Labelled:
    marked = on_the_wire(document.body, document.flags)
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
    return Labelled(identifier, document.genre, document.source, text + marked[read:], document.flags, spans, negatives)


def labelled() -> Iterator[Labelled]:
    """All documents in the order of the files; ids are the file's stem and the place in it, so append at the end."""
    for path in sorted((FOLDER / "marked").glob("*.txt")):
        for number, document in enumerate(documents(path.read_text(encoding="utf-8")), start=1):
            yield label(f"{path.stem}-{number:03}", document)


if __name__ == "__main__":
    DOCUMENTS.write_text("".join(document.line() for document in labelled()), encoding="utf-8")

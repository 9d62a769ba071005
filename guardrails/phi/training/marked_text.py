"""Documents with marks in their text: `«TYPE:words»` is an identifier, `‹kind:words›` looks like one and is none."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

HEADER = re.compile(r"^=== (\w+) (\w+)((?: \w+)*)\n", flags=re.MULTILINE)
MARK = re.compile(
    r"«(?P<free>\??)(?P<type>[A-Z0-9_]+):(?P<span>[^«»‹›]+)»|‹(?P<kind>[a-z0-9_]+):(?P<negative>[^«»‹›]+)›"
)


@dataclass(frozen=True)
class Marked:
    """One document as written, its marks still in it."""

    genre: str
    source: str
    flags: tuple[str, ...]
    body: str


def documents(text: str) -> Iterator[Marked]:
    """The documents of a file, each headed by a line `=== genre source [flag...]`."""
    _, *parts = HEADER.split(text)
    for place in range(0, len(parts), 4):
        genre, source, flags, body = parts[place : place + 4]
        yield Marked(genre, source, tuple(flags.split()), body.rstrip("\n"))

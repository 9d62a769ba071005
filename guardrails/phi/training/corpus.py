"""Training documents: filled carriers and found text, joined, roughened, cut into tokens and tagged."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from guardrails.phi.tagger.network import Tag
from guardrails.phi.tagger.tokens import Tokens, tokenize
from guardrails.phi.training.carriers import SLOT, chosen, families
from guardrails.phi.training.found_text import FoundText, Piece
from guardrails.phi.training.roughening import Roughening
from guardrails.phi.training.slots import Slots
from guardrails.phi.training.written import Written

IGNORED = -100
_WEIGHTS = {
    "narrative": 5,
    "header": 3,
    "letter": 3,
    "message": 3,
    "machine": 3,
    "everyday": 5,
    "negative": 6,
    "shorthand": 4,
    "salad": 4,
    "nameword": 3,
    "roster": 4,
    "place": 3,
    "query": 2,
    "format": 6,
    "fax2": 2,
    "denial": 3,
    "spanish": 2,
    "plain": 7,
    "beside": 4,
}


@dataclass(frozen=True, slots=True)
class TaggedTokens:
    """One document; a tag is a Tag's number, or IGNORED."""

    tokens: Tokens
    tags: Sequence[int]


class Corpus:
    """Makes documents without end. `without` and `held_out` leave out families and name backgrounds."""

    def __init__(
        self,
        shared: Path,
        seed: int,
        *,
        without: Sequence[str] = (),
        only: Sequence[str] = (),
        held_out: Sequence[str] = (),
    ) -> None:
        self._random = Random(seed)
        self._slots = Slots(self._random, held_out)
        self._found = FoundText(shared / "phi" / "notes_dev.jsonl", shared / "policies" / "cms", self._random)
        self._rough = Roughening(self._random)
        self._written = Written(self._random, self._slots)
        self._only = bool(only)
        self._families = {
            name: lines for name, lines in families().items() if name not in without and (not only or name in only)
        }
        self._names = list(self._families)
        self._shares = [_WEIGHTS.get(name, 1.5) for name in self._names]

    def documents(self) -> Iterator[TaggedTokens]:
        while True:
            yield tagged(self._rough.of(self._document()))

    def _document(self) -> list[Piece]:
        roll = self._random.random()
        if not self._only and roll < 0.55:
            return self._written.document()
        if self._only or roll < 0.80:
            return self._filled()
        if roll < 0.92:
            return self._note()
        source = self._found.policy if roll < 0.975 else self._found.help_page
        pieces = self._joined([self._found.as_found(sentence) for sentence in source(6)])
        return self._rough.reworded(pieces) if self._random.random() < 0.4 else pieces

    def _filled(self) -> list[Piece]:
        """One to six carriers, mostly of one family; a third stand alone, as queries and messages do."""
        random = self._random
        family = random.choices(self._names, self._shares)[0]
        count = 1 if random.random() < 0.35 else random.randint(2, 6)
        chunks = []
        for _ in range(count):
            if random.random() < 0.25:
                family = random.choices(self._names, self._shares)[0]
            chunks.append(self._carrier(random.choice(self._families[family])))
        return self._joined(chunks)

    def _carrier(self, carrier: str) -> list[Piece]:
        pieces: list[Piece] = []
        for place, part in enumerate(SLOT.split(chosen(carrier, self._random))):
            pieces.append((part, Tag.OTHER) if place % 2 == 0 else self._slots.fill(part))
        return pieces

    def _note(self) -> list[Piece]:
        random = self._random
        chunks: list[list[Piece]] = []
        for sentence in self._found.note(6):
            if random.random() < 0.5:
                chunks.append(self._found.as_found(sentence))
            else:
                parts = self._found.with_openings(sentence)
                chunks.append([p for n, part in enumerate(parts) for p in self._note_piece(n, part)])
            if random.random() < 0.25:
                chunks.append(
                    self._carrier(random.choice(self._families.get("narrative", next(iter(self._families.values())))))
                )
        pieces = self._joined(chunks)
        return self._rough.reworded(pieces) if random.random() < 0.4 else pieces

    def _note_piece(self, place: int, part: str) -> list[Piece]:
        return self._found.as_found(part) if place % 2 == 0 else [self._slots.fill(part)]

    def _joined(self, chunks: Sequence[list[Piece]]) -> list[Piece]:
        between = self._random.choice((" ", " ", "\n", "\n", "\n\n", "  ", ". ", "; "))
        pieces: list[Piece] = []
        for chunk in chunks:
            if pieces:
                pieces.append((between, Tag.OTHER))
            pieces += chunk
        return pieces


def tagged(pieces: Sequence[Piece]) -> TaggedTokens:
    """Tokens of the joined pieces; a token takes the tag of the piece in which it starts."""
    text = "".join(part for part, _ in pieces)
    tokens = tokenize(text)
    tags, ends, place = [], [], 0
    at = 0
    for part, _ in pieces:
        at += len(part)
        ends.append(at)
    for start, _ in tokens.spans:
        while ends[place] <= start:
            place += 1
        tag = pieces[place][1]
        tags.append(IGNORED if tag is None else int(tag))
    return TaggedTokens(tokens, tags)

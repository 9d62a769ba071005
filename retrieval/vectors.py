"""Vectors of passages and their units: what an embedder gives, how they are stored, and filling in those missing."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import PurePath
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from knowledge.chunking import HEADING_JOINT
from runtime.database import Transaction
from runtime.policy_store import (
    Passage,
    PassageVectors,
    PolicyVersion,
    passages_of,
    set_vectors,
    text_of,
    versions,
)

Vectors = NDArray[np.float32]
Span = tuple[int, int]
_STORED = np.dtype("<f2")
_UNITS = np.dtype("<i4")
_TOGETHER = 64
"""Passages embedded in one call: enough to sort by length, few enough to lose little when a run is cut short."""


class TextToEmbed(NamedTuple):
    """A text, and the parts of it, as code points, that get a row of their own."""

    text: str
    parts: tuple[Span, ...]


class EmbeddedText(NamedTuple):
    """Rows of length one, the text's first and then one for each part; tokens of each part (0: not seen)."""

    rows: Vectors
    part_tokens: tuple[int, ...]


class Embedder(Protocol):
    """Turns texts into float32 rows of length one; `name` tells one model's vectors from another's."""

    name: str

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row for each text, in the order given."""
        ...

    def embed_with_parts(self, texts: Sequence[TextToEmbed]) -> list[EmbeddedText]:
        """One result for each text, in the order given."""
        ...


def embedder_name(model: str) -> str:
    """What tells vectors of one model, made our way, from others: the end of its folder or hub id."""
    return "/".join(PurePath(model).parts[-2:]) + "#units"


def to_bytes(rows: Vectors) -> bytes:
    """The stored form: little-endian float16, row after row."""
    return rows.astype(_STORED).tobytes()


def rows_of(stored: bytes, rows: int) -> NDArray[np.float16]:
    """The rows of their stored form, as they are kept."""
    return np.frombuffer(stored, dtype=_STORED).reshape(rows, -1)


def units_of(passage: Passage) -> NDArray[np.int32]:
    """The units of a passage as rows: start, end, tokens, 1 for a heading; the whole as one where nothing was said."""
    rows = np.frombuffer(passage.units or b"", dtype=_UNITS).astype(np.int32).reshape(-1, 4)
    whole = [[passage.start, passage.end, (passage.end - passage.start) // 4, 0]]
    return rows if len(rows) else np.array(whole, dtype=np.int32)


def indexed_text(version: PolicyVersion, passage: Passage, text: str) -> TextToEmbed:
    """What of a passage is embedded: the policy's title, the headings below it, and the passage with its units."""
    headings = passage.heading.split(HEADING_JOINT)[1:]
    before = "".join(f"{part}. " for part in (version.record.title, " ".join(headings)) if part)
    shift = len(before) - passage.start
    units = units_of(passage)
    return TextToEmbed(before + text, tuple((int(unit[0]) + shift, int(unit[1]) + shift) for unit in units))


def fill_vectors(
    begin: Callable[[], AbstractContextManager[Transaction]], embedder: Embedder
) -> Iterator[tuple[PolicyVersion, int]]:
    """Make the vectors of every version that has none of this model, one transaction for each version.

    Gives each version with the number of its passages as it is done; a run cut short is taken up again. Versions
    are embedded some together, so that texts of like length share a batch.
    """
    with begin() as transaction:
        missing = [version for version in versions(transaction) if version.vector_model != embedder.name]
    waiting: list[tuple[PolicyVersion, str, tuple[Passage, ...]]] = []
    for place, version in enumerate(missing):
        with begin() as transaction:
            waiting.append((version, text_of(transaction, version), passages_of(transaction, version)))
        if place + 1 == len(missing) or sum(len(spans) for _, _, spans in waiting) >= _TOGETHER:
            yield from _embed(begin, embedder, waiting)
            waiting = []


def _embed(
    begin: Callable[[], AbstractContextManager[Transaction]],
    embedder: Embedder,
    waiting: Sequence[tuple[PolicyVersion, str, tuple[Passage, ...]]],
) -> Iterator[tuple[PolicyVersion, int]]:
    texts = [
        indexed_text(version, span, text[span.start : span.end]) for version, text, spans in waiting for span in spans
    ]
    made = iter(embedder.embed_with_parts(texts))
    for version, _, spans in waiting:
        rows = [stored_vectors(span, next(made)) for span in spans]
        with begin() as transaction:
            set_vectors(transaction, version, embedder.name, rows)
        yield version, len(spans)


def stored_vectors(span: Passage, made: EmbeddedText) -> PassageVectors:
    """What an embedder made of a passage as it is kept, each unit with the tokens the model itself counted."""
    units = units_of(span).copy()
    counts = np.asarray(made.part_tokens, dtype=np.int32)
    units[:, 2] = np.where(counts > 0, counts, units[:, 2])
    return PassageVectors(position=span.position, vector=to_bytes(made.rows), units=units.astype(_UNITS).tobytes())

"""Vectors of passages: what an embedder gives, how they are stored, and filling in those not made yet."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from knowledge.chunking import HEADING_JOINT
from runtime.database import Transaction
from runtime.policy_store import Passage, PolicyVersion, passages_of, set_vectors, text_of, versions

Vectors = NDArray[np.float32]
_STORED = np.dtype("<f4")


class Embedder(Protocol):
    """Turns texts into float32 rows of length one; `name` tells one model's vectors from another's."""

    name: str

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row for each text, in the order given."""
        ...


def to_bytes(vector: Vectors) -> bytes:
    """The stored form: little-endian float32."""
    return vector.astype(_STORED).tobytes()


def from_bytes(stored: bytes) -> Vectors:
    """The vector of its stored form."""
    return np.frombuffer(stored, dtype=_STORED).astype(np.float32)


def indexed_text(version: PolicyVersion, passage: Passage, text: str) -> str:
    """What of a passage is embedded: the policy's title, the headings below it, and the passage itself."""
    headings = passage.heading.split(HEADING_JOINT)[1:]
    return ". ".join(part for part in (version.record.title, " ".join(headings), text) if part)


def fill_vectors(
    begin: Callable[[], AbstractContextManager[Transaction]], embedder: Embedder
) -> Iterator[tuple[PolicyVersion, int]]:
    """Make the vectors of every version that has none of this model, one transaction for each version.

    Gives each version with the number of its passages as it is done; a run cut short is taken up again.
    """
    with begin() as transaction:
        missing = [version for version in versions(transaction) if version.vector_model != embedder.name]
    for version in missing:
        with begin() as transaction:
            text, spans = text_of(transaction, version), passages_of(transaction, version)
        rows = embedder.embed([indexed_text(version, span, text[span.start : span.end]) for span in spans])
        with begin() as transaction:
            stored = {span.position: to_bytes(row) for span, row in zip(spans, rows, strict=True)}
            set_vectors(transaction, version, embedder.name, stored)
        yield version, len(spans)

"""The library's passages in memory: texts, words, vectors, and which version of which document each belongs to."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cases.ids import PayerId, PolicyDocId
from knowledge.chunking import HEADING_JOINT
from retrieval.ranking import Bm25
from retrieval.vectors import Vectors, from_bytes
from runtime.database import Transaction
from runtime.policy_store import Passage, PolicyVersion, passages_of, text_of, versions

Stamp = tuple[tuple[PayerId, PolicyDocId, int, str | None], ...]


@dataclass(frozen=True)
class HeldPassage:
    """One passage with its text and the place of its version in the index."""

    version_at: int
    passage: Passage
    text: str


class PassageIndex:
    """Passages of every version held, ready to be ranked; `stamp` tells whether the library has changed since."""

    def __init__(self, held_versions: Sequence[PolicyVersion], held: Sequence[HeldPassage], model: str) -> None:
        self.versions = tuple(held_versions)
        self.held = tuple(held)
        self.model = model
        self._inside: dict[int, list[str]] = defaultdict(list)
        for item in held:
            self._inside[item.version_at].append(item.text)
        self.version_of: NDArray[np.int64] = np.array([item.version_at for item in held], dtype=np.int64)
        self.words = Bm25([self._words(item) for item in held])
        self.whole_documents = Bm25([self._document(place) for place in range(len(self.versions))])
        self.vectors = self._vectors()

    @classmethod
    def load(cls, transaction: Transaction, model: str) -> "PassageIndex":
        """Read the whole library; vectors are used where they came from `model`."""
        held_versions = versions(transaction)
        held: list[HeldPassage] = []
        for place, version in enumerate(held_versions):
            text = text_of(transaction, version)
            spans = passages_of(transaction, version)
            held += [HeldPassage(place, span, text[span.start : span.end]) for span in spans]
        return cls(held_versions, held, model)

    @property
    def stamp(self) -> Stamp:
        return stamp_of(self.versions)

    def _words(self, item: HeldPassage) -> str:
        """What the word ranking reads: payer, number, title and headings beside the passage."""
        record = self.versions[item.version_at].record
        headings = " ".join(item.passage.heading.split(HEADING_JOINT)[1:])
        return f"{record.payer_id} {record.number} {record.title} {headings} {item.text}"

    def _document(self, place: int) -> str:
        """A whole document for the ranking of documents; its title counts twice."""
        record = self.versions[place].record
        return f"{record.title} {record.title} {' '.join(self._inside[place])}"

    def names(self, place: int, code: str) -> bool:
        """Whether the text of a version has this code in it."""
        return any(code in text.upper() for text in self._inside[place])

    def _vectors(self) -> Vectors | None:
        """One row for each passage; None unless every passage has a vector of the one model."""
        stored = [item.passage.vector for item in self.held]
        of_model = all(version.vector_model == self.model for version in self.versions)
        rows = [from_bytes(vector) for vector in stored if vector is not None]
        complete = of_model and len(rows) == len(stored) and len({len(row) for row in rows}) == 1
        return np.vstack(rows) if complete else None


def stamp_of(held_versions: Sequence[PolicyVersion]) -> Stamp:
    """What changes whenever a version is added or its vectors are made."""
    return tuple((v.record.payer_id, v.record.doc_id, v.version, v.vector_model) for v in held_versions)

"""The library in memory: texts, passages with their units, words and vectors, in the order of payers and documents."""

import re
from collections.abc import Iterable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from cases.ids import PayerId, PolicyDocId
from knowledge.chunking import HEADING_JOINT
from knowledge.question_words import Holds, holds
from knowledge.synonyms import Synonyms, definitions_in, shipped_synonyms
from retrieval.ranking import Bm25, Places, TermTable
from retrieval.vectors import Vectors, rows_of, units_of
from runtime.database import Transaction
from runtime.policy_store import Passage, PolicyVersion, passages_of, text_of, versions

Stamp = tuple[tuple[PayerId, PolicyDocId, int, str | None], ...]
T = TypeVar("T", np.float16, np.float32)
_FIRST_ROWS = 1024
HeldVersion = tuple[PolicyVersion, str, tuple[Passage, ...]]


class PassageIndex:
    """Passages of every version held, ready to be ranked; `stamp` tells whether the library has changed since.

    Passages of a version, and units of a passage, lie side by side: `passage_starts[v]` is the first passage of
    version v, `unit_starts[p]` the first unit of passage p, and both have one entry more for the end.
    """

    def __init__(self, held: Iterable[HeldVersion], model: str) -> None:
        """Takes the versions in one by one, so that what the store gave of each may be let go again."""
        taken = _Taken(model)
        for version, text, passages in held:
            taken.take(version, text, passages)
        self.versions, self.texts = tuple(taken.versions), tuple(taken.texts)
        self.pages, self._headings = tuple(taken.pages), tuple(taken.headings)
        self.passage_starts = _starts(taken.passages_of_version)
        self.version_of: Places = np.repeat(np.arange(len(self.versions)), np.diff(self.passage_starts))
        self.unit_starts = _starts([len(rows) for rows in taken.units])
        self.units: NDArray[np.int32] = np.vstack([np.zeros((0, 4), dtype=np.int32), *taken.units])
        self.passage_of: Places = np.repeat(np.arange(len(self.pages)), np.diff(self.unit_starts))
        self._holds: dict[int, Holds] = {}
        self._heading_units: Places = np.flatnonzero(self.units[:, 3])
        self.opens = self._opens()
        self.counts_exactly = bool(self.versions) and taken.has_vectors
        self.vectors: Vectors | None = None
        self.unit_vectors: NDArray[np.float16] | None = None
        if self.counts_exactly:
            self.vectors, self.unit_vectors = taken.whole.rows(np.float32), taken.parts.rows(np.float16)
        self._count_words()
        self.synonyms = self._synonyms()

    @classmethod
    def load(cls, transaction: Transaction, model: str) -> "PassageIndex":
        """Read the whole library; vectors are used where all of them came from `model`."""
        held = (
            (version, text_of(transaction, version), passages_of(transaction, version))
            for version in versions(transaction)
        )
        return cls(held, model)

    @property
    def stamp(self) -> Stamp:
        return stamp_of(self.versions)

    def names(self, place: int, code: str) -> bool:
        """Whether the text of a version has this code in it."""
        return re.search(rf"(?<!\w){re.escape(code)}(?!\w)", self.texts[place], re.IGNORECASE) is not None

    def unit_text(self, unit: int) -> str:
        """The text of one unit."""
        start, end = int(self.units[unit, 0]), int(self.units[unit, 1])
        return self.texts[int(self.version_of[self.passage_of[unit]])][start:end]

    def __len__(self) -> int:
        return len(self.pages)

    def heading(self, passage: int) -> str:
        """The path of headings a passage stands under, the document's title first."""
        return self._headings[passage]

    def headings(self, passage: int) -> str:
        """The headings a passage stands under, without the document's title."""
        return " ".join(self._headings[passage].split(HEADING_JOINT)[1:])

    def section(self, unit: int) -> str:
        """The headings a unit stands under: its passage's, and the nearest heading line above it."""
        passage = int(self.passage_of[unit])
        first = int(self.unit_starts[self.passage_starts[self.version_of[passage]]])
        above = self._heading_units[: int(np.searchsorted(self._heading_units, unit, side="right"))]
        nearest = int(above[-1]) if len(above) and above[-1] > first else None
        return f"{self.headings(passage)} {self.unit_text(nearest) if nearest is not None else ''}"

    def held_by(self, unit: int) -> Holds:
        """What a unit holds under its section; worked out when first asked for."""
        found = self._holds.get(unit)
        if found is None:
            found = self._holds[unit] = holds(self.unit_text(unit), self.section(unit))
        return found

    def _opens(self) -> NDArray[np.bool_]:
        """Which units begin a line of their text, or a passage: where an answer may begin."""
        found = np.zeros(len(self.units), dtype=bool)
        found[self.unit_starts[:-1][np.diff(self.unit_starts) > 0]] = True
        for unit in np.flatnonzero(~found):
            text = self.texts[int(self.version_of[self.passage_of[unit]])]
            found[unit] = "\n" in text[int(self.units[unit - 1, 1]) : int(self.units[unit, 0])]
        return found

    def _count_words(self) -> None:
        """Words by unit, passage and document; passages and documents count their title and headings too."""
        self.terms = TermTable()
        inside = self.terms.counted(self.unit_text(unit) for unit in range(len(self.units)))
        self.title_counts = self.terms.counted(f"{v.record.number} {v.record.title}" for v in self.versions)
        self.heading_counts = self.terms.counted(self.headings(place) for place in range(len(self)))
        self.unit_counts = _widened(inside, len(self.terms.numbers))
        self.title_counts = _widened(self.title_counts, len(self.terms.numbers))
        by_passage = _summed(self.unit_counts, self.unit_starts)
        about = csr_array(self.title_counts[self.version_of]) if len(self) else self.title_counts[:0]
        self.words = Bm25(csr_array(by_passage + about + self.heading_counts))
        self.document_counts = csr_array(_summed(by_passage, self.passage_starts) + 2 * self.title_counts)
        self.documents = Bm25(self.document_counts)

    def _synonyms(self) -> Synonyms:
        """The list that ships, and the abbreviations that the policies themselves define."""
        definitions: dict[str, str] = {}
        for text in self.texts:
            for short, long in definitions_in(text).items():
                definitions.setdefault(short, long)
        return shipped_synonyms().with_definitions(definitions)


class _Taken:
    """What is kept of the versions taken in; vectors only as long as all of them came from one model."""

    def __init__(self, model: str) -> None:
        self._model = model
        self.versions: list[PolicyVersion] = []
        self.texts: list[str] = []
        self.pages: list[int | None] = []
        self.headings: list[str] = []
        self.passages_of_version: list[int] = []
        self.units: list[NDArray[np.int32]] = []
        self.whole, self.parts = _Growing(), _Growing()
        self.has_vectors = True

    def take(self, version: PolicyVersion, text: str, passages: Sequence[Passage]) -> None:
        self.versions.append(version)
        self.texts.append(text)
        self.passages_of_version.append(len(passages))
        if version.vector_model != self._model:
            self.has_vectors, self.whole, self.parts = False, _Growing(), _Growing()
        for passage in passages:
            self.pages.append(passage.page)
            self.headings.append(passage.heading)
            self.units.append(units_of(passage))
            if self.has_vectors:
                rows = rows_of(passage.vector or b"", len(self.units[-1]) + 1)
                self.whole.add(rows[:1])
                self.parts.add(rows[1:])


class _Growing:
    """Rows of float16 that grow in place, so that no second copy of all is ever held."""

    def __init__(self) -> None:
        self._rows: NDArray[np.float16] = np.zeros((0, 0), dtype=np.float16)
        self._count = 0

    def add(self, rows: NDArray[np.float16]) -> None:
        if not self._count:
            self._rows = np.zeros((_FIRST_ROWS, rows.shape[1]), dtype=np.float16)
        if self._count + len(rows) > len(self._rows):
            larger = (self._count + len(rows)) * 5 // 4
            self._rows.resize((larger, self._rows.shape[1]), refcheck=False)
        self._rows[self._count : self._count + len(rows)] = rows
        self._count += len(rows)

    def rows(self, kind: type[T]) -> NDArray[T]:
        """All rows; the room that was not used is given back."""
        self._rows.resize((self._count, self._rows.shape[1]), refcheck=False)
        return self._rows.astype(kind, copy=False)


def stamp_of(held_versions: Sequence[PolicyVersion]) -> Stamp:
    """What changes whenever a version is added or its vectors are made."""
    return tuple((v.record.payer_id, v.record.doc_id, v.version, v.vector_model) for v in held_versions)


def _starts(counts: Sequence[int]) -> Places:
    return np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])


def _widened(counts: csr_array, columns: int) -> csr_array:
    return csr_array((counts.data, counts.indices, counts.indptr), shape=(counts.shape[0], columns))


def _summed(counts: csr_array, starts: Places) -> csr_array:
    """The rows of each group added up."""
    groups = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    joining = csr_array((np.ones(len(groups), dtype=np.float32), (groups, np.arange(len(groups)))),
                        shape=(len(starts) - 1, counts.shape[0]))  # fmt: skip
    return csr_array(joining @ counts)

"""Finds passages of the right payer, version and date: hard filters first, then words and vectors together."""

from collections import defaultdict
from datetime import date

import numpy as np
from numpy.typing import NDArray

from cases.case import LineOfBusiness
from cases.frozen import Frozen
from cases.ids import PayerId, PolicyDocId
from knowledge.payer_directory import PayerDirectory
from knowledge.policy_in_force import in_force, speaks_of
from retrieval.passage_index import PassageIndex
from retrieval.ranking import Scores, on_one_scale
from retrieval.vectors import Embedder
from runtime.policy_store import PolicyVersion

_WORDS, _VECTORS, _DOCUMENT = 0.6, 0.4, 0.3
"""Weights of word score, vector score and the whole document's word score, as measured on the development questions."""
_TOP = 3
_TOO_LITTLE, _TOO_FEW_WORDS = 0.30, 0.10
"""Evidence under which nothing is answered, with vectors and by words alone: a first line only, drawn so that every
answerable development question is kept."""


class SearchQuery(Frozen):
    """What is asked, and what the answer must be of; without `on` the newest version of each document answers."""

    text: str
    payer_id: PayerId | None = None
    line_of_business: LineOfBusiness | None = None
    on: date | None = None
    code: str = ""
    k: int = 10


class Hit(Frozen):
    """A passage: code points [start, end) of that version's stored text, and the text itself."""

    doc_id: PolicyDocId
    payer_id: PayerId
    version: int
    number: str
    title: str
    effective: date | None
    text: str
    start: int
    end: int
    page: int | None
    heading: str
    score: float


class SearchResult(Frozen):
    """Hits, best first, or an abstention with its reason. `evidence` in 0..1 is how much speaks for the best ones."""

    hits: tuple[Hit, ...]
    abstained: bool = False
    reason: str = ""
    evidence: float = 0.0
    by_vectors: bool = False


class PolicySearch:
    """Searches one loaded index; without an embedder, or without vectors in the index, by words alone."""

    def __init__(self, index: PassageIndex, directory: PayerDirectory, embedder: Embedder | None = None) -> None:
        self._index = index
        self._directory = directory
        self._place = {_key(version): place for place, version in enumerate(index.versions)}
        self._embedder = embedder if index.vectors is not None else None

    def search(self, query: SearchQuery) -> SearchResult:
        """Passages of the versions that pass every filter, best first; never one that a filter excludes."""
        payers = self._payers(query)
        fitting = self._fitting(query, payers)
        if not fitting:
            return SearchResult(hits=(), abstained=True, reason=self._nothing_held(query, payers))
        places = np.flatnonzero(np.isin(self._index.version_of, fitting))
        scores, near = self._scores(query.text, places, fitting)
        best = np.argsort(-scores, kind="stable")[: max(query.k, _TOP)]
        covered = self._index.words.coverage(query.text)[places][best[:_TOP]]
        evidence = float(covered.max() if near is None else (covered.max() + near[best[:_TOP]].max()) / 2)
        if evidence < (_TOO_FEW_WORDS if near is None else _TOO_LITTLE):
            reason = "The policies held say too little about this to answer from."
            return SearchResult(hits=(), abstained=True, reason=reason, evidence=evidence, by_vectors=near is not None)
        hits = tuple(self._hit(int(places[place]), float(scores[place])) for place in best[: query.k])
        return SearchResult(hits=hits, evidence=evidence, by_vectors=near is not None)

    def _payers(self, query: SearchQuery) -> frozenset[PayerId]:
        """The payer asked for, else those that the question names; empty for any."""
        if query.payer_id is not None:
            return frozenset({query.payer_id})
        return frozenset(payer.id for payer in self._directory.named_in(query.text))

    def _fitting(self, query: SearchQuery, payers: frozenset[PayerId]) -> list[int]:
        """Places of the versions that pass payer, line of business, date and code: one for each document."""
        groups: dict[tuple[PayerId, PolicyDocId], list[PolicyVersion]] = defaultdict(list)
        for version in self._index.versions:
            record = version.record
            line_fits = query.line_of_business is None or query.line_of_business in record.lines_of_business
            if line_fits and (not payers or record.payer_id in payers):
                groups[(record.payer_id, record.doc_id)].append(version)
        current = [found for found in (in_force(group, query.on) for group in groups.values()) if found]
        code = query.code.strip().upper()
        return [self._place[_key(version)] for version in current if not code or self._names(version, code, query.on)]

    def _names(self, version: PolicyVersion, code: str, on: date | None) -> bool:
        return bool(speaks_of(version, code, on)) or self._index.names(self._place[_key(version)], code)

    def _scores(self, text: str, places: NDArray[np.int64], fitting: list[int]) -> tuple[Scores, Scores | None]:
        """Joined scores of the places, and the cosines where there are vectors."""
        words = self._index.words.scores(text)[places]
        documents = np.zeros(len(self._index.versions))
        documents[fitting] = on_one_scale(self._index.whole_documents.scores(text)[fitting])
        whole = documents[self._index.version_of[places]]
        if self._embedder is None or self._index.vectors is None:
            return on_one_scale(words) + _DOCUMENT * whole, None
        cosines = (self._index.vectors[places] @ self._embedder.embed([text])[0]).astype(np.float64)
        joined = _WORDS * on_one_scale(words) + _VECTORS * on_one_scale(cosines) + _DOCUMENT * whole
        return joined, cosines

    def _hit(self, place: int, score: float) -> Hit:
        item = self._index.held[place]
        version = self._index.versions[item.version_at]
        record = version.record
        return Hit(
            doc_id=record.doc_id,
            payer_id=record.payer_id,
            version=version.version,
            number=record.number,
            title=record.title,
            effective=record.effective,
            text=item.text,
            start=item.passage.start,
            end=item.passage.end,
            page=item.passage.page,
            heading=item.passage.heading,
            score=round(score, 4),
        )

    def _nothing_held(self, query: SearchQuery, payers: frozenset[PayerId]) -> str:
        asked = [f"of {self._name(payer)}" for payer in sorted(payers)]
        asked += [f"for {query.line_of_business.replace('_', ' ')}"] if query.line_of_business else []
        asked += [f"in force on {query.on}"] if query.on else []
        asked += [f"that speaks of {query.code}"] if query.code else []
        lines = {entry.line_of_business for entry in self._directory.entries.values() if entry.id in payers}
        advice = ""
        if LineOfBusiness.MEDICARE_ADVANTAGE in lines:
            advice = " A Medicare Advantage plan follows Medicare's NCDs (42 CFR 422.101(b)): search them under cms."
        return f"No policy {' '.join(asked) or 'at all'} is held.{advice}"

    def _name(self, payer: PayerId) -> str:
        entry = self._directory.entries.get(payer)
        return entry.name if entry else payer


def _key(version: PolicyVersion) -> tuple[PayerId, PolicyDocId, int]:
    return (version.record.payer_id, version.record.doc_id, version.version)

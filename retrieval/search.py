"""Finds passages of the right payer, version and date: hard filters first, then words and vectors together."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

import numpy as np

from cases.case import LineOfBusiness
from cases.frozen import Frozen
from cases.ids import PayerId, PolicyDocId
from knowledge.payer_directory import PayerDirectory
from knowledge.payer_mentions import payers_asked
from knowledge.policy_in_force import current, in_force, speaks_of
from knowledge.question_words import day_in
from retrieval.abstention import Signals, confidence, is_too_little, signals_of
from retrieval.passage_index import PassageIndex
from retrieval.ranker import Found, rank
from retrieval.ranking import Places
from retrieval.vectors import Embedder
from runtime.policy_store import PolicyVersion

_FILTERS_KEPT = 256
_TOP = 5
"""Windows whose evidence decides whether anything is answered."""


class SearchQuery(Frozen):
    """What is asked, and what the answer must be of.

    Without `on` each document answers by its newest version of `today` (the newest of all where no day is given);
    one that has expired by then does not answer.
    """

    text: str
    payer_id: PayerId | None = None
    line_of_business: LineOfBusiness | None = None
    on: date | None = None
    today: date | None = None
    code: str = ""
    k: int = 10


class Hit(Frozen):
    """A passage: code points [start, end) of that version's stored text, and the text itself.

    `sentences` are the code points of those in it that answer best, best first.
    """

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
    sentences: tuple[tuple[int, int], ...]


class SearchResult(Frozen):
    """Hits, best first; with an abstention and its reason they are only what comes nearest, and no answer.

    `confidence` in 0..1 is how surely they hold the answer.
    """

    hits: tuple[Hit, ...]
    abstained: bool = False
    reason: str = ""
    confidence: float = 0.0
    by_vectors: bool = False
    signals: Signals | None = None


class PolicySearch:
    """Searches one loaded index; without an embedder, or without vectors in the index, by words alone."""

    def __init__(
        self,
        index: PassageIndex,
        directory: PayerDirectory,
        embedder: Embedder | None = None,
        only: Sequence[int] | None = None,
    ) -> None:
        """`only` are the places of the versions that may answer, all of the index by default."""
        self._index = index
        self._directory = directory
        self._place = {_key(version): place for place, version in enumerate(index.versions)}
        self._embedder = embedder if index.vectors is not None else None
        self._documents: dict[PayerId, dict[PolicyDocId, list[PolicyVersion]]] = defaultdict(lambda: defaultdict(list))
        for place in range(len(index.versions)) if only is None else only:
            version = index.versions[place]
            self._documents[version.record.payer_id][version.record.doc_id].append(version)
        self._fitted: dict[object, Places] = {}

    def search(self, query: SearchQuery) -> SearchResult:
        """Passages of the versions that pass every filter, best first; never one that a filter excludes."""
        payers, text = self._asked(query)
        on = query.on or day_in(query.text)
        places = self._fitting(query, payers, on)
        if not len(places):
            return SearchResult(hits=(), abstained=True, reason=self._nothing_held(query, payers, on))
        vector = self._embedder.embed([text])[0] if self._embedder else None
        ranked = rank(self._index, text, places, vector, max(query.k, _TOP))
        by_vectors = vector is not None
        signals = signals_of(ranked)
        sure = confidence(signals, by_vectors=by_vectors)
        hits = tuple(self._hit(one) for one in ranked.found[: query.k])
        found = SearchResult(hits=hits, confidence=sure, by_vectors=by_vectors, signals=signals)
        if is_too_little(sure, signals, by_vectors=by_vectors):
            reason = "The policies held say too little about this to answer from."
            return found.model_copy(update={"abstained": True, "reason": reason})
        return found

    def in_play(self, query: SearchQuery) -> tuple[str, list[int]]:
        """What is asked without the payers' names, and the places of the versions that pass every filter."""
        payers, text = self._asked(query)
        return text, sorted(self._versions_that_pass(query, payers, query.on or day_in(query.text)))

    def _asked(self, query: SearchQuery) -> tuple[frozenset[PayerId], str]:
        """The payer asked for, else those that the question names (empty for any); the question without names."""
        named = payers_asked(self._directory, query.text)
        if query.payer_id is not None:
            return frozenset({query.payer_id}), named.rest
        return frozenset(payer.id for payer in named.payers), named.rest

    def _fitting(self, query: SearchQuery, payers: frozenset[PayerId], on: date | None) -> Places:
        """Passages of the versions that pass payer, line of business, date and code: one version of each document.

        A code that no policy in question speaks of or names leaves the question's words to decide. What was worked
        out for the same filters is kept.
        """
        key = (payers, query.line_of_business, on, query.today, query.code.strip().upper())
        if key not in self._fitted:
            if len(self._fitted) >= _FILTERS_KEPT:
                self._fitted.clear()
            fitting = self._versions_that_pass(query, payers, on)
            self._fitted[key] = np.flatnonzero(np.isin(self._index.version_of, fitting))
        return self._fitted[key]

    def _versions_that_pass(self, query: SearchQuery, payers: frozenset[PayerId], on: date | None) -> list[int]:
        asked = payers or self._documents.keys()
        groups = [group for payer in asked for group in self._documents.get(payer, {}).values()]
        line = query.line_of_business
        if line is not None:
            groups = [[version for version in group if line in version.record.lines_of_business] for group in groups]
        chosen = [in_force(group, on) if on else current(group, query.today) for group in groups]
        held = [version for version in chosen if version]
        code = query.code.strip().upper()
        about = [version for version in held if code and self._names(version, code, on)]
        return [self._place[_key(version)] for version in about or held]

    def _names(self, version: PolicyVersion, code: str, on: date | None) -> bool:
        return bool(speaks_of(version, code, on)) or self._index.names(self._place[_key(version)], code)

    def _hit(self, found: Found) -> Hit:
        index = self._index
        version_at = int(index.version_of[index.passage_of[found.start]])
        version, record = index.versions[version_at], index.versions[version_at].record
        start, end = int(index.units[found.start][0]), int(index.units[found.end - 1][1])
        return Hit(
            doc_id=record.doc_id,
            payer_id=record.payer_id,
            version=version.version,
            number=record.number,
            title=record.title,
            effective=record.effective,
            text=index.texts[version_at][start:end],
            start=start,
            end=end,
            page=index.pages[index.passage_of[found.start]],
            heading=index.heading(int(index.passage_of[found.best_units[0]])),
            score=round(found.score, 4),
            sentences=tuple((int(index.units[unit, 0]), int(index.units[unit, 1])) for unit in found.best_units),
        )

    def _nothing_held(self, query: SearchQuery, payers: frozenset[PayerId], on: date | None) -> str:
        asked = [f"of {self._name(payer)}" for payer in sorted(payers)]
        asked += [f"for {query.line_of_business.replace('_', ' ')}"] if query.line_of_business else []
        asked += [f"in force on {on}"] if on else []
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

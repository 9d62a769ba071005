"""Questions with and without an answer, for fitting abstention: each as asked, and with its answer taken away.

`gone` has the answering document taken out of play, `cut` only the sentences that answer. Both are unanswerable but
for what other passages happen to say.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

import numpy as np
from pydantic import BaseModel, ConfigDict

from cases.case import LineOfBusiness
from cases.ids import PolicyDocId
from knowledge.payer_directory import PayerDirectory
from retrieval.abstention import Signals, signals_of
from retrieval.embedding import SentenceEmbedder
from retrieval.passage_index import HeldVersion, PassageIndex
from retrieval.ranker import rank
from retrieval.search import PolicySearch, SearchQuery
from retrieval.vectors import indexed_text, stored_vectors, units_of
from runtime.policy_store import Passage

Kind = Literal["answerable", "unanswerable", "gone", "cut"]
_CUT = "~"
_WINDOWS = 10


class JudgedQuestion(BaseModel):
    """A question, whom it is asked of, and the words that answer it (None where nothing does)."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    question: str
    payer: str | None
    lob: LineOfBusiness | None = None
    date: str | None = None
    code: str | None = None
    doc_ids: tuple[str, ...]
    answer_span: str | None
    answerable: bool


class FittingCase(NamedTuple):
    """The signals of one question in one library."""

    question: str
    kind: Kind
    signals: Signals


def fitting_cases(
    held: Sequence[HeldVersion],
    directory: PayerDirectory,
    embedder: SentenceEmbedder,
    questions: Sequence[JudgedQuestion],
) -> Iterator[FittingCase]:
    """The cases of these questions; a question whose payer is not known, or for which nothing is held, gives none."""
    copies = [
        copy for one in questions for version in held if (copy := _without_answer(version, one, embedder)) is not None
    ]
    everything = sorted([*held, *copies], key=lambda one: one[0].record.doc_id)
    everything.sort(key=lambda one: one[0].record.payer_id)
    index = PassageIndex(everything, embedder.name)
    whole = [place for place, version in enumerate(index.versions) if _CUT not in version.record.doc_id]
    searcher = PolicySearch(index, directory, embedder, only=whole)
    for one in questions:
        query = query_of(directory, one)
        if query is None:
            continue
        text, in_play = searcher.in_play(query)
        for kind, versions in _plays(index, one, in_play):
            places = np.flatnonzero(np.isin(index.version_of, versions))
            if len(places):
                ranked = rank(index, text, places, embedder.embed([text])[0], _WINDOWS)
                yield FittingCase(one.id, kind, signals_of(ranked))


def query_of(directory: PayerDirectory, one: JudgedQuestion) -> SearchQuery | None:
    """The question as the search takes it; None where its payer is not known."""
    payer = directory.by_name(one.payer, one.lob).payer if one.payer else None
    if one.payer and payer is None:
        return None
    return SearchQuery.model_validate(
        {
            "text": one.question, "payer_id": payer.id if payer else None, "line_of_business": one.lob,
            "on": one.date, "code": one.code or "",
        }
    )  # fmt: skip


def _plays(index: PassageIndex, one: JudgedQuestion, in_play: Sequence[int]) -> Iterator[tuple[Kind, list[int]]]:
    """The versions in play for each kind of case that a question gives."""
    yield ("answerable" if one.answerable else "unanswerable"), list(in_play)
    if not one.answerable:
        return
    right = [place for place in in_play if index.versions[place].record.doc_id in one.doc_ids]
    rest = [place for place in in_play if place not in right]
    cut = {(version.record.doc_id, version.version): place for place, version in enumerate(index.versions)}
    copies = [
        cut[key]
        for place in right
        if (key := (_name(index.versions[place].record.doc_id, one), index.versions[place].version)) in cut
    ]
    yield "gone", rest
    if copies:
        yield "cut", sorted([*rest, *copies])


def _name(doc_id: str, one: JudgedQuestion) -> PolicyDocId:
    return PolicyDocId(f"{doc_id}{_CUT}{one.id}")


def _without_answer(held: HeldVersion, one: JudgedQuestion, embedder: SentenceEmbedder) -> HeldVersion | None:
    """A copy of an answering version without the sentences that hold the answer; None where it holds none."""
    version, text, passages = held
    if not one.answer_span or version.record.doc_id not in one.doc_ids:
        return None
    wording = r"\s+".join(map(re.escape, one.answer_span.split()))
    answers = [match.span() for match in re.finditer(wording, text)]
    taken = [unit[:2] for passage in passages for unit in units_of(passage).tolist() if _touches(unit, answers)]
    if not taken:
        return None
    letters = list(text)
    for start, end in taken:
        letters[start:end] = " " * (end - start)
    record = version.record.model_copy(update={"doc_id": _name(version.record.doc_id, one)})
    copy = version.model_copy(update={"record": record})
    shorter = "".join(letters)
    kept = [left for passage in passages if (left := _left(passage, answers)) is not None]
    texts = [indexed_text(copy, passage, shorter[passage.start : passage.end]) for passage in kept]
    made = [
        passage.model_copy(update=stored_vectors(passage, row).model_dump(include={"vector", "units"}))
        for passage, row in zip(kept, embedder.embed_with_parts(texts), strict=True)
    ]
    return (copy, shorter, tuple(made)) if made else None


def _left(passage: Passage, answers: Sequence[tuple[int, int]]) -> Passage | None:
    """A passage with the units that do not answer; None where none is left."""
    units = units_of(passage)
    kept = np.array([unit for unit in units.tolist() if not _touches(unit, answers)], dtype="<i4")
    return passage.model_copy(update={"units": kept.tobytes()}) if len(kept) else None


def _touches(unit: Sequence[int], spans: Sequence[tuple[int, int]]) -> bool:
    return any(unit[0] < end and unit[1] > start for start, end in spans)

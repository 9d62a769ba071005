"""Filters exclude before anything is ranked; hits quote the stored version; too little evidence is said."""

from datetime import date

import numpy as np
import pytest

from cases.case import LineOfBusiness
from cases.ids import PayerId
from knowledge.library import payer_directory
from knowledge.synonyms import SaidOtherwise
from retrieval.passage_index import PassageIndex, stamp_of
from retrieval.query import QueryTerms
from retrieval.search import PolicySearch, SearchQuery, SearchResult
from retrieval.vectors import Embedder, fill_vectors
from runtime.database import Database
from runtime.policy_store import PolicyVersion, text_of, versions

CMS, HERON = PayerId("cms"), PayerId("blue-heron-health")


def search(library: Database, embedder: Embedder | None, **asked: object) -> SearchResult:
    with library.read() as transaction:
        index = PassageIndex.load(transaction, embedder.name if embedder else "")
        directory = payer_directory(transaction)
    return PolicySearch(index, directory, embedder).search(SearchQuery.model_validate(asked))


def found(result: SearchResult) -> list[tuple[str, str, int]]:
    return [(hit.payer_id, hit.doc_id, hit.version) for hit in result.hits]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"payer_id": CMS}, ("cms", "lamps", 2)),
        ({"payer_id": CMS, "on": date(2023, 1, 1)}, ("cms", "lamps", 1)),
        ({"payer_id": HERON}, ("blue-heron-health", "heron-lamps", 1)),
        ({"line_of_business": LineOfBusiness.MEDICARE_ADVANTAGE}, ("blue-heron-health", "heron-lamps", 1)),
        ({"text": "Blue Heron Health desk lamp lux"}, ("blue-heron-health", "heron-lamps", 1)),
        ({"text": "Medicare desk lamp lux"}, ("cms", "lamps", 2)),
    ],
)
def test_first_hit_is_of_the_payer_line_and_day_asked_for(
    library: Database, asked: dict[str, object], expected: tuple[str, str, int]
) -> None:
    result = search(library, None, **({"text": "desk lamp darker than how many lux"} | asked))
    assert found(result)[0] == expected


@pytest.mark.parametrize(
    ("asked", "allowed"),
    [
        ({"payer_id": CMS}, {("cms", "lamps", 2), ("cms", "chairs", 1)}),
        ({"payer_id": CMS, "on": date(2020, 6, 1)}, {("cms", "lamps", 1)}),
        ({"payer_id": HERON, "on": date(2023, 1, 1)}, {("blue-heron-health", "heron-lamps", 1)}),
        ({"code": "E0424"}, {("cms", "lamps", 2), ("blue-heron-health", "heron-lamps", 1)}),
        ({"code": "e0424", "payer_id": CMS}, {("cms", "lamps", 2)}),
    ],
)
def test_nothing_outside_the_filters_is_ever_found(
    library: Database, embedder: Embedder, asked: dict[str, object], allowed: set[tuple[str, str, int]]
) -> None:
    for by in (None, embedder):
        result = search(library, by, text="is a desk lamp, chair or stool covered", k=50, **asked)
        assert set(found(result)) == allowed


def test_hits_quote_the_stored_text_at_their_offsets(library: Database) -> None:
    result = search(library, None, text="desk lamp lux", k=50)
    with library.read() as transaction:
        texts = {_key(version): text_of(transaction, version) for version in versions(transaction)}
    assert result.hits
    for hit in result.hits:
        assert texts[(hit.payer_id, hit.doc_id, hit.version)][hit.start : hit.end] == hit.text


def _key(version: PolicyVersion) -> tuple[str, str, int]:
    return (version.record.payer_id, version.record.doc_id, version.version)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"payer_id": "northlake-advantage", "text": "lamp"}, "422.101(b)"),
        ({"payer_id": CMS, "on": date(2019, 1, 1), "text": "lamp"}, "in force on 2019-01-01"),
        ({"line_of_business": "part_d", "text": "lamp"}, "part d"),
    ],
)
def test_nothing_held_is_said_and_nothing_found(library: Database, asked: dict[str, object], said: str) -> None:
    result = search(library, None, **asked)
    assert result.abstained
    assert result.hits == ()
    assert said in result.reason


@pytest.mark.parametrize("text", ["zebra quagga okapi", "?", "quark?"])
def test_what_the_policies_do_not_speak_of_is_not_answered(library: Database, text: str) -> None:
    result = search(library, None, payer_id=CMS, text=text)
    assert result.abstained
    assert "too little" in result.reason
    assert result.confidence == 0


def test_a_code_that_no_policy_names_leaves_the_words_to_decide(library: Database) -> None:
    result = search(library, None, payer_id=CMS, code="E0601", text="desk lamp lux")
    assert found(result)[0] == ("cms", "lamps", 2)


def test_an_expired_policy_answers_for_its_own_days_only(library: Database) -> None:
    today = date(2026, 11, 25)
    undated = search(library, None, payer_id=HERON, text="lamp", today=today, k=50)
    assert "heron-old" not in {hit.doc_id for hit in undated.hits}


def test_windows_are_short_whole_lines_that_share_little(library: Database) -> None:
    result = search(library, None, text="desk lamp lux", k=50)
    places = [(hit.payer_id, hit.doc_id, hit.version, hit.start, hit.end) for hit in result.hits]
    assert len(set(places)) == len(places)
    for hit in result.hits:
        assert all(hit.start <= start < end <= hit.end for start, end in hit.sentences)


def test_an_empty_library_abstains(database: Database) -> None:
    assert search(database, None, text="lamp").reason == "No policy at all is held."


def test_vectors_are_made_once_and_used(library: Database, embedder: Embedder) -> None:
    assert not search(library, embedder, text="desk lamp").by_vectors
    made = [version.record.doc_id for version, _ in fill_vectors(library.begin, embedder)]
    assert sorted(made) == ["chairs", "heron-lamps", "heron-old", "lamps", "lamps"]
    assert list(fill_vectors(library.begin, embedder)) == []
    result = search(library, embedder, text="desk lamp lux", payer_id=CMS)
    assert result.by_vectors
    assert found(result)[0] == ("cms", "lamps", 2)
    assert 0 < result.confidence <= 1


def test_the_stamp_changes_when_the_library_does(library: Database, embedder: Embedder) -> None:
    with library.read() as transaction:
        index = PassageIndex.load(transaction, embedder.name)
        assert stamp_of(versions(transaction)) == index.stamp
    list(fill_vectors(library.begin, embedder))
    with library.read() as transaction:
        assert stamp_of(versions(transaction)) != index.stamp


def test_another_form_whose_own_words_the_question_does_not_hold_harms_nothing(library: Database) -> None:
    with library.read() as transaction:
        index = PassageIndex.load(transaction, "")
    query = QueryTerms(index, "desk lamp", [SaidOtherwise(said="lux", others=("darker",))])
    assert query.said_otherwise == 1
    assert len(query.terms) == 3


def test_a_form_that_only_another_form_brought_in_covers_none_of_the_questions_words(library: Database) -> None:
    with library.read() as transaction:
        index = PassageIndex.load(transaction, "")
    said = [SaidOtherwise(said="desk", others=("lux",)), SaidOtherwise(said="lux", others=("darker",))]
    query = QueryTerms(index, "desk lamp", said)
    assert query.own_covered(np.ones((3, len(query.terms)))).shape == (3, 2)
    assert query.covered(np.ones((1, len(query.terms))))[0] == 1

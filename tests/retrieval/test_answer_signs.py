"""What speaks for an answer: named things held in some form, words forgiven one slip, numbers stated where asked."""

import numpy as np
import pytest

from retrieval.abstention import Signals
from retrieval.passage_index import PassageIndex
from retrieval.query import QueryTerms
from retrieval.ranker import rank
from retrieval.ranking import tokens
from retrieval.weights import ranking_weights
from runtime.database import Database


@pytest.fixture
def index(library: Database) -> PassageIndex:
    with library.read() as transaction:
        return PassageIndex.load(transaction, "")


def signs(index: PassageIndex, question: str) -> dict[str, float]:
    return rank(index, question, np.arange(len(index)), None, 5).signs._asdict()


@pytest.mark.parametrize(
    ("question", "absent"), [("desk lamp lux", 0), ("semaglutide", 1), ("IVIG beside a desk lamp for OSA", 2)]
)
def test_named_things_that_no_policy_holds_are_counted(index: PassageIndex, question: str, absent: int) -> None:
    assert signs(index, question)["absent_names"] == absent


def test_long_words_that_no_policy_has_are_counted(index: PassageIndex) -> None:
    assert signs(index, "desk lamp panjandrum")["long_unknown"] == 1
    assert signs(index, "desk lamp zzz")["long_unknown"] == 0


def test_a_quantity_asked_for_is_stated_or_missed(index: PassageIndex) -> None:
    assert signs(index, "how old must a chair be")["silent"] == 1
    assert signs(index, "is a chair covered")["silent"] == 0


@pytest.mark.parametrize(
    ("written", "read"), [("efective", "effective"), ("ffective", None), ("effektivus", None), ("lmap", None)]
)
def test_one_slip_in_a_long_word_is_forgiven(index: PassageIndex, written: str, read: str | None) -> None:
    forms = QueryTerms(index, written, ()).forms
    assert forms == ([[tokens(written), tokens(read)]] if read else [])


def test_every_weight_of_abstention_is_of_a_signal() -> None:
    assert set(ranking_weights().abstention.terms) == set(Signals.model_fields)

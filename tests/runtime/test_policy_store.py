import sqlite3
from contextlib import closing
from datetime import date, datetime

import pytest

from cases.case import LineOfBusiness
from cases.document import Page
from cases.errors import NotFound, StoreDamaged
from cases.ids import PayerId, PolicyDocId
from runtime import policy_store
from runtime.database import Database
from runtime.policy_store import Passage, PolicyRecord
from runtime.settings import Settings

TEXT = "Covered when the reading is at or below the limit — ≤ 88 %."
RECORD = PolicyRecord(
    payer_id=PayerId("payer1"),
    doc_id=PolicyDocId("oxygen"),
    number="P-1",
    title="Oxygen at home",
    source="oxygen.txt",
    media_type="text/plain",
    effective=date(2026, 1, 1),
    lines_of_business=(LineOfBusiness.MEDICARE_ADVANTAGE,),
    codes=("E0424",),
    pages=(Page(number=1, start=0, end=len(TEXT)),),
)
SPANS = (
    Passage(position=0, start=0, end=20, page=1, heading="Coverage"),
    Passage(position=1, start=20, end=len(TEXT), page=1, heading="Coverage"),
)


def test_a_version_comes_back_with_text_and_passages(database: Database, now: datetime) -> None:
    with database.begin() as transaction:
        version, new = policy_store.add_version(transaction, RECORD, TEXT, SPANS, now)
    assert new
    assert (version.version, version.record, version.vector_model) == (1, RECORD, None)
    with database.read() as transaction:
        assert policy_store.versions(transaction) == (version,)
        assert policy_store.text_of(transaction, version) == TEXT
        assert policy_store.passages_of(transaction, version) == SPANS


def test_the_same_text_is_added_once_whatever_its_file_is_called(database: Database, now: datetime) -> None:
    renamed = RECORD.model_copy(update={"source": "copy of oxygen.txt"})
    with database.begin() as transaction:
        first, _ = policy_store.add_version(transaction, RECORD, TEXT, SPANS, now)
        assert policy_store.add_version(transaction, renamed, TEXT, SPANS, now) == (first, False)


@pytest.mark.parametrize(
    ("change", "text"),
    [({}, TEXT + "."), ({"effective": date(2026, 7, 1)}, TEXT), ({"codes": ()}, TEXT), ({"title": "Oxygen"}, TEXT)],
)
def test_another_text_or_other_particulars_are_the_next_version(
    change: dict[str, object], text: str, database: Database, now: datetime
) -> None:
    with database.begin() as transaction:
        first, _ = policy_store.add_version(transaction, RECORD, TEXT, SPANS, now)
        changed = RECORD.model_copy(update=change)
        second, new = policy_store.add_version(transaction, changed, text, (), now)
        assert new
        assert second.version == 2
        assert policy_store.add_version(transaction, RECORD, TEXT, SPANS, now) == (first, False)
        assert policy_store.add_version(transaction, changed, text, (), now) == (second, False)
        assert policy_store.text_of(transaction, first) == TEXT
        assert policy_store.passages_of(transaction, second) == ()


def test_one_text_may_be_several_payers(database: Database, now: datetime) -> None:
    other = RECORD.model_copy(update={"payer_id": PayerId("payer2")})
    with database.begin() as transaction:
        for record in (RECORD, other):
            version, new = policy_store.add_version(transaction, record, TEXT, SPANS, now)
            assert new
            assert version.version == 1
        assert len(policy_store.versions(transaction)) == 2
        assert [v.record for v in policy_store.versions(transaction, PayerId("payer2"))] == [other]
        assert policy_store.versions(transaction, doc_id=PolicyDocId("none")) == ()


def test_vectors_are_kept_with_the_model_they_came_from(database: Database, now: datetime) -> None:
    vectors = [
        policy_store.PassageVectors(position=position, vector=bytes([position, 2]), units=bytes([position] * 16))
        for position in (0, 1)
    ]
    with database.begin() as transaction:
        version, _ = policy_store.add_version(transaction, RECORD, TEXT, SPANS, now)
        policy_store.set_vectors(transaction, version, "minilm", vectors)
        assert policy_store.versions(transaction)[0].vector_model == "minilm"
        found = policy_store.passages_of(transaction, version)
    assert [(one.position, one.vector, one.units) for one in found] == [tuple(dict(one).values()) for one in vectors]


def test_a_changed_text_is_not_given_out(database: Database, settings: Settings, now: datetime) -> None:
    with database.begin() as transaction:
        version, _ = policy_store.add_version(transaction, RECORD, TEXT, SPANS, now)
    with closing(sqlite3.connect(settings.home / "countersign.db")) as raw, raw:
        raw.execute("UPDATE policy_versions SET text = replace(text, '88', '89')")
    with pytest.raises(StoreDamaged, match="policy oxygen of payer1, version 1"), database.read() as transaction:
        policy_store.text_of(transaction, version)


def test_what_is_not_held_is_not_found(database: Database, now: datetime) -> None:
    with database.begin() as transaction:
        version, _ = policy_store.add_version(transaction, RECORD, TEXT, SPANS, now)
        with pytest.raises(NotFound, match="version 9"):
            policy_store.text_of(transaction, version.model_copy(update={"version": 9}))


def test_added_payers_are_kept_and_replaced_by_id(database: Database, now: datetime) -> None:
    with database.begin() as transaction:
        for payer_id, record in (("p2", "{}"), ("p1", '{"name": "One"}'), ("p2", '{"name": "Two"}')):
            policy_store.put_payer(transaction, PayerId(payer_id), record, now)
        assert policy_store.added_payers(transaction) == ('{"name": "One"}', '{"name": "Two"}')

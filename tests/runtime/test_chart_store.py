from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

import pytest

from cases.case import Case
from cases.chart import Chart, ChartEntry, Coding, Quantity
from cases.document import Document, DocumentKind, Page
from cases.errors import Conflict, NotFound
from cases.evidence import Assertion, Fact, Origin, Setting, Span
from cases.ids import CaseId, ConceptId, DocumentId, FactId, UserId, digest_of
from runtime import case_store, chart_store
from runtime.database import Database

C1 = CaseId("c1")
SOURCE = b"SpO2 85 % at rest \xe2\x80\x94 scanned \xff\x00"
DOCUMENT = Document(
    id=DocumentId("note.txt"),
    kind=DocumentKind.NOTE,
    title="note",
    source="note.txt",
    media_type="text/plain",
    digest=digest_of(SOURCE),
    text="SpO2 85 % at rest — 𝒳",
    pages=(Page(number=1, start=0, end=21),),
)
ENTRY = ChartEntry(
    resource_type="Observation",
    resource_id="obs1",
    document_id=DocumentId("Observation/obs1"),
    patient_id=None,
    codes=(Coding(system="http://loinc.org", code="59408-5"),),
    text="SpO2",
    quantity=Quantity(value=Decimal("85.0"), unit="%"),
)
CHART = Chart(documents=(DOCUMENT,), entries=(ENTRY,))


@pytest.fixture(autouse=True)
def case(database: Database, make_case: Callable[[str], Case], now: datetime) -> None:
    with database.begin() as transaction:
        case_store.create(transaction, make_case("c1"), now)
        case_store.create(transaction, make_case("c2"), now)


def test_a_chart_comes_back_as_it_was_read(database: Database, now: datetime) -> None:
    with database.begin() as transaction:
        digest = chart_store.put_chart(transaction, C1, CHART, now)
    with database.read() as transaction:
        assert chart_store.get_chart(transaction, C1, digest) == CHART


def test_reading_the_same_files_again_changes_nothing(database: Database, now: datetime) -> None:
    with database.begin() as transaction:
        first = chart_store.put_chart(transaction, C1, CHART, now)
        assert chart_store.put_chart(transaction, C1, CHART.model_copy(update={"read_at": now}), now) == first
        other = CHART.model_copy(update={"documents": ()})
        assert chart_store.put_chart(transaction, C1, other, now) != first
        assert chart_store.get_chart(transaction, C1, first) == CHART


def test_a_chart_is_its_own_cases_only(database: Database, now: datetime) -> None:
    with database.begin() as transaction:
        digest = chart_store.put_chart(transaction, C1, CHART, now)
        with pytest.raises(NotFound):
            chart_store.get_chart(transaction, CaseId("c2"), digest)


def test_a_chart_of_no_case_is_refused(database: Database, now: datetime) -> None:
    with pytest.raises(Conflict), database.begin() as transaction:
        chart_store.put_chart(transaction, CaseId("none"), CHART, now)


def test_source_bytes_are_found_by_the_digest_of_their_document(database: Database, now: datetime) -> None:
    with database.begin() as transaction:
        chart_store.put_sources(transaction, C1, [SOURCE, b"other", SOURCE], now)
        chart_store.put_sources(transaction, C1, [SOURCE], now)
    with database.read() as transaction:
        assert chart_store.get_source(transaction, C1, DOCUMENT.digest) == SOURCE
        with pytest.raises(NotFound):
            chart_store.get_source(transaction, C1, digest_of(b"never stored"))


def fact(name: str) -> Fact:
    span = Span(document_id=DOCUMENT.id, start=0, end=4, quote="SpO2")
    return Fact(
        id=FactId(name),
        concept=ConceptId("spo2"),
        statement="SpO2 85 %",
        assertion=Assertion.AFFIRMED,
        origin=Origin.PERSON,
        span=span,
        context=span,
        value=Decimal("85"),
        settings=frozenset({Setting.REST, Setting.ROOM_AIR}),
    )


def test_facts_of_persons_are_kept_once_each(database: Database, now: datetime) -> None:
    with database.begin() as transaction:
        for name in ("f1", "f2"):
            chart_store.add_fact(transaction, C1, fact(name), UserId("rev1"), now)
    with pytest.raises(Conflict), database.begin() as transaction:
        chart_store.add_fact(transaction, C1, fact("f1"), UserId("rev1"), now)
    with database.read() as transaction:
        assert set(chart_store.facts(transaction, C1)) == {fact("f1"), fact("f2")}
        assert chart_store.facts(transaction, CaseId("c2")) == ()

"""Every quote of every sample opens where it stands; on a PDF the boxes hold exactly its words."""

import json
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest

from agents.casework.panel.case import read_case
from agents.casework.panel.documents import PageShelf, key_of, open_document, read_chart
from cases.case import Case
from cases.document import Document
from cases.errors import NotFound
from cases.evidence import Span
from cases.ids import DocumentId, UserId
from formats.page_pictures import PageBox
from runtime import chart_store
from tests.flows.clinic import SAMPLES, Clinic

FEW = ("botulinum-migraine-complete", "lumbar-mri-therapy-too-short", "bariatric-patient-paid", "oxygen-complete")
READER = UserId("specialist")


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    opened = Clinic.at(tmp_path_factory.mktemp("clinic") / "home")
    yield opened
    opened.box.database.close()


def quotes(clinic: Clinic, case: Case) -> Iterator[Span]:
    result = read_case(clinic.box, case.id, READER).result
    for leaf in result.root.leaves() if result else ():
        yield from (item.fact.span for item in leaf.evidence)


def text_in(clinic: Clinic, case: Case, document: Document, page: int, boxes: tuple[PageBox, ...]) -> str:
    """What the PDF itself says stands in these boxes."""
    with clinic.box.database.read() as transaction:
        content = chart_store.get_source(transaction, case.id, document.digest)
    with pypdfium2.PdfDocument(content) as pdf:
        width, height = pdf[page - 1].get_size()
        text = pdf[page - 1].get_textpage()
        return "".join(
            text.get_text_bounded(
                box.left * width, (1 - box.top - box.height) * height,
                (box.left + box.width) * width, (1 - box.top) * height,
            )
            for box in boxes
        )  # fmt: skip


def letters(text: str) -> str:
    return "".join(letter for letter in text if letter.isalnum())


def test_every_quote_opens_at_its_words(clinic: Clinic, full_counts: bool) -> None:
    every = sorted(path.name for path in SAMPLES.iterdir() if path.is_dir())
    opened, boxed = 0, 0
    for sample in every if full_counts else FEW:
        for case in clinic.authorize(SAMPLES / sample).values():
            for span in quotes(clinic, case):
                shown = open_document(clinic.box, case.id, key_of(span.document_id), span)
                assert shown.intact
                assert shown.span == (span.start, span.end)
                opened += 1
                if shown.line.document.media_type != "application/pdf":
                    continue
                said = "".join(
                    text_in(clinic, case, shown.line.document, page.number, page.boxes) for page in shown.pages
                )
                assert letters(span.quote) in letters(said), (sample, span)
                assert len(letters(said)) <= len(letters(span.quote)) + 12, (sample, span, said)
                boxed += 1
    assert opened >= (200 if full_counts else 40)
    assert boxed >= 20


def test_a_quote_that_is_not_at_its_place_is_not_opened(clinic: Clinic) -> None:
    (case,) = clinic.authorize(SAMPLES / "oxygen-complete").values()
    span = next(quotes(clinic, case))
    moved = span.model_copy(update={"start": span.start + 1, "end": span.end + 1})
    shown = open_document(clinic.box, case.id, key_of(span.document_id), moved)
    assert (shown.intact, shown.pages, shown.span) == (False, (), None)


def test_another_patients_document_is_named_and_never_opened(clinic: Clinic, tmp_path: Path) -> None:
    bundle = json.loads((SAMPLES / "oxygen-complete" / "chart.json").read_text("utf-8"))
    other = {"resourceType": "Observation", "id": "strange", "status": "final", "code": {"text": "Saturation"},
             "subject": {"reference": "Patient/somebody-else"}, "valueString": "A stranger's value"}  # fmt: skip
    bundle["entry"].append({"resource": other})
    (tmp_path / "chart.json").write_text(json.dumps(bundle), "utf-8")
    (case,) = clinic.authorize(tmp_path).values()
    chart = read_chart(clinic.box, case.id)
    assert chart.set_aside == ("Observation/strange",)
    assert "Observation/strange" not in {line.document.id for line in chart.documents}
    with pytest.raises(NotFound):
        open_document(clinic.box, case.id, key_of(DocumentId("Observation/strange")))


def test_pages_are_drawn_once_and_forgotten_when_there_are_many(clinic: Clinic) -> None:
    (case,) = clinic.authorize(SAMPLES / "oxygen-complete").values()
    shelf = PageShelf(clinic.box, most_bytes=40_000)
    digest, approved, pages = shelf.packet_sizes(case.id)
    assert approved
    first = shelf.packet_page(case.id, digest, 1, 240)
    assert shelf.packet_page(case.id, digest, 1, 240) is first
    for page in pages:
        shelf.packet_page(case.id, digest, page.number, 1000)
    assert shelf.held_bytes <= 40_000 or len(shelf._held) == 1
    assert shelf.packet_page(case.id, digest, 1, 240) is not first

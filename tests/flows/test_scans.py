"""A fax reaches the same evidence as the note it was made from, and only this patient's pages are shown to anybody."""

import re
import shutil
from collections.abc import Iterator
from difflib import SequenceMatcher
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from agents.casework.documents import ReceivedDocument, add_file
from cases.case import Case
from cases.document import DocumentKind
from cases.lifecycle import CaseState
from formats.scan.reading import ScanReader
from runtime import chart_store
from tests.flows.clinic import COMPLETE, SAMPLES, Clinic, Json, as_json, leaves
from tests.flows.test_events import NEW_TEST
from tests.formats.scan.paper import faxed, image_pdf, printed, tiff

FAX = SAMPLES / "pap-faxed-referral" / "faxed-referral.tif"
SOURCE = Path(__file__).with_name("faxed_referral.txt")
OTHERS = (
    "Patient: Raymond Delacroix   DOB: 02/19/1949   MRN: KSC-268011",
    "Oxygen saturation was 71% at rest on room air.",
)
NOT_EXCHANGED = re.compile(r"[A-Za-z0-9./%-]+")


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Clinic]:
    opened = Clinic.at(tmp_path / "home")
    yield opened
    opened.box.database.close()


def lines_of(text: str) -> list[str]:
    """Lines of at most 84 letters, as a page takes them."""
    lines: list[str] = []
    for line in text.splitlines():
        while len(line) > 84:
            cut = line.rfind(" ", 0, 84)
            lines.append(line[:cut])
            line = line[cut + 1 :]
        lines.append(line)
    return lines


def chart_with(folder: Path, name: str, content: bytes) -> Path:
    """The complete sample with its note as the file given."""
    shutil.copytree(COMPLETE, folder)
    (folder / "visit-note.txt").unlink()
    (folder / name).write_bytes(content)
    return folder


def note_page() -> list[str]:
    return lines_of((COMPLETE / "visit-note.txt").read_text())


def states(made: dict[str, bytes]) -> dict[str, str]:
    return {key: leaf["state"] for key, leaf in leaves(as_json(made["criteria.json"])["tree"]).items()}


def quotes(made: dict[str, bytes], document: str) -> set[str]:
    tree: Json = as_json(made["criteria.json"])["tree"]
    evidence = [item for leaf in leaves(tree).values() for item in leaf["evidence"]]
    return {item["fact"] for item in evidence if item["document"].startswith(document)}


def only(cases: dict[str, Case]) -> Case:
    (case,) = cases.values()
    return case


@pytest.mark.parametrize("kind", ["tif", "pdf"])
def test_the_fax_reaches_the_same_evidence_as_the_note(clinic: Clinic, tmp_path: Path, kind: str) -> None:
    page = faxed(printed(*note_page()))
    content = tiff([page]) if kind == "tif" else image_pdf([page])
    typed = only(clinic.authorize(COMPLETE))
    as_typed = clinic.artefacts(typed.id)
    scanned = only(clinic.authorize(chart_with(tmp_path / "fax", f"visit-note.{kind}", content)))
    as_scanned = clinic.artefacts(scanned.id)
    assert states(as_scanned) == states(as_typed)
    assert quotes(as_scanned, "visit-note") == quotes(as_typed, "visit-note")
    assert scanned.state is CaseState.AWAITING_REVIEW


def test_the_packet_shows_the_faxed_page_itself_and_another_patients_page_is_in_none_of_it(
    clinic: Clinic, tmp_path: Path
) -> None:
    pages = [faxed(printed(*note_page()), seed=1), faxed(printed(*OTHERS), seed=2)]
    case = only(clinic.authorize(chart_with(tmp_path / "fax", "fax.tif", tiff(pages))))
    made = clinic.artefacts(case.id)
    packet = PdfReader(BytesIO(made["packet.pdf"]))
    drawn = [page for page in packet.pages if "fax.tif" in page.extract_text() and list(page.images)]
    assert len(drawn) == 1
    assert "source page 1" in drawn[0].extract_text()
    everything = b"".join(made.values()) + "".join(page.extract_text() for page in packet.pages).encode()
    assert b"fax.tif" in everything
    assert not re.search(rb"Delacroix|71\s?%|KSC-268011", everything)
    with clinic.box.database.read() as transaction:
        chart = chart_store.get_chart(transaction, case.id, clinic.case(case.id).chart_digest or case.chart_digest)
    assert [(d.id, d.text, d.title) for d in chart.documents if d.patient_id == "another-person"] == [
        ("fax.tif#p2", "", "")
    ]


def test_a_three_page_fax_is_three_pages_of_the_case(clinic: Clinic, tmp_path: Path) -> None:
    more = ["Patient: Marguerite Oyelaran    DOB: 04/18/1951", "Lungs clear. Heart regular."]
    pages = [faxed(printed(*lines), seed=n) for n, lines in enumerate((note_page(), more, more))]
    case = only(clinic.authorize(chart_with(tmp_path / "fax", "fax.tif", tiff(pages))))
    assert case.chart_digest is not None
    with clinic.box.database.read() as transaction:
        chart = chart_store.get_chart(transaction, case.id, case.chart_digest)
    (scan,) = (document for document in chart.documents if document.kind is DocumentKind.SCAN)
    assert [page.number for page in scan.pages] == [1, 2, 3]
    assert all(page.confidence and page.confidence > 0.8 for page in scan.pages)


def test_a_scan_that_arrives_later_is_read_and_the_case_goes_on(clinic: Clinic) -> None:
    case = only(clinic.authorize(SAMPLES / "oxygen-stale-test"))
    assert case.state is CaseState.WAITING_DOCUMENTS
    fax = tiff([faxed(printed(*lines_of(NEW_TEST)))])
    add_file(clinic.box, ReceivedDocument(case.id, "fax.tif", fax, "receipt-1"))
    assert clinic.go_on(case.id).state is CaseState.AWAITING_REVIEW
    add_file(clinic.box, ReceivedDocument(case.id, "again.tif", fax, "receipt-2"))
    assert clinic.case(case.id).state is CaseState.AWAITING_REVIEW


def test_a_scan_is_read_once_however_often_its_chart_is(clinic: Clinic, tmp_path: Path) -> None:
    chart = chart_with(tmp_path / "fax", "fax.tif", tiff([faxed(printed(*note_page()))]))
    clinic.authorize(chart)
    kept = {path: path.stat().st_mtime_ns for path in (tmp_path / "home" / "scans").iterdir()}
    assert len(kept) == 1
    clinic.authorize(chart)
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "home" / "scans").iterdir()} == kept


def test_the_faxed_referral_is_read_as_it_was_printed() -> None:
    """Against its four pages as a person reads them; a number that is wrong must be one that is marked as doubtful."""
    read = ScanReader().read_image(FAX.read_bytes(), "fax.tif")
    truth = SOURCE.read_text().split("\f")
    assert len(read.pages) == len(truth) == 4
    for number, (got, wanted) in enumerate(zip(read.page_texts(), truth, strict=True), start=1):
        transmission, *note = wanted.splitlines()
        words, right = " ".join([*note, transmission]).split(), got.split()
        matched = sum(block.size for block in SequenceMatcher(None, words, right, autojunk=False).get_matching_blocks())
        letters = SequenceMatcher(None, " ".join(words), " ".join(right), autojunk=False).ratio()
        assert matched / len(words) >= 0.94, number
        assert letters >= 0.985, number
    for number in ("11.2 per hour", "AHI 11.2 events", "33.4", "06/30/1957", "KSC-271846", "NLA5530964"):
        assert number in read.text

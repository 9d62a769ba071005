"""Notes to documents: one for each run of pages of one patient, dated by its own header lines."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from cases.chart import Refusal
from cases.document import Document, DocumentKind, HiddenText, Page
from cases.ids import DocumentId, PatientId, digest_of
from formats.media_type import MediaType
from formats.notes.attribution import ANOTHER_PERSON, OTHER, Run, runs_of
from formats.notes.headers import claims_in, date_in_headers
from formats.notes.known_patients import KnownPatient
from formats.text import PagedText


@dataclass(frozen=True)
class NoteSource:
    """The bytes of a note and what its way of hand-over says of it.

    `id` is the path in the folder, or the carrying resource's id and the attachment's FHIR path; `pointer` is
    the JSON pointer of the attachment in `file`, empty for a file of its own. `subject` is the patient whom the
    carrying resource names, `dated` the date it gives.
    """

    id: str
    title: str
    file: str
    content: bytes
    pointer: str = ""
    subject: PatientId | None = None
    dated: date | None = None

    @property
    def source(self) -> str:
        return f"{self.file}#{self.pointer}" if self.pointer else self.file

    def refused(self, reason: str, fix: str, *, pages: str = "", field: str = "") -> Refusal:
        """A refusal of the note, or of the pages named."""
        place = " ".join(part for part in (self.pointer, f"page {pages}" if pages else "") if part)
        return Refusal(file=self.file, pointer=place, field=field, reason=reason, fix=fix)


def note_documents(
    note: NoteSource,
    media_type: MediaType,
    read: PagedText,
    patients: Sequence[KnownPatient],
    presumed: PatientId | None,
) -> tuple[list[Document], list[Refusal]]:
    """Documents of the note's pages with reports of lost pages and of pages that are nobody's.

    A note of one owner keeps the note's id; else each run is `<id>#p<first>-<last>`. Page numbers stay those of
    the file, and the digest is of the whole file. Pages that name somebody else belong to `ANOTHER_PERSON`, so that
    nobody takes them for silent ones. A scan is often several documents in one: a page that names its patient anew
    under another date begins one, so that none is dated by its neighbour.
    """
    births = frozenset(patient.birth_date for patient in patients if patient.birth_date)
    runs = [part for run in runs_of(read.page_texts(), patients, presumed) for part in _dated_apart(read, run, births)]
    documents, refusals = [], [note.refused(page.reason, page.fix, pages=str(page.number)) for page in read.lost]
    for run in runs:
        pages = read.pages[run.start : run.end]
        name = note.id if len(runs) == 1 else f"{note.id}#p{_numbers(pages)}"
        documents.append(_document(note, media_type, read, pages, DocumentId(name), run, births))
        if run.owner.patient_id is None:
            refusals.append(_unowned(note, pages, run))
    return documents, refusals


def _dated_apart(read: PagedText, run: Run, births: frozenset[date]) -> Iterator[Run]:
    start, dated = run.start, None
    texts = read.page_texts()
    for at in range(run.start, run.end):
        said = date_in_headers(texts[at], births) if claims_in(texts[at]) else None
        if said and dated and said != dated and read.pages[at].confidence is not None:
            yield Run(start, at, run.owner)
            start = at
        dated = said or dated
    yield Run(start, run.end, run.owner)


def _document(
    note: NoteSource,
    media_type: MediaType,
    read: PagedText,
    pages: Sequence[Page],
    name: DocumentId,
    run: Run,
    births: frozenset[date],
) -> Document:
    start, end = pages[0].start, pages[-1].end
    text = read.text[start:end]
    return Document(
        id=name,
        kind=DocumentKind.SCAN if any(page.confidence is not None for page in pages) else DocumentKind.NOTE,
        title=note.title,
        source=note.source,
        media_type=media_type,
        digest=digest_of(note.content),
        text=text,
        pages=tuple(p.model_copy(update={"start": p.start - start, "end": p.end - start}) for p in pages),
        hidden=tuple(
            HiddenText(start=max(h.start, start) - start, end=min(h.end, end) - start, reason=h.reason)
            for h in read.hidden
            if h.start < end and start < h.end
        ),
        patient_id=ANOTHER_PERSON if run.owner.reason == OTHER else run.owner.patient_id,
        dated=date_in_headers(text, births) or note.dated,
    )


def _unowned(note: NoteSource, pages: Sequence[Page], run: Run) -> Refusal:
    fix = "move it to that patient's chart" if run.owner.reason == OTHER else "say on the page whose it is"
    return note.refused(run.owner.reason, fix, pages=_numbers(pages), field=run.owner.said)


def _numbers(pages: Sequence[Page]) -> str:
    first, last = pages[0].number, pages[-1].number
    return str(first) if first == last else f"{first}-{last}"

"""A folder of mixed files to one chart: each file is used or refused by name, place, reason and what would mend it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cases.chart import Chart, Refusal
from cases.document import Document
from cases.errors import InputError, UnreadableFile
from cases.ids import Digest, DocumentId, PatientId, digest_of
from formats.chart_files import ChartFile, read_files
from formats.docx.reading import read_docx
from formats.email import attachments_in, read_email
from formats.fhir.attachments import attachments_of
from formats.fhir.chart import FhirRecords, records_of
from formats.fhir.reading import FhirFile, read_fhir, without_deleted
from formats.fhir.references import References
from formats.fhir.versions import one_of_each
from formats.html.reading import read_html
from formats.media_type import NO_READER, MediaType, media_type_of
from formats.notes.documents import NoteSource, note_documents
from formats.notes.known_patients import KnownPatient
from formats.scan.pdf_pictures import read_pdf_or_scan
from formats.scan.reading import ScanReader
from formats.text import PagedText, read_text

NoteReader = Callable[[bytes, str, ScanReader], PagedText]
NOTE_READERS: Mapping[MediaType, NoteReader] = {
    MediaType.TEXT: lambda content, file, _: read_text(content, file),
    MediaType.PDF: read_pdf_or_scan,
    MediaType.HTML: lambda content, file, _: read_html(content, file),
    MediaType.DOCX: lambda content, file, _: read_docx(content, file),
    MediaType.EMAIL: lambda content, file, _: read_email(content, file),
    MediaType.TIFF: lambda content, file, scans: scans.read_image(content, file),
    MediaType.PNG: lambda content, file, scans: scans.read_image(content, file),
    MediaType.JPEG: lambda content, file, scans: scans.read_image(content, file),
}
"""Readers of documents that become text with pages, by what the bytes show; a new reader is a new line."""


@dataclass
class _HandOver:
    """What is being read: FHIR files, notes, and everything refused so far."""

    scans: ScanReader
    fhir: list[FhirFile] = field(default_factory=list)
    notes: list[NoteSource] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    contents: dict[DocumentId, bytes] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)

    def take(self, file: ChartFile) -> None:
        """Sort a file by what its bytes show; an e-mail brings its attachments with it."""
        kind = media_type_of(file.content)
        try:
            if kind is not MediaType.JSON:
                title = file.name.rsplit("/", 1)[-1]
                self.notes.append(NoteSource(id=file.name, title=title, file=file.name, content=file.content))
                self.notes += _attached(file) if kind is MediaType.EMAIL else []
                return
            found = read_fhir(file.content, file.name)
        except UnreadableFile as error:
            self.refusals.append(Refusal(file=file.name, field=error.field, reason=error.reason, fix=error.fix))
            return
        self.fhir.append(found)
        self.refusals.extend(found.refusals)

    def add(self, document: Document, content: bytes) -> None:
        """Keep a document under an id of its own: a file may bear the name of a resource."""
        name = document.id
        while name in self.contents:
            name = DocumentId(f"{name}~")
        self.documents.append(document if name == document.id else document.model_copy(update={"id": name}))
        self.contents[name] = content


def read_chart(paths: Sequence[Path], scans: ScanReader | None = None) -> tuple[Chart, Mapping[DocumentId, bytes]]:
    """The chart of the files and folders given, and the source bytes of each of its documents.

    FHIR JSON (resources, Bundles, NDJSON), notes (text, PDF, Word, HTML, e-mail) and scans may be mixed. Raises
    InputError where a path does not exist or nothing at all could be read; every other fault is in
    `Chart.refusals`.
    """
    return chart_of_files(*read_files(paths), scans=scans)


def chart_of_files(
    files: Sequence[ChartFile], refused: Sequence[Refusal] = (), scans: ScanReader | None = None
) -> tuple[Chart, Mapping[DocumentId, bytes]]:
    """The same for files already in memory; `refused` are those that could not even be read.

    Without a `ScanReader` of the caller's, whose store spares reading twice, scans are read anew.
    """
    hand_over = _HandOver(scans or ScanReader(), refusals=list(refused))
    for file in files:
        hand_over.take(file)
    versions = one_of_each(without_deleted(hand_over.fhir))
    resources, references = list(versions.kept.values()), References.among(versions)
    records = records_of(resources, references)
    hand_over.refusals += [*versions.refusals, *records.refusals]
    for document in records.documents:
        hand_over.add(document, records.contents[document.id])
    for attached in attachments_of(resources, references):
        if isinstance(attached, Refusal):
            hand_over.refusals.append(attached)
        else:
            hand_over.notes.append(attached)
    _read_notes(hand_over, records)
    if not hand_over.documents:
        raise InputError(_nothing_read(hand_over.refusals))
    return _chart(hand_over, records), hand_over.contents


def _attached(mail: ChartFile) -> list[NoteSource]:
    """The attachments of an e-mail as notes; FHIR in one is refused, as it is in any attachment."""
    return [
        NoteSource(
            id=f"{mail.name}/{item.place} {item.name}", title=item.name, file=mail.name, content=item.content,
            pointer=f"/attachment/{item.place}",
        )
        for item in attachments_in(mail.content, mail.name)
    ]  # fmt: skip


def _read_notes(hand_over: _HandOver, records: FhirRecords) -> None:
    """Read each note once, those that a resource carries first: they come with patient and date."""
    only = _only_patient(records)
    read: set[tuple[Digest, PatientId | None]] = set()
    for note in sorted(hand_over.notes, key=lambda note: note.subject is None):
        presumed = note.subject or only
        identity = (digest_of(note.content), presumed)
        if identity not in read:
            read.add(identity)
            _read_note(hand_over, note, records.known, presumed)


def _read_note(
    hand_over: _HandOver, note: NoteSource, patients: Sequence[KnownPatient], presumed: PatientId | None
) -> None:
    media_type = media_type_of(note.content)
    try:
        text = _paged_text(note, media_type, hand_over.scans)
    except UnreadableFile as error:
        hand_over.refusals.append(note.refused(error.reason, error.fix, field=error.field))
        return
    documents, refusals = note_documents(note, media_type, text, patients, presumed)
    hand_over.refusals.extend(refusals)
    for document in documents:
        hand_over.add(document, note.content)


def _paged_text(note: NoteSource, media_type: MediaType, scans: ScanReader) -> PagedText:
    if media_type in NOTE_READERS:
        return NOTE_READERS[media_type](note.content, note.source, scans)
    reason, fix = NO_READER.get(media_type, ("holds data, not a document", "hand in FHIR as a file of its own"))
    raise UnreadableFile(note.source, reason, fix=fix)


def _only_patient(records: FhirRecords) -> PatientId | None:
    """The one patient whom the whole hand-over is about; None where it names several, or holds none."""
    named = {document.patient_id for document in records.documents if document.patient_id}
    return records.patients[0].id if len(records.patients) == 1 and named == {records.patients[0].id} else None


def _chart(hand_over: _HandOver, records: FhirRecords) -> Chart:
    return Chart(
        documents=tuple(hand_over.documents),
        patients=tuple(records.patients),
        coverages=tuple(records.coverages),
        orders=tuple(records.orders),
        entries=tuple(records.entries),
        parties=tuple(records.parties),
        refusals=tuple(hand_over.refusals),
    )


def _nothing_read(refusals: Sequence[Refusal]) -> str:
    if not refusals:
        return "Nothing could be read: there is no file in what was given"
    first = refusals[0]
    where = f"{first.file}: {first.field}: " if first.field else f"{first.file}: "
    more = f"; and {len(refusals) - 1} more" if len(refusals) > 1 else ""
    return f"Nothing could be read: {where}{first.reason}{f' ({first.fix})' if first.fix else ''}{more}"

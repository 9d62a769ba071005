"""Documents of a chart as text with offsets, pages and visibility, so that a quote can be opened where it stands."""

from datetime import date
from enum import StrEnum

from cases.frozen import Frozen
from cases.ids import Digest, DocumentId, PatientId


class DocumentKind(StrEnum):
    """Where a document's text comes from; decides how it is read and how it is shown."""

    FHIR_RESOURCE = "fhir_resource"
    NOTE = "note"
    SCAN = "scan"


class Page(Frozen):
    """One page: its number from 1 and the code points [start, end) of the document's text it holds.

    `confidence` is the mean word confidence of OCR in 0..1; None where the text is born digital.
    """

    number: int
    start: int
    end: int
    confidence: float | None = None


class Field(Frozen):
    """Where one element of a structured resource stands in the rendered text.

    `path` is a FHIR path from the resource's root, such as `valueQuantity` or `note[0].text`.
    """

    path: str
    start: int
    end: int


class HiddenText(Frozen):
    """Text a reader of the page would not see (white on white, zero size, off the page), with why."""

    start: int
    end: int
    reason: str


class Document(Frozen):
    """One document of a chart: the stored text and everything that places it.

    Offsets are Unicode code points of `text`, end exclusive. `source` is the file it came from, relative to
    the folder given, followed by `#` and a JSON pointer where one file holds several resources. `digest` is
    of the source bytes (the resource's own JSON for an entry of a bundle). `patient_id` is the patient whom
    the document itself names; None when it names nobody.
    """

    id: DocumentId
    kind: DocumentKind
    title: str
    source: str
    media_type: str
    digest: Digest
    text: str
    pages: tuple[Page, ...] = ()
    fields: tuple[Field, ...] = ()
    hidden: tuple[HiddenText, ...] = ()
    patient_id: PatientId | None = None
    dated: date | None = None

    def page_at(self, offset: int) -> int | None:
        """Number of the page that holds the code point at `offset`; None where there are no pages."""
        return next((page.number for page in self.pages if page.start <= offset < page.end), None)

    def field(self, path: str) -> Field | None:
        """The field of exactly this FHIR path."""
        return next((field for field in self.fields if field.path == path), None)

    def is_hidden(self, start: int, end: int) -> bool:
        """Whether any part of [start, end) cannot be seen by a reader of the page."""
        return any(span.start < end and start < span.end for span in self.hidden)

"""The last pass over a PDF: enclosed pages put in their places, and the file dated by its content."""

from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import cast

from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, FloatObject, NameObject, NullObject

from formats.packet.pdf_source import SourcePage
from formats.packet.sheets import Placement

_NAME = "/EnclosedPage"


def finished(pdf: bytes, drafted_at: datetime, placements: Sequence[Placement] = ()) -> bytes:
    """The PDF with its source pages placed; its dates are those of the draft, so equal input gives equal bytes."""
    writer = PdfWriter(clone_from=PdfReader(BytesIO(pdf)))
    for placement in placements:
        _place(writer, writer.pages[placement.page - 1], placement)
    dated = f"{drafted_at.astimezone(UTC):D:%Y%m%d%H%M%S}Z"
    writer.add_metadata({"/CreationDate": dated, "/ModDate": dated, "/Producer": "Countersign"})
    writer.pdf_header = "%PDF-1.7"
    stream = BytesIO()
    writer.write(stream)
    return stream.getvalue()


def _place(writer: PdfWriter, page: PageObject, placement: Placement) -> None:
    """Draw the source page under what already stands on the packet page."""
    resources = DictionaryObject(cast(DictionaryObject, page["/Resources"].get_object()))
    drawn = DictionaryObject(cast(DictionaryObject, resources.get("/XObject", DictionaryObject()).get_object()))
    drawn[NameObject(_NAME)] = writer._add_object(_form(writer, placement.source).flate_encode())
    resources[NameObject("/XObject")] = drawn
    page[NameObject("/Resources")] = resources
    matrix = " ".join(f"{value:.5f}" for value in placement.matrix)
    own = page.get_contents()
    merged = DecodedStreamObject()
    merged.set_data(f"q {matrix} cm {_NAME} Do Q\n".encode() + (own.get_data() if own is not None else b""))
    page[NameObject("/Contents")] = writer._add_object(merged.flate_encode())


def _form(writer: PdfWriter, source: SourcePage) -> DecodedStreamObject:
    form = DecodedStreamObject()
    form.set_data(source.content)
    form.update(
        {
            NameObject("/Type"): NameObject("/XObject"),
            NameObject("/Subtype"): NameObject("/Form"),
            NameObject("/BBox"): ArrayObject([FloatObject(side) for side in source.box]),
            NameObject("/Resources"): source.resources.clone(writer),
        }
    )
    if source.group is not None and not isinstance(source.group, NullObject):
        form[NameObject("/Group")] = source.group.clone(writer)
    return form

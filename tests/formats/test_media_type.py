import pytest

from formats.chart_folder import NOTE_READERS
from formats.media_type import NO_READER, MediaType, media_type_of


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b'  {"resourceType": "Patient"}', MediaType.JSON),
        (b"\xef\xbb\xbf{}", MediaType.JSON),
        ('{"a": 1}'.encode("utf-16"), MediaType.JSON),
        (b'[{"a": 1}]', MediaType.JSON),
        (b"[x] Snoring  [ ] Insomnia", MediaType.TEXT),
        (b"[Addendum] Seen again.", MediaType.TEXT),
        (b"%PDF-1.7\n", MediaType.PDF),
        (b"\r\n junk before %PDF-1.4", MediaType.PDF),
        (b"<!DOCTYPE html><html>", MediaType.HTML),
        (b'<?xml version="1.0"?><ClinicalDocument/>', MediaType.XML),
        (b'<Patient xmlns="http://hl7.org/fhir">', MediaType.XML),
        (b"<88 % at rest", MediaType.TEXT),
        (b"{\\rtf1\\ansi", MediaType.RTF),
        (b"\xef\xbb\xbfMSH|^~\\&|", MediaType.HL7V2),
        (b"ISA*00*          *00*", MediaType.X12),
        (b"PK\x03\x04\x14", MediaType.ZIP),
        (b"II*\x00", MediaType.TIFF),
        (b"\x00" * 128 + b"DICM", MediaType.DICOM),
        (b"ISAAC NEWTON, 66 y", MediaType.TEXT),
        (b"", MediaType.TEXT),
    ],
)
def test_the_bytes_tell_the_kind(content: bytes, kind: MediaType) -> None:
    assert media_type_of(content) is kind


def test_every_kind_is_read_or_has_words_for_its_refusal() -> None:
    assert set(MediaType) == set(NO_READER) | set(NOTE_READERS) | {MediaType.JSON}

"""What a file is, told from its bytes: names lie, and attachments have none."""

import re
from enum import StrEnum


class MediaType(StrEnum):
    """The kinds a hand-over may hold; those with a reader are named in chart_folder."""

    JSON = "application/json"
    PDF = "application/pdf"
    TEXT = "text/plain"
    HTML = "text/html"
    XML = "application/xml"
    RTF = "application/rtf"
    HL7V2 = "x-application/hl7-v2+er7"
    X12 = "application/edi-x12"
    ZIP = "application/zip"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    EMAIL = "message/rfc822"
    OLE = "application/x-ole-storage"
    PNG = "image/png"
    JPEG = "image/jpeg"
    TIFF = "image/tiff"
    GIF = "image/gif"
    DICOM = "application/dicom"


NO_READER: dict[MediaType, tuple[str, str]] = {
    MediaType.EMAIL: ("is an e-mail, which is not read here", "hand in its attachments"),
    MediaType.XML: ("is XML (C-CDA or FHIR XML), which is not read yet", "export FHIR JSON, text or PDF"),
    MediaType.RTF: ("is RTF, which is not read", "save it as text or PDF"),
    MediaType.HL7V2: ("is an HL7 v2 message, which is not read yet", "export FHIR JSON"),
    MediaType.X12: ("is an X12 interchange, which is not part of a chart", "export FHIR JSON"),
    MediaType.ZIP: ("is a ZIP file, which is not opened", "hand in the files inside it"),
    MediaType.OLE: ("is an old Office file, which is not read", "save it as text or PDF"),
    MediaType.PNG: ("is an image, which is not read here", "hand in the document as text or PDF"),
    MediaType.JPEG: ("is an image, which is not read here", "hand in the document as text or PDF"),
    MediaType.TIFF: ("is an image, which is not read here", "hand in the document as text or PDF"),
    MediaType.GIF: ("is a GIF, which no scanner makes", "hand in the scan as TIFF, PNG, JPEG or PDF"),
    MediaType.DICOM: ("is a DICOM image, which is not read", "hand in its report"),
}

_SIGNATURES = (
    (b"PK\x03\x04", MediaType.ZIP),
    (b"\xd0\xcf\x11\xe0", MediaType.OLE),
    (b"\x89PNG", MediaType.PNG),
    (b"\xff\xd8\xff", MediaType.JPEG),
    (b"II*\x00", MediaType.TIFF),
    (b"MM\x00*", MediaType.TIFF),
    (b"II+\x00", MediaType.TIFF),
    (b"MM\x00+", MediaType.TIFF),
    (b"GIF8", MediaType.GIF),
    (b"{\\rtf", MediaType.RTF),
)
_TEXT_SIGNATURES = (
    (re.compile(rb"\{|\[\s*[\[{\"\]]"), MediaType.JSON),
    (re.compile(rb"<!doctype html|<html", re.IGNORECASE), MediaType.HTML),
    (re.compile(rb"<\?xml|<[A-Za-z]+ [^>]*xmlns", re.IGNORECASE), MediaType.XML),
    (re.compile(rb"(\x0b)?(MSH|FHS|BHS)\|"), MediaType.HL7V2),
    (re.compile(rb"ISA\*|ISA.{2,200}~\s*GS", re.DOTALL), MediaType.X12),
)
_PDF_HEADER_WITHIN = 1024
_WORD_BODY = b"word/document"
_MAIL_HEADER = re.compile(rb"[A-Za-z][A-Za-z0-9-]{1,60}:[ \t]")
_MAIL_MARKS = (
    re.compile(rb"^from:", re.IGNORECASE | re.MULTILINE),
    re.compile(rb"^(?:mime-version|message-id):", re.IGNORECASE | re.MULTILINE),
)
_MAIL_HEAD = 16 * 1024


def media_type_of(content: bytes) -> MediaType:
    """The media type that the first bytes show; TEXT where they show none."""
    for signature, kind in _SIGNATURES:
        if content.startswith(signature):
            return MediaType.DOCX if kind is MediaType.ZIP and _WORD_BODY in content else kind
    if content[128:132] == b"DICM":
        return MediaType.DICOM
    if b"%PDF-" in content[:_PDF_HEADER_WITHIN]:
        return MediaType.PDF
    if _is_mail(content):
        return MediaType.EMAIL
    head = _ascii_head(content)
    return next((kind for pattern, kind in _TEXT_SIGNATURES if pattern.match(head)), MediaType.TEXT)


def _is_mail(content: bytes) -> bool:
    """Whether it opens with the headers of a message, sender and an identifier of the protocol's own among them."""
    head = content[:_MAIL_HEAD].replace(b"\r\n", b"\n").split(b"\n\n", 1)[0]
    return bool(_MAIL_HEADER.match(head)) and all(mark.search(head) for mark in _MAIL_MARKS)


def _ascii_head(content: bytes) -> bytes:
    head = content[:2048]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head.replace(b"\0", b"")[2:]
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()

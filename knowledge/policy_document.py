"""A policy as it comes in: its stored text and particulars, whoever gave them (manifest, flag or the text itself)."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from cases.case import LineOfBusiness
from cases.document import Page
from cases.errors import UnreadableFile
from cases.frozen import Frozen
from cases.ids import PolicyDocId
from formats.docx.reading import read_docx
from formats.html.reading import read_html
from formats.media_type import NO_READER, MediaType, media_type_of
from formats.pdf import read_pdf
from formats.text import PagedText, read_text
from knowledge.coverage_exports import EXPORT_ENDINGS, ExportedPolicy, read_export
from knowledge.ncd_manual import Determination, determinations, is_manual, pages_of
from knowledge.policy_head import PolicyHead, read_head
from knowledge.policy_pages import tidy

FILE_ENDINGS = (".txt", ".md", ".pdf", ".html", ".htm", ".docx", ".csv", ".json")
"""Endings that a folder is searched for; what a file really is, its bytes say."""
EFFECTIVE_UNKNOWN = "effective_unknown"
SOME_PAGES_LOST = "some_pages_lost"
HIDDEN_TEXT = "hidden_text"
RETIRED = "retired"


class Particulars(Frozen):
    """What a manifest line or the flags of a command say of a policy; what is None or empty is read from the text."""

    doc_id: str = ""
    payer: str = ""
    line_of_business: LineOfBusiness | None = None
    number: str = ""
    title: str = ""
    effective: date | None = None
    expires: date | None = None
    codes: tuple[str, ...] = ()


class PolicyDocument(Frozen):
    """A policy ready to be stored: offsets are code points of `text`.

    `flags` name what a reader should know: an unknown effective date, pages lost, text hidden from a reader.
    """

    doc_id: PolicyDocId
    number: str
    title: str
    effective: date | None
    expires: date | None
    codes: tuple[str, ...]
    source: str
    media_type: str
    text: str
    pages: tuple[Page, ...]
    is_ncd: bool
    revision: str = ""
    implementation: date | None = None
    flags: tuple[str, ...] = ()


_READERS = {MediaType.PDF: read_pdf, MediaType.HTML: read_html, MediaType.DOCX: read_docx}


def read_policies(path: Path, given: Particulars) -> tuple[PolicyDocument, ...]:
    """The policies in a text, Markdown, HTML, Word or born-digital PDF file, or in an export of the coverage database.

    One for each file, but many in the CMS manual of determinations and in exports. UnreadableFile names file, fault
    and remedy.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableFile(str(path), f"cannot be opened: {error.strerror}", fix="check the path") from error
    if path.suffix.casefold() in EXPORT_ENDINGS:
        return tuple(_exported(path, one, given) for one in read_export(content, str(path)))
    media_type, read = _read(path, content)
    if is_manual(read.text) and not given.doc_id:
        return tuple(_determination(path, media_type, read, one, given) for one in determinations(read.text))
    return (_document(path, media_type, read, given),)


def _read(path: Path, content: bytes) -> tuple[MediaType, PagedText]:
    media_type = media_type_of(content)
    if media_type in NO_READER:
        reason, fix = NO_READER[media_type]
        raise UnreadableFile(str(path), reason, fix=fix)
    reader = _READERS.get(media_type, read_text)
    read = reader(content, str(path))
    if media_type is not MediaType.PDF:
        return media_type, read
    tidied = tidy(read)
    return media_type, replace(tidied, hidden=read.hidden)


def _determination(
    path: Path, media_type: MediaType, read: PagedText, one: Determination, given: Particulars
) -> PolicyDocument:
    """One determination of the manual, with the manual's own page numbers."""
    return PolicyDocument(
        doc_id=PolicyDocId(f"ncd-{one.number}"),
        number=f"NCD {one.number}",
        title=one.title,
        effective=one.effective,
        expires=given.expires,
        codes=(),
        source=str(path),
        media_type=media_type,
        text=read.text[one.start : one.end],
        pages=pages_of(read.pages, one) if media_type is MediaType.PDF else (),
        is_ncd=True,
        revision=one.revision,
        implementation=one.implementation,
        flags=tuple(
            flag for flag, holds in ((EFFECTIVE_UNKNOWN, one.effective is None), (RETIRED, one.retired)) if holds
        ),
    )


def _exported(path: Path, one: ExportedPolicy, given: Particulars) -> PolicyDocument:
    return PolicyDocument(
        doc_id=PolicyDocId(one.doc_id),
        number=one.number,
        title=one.title,
        effective=one.effective or given.effective,
        expires=one.expires or given.expires,
        codes=(),
        source=str(path),
        media_type=MediaType.TEXT,
        text=one.text,
        pages=(),
        is_ncd=one.is_ncd,
        revision=one.version,
        implementation=one.implementation,
        flags=(EFFECTIVE_UNKNOWN,) if one.effective is None else (),
    )


def _document(path: Path, media_type: MediaType, read: PagedText, given: Particulars) -> PolicyDocument:
    head = read_head(read.text)
    effective = given.effective or head.effective
    return PolicyDocument(
        doc_id=PolicyDocId(given.doc_id or path.stem),
        number=given.number or head.number,
        title=given.title or head.title,
        effective=effective,
        expires=given.expires or head.expires,
        codes=tuple(code.strip().upper() for code in given.codes),
        source=str(path),
        media_type=media_type,
        text=read.text,
        pages=read.pages if media_type is MediaType.PDF else (),
        is_ncd=_is_ncd(head, given),
        flags=_flags(effective, read),
    )


def _is_ncd(head: PolicyHead, given: Particulars) -> bool:
    return head.is_ncd or given.number.casefold().startswith("ncd ")


def _flags(effective: date | None, read: PagedText) -> tuple[str, ...]:
    marks = (
        (EFFECTIVE_UNKNOWN, effective is None),
        (SOME_PAGES_LOST, bool(read.lost)),
        (HIDDEN_TEXT, bool(read.hidden)),
    )
    return tuple(flag for flag, holds in marks if holds)

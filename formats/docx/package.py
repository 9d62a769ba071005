"""The parts of a Word file, unpacked within bounds and parsed without reaching for anything outside."""

import zipfile
import zlib
from dataclasses import dataclass
from io import BytesIO

from cases.errors import UnreadableFile
from formats.markup import Element, MarkupError, parse_xml

MAX_PART_BYTES = 64 * 1024 * 1024
"""Of one part unpacked: a long report's text is under two megabytes."""
_MOST_PARTS = 5_000
_FIX = "save it as text or PDF"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@dataclass(frozen=True)
class WordFile:
    """The parts we read: the body, its headers and footers, footnotes, styles and numbering; and how many pictures."""

    body: Element
    headers: tuple[Element, ...]
    footers: tuple[Element, ...]
    notes: tuple[Element, ...]
    styles: Element | None
    numbering: Element | None
    pictures: int


def open_word_file(content: bytes, file: str) -> WordFile:
    """Raises UnreadableFile for a damaged, encrypted or over-large file, and for a ZIP that is none."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as package:
            return _read(package, file)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        raise UnreadableFile(file, "is a damaged or protected Word file", fix=_FIX) from error


def _read(package: zipfile.ZipFile, file: str) -> WordFile:
    names = package.namelist()
    if len(names) > _MOST_PARTS:
        raise UnreadableFile(file, f"has more than {_MOST_PARTS} parts", fix=_FIX)

    def parts(beginning: str) -> tuple[Element, ...]:
        found = sorted(name for name in names if name.startswith(f"word/{beginning}") and name.endswith(".xml"))
        return tuple(_part(package, name, file) for name in found if "/" not in name.removeprefix("word/"))

    documents = parts("document")
    if not documents:
        raise UnreadableFile(file, "is a ZIP file and not a Word document", fix="hand in the files inside it")
    return WordFile(
        body=documents[0],
        headers=parts("header"),
        footers=parts("footer"),
        notes=(*parts("footnotes"), *parts("endnotes")),
        styles=next(iter(parts("styles.")), None),
        numbering=next(iter(parts("numbering")), None),
        pictures=sum(name.startswith("word/media/") for name in names),
    )


def _part(package: zipfile.ZipFile, name: str, file: str) -> Element:
    if package.getinfo(name).file_size > MAX_PART_BYTES:
        raise UnreadableFile(file, f"holds a part of more than {MAX_PART_BYTES} bytes", fix=_FIX)
    with package.open(name) as part:
        unpacked = part.read(MAX_PART_BYTES + 1)
    if len(unpacked) > MAX_PART_BYTES or b"<!DOCTYPE" in unpacked[:2048]:
        raise UnreadableFile(file, "holds a part that no word processor writes", fix=_FIX)
    try:
        return parse_xml(unpacked)
    except MarkupError as error:
        raise UnreadableFile(file, "is a damaged Word file", fix=_FIX) from error

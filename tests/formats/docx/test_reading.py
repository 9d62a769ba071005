"""Word documents to text as printed, with what is hidden reported and what is not read said."""

import zipfile
from io import BytesIO
from typing import Any

import docx
import pytest
from docx.enum.text import WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor

from cases.errors import UnreadableFile
from formats.docx.reading import read_docx
from formats.media_type import MediaType, media_type_of


def saved(document: Any) -> bytes:
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def test_headings_numbered_lists_and_tables_read_as_printed() -> None:
    document = docx.Document()
    document.add_heading("Visit", 1)
    document.add_paragraph("SpO2 86 % at rest")
    for words in ("first", "second"):
        document.add_paragraph(words, style="List Number")
    document.add_paragraph("dot", style="List Bullet")
    table = document.add_table(2, 2)
    for cell, words in zip(table._cells, ("Test", "Value", "AHI", "11.2"), strict=True):
        cell.text = words
    read = read_docx(saved(document), "f.docx")
    assert read.text == (
        "# Visit\n\nSpO2 86 % at rest\n1. first\n2. second\n- dot\n\n| Test | Value |\n| AHI | 11.2 |\n"
    )
    assert not read.hidden
    assert not read.lost


def test_header_and_footer_are_read_because_the_patients_name_stands_there() -> None:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "Patient: Alan Quinn"
    document.sections[0].footer.paragraphs[0].text = "Signed electronically"
    document.add_paragraph("Note")
    assert read_docx(saved(document), "f.docx").text == "Patient: Alan Quinn\nNote\nSigned electronically\n"


def test_a_page_break_begins_a_page_once() -> None:
    document = docx.Document()
    document.add_paragraph("one").add_run().add_break(WD_BREAK.PAGE)
    run = document.add_paragraph().add_run()
    run._r.append(OxmlElement("w:lastRenderedPageBreak"))
    run.add_text("two")
    read = read_docx(saved(document), "f.docx")
    assert [text.strip() for text in read.page_texts()] == ["one", "two"]


def test_hidden_white_and_tiny_text_is_kept_and_reported_and_other_colours_are_not() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("seen ")
    paragraph.add_run("vanished").font.hidden = True
    paragraph.add_run(" white").font.color.rgb = RGBColor(255, 255, 255)
    paragraph.add_run(" tiny").font.size = Pt(1)
    paragraph.add_run(" red").font.color.rgb = RGBColor(200, 0, 0)
    style = document.styles.add_style("Unseen", 1)
    style.font.hidden = True
    document.add_paragraph("by style", style="Unseen")
    read = read_docx(saved(document), "f.docx")
    assert [(read.text[run.start : run.end].strip(), run.reason) for run in read.hidden] == [
        ("vanished", "marked as hidden text"),
        ("white", "same colour as its background"),
        ("tiny", "too small to be seen"),
        ("by style", "marked as hidden text"),
    ]


def test_hidden_text_in_a_table_is_reported_where_it_stands() -> None:
    document = docx.Document()
    table = document.add_table(1, 2)
    table.cell(0, 0).text = "AHI"
    table.cell(0, 1).paragraphs[0].add_run("11.2").font.hidden = True
    read = read_docx(saved(document), "f.docx")
    assert [read.text[run.start : run.end] for run in read.hidden] == ["11.2"]


def test_deleted_text_is_left_out_and_said_and_inserted_text_is_read() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("She is ")
    for tag, text_tag, words in (("w:del", "w:delText", "not "), ("w:ins", "w:t", "confined to bed")):
        change, run, text = OxmlElement(tag), OxmlElement("w:r"), OxmlElement(text_tag)
        text.text = words
        text.set(qn("xml:space"), "preserve")
        run.append(text)
        change.append(run)
        paragraph._p.append(change)
    read = read_docx(saved(document), "f.docx")
    assert read.text == "She is confined to bed\n"
    assert ["change tracking" in loss.reason for loss in read.lost] == [True]


@pytest.mark.parametrize(("value", "shown"), [("1", "[X] Homebound"), ("0", "[ ] Homebound")])
def test_a_box_of_a_form_says_whether_it_is_ticked(value: str, shown: str) -> None:
    document = docx.Document()
    paragraph = document.add_paragraph()
    run, field, data, box, state = (
        OxmlElement(tag) for tag in ("w:r", "w:fldChar", "w:ffData", "w:checkBox", "w:default")
    )
    state.set(qn("w:val"), value)
    for parent, child in ((box, state), (data, box), (field, data), (run, field)):
        parent.append(child)
    paragraph._p.append(run)
    paragraph.add_run("Homebound")
    assert read_docx(saved(document), "f.docx").text == f"{shown}\n"


def test_pictures_are_said_not_to_be_read() -> None:
    document = docx.Document()
    document.add_paragraph("Note")
    out = BytesIO(saved(document))
    with zipfile.ZipFile(out, "a") as package:
        package.writestr("word/media/image1.png", b"\x89PNG")
    assert [loss.reason for loss in read_docx(out.getvalue(), "f.docx").lost] == [
        "1 pictures in the document are not read"
    ]


def archive(**parts: bytes) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return out.getvalue()


_ENTITIES = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"PK\x03\x04 word/document.xml torn", "damaged or protected"),
        (archive(a_xml=b"<x/>"), "is a ZIP file and not a Word document"),
        (archive(word__document_xml=b"<x"), "is a damaged Word file"),
        (archive(word__document_xml=b"<x/>"), "is a Word document without text"),
        (archive(word__document_xml=_ENTITIES), "no word processor writes"),
        (archive(word__document_xml=b" " * (65 * 1024 * 1024)), "more than 67108864 bytes"),
    ],
    ids=["torn", "zip", "xml", "empty", "entity", "bomb"],
)
def test_what_is_no_document_is_refused_in_words(content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        read_docx(content, "f.docx")


def test_a_word_file_is_told_from_another_zip_by_its_bytes() -> None:
    document = docx.Document()
    assert media_type_of(saved(document)) is MediaType.DOCX
    assert media_type_of(archive(a_xml=b"<x/>")) is MediaType.ZIP

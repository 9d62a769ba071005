"""E-mail to its words and its attachments, which then are read as any other file."""

from email.message import EmailMessage
from pathlib import Path

import pytest

from cases.errors import UnreadableFile
from formats.chart_folder import read_chart
from formats.email import MOST_ATTACHMENTS, attachments_in, read_email
from formats.media_type import MediaType, media_type_of
from formats.text import PagedText

NAME = '"name": [{"family": "Quinn", "given": ["Alan"]}]'
PATIENT = f'{{"resourceType": "Patient", "id": "ama", {NAME}, "birthDate": "1957-03-04"}}'


def mail(*attachments: tuple[str, bytes], html: str = "") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"] = "clinic@example.org", "intake@example.org"
    message["Subject"], message["Date"] = "Records", "Tue, 10 Nov 2026 09:00:00 -0600"
    message["Message-ID"] = "<1@example.org>"
    message.set_content("Please find the note enclosed.")
    if html:
        message.add_alternative(html, subtype="html")
    for name, content in attachments:
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message


def test_the_message_is_read_with_its_day_and_its_attachments_are_named() -> None:
    content = mail(("note.txt", b"SpO2 86 %"), html="<p>Please find</p>").as_bytes()
    assert media_type_of(content) is MediaType.EMAIL
    assert read_email(content, "m.eml").text == (
        "From: clinic@example.org\nTo: intake@example.org\nSubject: Records\nDate: 2026-11-10\n\n"
        "Please find the note enclosed.\n"
    )
    assert [(a.place, a.name, a.content) for a in attachments_in(content, "m.eml")] == [("1", "note.txt", b"SpO2 86 %")]


def test_a_message_inside_a_message_gives_its_words_and_its_attachments() -> None:
    outer = mail()
    outer.add_attachment(mail(("deep.txt", b"AHI 11.2")))
    found = attachments_in(outer.as_bytes(), "m.eml")
    assert [(item.place, item.name) for item in found] == [("1", "forwarded message"), ("1/1", "deep.txt")]
    assert found[0].content == b"Please find the note enclosed.\n"


def test_an_html_message_without_plain_words_is_read() -> None:
    message = EmailMessage()
    message["From"], message["MIME-Version"] = "a@example.org", "1.0"
    message.set_content("<p>SpO2 <b>86 %</b></p>", subtype="html")
    assert "SpO2 86 %" in read_email(message.as_bytes(), "m.eml").text


def test_attachments_become_documents_of_the_chart_and_keep_the_mail_as_their_source(tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text(PATIENT)
    other = b"Patient: Mary Jones  DOB: 1/2/1930\nSpO2 79 %"
    (tmp_path / "m.eml").write_bytes(mail(("note.txt", b"SpO2 86 % at rest"), ("hers.txt", other)).as_bytes())
    chart, sources = read_chart([tmp_path])
    notes = {document.title: document for document in chart.documents if document.title.endswith((".txt", ".eml"))}
    assert (notes["note.txt"].text, notes["note.txt"].patient_id) == ("SpO2 86 % at rest", "ama")
    assert notes["note.txt"].source == "m.eml#/attachment/1"
    assert sources[notes["note.txt"].id] == b"SpO2 86 % at rest"
    assert notes["hers.txt"].patient_id == "another-person"
    assert [(item.file, item.pointer, item.reason) for item in chart.refusals] == [
        ("m.eml", "/attachment/2 page 1", "names another patient")
    ]


def test_too_many_attachments_are_refused() -> None:
    content = mail(*[(f"{n}.txt", b"x") for n in range(MOST_ATTACHMENTS + 1)]).as_bytes()
    with pytest.raises(UnreadableFile, match="more than 50 attachments"):
        attachments_in(content, "m.eml")


@pytest.mark.parametrize(
    "content",
    [b"Date: 11/05/2026\nPatient: Alan Quinn\n\nSpO2 86 %", b"From: KSC To: DME\nFax cover\n", b"Subject: none\n"],
)
def test_a_note_that_opens_with_labels_is_no_mail(content: bytes) -> None:
    assert media_type_of(content) is MediaType.TEXT


def test_a_garbled_mail_is_read_or_refused() -> None:
    whole = mail(("note.txt", b"SpO2 86 %" * 50)).as_bytes()
    outcomes = set()
    for cut in range(120, len(whole), 37):
        torn = whole[:cut] + b"\xff\x00=?utf-8?B?@@?=\r\n"
        try:
            outcomes.add(type(read_email(torn, "m.eml")))
            outcomes.add(type(attachments_in(torn, "m.eml")))
        except UnreadableFile:
            outcomes.add(UnreadableFile)
    assert outcomes <= {PagedText, list, UnreadableFile}

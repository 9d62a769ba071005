"""E-mail to its parts: the words of the message as a note, and each attachment as a file of its own."""

import email
import email.policy
from collections.abc import Iterator
from dataclasses import dataclass
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import parsedate_to_datetime

from cases.errors import UnreadableFile
from formats.html.reading import read_html
from formats.text import PagedText, pages_between_form_feeds

MOST_ATTACHMENTS = 50
_MOST_DEPTH = 3
_HEADERS = ("From", "To", "Subject")
_FAULTS = (MessageError, ValueError, LookupError, TypeError, AttributeError, IndexError, RecursionError)
_FIX = "save the attachments and hand them in"


@dataclass(frozen=True)
class Attachment:
    """A file that came with a message: its place in it, such as `1` or `2/1`, its name, and its bytes."""

    place: str
    name: str
    content: bytes


def read_email(content: bytes, file: str) -> PagedText:
    """Sender, date, subject and words of the message. Raises UnreadableFile where it cannot be read."""
    message = _parsed(content, file)
    try:
        head = [f"{name}: {' '.join(str(message[name]).split())}" for name in _HEADERS if message[name]]
        head += [f"Date: {day}"] if (day := _day(message)) else []
        words = _words(message, file)
    except _FAULTS as error:
        raise UnreadableFile(file, "is a damaged e-mail", fix=_FIX) from error
    text = "\n".join([*head, "", words.replace("\r\n", "\n").strip(), ""])
    return PagedText(text, pages_between_form_feeds(text))


def attachments_in(content: bytes, file: str) -> list[Attachment]:
    """What came with the message, also with messages inside it. Raises UnreadableFile."""
    message = _parsed(content, file)
    try:
        found = list(_attached(message, "", 0))
    except _FAULTS as error:
        raise UnreadableFile(file, "is a damaged e-mail", fix=_FIX) from error
    if len(found) > MOST_ATTACHMENTS:
        raise UnreadableFile(file, f"has more than {MOST_ATTACHMENTS} attachments", fix=_FIX)
    return found


def _parsed(content: bytes, file: str) -> EmailMessage:
    try:
        return email.message_from_bytes(content, _class=EmailMessage, policy=email.policy.default)
    except _FAULTS as error:
        raise UnreadableFile(file, "is a damaged e-mail", fix=_FIX) from error


def _day(message: EmailMessage) -> str:
    try:
        return parsedate_to_datetime(str(message["Date"])).date().isoformat() if message["Date"] else ""
    except (ValueError, TypeError):
        return ""


def _words(message: EmailMessage, file: str) -> str:
    """The plain words of the message, else those of its HTML."""
    body = message.get_body(("plain", "html"))
    if body is None:
        return ""
    content = body.get_payload(decode=True)
    if body.get_content_type() == "text/html" and isinstance(content, bytes):
        return read_html(content, file).text
    said = body.get_content()
    return said if isinstance(said, str) else ""


def _attached(message: EmailMessage, above: str, depth: int) -> Iterator[Attachment]:
    for number, part in enumerate(message.iter_attachments(), start=1):
        place = f"{above}{number}"
        if part.get_content_type() == "message/rfc822":
            inner = part.get_content()
            if isinstance(inner, EmailMessage) and depth < _MOST_DEPTH:
                yield Attachment(place, "forwarded message", _words(inner, place).encode())
                yield from _attached(inner, f"{place}/", depth + 1)
            continue
        content = part.get_payload(decode=True)
        if isinstance(content, bytes) and content:
            yield Attachment(place, part.get_filename() or f"attachment {place}", content)

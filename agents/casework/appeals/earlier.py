"""What earlier levels leave for the next one: the decisions, the letters that went out, and the calls."""

from collections.abc import Iterator, Sequence

from agents.appeal_products import CALLS, DENIAL_DOCUMENT
from agents.products import LETTER
from agents.reading.appeals.brief import call_line
from cases.document import Document, DocumentKind
from cases.ids import CaseId, DocumentId, PatientId, digest_of
from cases.packet import Letter
from formats.letter_references import cited
from runtime import work_store
from runtime.database import Transaction


def earlier_acts(transaction: Transaction, appeal_ids: Sequence[CaseId], patient_id: PatientId) -> tuple[Document, ...]:
    """Documents of the earlier appeals of a case, the first level first."""
    return tuple(document for one in appeal_ids for document in _acts(transaction, one, patient_id))


def _acts(transaction: Transaction, appeal_id: CaseId, patient_id: PatientId) -> Iterator[Document]:
    denial = work_store.get_product(transaction, appeal_id, DENIAL_DOCUMENT)
    if denial is not None:
        yield denial
    letter = work_store.get_product(transaction, appeal_id, LETTER)
    if letter is not None:
        yield _document(f"letter/{appeal_id}", "Our earlier appeal letter", letter_text(letter), patient_id)
    calls = work_store.get_product(transaction, appeal_id, CALLS)
    if calls:
        text = "\n".join(call_line(call) for call in calls) + "\n"
        yield _document(f"calls/{appeal_id}", "Record of telephone calls", text, patient_id)


def letter_text(letter: Letter) -> str:
    """A letter as plain text, as it is enclosed with a later one."""
    lines = [letter.date, "", *letter.recipient, "", *letter.subject, "", letter.salutation]
    for point in letter.points:
        lines += ["", point.heading, *(sentence.text for sentence in point.sentences)]
    lines += ["", letter.closing, letter.signature_line or letter.signer, "", f"{len(cited(letter))} sources cited."]
    return "\n".join(lines) + "\n"


def _document(name: str, title: str, text: str, patient_id: PatientId) -> Document:
    return Document(
        id=DocumentId(name), kind=DocumentKind.NOTE, title=title, source=title, media_type="text/plain",
        digest=digest_of(text.encode()), text=text, patient_id=patient_id,
    )  # fmt: skip

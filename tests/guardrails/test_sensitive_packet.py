"""The packet's enclosures are judged one by one; a number and a code are all that the verdict says."""

from datetime import date

from cases.consent import Consent, SensitiveCategory
from cases.document import Document, DocumentKind
from cases.ids import CaseId, Digest, DocumentId, PatientId
from cases.packet import ChartExtract
from guardrails.sensitive import Disclosee
from guardrails.sensitive_packet import only_with_basis

TO = Disclosee(recipient="Summit Ridge", purpose="payment", on=date(2026, 11, 25), state="NY")
PLAIN = "Seen for COPD. Oxygen saturation 86% at rest on room air."
HIV = "HIV-1 RNA 41,200 copies/mL. Started bictegravir."
NOTES = "PSYCHOTHERAPY NOTES - kept separately. She was silent."
CONSENT = Consent(
    id="c1", case_id=CaseId("case-1"), categories=(SensitiveCategory.HIV,), recipient="Summit Ridge", purpose="payment",
    signed_by="patient", signed_on=date(2026, 1, 1),
)  # fmt: skip


def enclosure(number: int, text: str) -> ChartExtract:
    document = Document(
        id=DocumentId(f"d{number}"), kind=DocumentKind.NOTE, title="Note", source="note.txt", media_type="text/plain",
        digest=Digest("0" * 64), text=text, patient_id=PatientId("p1"),
    )  # fmt: skip
    return ChartExtract.model_construct(number=number, document=document)


def test_packet_of_ordinary_notes_passes() -> None:
    assert only_with_basis([enclosure(1, PLAIN)], (), TO).passed


def test_sensitive_enclosure_without_its_basis_fails_and_repeats_nothing() -> None:
    verdict = only_with_basis([enclosure(1, PLAIN), enclosure(2, HIV)], (), TO)
    assert not verdict.passed
    assert verdict.reasons == ("hiv:no_consent",)
    assert verdict.details == ("enclosure 2: hiv: no consent",)


def test_consent_lets_its_category_in_and_no_other() -> None:
    assert only_with_basis([enclosure(1, HIV)], (CONSENT,), TO).passed
    assert only_with_basis([enclosure(1, NOTES)], (CONSENT,), TO).reasons[0] == "psychotherapy_notes:never"


def test_under_two_laws_the_stricter_counts() -> None:
    wyoming = TO.model_copy(update={"state": "WY"})
    assert only_with_basis([enclosure(1, HIV)], (), wyoming).passed
    assert only_with_basis([enclosure(1, HIV)], (), wyoming, TO).reasons == ("hiv:no_consent",)

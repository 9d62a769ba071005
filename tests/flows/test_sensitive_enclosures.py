"""A note that the law protects beyond HIPAA is enclosed only on its basis, and nothing is drafted without it."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from agents.casework.consents import ConsentRequest, consents_of, record_consent, revoke
from cases.case import Case
from cases.consent import SensitiveCategory
from cases.errors import InputError, NotAllowed, NotFound
from cases.ids import UserId
from cases.lifecycle import CaseState
from cases.review import ReviewAct
from tests.flows.clinic import COMPLETE, NOW, Clinic
from tests.tools.payer.sandbox_process import SandboxProcess

MENTAL = "\nMental health: bipolar disorder; intentional overdose in 2019.\n"
HOURS = "\nPSYCHOTHERAPY NOTES - kept separately. She was silent and spoke of the transference.\n"
GENETIC = "\nGenetics: BRCA1 c.68_69del, germline, pathogenic variant.\n"
SIGNED = date(2026, 11, 20)


def sample_with(words: str, folder: Path) -> Path:
    """The complete sample, with words added to the note that the packet encloses."""
    shutil.copytree(COMPLETE, folder)
    note = folder / "visit-note.txt"
    note.chmod(0o644)
    note.write_text(note.read_text("utf-8") + words, encoding="utf-8")
    return folder


def worked(clinic: Clinic, words: str, tmp_path: Path) -> Case:
    (case,) = clinic.authorize(sample_with(words, tmp_path / "chart")).values()
    return case


def asked(case: Case, **changes: object) -> ConsentRequest:
    request = ConsentRequest(
        case_id=case.id, user_id=UserId("specialist"), categories=(SensitiveCategory.MENTAL_HEALTH,),
        signed_by="the patient", signed_on=SIGNED,
    )  # fmt: skip
    return request.model_copy(update=changes)


def test_nothing_is_drafted_without_the_basis_and_a_consent_opens_the_way(clinic: Clinic, tmp_path: Path) -> None:
    case = worked(clinic, MENTAL, tmp_path)
    held = clinic.artefacts(case.id)
    assert case.state is CaseState.NEEDS_PERSON
    assert {"sensitive_failed", "sensitive_without_basis"} <= set(clinic.gate(case.id)["reasons"])
    assert not {"packet.pdf", "letter.md", "pas-bundle.json", "x12-278.edi"} & set(held)
    assert not any(b"overdose" in content for content in held.values())
    record_consent(clinic.box, asked(case))
    case = clinic.go_on(case.id)
    assert case.state is CaseState.AWAITING_REVIEW
    assert "packet.pdf" in clinic.artefacts(case.id)
    assert clinic.log_holds()


def test_consent_for_another_purpose_or_recipient_opens_nothing(clinic: Clinic, tmp_path: Path) -> None:
    case = worked(clinic, MENTAL, tmp_path)
    record_consent(clinic.box, asked(case, purpose="research"))
    record_consent(clinic.box, asked(case, recipient="County Probation"))
    assert clinic.go_on(case.id).state is CaseState.NEEDS_PERSON


def test_psychotherapy_notes_never_leave_and_no_consent_for_them_is_taken(clinic: Clinic, tmp_path: Path) -> None:
    case = worked(clinic, HOURS, tmp_path)
    assert case.state is CaseState.NEEDS_PERSON
    with pytest.raises(InputError, match="never enter"):
        record_consent(clinic.box, asked(case, categories=(SensitiveCategory.PSYCHOTHERAPY_NOTES,)))


def test_rule_that_permits_payment_needs_no_consent(clinic: Clinic, tmp_path: Path) -> None:
    assert worked(clinic, GENETIC, tmp_path).state is CaseState.AWAITING_REVIEW


def test_revoked_consent_holds_back_what_was_approved(clinic: Clinic, tmp_path: Path, payer: SandboxProcess) -> None:
    case = worked(clinic, MENTAL, tmp_path)
    consent = record_consent(clinic.box, asked(case))
    clinic.go_on(case.id)
    clinic.review(case.id, ReviewAct.APPROVE, "reviewer")
    revoke(clinic.box, case.id, consent.id, UserId("specialist"), NOW.date())
    after = clinic.go_on(case.id)
    assert after.state is CaseState.NEEDS_PERSON
    assert payer.lines() == []
    assert [one.revoked_on for one in consents_of(clinic.box, case.id)] == [NOW.date()]


def test_faulty_consents_are_refused(clinic: Clinic, tmp_path: Path) -> None:
    case = worked(clinic, MENTAL, tmp_path)
    for changes in (
        {"categories": ()},
        {"signed_by": " "},
        {"signed_on": date(2027, 1, 1)},
        {"expires_on": date(2026, 1, 1)},
    ):
        with pytest.raises(InputError):
            record_consent(clinic.box, asked(case, **changes))
    with pytest.raises(NotAllowed):
        record_consent(clinic.box, asked(case, user_id=UserId("viewer")))
    with pytest.raises(NotFound):
        revoke(clinic.box, case.id, "consent-none", UserId("specialist"), NOW.date())

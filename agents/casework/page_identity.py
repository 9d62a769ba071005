"""Joins what a page says of its patient with the judge of identities: whose a page is, before a case keeps it.

The files' own attribution is strict: one letter that a scanner misread makes a page another's. The judge weighs name,
birth date and numbers together, so that such a page comes back, and a page that contradicts the case is set aside.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from cases.chart import Chart, Patient, Refusal
from cases.document import Document, DocumentKind, HiddenText
from cases.ids import DocumentId, PatientId
from formats.notes.attribution import ANOTHER_PERSON
from formats.notes.headers import Claim, Says, claims_in
from guardrails.wrong_patient import (
    Identity,
    IdentityVerdict,
    IssuedNumber,
    PersonIdentifiers,
    judge_patient,
    of_patient,
)

_NUMBERS = {Says.RECORD_NUMBER: "MR", Says.MEMBER_NUMBER: "MB"}
_FIX = "move it to that patient's chart, or correct the chart if it is this patient's"


@dataclass(frozen=True)
class _PageOwner:
    """Whose a page is, and the judge's sentence where that is somebody else by the judge's word."""

    patient_id: PatientId | None
    reason: str = ""


def identified(chart: Chart, patient: Patient) -> Chart:
    """The chart with each page of a note or scan given to this patient, to nobody, or to another person."""
    case = _unissued(of_patient(patient, [c for c in chart.coverages if c.beneficiary_id == patient.id]))
    documents: list[Document] = []
    refusals = list(chart.refusals)
    for document in chart.documents:
        if document.kind is DocumentKind.FHIR_RESOURCE or document.patient_id not in (patient.id, None, ANOTHER_PERSON):
            documents.append(document)
            continue
        owners = list(_owners(document, case, patient.id))
        documents += _split(document, owners)
        refusals = [*_without_returned(refusals, document, owners), *_set_aside(document, owners)]
    return chart.model_copy(update={"documents": tuple(documents), "refusals": tuple(refusals)})


def _owners(document: Document, case: PersonIdentifiers, patient_id: PatientId) -> Iterator[_PageOwner]:
    """Page by page; one that says nothing follows the page before, and the first ones what the file said."""
    before = _PageOwner(document.patient_id)
    for page in document.pages:
        verdict = judge_patient(case, _identifiers(claims_in(document.text[page.start : page.end])))
        before = _owner(verdict, before, patient_id)
        yield before


def _owner(verdict: IdentityVerdict, before: _PageOwner, patient_id: PatientId) -> _PageOwner:
    if verdict.identity is Identity.SAME:
        return _PageOwner(patient_id)
    if verdict.quarantined:
        return _PageOwner(ANOTHER_PERSON, "" if before.patient_id == ANOTHER_PERSON else verdict.reason)
    return before


def _identifiers(claims: Sequence[Claim]) -> PersonIdentifiers:
    return PersonIdentifiers(
        names=[claim.value for claim in claims if claim.says is Says.NAME],
        birth_dates=[day for claim in claims if claim.says is Says.BIRTH_DATE for day in sorted(claim.days)],
        numbers=[IssuedNumber(_NUMBERS[claim.says], claim.value) for claim in claims if claim.says in _NUMBERS],
    )


def _unissued(case: PersonIdentifiers) -> PersonIdentifiers:
    """A page names no issuer of its numbers, so that they are compared by kind alone."""
    numbers = [IssuedNumber(number.kind, number.value) for number in case.numbers if number.kind in _NUMBERS.values()]
    return PersonIdentifiers(case.names, case.birth_dates, numbers, case.sexes)


def _split(document: Document, owners: Sequence[_PageOwner]) -> list[Document]:
    """The document as it is, with its owner; or in parts, where its pages are of different people."""
    runs = [list(run) for _, run in groupby(range(len(owners)), key=lambda at: owners[at].patient_id)]
    if len(runs) <= 1:
        owner = owners[0].patient_id if owners else document.patient_id
        return [document if owner == document.patient_id else document.model_copy(update={"patient_id": owner})]
    return [_part(document, run[0], run[-1], owners[run[0]].patient_id) for run in runs]


def _part(document: Document, first: int, last: int, owner: PatientId | None) -> Document:
    pages = document.pages[first : last + 1]
    start, end = pages[0].start, pages[-1].end
    numbers = str(pages[0].number) if first == last else f"{pages[0].number}-{pages[-1].number}"
    return document.model_copy(
        update={
            "id": DocumentId(f"{document.id.partition('#p')[0]}#p{numbers}"),
            "text": document.text[start:end],
            "pages": tuple(p.model_copy(update={"start": p.start - start, "end": p.end - start}) for p in pages),
            "hidden": tuple(
                HiddenText(start=max(h.start, start) - start, end=min(h.end, end) - start, reason=h.reason)
                for h in document.hidden
                if h.start < end and start < h.end
            ),
            "patient_id": owner,
        }
    )


def _set_aside(document: Document, owners: Sequence[_PageOwner]) -> Iterator[Refusal]:
    for page, owner in zip(document.pages, owners, strict=True):
        if owner.reason:
            yield Refusal(
                file=document.source.split("#", 1)[0], pointer=f"page {page.number}", reason=owner.reason, fix=_FIX
            )


def _without_returned(refusals: Sequence[Refusal], document: Document, owners: Sequence[_PageOwner]) -> list[Refusal]:
    """The refusals less that of a run of pages which the judge has given back whole."""
    back = document.patient_id in (None, ANOTHER_PERSON) and all(
        owner.patient_id not in (None, ANOTHER_PERSON) for owner in owners
    )
    if not back or not document.pages:
        return list(refusals)
    first, last = document.pages[0].number, document.pages[-1].number
    place = f"page {first}" if first == last else f"page {first}-{last}"
    file = document.source.split("#", 1)[0]
    return [item for item in refusals if not (item.file == file and item.pointer.endswith(place))]

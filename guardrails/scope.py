"""Only this patient's documents, and only quarantine-free ones, may stand behind or inside a packet."""

from collections.abc import Iterable, Mapping

from cases.decision import Verdict
from cases.document import Document
from cases.ids import DocumentId, PatientId
from cases.packet import ChartCitation, ChartExtract, Letter

GUARD = "scope"


def same_patient(
    patient_id: PatientId,
    letter: Letter | None,
    extracts: Iterable[ChartExtract],
    documents: Mapping[DocumentId, Document],
) -> Verdict:
    """Fails if anything cited or enclosed does not name exactly this case's patient.

    Documents about parties (payer, practitioner, organization) carry no patient; they may be cited, because
    a request names them, but are never enclosed.
    """
    details = [
        f"enclosure {extract.number} does not name this patient"
        for extract in extracts
        if extract.document.patient_id != patient_id
    ]
    for citation in _chart_citations(letter):
        document = documents.get(citation.span.document_id)
        if document is None or document.patient_id not in (patient_id, None):
            details.append("a citation points into another patient's document")
    reasons = ("other_patient",) if details else ()
    return Verdict(guard=GUARD, passed=not details, reasons=reasons, details=tuple(dict.fromkeys(details)))


def _chart_citations(letter: Letter | None) -> list[ChartCitation]:
    if letter is None:
        return []
    return [item for one in letter.sentences() for item in one.citations if isinstance(item, ChartCitation)]

"""The work products of an appeal, beside those it shares with the authorization."""

from typing import Any

from pydantic import TypeAdapter

from agents.products import FACTS, TREE
from cases.appeal import AppealOutcome, Call, PathwayPlan, Rebuttal, Slot
from cases.document import Document
from cases.frozen import Frozen
from cases.ids import CaseId, DocumentId
from runtime.work_store import CRITERIA, NEED, ProductKind


class FilingConsent(Frozen):
    """A paper without which a payer may dismiss an appeal: which form, signed by whom and when, recorded by whom."""

    form: str
    signed_by: str
    signed_on: str
    recorded_by: str


class EvidenceSource(Frozen):
    """Where an evidence map came from: the case it was made for, and what of it went with the request then."""

    case_id: CaseId
    requested_here: bool = False
    sent: tuple[DocumentId, ...] = ()
    authorization: str = ""


DENIAL_DOCUMENT: ProductKind[Document] = ProductKind("denial_document", TypeAdapter(Document))
PROOFS: ProductKind[tuple[Document, ...]] = ProductKind("proofs", TypeAdapter(tuple[Document, ...]))
"""Documents of earlier acts that may be cited: the payer's answers, earlier decisions."""
EVIDENCE_SOURCE: ProductKind[EvidenceSource] = ProductKind("evidence_source", TypeAdapter(EvidenceSource))
PLAN: ProductKind[PathwayPlan] = ProductKind("pathway_plan", TypeAdapter(PathwayPlan))
REBUTTAL: ProductKind[Rebuttal] = ProductKind("rebuttal", TypeAdapter(Rebuttal))
CONSENT: ProductKind[FilingConsent] = ProductKind("filing_consent", TypeAdapter(FilingConsent))
CALLS: ProductKind[tuple[Call, ...]] = ProductKind("calls", TypeAdapter(tuple[Call, ...]))
SLOTS: ProductKind[tuple[Slot, ...]] = ProductKind("call_slots", TypeAdapter(tuple[Slot, ...]))
OUTCOME: ProductKind[AppealOutcome] = ProductKind("appeal_outcome", TypeAdapter(AppealOutcome))

EVIDENCE_MAP: tuple[ProductKind[Any], ...] = (FACTS, TREE, CRITERIA, NEED)
"""What of an authorization an appeal starts from."""
HANDED_OVER = 0
"""The revision under which an appeal is handed what it starts from; its own work begins after it."""

"""Take an appeal into work: the denial as a document that can be cited, and the evidence map where one is at hand."""

from agents.appeal_products import DENIAL_DOCUMENT, EVIDENCE_MAP, EVIDENCE_SOURCE, HANDED_OVER
from agents.desk import CaseDesk, Record, moved
from agents.products import TREE
from agents.state import AuthorizationState
from agents.steps.appeal.denial_of import denial_of
from agents.toolbox import Hands
from cases.lifecycle import CaseEvent
from runtime.work_store import CRITERIA


def take_up(state: AuthorizationState, desk: CaseDesk, hands: Hands) -> AuthorizationState:
    """Store the denial's document, and the facts, tree and judgement of the authorization, where it was worked here."""
    case, denial = desk.case(), denial_of(desk)
    document = desk.product(DENIAL_DOCUMENT, HANDED_OVER)
    held = [(kind, desk.product(kind, HANDED_OVER)) for kind in EVIDENCE_MAP]
    tree, source = desk.product(TREE, HANDED_OVER), desk.product(EVIDENCE_SOURCE, HANDED_OVER)
    reused = source is not None and tree is not None and desk.product(CRITERIA, HANDED_OVER) is not None
    kept = [(kind, found) for kind, found in held if reused and found is not None]
    saved = desk.record(
        case.revision + 1,
        Record(
            action="appeal.worked",
            detail={
                "denial": denial.id, "level": denial.facts.level, "reasons": len(denial.facts.reasons),
                "evidence_of": source.case_id if reused and source else None,
            },
            case=moved(case, CaseEvent.WORK),
            products=(*(((DENIAL_DOCUMENT, document),) if document else ()), *kept),
        ),
    )  # fmt: skip
    policy = f"{tree.policy.payer_id}/{tree.policy.doc_id}/{tree.policy.version}" if reused and tree else ""
    return {
        "revision": saved.revision, "digest": "", "reasons": [], "review_id": "", "review_act": "", "submission": "",
        "policy": policy, "tree": tree.status.value if reused and tree else "", "reused": reused,
        "required_document_missing": False,
    }  # fmt: skip

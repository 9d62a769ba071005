"""A draft of criteria for a policy that has no reviewed tree: a model's where one is set, else the text's structure."""

from agents.model_session import ModelLog
from agents.model_work import call_events
from agents.reading.model_reader.criteria_proposal import propose_criteria
from agents.toolbox import Toolbox
from cases.audit_event import Actor, AuditEvent
from cases.criteria import CriteriaTree
from knowledge import library
from knowledge.criteria_proposals import draft_of_proposal
from knowledge.policy_in_force import policy_ref
from knowledge.vocabulary import shipped_vocabulary
from runtime.policy_store import PolicyVersion, text_of


def draft_tree(toolbox: Toolbox, version: PolicyVersion) -> CriteriaTree | None:
    """A draft that lets no case pass; None where neither the model nor the structure gives any rule."""
    with toolbox.database.read() as transaction:
        compiled = library.draft_criteria(transaction, version)
        text = text_of(transaction, version)
    session = toolbox.model_session()
    if session is None:
        return compiled.tree
    proposal = propose_criteria(session, text, shipped_vocabulary())
    log = session.log()
    _audit(toolbox, version, log)
    if proposal.root is not None:
        drafted = draft_of_proposal(text, policy_ref(version), proposal.root, proposal.faults, compiled)
        if drafted is not None:
            return drafted
    if compiled.tree is None:
        return None
    why = log.why or "; ".join(proposal.faults) or "its proposal does not stand in the text"
    reason = f"By the text's structure alone; the model's proposal is not used: {why.rstrip('.')}."
    return compiled.tree.model_copy(update={"draft_reasons": (*compiled.tree.draft_reasons, reason)})


def _audit(toolbox: Toolbox, version: PolicyVersion, log: ModelLog) -> None:
    with toolbox.database.begin() as transaction:
        for action, detail in call_events("criteria", log):
            event = AuditEvent(
                tenant_id=transaction.tenant_id,
                at=toolbox.clock.now(),
                actor=Actor.SYSTEM,
                actor_id="policies.criteria",
                action=action,
                subject=f"{version.record.payer_id}/{version.record.doc_id}",
                detail=detail,
            )
            toolbox.audit.append(transaction, event)

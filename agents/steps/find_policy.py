"""The policy in force for this payer, code and date, with its criteria tree; none found means it pends."""

from agents.desk import CaseDesk, Record, flagged
from agents.products import TREE
from agents.state import AuthorizationState
from agents.steps.triage import ordered_codes
from agents.toolbox import Hands
from cases.case import Case, Flag
from cases.criteria import CriteriaTree
from knowledge.library import OrderCriteria


def find_policy(state: AuthorizationState, desk: CaseDesk, hands: Hands) -> AuthorizationState:
    """Store the bound tree, or flag that the library holds no policy for this order."""
    case = desk.case()
    found = _criteria(case, hands)
    tree = found.tree if found else None
    flags = flagged(case, _flags(case, found))
    policy = f"{tree.policy.payer_id}/{tree.policy.doc_id}/{tree.policy.version}" if tree else ""
    desk.record(
        state["revision"],
        Record(
            action="policy.found",
            detail={
                "policy": policy or None,
                "tree": tree.id if tree else None,
                "status": tree.status if tree else None,
            },
            case=case.model_copy(update={"flags": flags}) if flags != case.flags else None,
            products=((TREE, tree),) if tree else (),
        ),
    )
    return {"policy": policy, "tree": tree.status.value if tree else ""}


def _criteria(case: Case, hands: Hands) -> OrderCriteria | None:
    if case.payer is None:
        return None
    found: OrderCriteria = hands.call("find_policy", payer=case.payer, codes=ordered_codes(case), on=case.service_date)
    return found


def _flags(case: Case, found: OrderCriteria | None) -> list[Flag]:
    if found is None:
        return []
    source = ", ".join(ordered_codes(case))
    if found.tree is None:
        return [Flag(code="no_policy_held", message=found.reason, source=source)]
    return [Flag(code="policy_note", message=note, severity="info", source=source) for note in found.policy.notes]


def bound_tree(state: AuthorizationState, desk: CaseDesk) -> CriteriaTree | None:
    """The tree this run found; None where it found none."""
    return desk.product(TREE, state["revision"]) if state.get("policy") else None

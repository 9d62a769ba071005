"""Which payer this coverage is, whether the order needs prior authorization, and who decides it."""

from agents.desk import CaseDesk, Record, flagged
from agents.state import AuthorizationState
from agents.steps.triage import ordered_codes
from agents.toolbox import Hands
from cases.authorization import AuthorizationNeed, Need
from cases.case import Case, Flag, PayerRef
from knowledge.code_wording import shipped_codes
from knowledge.coverage_payer import part_mismatch
from knowledge.drug_benefit import dispensed_drug
from knowledge.payer_directory import Resolution
from runtime.work_store import NEED


def who_decides(state: AuthorizationState, desk: CaseDesk, hands: Hands) -> AuthorizationState:
    """Resolve the payer and find the rule; an unresolved payer goes to a person, never to a guess."""
    case = desk.case()
    resolution = _resolve(case, hands)
    payer = resolution.payer
    need = _need(case, payer, hands)
    flags = flagged(case, _flags(case, resolution, need))
    desk.record(
        state["revision"],
        Record(
            action="authorization.need",
            detail={
                "payer": payer.id if payer else None, "need": need.need.value if need else None,
                "rule": need.rule_id if need else None, "verified": need.verified if need else None,
            },
            case=case.model_copy(update={"payer": payer, "flags": flags}),
            products=((NEED, need),) if need else (),
        ),
    )  # fmt: skip
    return {"need": need.need.value if need else Need.UNKNOWN.value}


def _resolve(case: Case, hands: Hands) -> Resolution:
    if case.coverage is None:
        return Resolution(payer=None, reason="the order names no coverage and the patient has none that is active")
    resolution: Resolution = hands.call("resolve_payer", coverage=case.coverage)
    return resolution


def _need(case: Case, payer: PayerRef | None, hands: Hands) -> AuthorizationNeed | None:
    if payer is None:
        return None
    need: AuthorizationNeed = hands.call(
        "authorization_need",
        payer=payer,
        codes=ordered_codes(case),
        on=case.service_date,
        place=case.patient.address.state or None,
        drug=dispensed_drug(case.order.codes),
    )
    return need


def _flags(case: Case, resolution: Resolution, need: AuthorizationNeed | None) -> list[Flag]:
    flags = []
    source = f"Coverage/{case.coverage.id}" if case.coverage else ""
    if resolution.payer is None:
        near = f" Near names: {', '.join(resolution.candidates)}." if resolution.candidates else ""
        message = f"The payer is not known: {resolution.reason}.{near} Name the payer and plan."
        flags.append(Flag(code="payer_not_resolved", message=message, severity="warning", source=source))
    mismatch = part_mismatch(shipped_codes(), case.coverage, ordered_codes(case)) if case.coverage else None
    flags += [mismatch] if mismatch else []
    if need and need.need is Need.PRESUMED:
        message = f"{need.reason} Confirm with the payer that prior authorization is needed."
        flags.append(Flag(code="need_presumed", message=message, severity="info", source=need.rule_id))
    if need and not need.verified:
        message = f"The rule {need.rule_id} ({need.citation}) has not been checked in its primary source."
        flags.append(Flag(code="rule_not_verified", message=message, severity="info", source=need.rule_id))
    return flags

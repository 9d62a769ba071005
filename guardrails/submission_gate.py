"""The last judge before an outward act: may this be put to a person, and may exactly these bytes leave now."""

from collections.abc import Sequence
from datetime import datetime

from cases.authorization import AuthorizationNeed, Need
from cases.case import Case
from cases.criteria import CriteriaResult, State, TreeStatus
from cases.decision import GateOutcome, GateResult, Verdict
from cases.errors import GateRefused
from cases.frozen import Frozen
from cases.ids import CaseId, Digest, digest_of
from cases.review import Approval, User
from guardrails.confidence import combined, confidence_parts
from guardrails.thresholds import Thresholds

ACTION = "submit_authorization"
APPEAL_ACTION = "submit_appeal"

_NEED_REASON = {
    Need.NOT_REQUIRED: "pa_not_required",
    Need.VENDOR: "vendor_decides",
    Need.UNKNOWN: "pa_need_unknown",
}
_STATE_REASON = {
    State.INSUFFICIENT: "criteria_insufficient",
    State.NOT_MET: "criteria_not_met",
    State.ERROR: "criteria_error",
}


def action_of(case: Case) -> str:
    """The outward act that this case is worked towards."""
    return ACTION if case.appeal is None else APPEAL_ACTION


class GateCase(Frozen):
    """What the gate judges: the case with its findings so far, and the digest of the bytes drafted, if any."""

    case: Case
    need: AuthorizationNeed | None
    result: CriteriaResult | None
    verdicts: tuple[Verdict, ...]
    digest: Digest | None
    required_document_missing: bool = False
    not_drafted: str = ""


def judge(subject: GateCase, thresholds: Thresholds) -> GateResult:
    """Whether the drafted submission may be put to a person; an outward act is never `auto`."""
    rule = thresholds.rule(ACTION)
    parts = confidence_parts(subject.case, subject.result)
    confidence = combined(parts)
    reasons = list(_reasons(subject))
    if not reasons and confidence < rule.threshold:
        reasons.append("confidence_below_threshold")
    return GateResult(
        action=ACTION,
        risk_tier=rule.tier,
        confidence=confidence,
        confidence_parts=parts,
        threshold=rule.threshold,
        thresholds_version=thresholds.version,
        verdicts=subject.verdicts,
        outcome=GateOutcome.BLOCKED if reasons else GateOutcome.REVIEW,
        reasons=tuple(dict.fromkeys(reasons)),
        digest=subject.digest,
    )


def _reasons(subject: GateCase) -> Sequence[str]:
    """Why the submission may not go to a person, in the order a reader wants them."""
    found = []
    if subject.case.payer is None:
        found.append("payer_unresolved")
    if subject.need is None:
        found.append("pa_need_unknown")
    elif subject.need.need in _NEED_REASON:
        found.append(_NEED_REASON[subject.need.need])
    found += [flag.code for flag in subject.case.flags if flag.severity == "blocking"]
    found += _criteria_reasons(subject)
    for verdict in subject.verdicts:
        if not verdict.passed:
            found.append(f"{verdict.guard}_failed" if verdict.passed is False else f"{verdict.guard}_unknown")
    if subject.digest is None:
        found.append(subject.not_drafted or "nothing_drafted")
    return found


def _criteria_reasons(subject: GateCase) -> list[str]:
    if subject.result is None:
        return ["no_policy_in_force"]
    found = []
    if subject.result.status is TreeStatus.DRAFT:
        found.append("criteria_tree_is_draft")
    if subject.required_document_missing:
        found.append("required_document_missing")
    if subject.result.root.state in _STATE_REASON:
        found.append(_STATE_REASON[subject.result.root.state])
    return found


class Release(Frozen):
    """An outward act about to happen: the approval, the approver as known now, and the bytes that would leave."""

    case_id: CaseId
    approval: Approval | None
    approver: User | None
    content: bytes
    gate: GateResult | None
    now: datetime
    edited_since: bool = False
    action: str = ACTION


def check_release(release: Release, thresholds: Thresholds) -> Approval:
    """The approval under which exactly these bytes may leave now; raises GateRefused otherwise."""
    approval = release.approval
    if approval is None:
        raise GateRefused("Nothing leaves without an approval.", ("no_approval",))
    faults = _release_faults(release, approval, thresholds)
    if faults:
        raise GateRefused("The approval does not cover this submission: " + ", ".join(faults) + ".", faults)
    return approval


def _release_faults(release: Release, approval: Approval, thresholds: Thresholds) -> tuple[str, ...]:
    rule = thresholds.rule(release.action)
    role = release.approver.role if release.approver and release.approver.active else None
    gate = release.gate
    checks = (
        ("approval_of_another_case", approval.case_id != release.case_id),
        ("approval_of_another_action", approval.action != release.action),
        ("approval_of_other_bytes", approval.digest != digest_of(release.content)),
        ("edited_since_approval", release.edited_since),
        ("approver_not_allowed", role is None or not role.at_least(rule.role)),
        ("approval_expired", not approval.at <= release.now < approval.expires_at),
        ("gate_not_open", gate is None or gate.outcome is GateOutcome.BLOCKED or gate.digest != approval.digest),
    )
    return tuple(name for name, wrong in checks if wrong)

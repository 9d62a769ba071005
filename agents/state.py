"""What a checkpoint holds: ids, verdicts and counters. Documents stay in the store."""

from typing import TypedDict


class AuthorizationState(TypedDict, total=False):
    """State of the authorization graph; one thread per case.

    `revision` names the work products of this run. `review_id` is the review that resumed the graph.
    """

    case_id: str
    revision: int
    need: str
    policy: str
    tree: str
    gaps: int
    required_document_missing: bool
    digest: str
    outcome: str
    reasons: list[str]
    review_id: str
    review_act: str
    submission: str

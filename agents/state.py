"""What a checkpoint holds: ids, verdicts and counters. Documents stay in the store."""

from typing import TypedDict


class AuthorizationState(TypedDict, total=False):
    """State of the authorization and appeal graphs; one thread per case.

    `revision` names the work products of this run. `review_id` is the review that resumed the graph. The appeal graph
    keeps the same state: `reused` says that its evidence map is the authorization's.
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
    reused: bool

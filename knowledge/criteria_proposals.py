"""Holds a proposed criteria tree against the policy's own text: its places, and what it leaves out. Always a draft."""

from collections.abc import Sequence

from cases.criteria import CriteriaTree, Criterion, PolicyRef, TreeStatus
from knowledge.criteria_compiler import CompiledTree

_BY_MODEL = "Proposed by a model from the policy's text; a person must read and approve it."
_MOST_LEFT_OUT = 20
_SHOWN = 90


def draft_of_proposal(
    text: str, policy: PolicyRef, root: Criterion, faults: Sequence[str], compiled: CompiledTree
) -> CriteriaTree | None:
    """The proposal as a draft tree; None where a leaf does not stand at its place in the text.

    What the structure of the text gives as a rule and the proposal does not touch is named among the reasons.
    """
    spans = [leaf.policy_span for leaf in root.leaves()]
    if not spans or any(span is None or text[span.start : span.end] != span.quote for span in spans):
        return None
    held = [(span.start, span.end) for span in spans if span is not None]
    left_out = [
        " ".join(leaf.span.quote.split())[:_SHOWN]
        for leaf in compiled.leaves
        if not any(start < leaf.span.end and end > leaf.span.start for start, end in held)
    ]
    missing = tuple(f"Not in the proposal: “{words}”." for words in left_out[:_MOST_LEFT_OUT])
    return CriteriaTree(
        id=f"{policy.doc_id}-proposed",
        policy=policy,
        root=root,
        status=TreeStatus.DRAFT,
        draft_reasons=(_BY_MODEL, *faults, *missing),
    )

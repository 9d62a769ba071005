"""The human decision: what lies before a person, and what he or she does with exactly that."""

from typing import Annotated

from fastapi import APIRouter, Header, Response
from pydantic import ConfigDict, Field

from agents.casework.reviewing import ReviewRequest, record_review
from api.auth import Box, Me, needs
from api.door_errors import PreconditionMissing, StaleView
from api.error_pages import problems
from api.idempotency import Answer, OnceOnly
from api.routes.case_views import EXAMPLE_CASE, EXAMPLE_DIGEST
from api.routes.cases import OneCase
from api.scopes import Scope
from cases.errors import Conflict
from cases.frozen import Frozen
from cases.ids import Digest
from cases.lifecycle import CaseState
from cases.review import Review, ReviewAct
from runtime import case_store, review_store, work_store

router = APIRouter(tags=["reviews"])

SCOPE_OF_ACT: dict[ReviewAct, Scope] = {
    ReviewAct.APPROVE: Scope.REVIEW_DECIDE,
    ReviewAct.REJECT: Scope.REVIEW_DECIDE,
    ReviewAct.EDIT: Scope.REVIEW_EDIT,
    ReviewAct.SIGN: Scope.REVIEW_EDIT,
}
_REVIEW = {
    "id": "3f5d7c", "case_id": EXAMPLE_CASE, "act": "approve", "user_id": "lee", "role": "reviewer",
    "digest": EXAMPLE_DIGEST, "at": "2026-11-23T15:04:00Z", "reason": "",
}  # fmt: skip


class ReviewBody(Frozen):
    """What to do. A rejection and an edit need a reason; an edit is the whole letter.md with the changes in it."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"act": "approve"}, {"act": "reject", "reason": "The order was withdrawn."}]}
    )

    act: ReviewAct
    reason: str = Field(default="", max_length=4000)
    letter: str = Field(default="", max_length=200_000)


class Reviews(Frozen):
    """What was done to the case so far, and what is to be decided on now."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"state": "awaiting_review", "digest": EXAMPLE_DIGEST, "acts": ["approve"], "reviews": []}]
        }
    )

    state: CaseState
    digest: Digest | None
    acts: tuple[ReviewAct, ...]
    reviews: tuple[Review, ...]


@router.get(
    "/cases/{case_id}/reviews",
    summary="The decisions so far",
    dependencies=[needs(Scope.CASES_READ)],
    responses=problems(401, 403, 404),
)
def read_reviews(toolbox: Box, caller: Me, case_id: OneCase, response: Response) -> Reviews:
    """ETag is the digest of what lies ready: send it as If-Match with a decision. `acts` are those you may do."""
    with toolbox.database.read() as transaction:
        case = case_store.get(transaction, case_id)
        submission = work_store.newest_submission(transaction, case_id)
        reviews = review_store.reviews_of(transaction, case_id)
    waits = submission is not None and case.state is CaseState.AWAITING_REVIEW
    acts = tuple(act for act in ReviewAct if waits and SCOPE_OF_ACT[act] in caller.scopes)
    if submission is not None:
        response.headers["ETag"] = f'"{submission.digest}"'
    return Reviews(state=case.state, digest=submission and submission.digest, acts=acts, reviews=reviews)


@router.post(
    "/cases/{case_id}/reviews",
    status_code=201,
    summary="Decide",
    dependencies=[needs(Scope.REVIEW_EDIT)],
    response_model=Review,
    responses={
        201: {"content": {"application/json": {"example": _REVIEW}}},
        **problems(400, 401, 403, 404, 409, 412, 413, 422, 428),
    },
)
def decide(
    toolbox: Box,
    caller: Me,
    case_id: OneCase,
    body: ReviewBody,
    once: OnceOnly,
    if_match: Annotated[
        str | None,
        Header(
            alias="If-Match",
            description="The ETag of the reviews: the digest of what you looked at.",
            examples=[f'"{EXAMPLE_DIGEST}"'],
        ),
    ] = None,
) -> Response:
    """Approve, edit, reject or sign exactly what you saw. Nothing is sent by this request; the worker sends.

    412 where it changed or was decided since: nothing was overwritten, look again.
    """
    caller.must_hold(SCOPE_OF_ACT[body.act])
    request = ReviewRequest(
        case_id=case_id,
        act=body.act,
        user_id=caller.id,
        digest=_seen(if_match),
        reason=body.reason,
        letter=body.letter,
    )

    def act() -> Answer:
        try:
            review = record_review(toolbox, request)
        except Conflict as error:
            raise StaleView(error.message) from error
        return Answer(review, status=201, headers={"Location": f"/cases/{case_id}/reviews"})

    return once.answer((body.model_dump_json(),), act)


def _seen(if_match: str | None) -> Digest:
    """The digest of If-Match. `*` will not do: a decision is on something that was seen."""
    if if_match is None or if_match.strip() == "*":
        raise PreconditionMissing("If-Match: send the ETag of GET /cases/{case_id}/reviews.")
    return Digest(if_match.strip().strip('"'))

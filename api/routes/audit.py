"""The audit log for those who may read it: whether it holds, and what it says."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import ConfigDict

from api.auth import Box, needs
from api.error_pages import problems
from api.paging import Cursor, Limit, cursor_of, place_of
from api.routes.case_views import EXAMPLE_CASE, EXAMPLE_DIGEST
from api.scopes import Scope
from cases.frozen import Frozen
from runtime.audit import AuditEntry

router = APIRouter(
    prefix="/audit", tags=["audit"], dependencies=[needs(Scope.AUDIT_READ)], responses=problems(401, 403)
)


class Proof(Frozen):
    """Whether the whole log, recomputed, is what was sealed; `problems` name the places where not."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"size": 128, "root": EXAMPLE_DIGEST, "holds": True, "problems": []}]}
    )

    size: int
    root: str
    holds: bool
    problems: tuple[str, ...] = ()


class EntryPage(Frozen):
    """A page of entries, oldest first."""

    items: tuple[AuditEntry, ...]
    next_cursor: str | None


@router.get("/proof", summary="Does the log hold")
def read_proof(toolbox: Box) -> Proof:
    """Recomputes every hash: seconds for a large log. Compare `root` with one you kept."""
    with toolbox.database.read() as transaction:
        proof = toolbox.audit.verify(transaction)
    return Proof(
        size=proof.size, root=proof.root, holds=proof.holds, problems=tuple(str(one) for one in proof.problems)
    )


@router.get("/entries", summary="What the log says", responses=problems(422))
def read_entries(
    toolbox: Box,
    subject: Annotated[
        str | None,
        Query(pattern=r"^[\x21-\x7e]{1,256}$", description="Only about this subject.", examples=[EXAMPLE_CASE]),
    ] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> EntryPage:
    """Entries about a case, a user or a key, or all of them."""
    after = 0 if cursor is None else int(place_of(cursor, int)[0])
    with toolbox.database.read() as transaction:
        found = toolbox.audit.entries(transaction, subject, after=after, limit=limit + 1)
    items = found[:limit]
    return EntryPage(items=items, next_cursor=cursor_of(items[-1].sequence) if len(found) > limit else None)

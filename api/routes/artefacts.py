"""What working a case produced, as it is stored: criteria, gaps, gate, letter, packet, bundle."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Response
from pydantic import ConfigDict

from agents.toolbox import Toolbox
from api.auth import Box, needs
from api.error_pages import problems
from api.routes.case_views import EXAMPLE_DIGEST
from api.routes.cases import OneCase
from api.scopes import Scope
from cases.errors import NotFound
from cases.frozen import Frozen
from cases.ids import CaseId, Digest
from runtime import case_store, work_store
from runtime.work_store import GATE

router = APIRouter(tags=["artefacts"], dependencies=[needs(Scope.CASES_READ)], responses=problems(401, 403, 404))

_MEDIA_TYPES = {".json": "application/json", ".md": "text/markdown; charset=utf-8", ".pdf": "application/pdf"}
Name = Annotated[
    str, Path(pattern=r"^[a-z0-9][a-z0-9.-]{0,63}$", description="The artefact's name.", examples=["packet.pdf"])
]


class ArtefactList(Frozen):
    """The artefacts of the newest run, with the SHA-256 of each."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"revision": 11, "artefacts": {"packet.pdf": EXAMPLE_DIGEST}}]}
    )

    revision: int | None
    artefacts: dict[str, Digest]


def _json_file(example: dict[str, Any]) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {"application/json": {"schema": {"type": "object"}, "example": example}}}}


@router.get(
    "/cases/{case_id}/criteria",
    summary="The criteria tree",
    response_class=Response,
    responses=_json_file(
        {"policy": None, "tree": {"id": "no_policy", "op": "leaf", "state": "INSUFFICIENT", "evidence": []}}
    ),
)
def read_criteria(toolbox: Box, case_id: OneCase) -> Response:
    """criteria.json: each criterion with its state, the evidence and why other evidence does not count."""
    return _file(toolbox, case_id, "criteria.json")


@router.get(
    "/cases/{case_id}/gaps",
    summary="What is missing",
    response_class=Response,
    responses=_json_file({"gaps": []}),
)
def read_gaps(toolbox: Box, case_id: OneCase) -> Response:
    """gaps.json: what is missing, from whom, with the request drafted for it."""
    return _file(toolbox, case_id, "gaps.json")


@router.get(
    "/cases/{case_id}/gate",
    summary="What the gate says",
    response_class=Response,
    responses=_json_file({"action": "payer_submit", "outcome": "review", "reasons": ["review_required"]}),
)
def read_gate(toolbox: Box, case_id: OneCase) -> Response:
    """gate.json: the verdicts, the confidence with its parts, the threshold, the outcome and its reasons."""
    return _file(toolbox, case_id, "gate.json")


@router.get("/cases/{case_id}/artefacts", summary="List the artefacts")
def list_artefacts(toolbox: Box, case_id: OneCase) -> ArtefactList:
    """Empty while nothing has been made."""
    with toolbox.database.read() as transaction:
        case_store.get(transaction, case_id)
        revision = work_store.newest_revision(transaction, case_id, GATE)
        held = work_store.artefact_digests(transaction, case_id, revision) if revision is not None else {}
    return ArtefactList(revision=revision, artefacts=dict(held))


@router.get(
    "/cases/{case_id}/artefacts/{name}",
    summary="Fetch an artefact",
    response_class=Response,
    responses={
        200: {"content": {kind: {"schema": {}} for kind in ("application/json", "text/markdown", "application/pdf")}}
    },
)
def read_artefact(toolbox: Box, case_id: OneCase, name: Name) -> Response:
    """The exact bytes; ETag is their SHA-256."""
    return _file(toolbox, case_id, name)


def _file(toolbox: Toolbox, case_id: CaseId, name: str) -> Response:
    """An artefact of the newest run. A file name in the answer lets a browser save it under the case's id."""
    with toolbox.database.read() as transaction:
        case_store.get(transaction, case_id)
        revision = work_store.newest_revision(transaction, case_id, GATE)
        held = work_store.artefact_digests(transaction, case_id, revision) if revision is not None else {}
        if revision is None or name not in held:
            raise NotFound("The case has no artefact of this name now.")
        content = work_store.get_artefact(transaction, case_id, revision, name)
    kind = next((kind for ending, kind in _MEDIA_TYPES.items() if name.endswith(ending)), "application/octet-stream")
    headers = {"ETag": f'"{held[name]}"', "Content-Disposition": f'inline; filename="{case_id}-{name}"'}
    return Response(content, media_type=kind, headers=headers)

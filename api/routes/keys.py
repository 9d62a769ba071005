"""API keys for machines, made and revoked by administrators."""

from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import AwareDatetime, ConfigDict, Field, JsonValue

from api import machine_keys
from api.auth import Box, Me, needs
from api.error_pages import problems
from api.idempotency import Answer, OnceOnly
from api.machine_keys import LONGEST_DAYS
from api.scopes import Scope
from cases.frozen import Frozen
from cases.ids import CaseId, UserId
from runtime import api_key_store
from runtime.api_key_store import ApiKey

router = APIRouter(
    prefix="/keys", tags=["API keys"], dependencies=[needs(Scope.USERS_ADMIN)], responses=problems(401, 403)
)
_KEY: dict[str, JsonValue] = {
    "id": "0a1b2c3d4e5f", "name": "EHR interface", "scopes": ["documents:write", "events:write"], "made_by": "lee",
    "made_at": "2026-11-23T15:00:00Z", "expires_at": "2027-02-21T15:00:00Z",
}  # fmt: skip


class KeyBody(Frozen):
    """A key to be made."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "EHR interface", "scopes": ["events:write"], "days": 90}]}
    )

    name: str = Field(pattern=r"^[\w .()/-]{1,128}$")
    scopes: tuple[Scope, ...] = Field(min_length=1, max_length=len(Scope))
    days: int = Field(default=90, ge=1, le=LONGEST_DAYS)
    cases: tuple[CaseId, ...] | None = Field(
        default=None, min_length=1, max_length=500, description="The only cases it opens; none given opens all."
    )


class KeyView(Frozen):
    """A key without its secret."""

    model_config = ConfigDict(json_schema_extra={"examples": [_KEY]})

    id: str
    name: str
    scopes: tuple[str, ...]
    made_by: UserId
    made_at: AwareDatetime
    expires_at: AwareDatetime
    revoked_at: AwareDatetime | None = None
    last_used_at: AwareDatetime | None = None
    cases: tuple[CaseId, ...] | None = None


class NewKey(Frozen):
    """A key just made; `secret` is what the machine presents, shown once and None in the answer to a repeat."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"key": _KEY, "secret": "csk_0a1b2c3d4e5f_…"}]})

    key: KeyView
    secret: str | None


class KeyList(Frozen):
    """Every key ever made, in order."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_KEY]}]})

    items: tuple[KeyView, ...]


@router.get("", summary="List API keys")
def list_keys(toolbox: Box) -> KeyList:
    """Good, expired and revoked ones, with their last use."""
    with toolbox.database.read() as transaction:
        return KeyList(items=tuple(_view(key) for key in api_key_store.all_keys(transaction)))


@router.post(
    "", status_code=201, summary="Make an API key", response_model=NewKey, responses=problems(400, 409, 413, 422)
)
def make_key(toolbox: Box, caller: Me, body: KeyBody, once: OnceOnly) -> Response:
    """No key can decide a review, sign, or make users: that is a person's."""

    def act() -> Answer:
        key, secret = machine_keys.make_key(toolbox, body.name, body.scopes, body.days, caller.id, body.cases)
        made = NewKey(key=_view(key), secret=secret)
        return Answer(made, status=201, kept=made.model_copy(update={"secret": None}))

    return once.answer((body.model_dump_json(),), act)


@router.delete("/{key_id}", status_code=204, summary="Revoke an API key", responses=problems(404, 422))
def revoke_key(
    toolbox: Box,
    caller: Me,
    key_id: Annotated[str, Path(pattern=r"^[0-9a-f]{12}$", description="The key's id.", examples=[_KEY["id"]])],
) -> Response:
    """It opens nothing from the next request on, and cannot be opened again."""
    machine_keys.revoke_key(toolbox, key_id, caller.id)
    return Response(status_code=204)


def _view(key: ApiKey) -> KeyView:
    return KeyView.model_validate(key.model_dump(exclude={"secret_digest"}))

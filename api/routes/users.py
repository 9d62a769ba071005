"""Users, for administrators: who there is, what they may do, and a link by which somebody comes in first."""

from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import AwareDatetime, ConfigDict, Field

from agents.casework.people import add_user
from api import sign_in
from api.auth import Box, Me, needs
from api.error_pages import problems
from api.idempotency import Answer, OnceOnly
from api.scopes import Scope
from api.sign_in import LINK_GOOD_FOR
from cases.errors import Conflict
from cases.frozen import Frozen
from cases.ids import UserId
from cases.review import User, UserRole
from runtime import review_store

router = APIRouter(
    prefix="/users", tags=["users"], dependencies=[needs(Scope.USERS_ADMIN)], responses=problems(401, 403)
)
OneUser = Annotated[
    UserId, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}$", description="The user's id.", examples=["lee"])
]


class UserBody(Frozen):
    """Everything about a user but the id; `npi` and `licence` for clinicians who sign."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Dana Lee", "role": "reviewer"}]})

    name: str = Field(min_length=1, max_length=256)
    role: UserRole
    npi: str = Field(default="", pattern=r"^(\d{10})?$")
    licence: str = Field(default="", max_length=64)
    active: bool = True


class UserList(Frozen):
    """Every user, by id."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"items": [{"id": "lee", "name": "Dana Lee", "role": "reviewer"}]}]}
    )

    items: tuple[User, ...]


class SignInLink(Frozen):
    """The path of a one-time link, on this server, shown once; None where this is the answer to a repeat."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"path": "/sign-in/q8V…", "expires_at": "2026-11-23T15:15:00Z"}]}
    )

    path: str | None
    expires_at: AwareDatetime


@router.get("", summary="List users")
def list_users(toolbox: Box) -> UserList:
    """Active and inactive ones."""
    with toolbox.database.read() as transaction:
        return UserList(items=review_store.all_users(transaction))


@router.put("/{user_id}", summary="Add or change a user", responses=problems(400, 409, 413, 422))
def put_user(toolbox: Box, caller: Me, user_id: OneUser, body: UserBody) -> User:
    """The whole user as it is to be; what changed holds from the user's next request on.

    Nobody changes his or her own role, so that there is always another administrator to ask.
    """
    if user_id == caller.id and (body.role is not caller.role or not body.active):
        raise Conflict("Another administrator must change your own role.")
    user = User(id=user_id, **body.model_dump())
    add_user(toolbox, user, caller.id)
    return user


@router.post(
    "/{user_id}/links",
    status_code=201,
    summary="Make a one-time link",
    response_model=SignInLink,
    responses=problems(404, 409, 422),
)
def make_link(toolbox: Box, caller: Me, user_id: OneUser, once: OnceOnly) -> Response:
    """A link that signs this user in once, within a quarter of an hour. Hand it over by a way you trust."""

    def act() -> Answer:
        token = sign_in.make_link(toolbox, user_id, caller.id)
        made = SignInLink(path=f"/sign-in/{token}", expires_at=toolbox.clock.now() + LINK_GOOD_FOR)
        return Answer(made, status=201, kept=made.model_copy(update={"path": None}))

    return once.answer((), act)

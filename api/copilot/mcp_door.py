"""MCP over streamable HTTP at /mcp: a key's door, with the metadata by which clients learn how to knock (RFC 9728)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from anyio import to_thread
from fastapi import APIRouter, FastAPI, Request
from mcp.server.context import ServerRequestContext
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from agents.copilot.question import Asker
from agents.toolbox import Toolbox
from api.auth import by_bearer
from api.copilot.desk import asker_of, copilot_of
from api.copilot.mcp_tools import mcp_server
from api.door_errors import NotSignedIn
from api.error_pages import answer, problem_of, request_id_of
from api.scopes import KEY_SCOPES
from api.scopes import Scope as Right
from cases.errors import CountersignError, StoreUnavailable

PATH = "/mcp"
_METADATA = f"/.well-known/oauth-protected-resource{PATH}"
_ASKER = "copilot_asker"


class McpDoor:
    """The ASGI application at /mcp; it answers while `running`."""

    def __init__(self, app: FastAPI, toolbox: Toolbox) -> None:
        self._app, self._toolbox = app, toolbox
        self._sessions: StreamableHTTPSessionManager | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Serve while the application lives; each request stands for itself, so that any process can take it."""
        server = mcp_server(copilot_of(self._app, self._toolbox).copilot, _asker_in)
        self._sessions = StreamableHTTPSessionManager(server, json_response=True, stateless=True)
        try:
            async with self._sessions.run():
                yield
        finally:
            self._sessions = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            scope["state"][_ASKER] = await to_thread.run_sync(self._asker, request)
            if self._sessions is None:
                raise StoreUnavailable("The server is starting or stopping.")
        except CountersignError as error:
            problem = problem_of(error, request_id_of(request))
            where = f'Bearer realm="countersign", resource_metadata="{_base(request)}{_METADATA}"'
            headers = {"WWW-Authenticate": where} if problem.status == 401 else {}
            await answer(problem, headers)(scope, receive, send)
            return
        await self._sessions.handle_request(scope, receive, send)

    def _asker(self, request: Request) -> Asker:
        """Machines only: a browser's cookie opens nothing here."""
        caller = by_bearer(self._toolbox, request.headers.get("authorization", ""))
        if caller is None:
            raise NotSignedIn("Give an API key as `Authorization: Bearer`.")
        request.state.caller_id = caller.id
        caller.must_hold(Right.COPILOT_ASK)
        return asker_of(caller)


def _asker_in(context: ServerRequestContext[Any]) -> Asker:
    """Who made the request that this call came in."""
    asker = getattr(context.request.state, _ASKER, None) if context.request is not None else None
    if not isinstance(asker, Asker):
        raise NotSignedIn("Give an API key as `Authorization: Bearer`.")
    return asker


def _base(request: Request) -> str:
    return str(request.base_url).rstrip("/")


router = APIRouter(tags=["MCP"])


@router.get(_METADATA, summary="How to knock at /mcp", response_class=JSONResponse)
def protected_resource(request: Request) -> dict[str, Any]:
    """RFC 9728: the resource, and that it wants a bearer token; keys are made by an administrator."""
    return {
        "resource": f"{_base(request)}{PATH}",
        "resource_name": "Countersign",
        "bearer_methods_supported": ["header"],
        "scopes_supported": sorted({Right.COPILOT_ASK.value, Right.CASES_READ.value} & set(KEY_SCOPES)),
    }


def mount_mcp(app: FastAPI, toolbox: Toolbox) -> McpDoor:
    """Put the door and its metadata into the application."""
    door = McpDoor(app, toolbox)
    app.include_router(router)
    app.router.routes.append(Route(PATH, door, name="mcp", include_in_schema=False))
    return door

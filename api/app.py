"""The web application: every route over one toolbox, with a worker beside it where the settings say so."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from anyio import to_thread
from fastapi import APIRouter, FastAPI, Request
from fastapi.telemetry import TelemetryConfig
from starlette.responses import JSONResponse
from starlette.staticfiles import StaticFiles

from agents.casework.events import EventDesk
from agents.toolbox import Toolbox
from api import error_pages
from api.auth import Me
from api.boundary import Boundary
from api.copilot.mcp_door import mount_mcp
from api.error_pages import problems
from api.openapi_document import document_of
from api.panel.mount import mount_panel
from api.routes import (
    artefacts,
    audit,
    cases,
    copilot,
    dead_letters,
    health,
    keys,
    openai_compatible,
    receipts,
    reviews,
    session,
    sign_in_pages,
    summaries,
    users,
    webhooks,
    worklist,
)
from api.smart import routes as smart
from api.worker import start_worker, stop_worker
from cases.errors import CountersignError

_ROUTERS: tuple[APIRouter, ...] = (
    health.router,
    session.router,
    sign_in_pages.router,
    webhooks.router,
    worklist.router,
    cases.router,
    receipts.router,
    artefacts.router,
    reviews.router,
    audit.router,
    dead_letters.router,
    users.router,
    keys.router,
    summaries.router,
    copilot.router,
    openai_compatible.router,
)
_THREADS = 10
"""Requests worked on at once: fewer than the database's connections (15), so that none waits for one in vain."""
_DESCRIPTION = (
    "Prior-authorization packets with evidence, a gate and a person's countersignature. Errors are RFC 9457 problem "
    "details. Lists give `next_cursor`. POST takes `Idempotency-Key`. Persons sign in with a session cookie and send "
    "`X-CSRF-Token`; machines send an API key as `Authorization: Bearer`. Each route names the scope it needs."
)
_NO_TELEMETRY: TelemetryConfig = {
    "tracing": False, "metrics": False, "logs": False, "operation_spans": False, "auto_configure": False,
}  # fmt: skip
"""FastAPI's own would record exceptions with their messages, which may hold PHI."""


def build_app(toolbox: Toolbox) -> FastAPI:
    """The application over this toolbox. Whoever built the toolbox closes it."""
    app = FastAPI(
        title="Countersign",
        version="1",
        description=_DESCRIPTION,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_lifespan(toolbox),
        telemetry=_NO_TELEMETRY,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.toolbox = toolbox
    app.state.events = EventDesk(toolbox)
    app.add_middleware(Boundary, hosts=toolbox.settings.hosts)
    error_pages.register(app)
    for router in _ROUTERS:
        app.include_router(router)
    app.include_router(_document_router())
    app.include_router(smart.router)
    mount_panel(app)
    app.state.mcp = mount_mcp(app, toolbox)
    app.mount("/static", StaticFiles(directory=sign_in_pages.FOLDER / "static"))
    return app


def start_failure(app: FastAPI) -> CountersignError | None:
    """Why the application did not start, where it did not; the web server only says that."""
    failure: CountersignError | None = getattr(app.state, "failure", None)
    return failure


def _document_router() -> APIRouter:
    """The OpenAPI document, for who is signed in: what there is here is nobody else's business."""
    router = APIRouter(tags=["documentation"])

    @router.get("/openapi.json", summary="This document", responses=problems(401), response_class=JSONResponse)
    def openapi_document(request: Request, _caller: Me) -> dict[str, Any]:
        """Every route with the scope it needs, what it takes and what it answers, as OpenAPI 3.1."""
        return document_of(request.app)

    return router


def _lifespan(toolbox: Toolbox) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def run(app: FastAPI) -> AsyncIterator[None]:
        to_thread.current_default_thread_limiter().total_tokens = _THREADS
        if not toolbox.settings.serve_worker:
            async with app.state.mcp.running():
                yield
            return
        try:
            worker = await to_thread.run_sync(start_worker, toolbox)
        except CountersignError as error:
            app.state.failure = error
            raise
        try:
            async with app.state.mcp.running():
                yield
        finally:
            await to_thread.run_sync(stop_worker, worker)

    return run

"""Puts the panel into the application: its pages and its files."""

from fastapi import FastAPI
from starlette.responses import RedirectResponse, Response

from api.panel.assets import ADDRESS, Assets
from api.panel.routes import (
    answers,
    appeals,
    asking,
    case,
    decisions,
    denials,
    documents,
    house,
    labels,
    moves,
    policies,
    quality,
    worklist,
)


def mount_panel(app: FastAPI) -> None:
    """Add the panel's routes and the folder of its style sheets and scripts."""
    for module in (
        worklist,
        case,
        answers,
        decisions,
        moves,
        documents,
        asking,
        policies,
        denials,
        appeals,
        quality,
        labels,
        house,
    ):
        app.include_router(module.router)
    app.mount(ADDRESS, Assets())
    app.add_api_route("/", _to_panel, name="root", include_in_schema=False)


async def _to_panel() -> Response:
    """Whoever types the bare address of the server wants the panel."""
    return RedirectResponse("/panel", status_code=303)

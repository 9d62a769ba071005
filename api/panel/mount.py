"""Puts the panel into the application: its pages and its files."""

from fastapi import FastAPI

from api.panel.assets import ADDRESS, Assets
from api.panel.routes import answers, asking, case, decisions, documents, house, policies, worklist


def mount_panel(app: FastAPI) -> None:
    """Add the panel's routes and the folder of its style sheets and scripts."""
    for module in (worklist, case, answers, decisions, documents, asking, policies, house):
        app.include_router(module.router)
    app.mount(ADDRESS, Assets())

"""The rest of the house: dead letters, settings, the page of all components, and the way out."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import RedirectResponse, Response

from agents.casework.panel.dead_letters import try_again
from api import sign_in
from api.auth import set_cookie, take_cookies, toolbox_of
from api.panel import components, words
from api.panel.desk import Desk
from api.panel.entry import Form, PanelRoute, Person, Supervisor, text_of
from api.panel.pages import HIDE, THEME, page
from runtime import dead_letters

router = APIRouter(prefix="/panel", route_class=PanelRoute, include_in_schema=False)
_YEAR = 31_536_000


@router.get("/dead-letters", name="panel.dead_letters")
def given_up(request: Request, desk: Desk, caller: Supervisor) -> Response:
    """Jobs that were given up, with why."""
    with desk.toolbox.database.read() as transaction:
        letters = dead_letters.unsettled(transaction)
    return page(request, "dead_letters.html", caller=caller, letters=letters)


@router.post("/dead-letters/{job_id}/retry", name="panel.dead_letters.retry")
def retry(
    desk: Desk, caller: Supervisor, form: Form, job_id: Annotated[str, Path(pattern=r"^[\x21-\x7e]{1,256}$")]
) -> Response:
    """Start the job anew."""
    try_again(desk.toolbox, job_id, caller.id)
    return RedirectResponse("/panel/dead-letters", status_code=303)


@router.get("/settings", name="panel.settings")
def settings(request: Request, caller: Person) -> Response:
    """The reader's own settings, kept in this browser."""
    return page(request, "settings.html", caller=caller)


@router.post("/settings", name="panel.settings.save")
def save_settings(request: Request, caller: Person, form: Form) -> Response:
    """Keep them."""
    response = RedirectResponse("/panel/settings", status_code=303)
    theme = text_of(form, "theme", 8)
    chosen = {THEME: theme if theme in ("light", "dark") else "", HIDE: "1" if form.get("hide") else ""}
    for name, value in chosen.items():
        set_cookie(request, response, name, value, _YEAR)
    return response


@router.get("/components", name="panel.components")
def all_components(request: Request, caller: Person) -> Response:
    """Every component in every state."""
    return page(
        request,
        "components.html",
        caller=caller,
        shown=components.examples(toolbox_of(request).clock.now()),
        states=words.STATE,
    )


@router.post("/sign-out", name="panel.sign_out")
def sign_out(request: Request, desk: Desk, caller: Person, form: Form) -> Response:
    """End the session."""
    if caller.session is not None:
        sign_in.sign_out(desk.toolbox, caller.session)
    response = RedirectResponse("/sign-in", status_code=303)
    take_cookies(request, response)
    return response

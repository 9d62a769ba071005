"""Turns a template into an answer: the layout or a fragment of it, with a strict content policy and no inline code."""

from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.responses import HTMLResponse

from agents.casework.panel.policies import passage_key
from agents.casework.panel.worklist import item_of
from api.auth import Caller, cookie_name, toolbox_of
from api.panel import denial_words, words
from api.panel.assets import ADDRESS, version
from api.panel.times import Clockface

FRAGMENT = "x-fragment"
"""A header by which our scripts ask for a part of a page alone."""
THEME, HIDE = "panel_theme", "panel_hide"
"""Cookies of the reader's taste; neither is a secret."""
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors "
)
"""Ends with who may show the page in a frame."""
_HEADERS = {"Referrer-Policy": "same-origin", "Vary": FRAGMENT}
"""Under `no-referrer` a browser sends `Origin: null` with our own forms, and they would be refused as forged."""
_FOLDER = Path(__file__).parent / "templates"


def clockface(request: Request) -> Clockface:
    """The clock of this server, in the zone its days end in."""
    toolbox = toolbox_of(request)
    return Clockface(toolbox.clock.now(), ZoneInfo(toolbox.settings.time_zone))


def page(
    request: Request, template: str, /, *, caller: Caller | None, status: int = 200, **known: object
) -> HTMLResponse:
    """A page for this caller; our scripts get its main part alone."""
    theme = request.cookies.get(cookie_name(request, THEME), "")
    text = _templates().get_template(template).render(
        layout="fragment.html" if FRAGMENT in request.headers else "layout.html",
        caller=caller,
        csrf=caller.csrf_token if caller else "",
        clock=clockface(request),
        assets=f"{ADDRESS}/{version()}",
        theme=theme if theme in ("light", "dark") else "",
        hide=request.cookies.get(cookie_name(request, HIDE)) == "1",
        here=request.url.path,
        **known,
    )  # fmt: skip
    policy = CSP + toolbox_of(request).settings.frame_ancestors
    return HTMLResponse(text, status_code=status, headers={**_HEADERS, "Content-Security-Policy": policy})


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["words"] = words
    environment.globals["denial_words"] = denial_words
    environment.globals["item_of"] = item_of
    environment.filters["plural"] = words.plural
    environment.filters["passage_key"] = passage_key
    environment.filters["due_address"] = denial_words.due_address
    return environment

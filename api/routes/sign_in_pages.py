"""The pages a person signs in by. A link is used up by pressing its button, never by being looked at."""

import re
from functools import cache
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from jinja2 import Environment, FileSystemLoader, select_autoescape
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api import sign_in
from api.auth import Box, Caller, give_cookies, identify_if_any, same_origin, toolbox_of
from api.door_errors import SignInRefused, TooManyAttempts
from api.error_pages import problems
from api.routes.session import address_of
from api.sign_in import SignedIn
from cases.ids import UserId

AFTER = "/panel"
"""Where a person lands who has signed in, unless he or she was on the way to another page of it."""
FOLDER = Path(__file__).parents[1] / "sign_in_page"
_OWN_PAGE = re.compile(r"/panel(/[\w./:-]*)?")
_CSP = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
_HEADERS = {"Content-Security-Policy": _CSP, "Referrer-Policy": "same-origin"}
"""Under `no-referrer` a browser sends `Origin: null` with the form, which would be refused as forged."""

router = APIRouter(tags=["sign-in pages"], default_response_class=HTMLResponse)
_page_answers = {401: {"description": "The page again, with what was wrong"}, **problems(403)}


@router.get("/sign-in", summary="The sign-in page")
def sign_in_page(caller: Annotated[Caller | None, Depends(identify_if_any)], next: str = AFTER) -> Response:
    """A form for user and password, or who is signed in."""
    return _page(caller=caller, back=_own(next))


@router.post(
    "/sign-in", summary="Sign in by the page's form", status_code=303, responses={**_page_answers, **problems(422, 429)}
)
def sign_in_form(
    toolbox: Box,
    request: Request,
    user: Annotated[str, Form(max_length=128)] = "",
    password: Annotated[str, Form(max_length=256)] = "",
    next: Annotated[str, Form(max_length=256)] = AFTER,
) -> Response:
    """Opens a session and leads on, or shows the page again."""
    same_origin(request)
    try:
        signed_in = sign_in.with_password(toolbox, UserId(user), password, address_of(request))
    except (SignInRefused, TooManyAttempts) as error:
        waiting = isinstance(error, TooManyAttempts)
        return _page(error=error.message, status=429 if waiting else 401, back=_own(next))
    return _lead_on(request, signed_in, _own(next))


@router.get("/sign-in/{token}", summary="The page of a one-time link", responses=_page_answers)
def link_page(toolbox: Box, token: str) -> Response:
    """A page with one button. Opening it uses nothing up, so that a previewer cannot."""
    good = sign_in.link_is_good(toolbox, token)
    return _page(
        link=good, error="" if good else "This link was used already, or has run out.", status=200 if good else 401
    )


@router.post("/sign-in/{token}", summary="Sign in by a one-time link", status_code=303, responses=_page_answers)
def use_link(toolbox: Box, request: Request, token: str) -> Response:
    """Opens a session and leads on; the link is good no more."""
    same_origin(request)
    try:
        signed_in = sign_in.with_link(toolbox, token)
    except SignInRefused as error:
        return _page(error=error.message, status=401)
    return _lead_on(request, signed_in)


def refusal_page(request: Request, message: str) -> Response:
    """The page of a sign-in that an EHR began and that came to nothing; it may be shown in that EHR's frame."""
    response = _page(error=message, status=401)
    ancestors = toolbox_of(request).settings.frame_ancestors
    response.headers["Content-Security-Policy"] = _CSP.replace("frame-ancestors 'none'", f"frame-ancestors {ancestors}")
    return response


def _own(address: str) -> str:
    """The address of a page of the panel; any other place is not led to."""
    return address if _OWN_PAGE.fullmatch(address) else AFTER


def _lead_on(request: Request, signed_in: SignedIn, address: str = AFTER) -> Response:
    response = RedirectResponse(address, status_code=303)
    give_cookies(request, response, signed_in)
    return response


def _page(
    *, caller: Caller | None = None, link: bool = False, error: str = "", status: int = 200, back: str = AFTER
) -> Response:
    text = _templates().get_template("sign_in.html").render(caller=caller, link=link, error=error, back=back)
    return HTMLResponse(text, status_code=status, headers=dict(_HEADERS))


@cache
def _templates() -> Environment:
    return Environment(loader=FileSystemLoader(FOLDER), autoescape=select_autoescape())

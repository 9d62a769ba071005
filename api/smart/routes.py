"""The doors of a SMART launch: where the EHR opens us, and where it sends the browser back to."""

import hmac
import secrets
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from agents.toolbox import Toolbox
from api import sign_in
from api.auth import IN_VIEW, Box, give_cookies, set_cookie
from api.door_errors import SignInRefused
from api.routes.session import address_of
from api.routes.sign_in_pages import refusal_page
from api.smart import ehr as talk
from api.smart import sealed
from api.smart.in_view import InView, session_seconds
from cases.ids import UserId
from runtime.settings import SmartEhr

_UNDER_WAY = "smart_launch"
_LAUNCH_SECONDS = 600

router = APIRouter(prefix="/smart", include_in_schema=False)
_Word = Annotated[str, Query(max_length=4096)]


@router.get("/launch", name="smart.launch")
def launch(request: Request, toolbox: Box, iss: _Word = "", launch: _Word = "") -> Response:
    """Begin: `iss` must be an EHR of COUNTERSIGN_SMART_EHRS; the browser is sent there to be authorized."""
    iss = iss.rstrip("/")
    try:
        ehr = _known(toolbox, iss)
        if not launch:
            raise SignInRefused("The EHR opened this without its launch value. Open Countersign from inside the EHR.")
        endpoints = talk.endpoints_of(iss)
    except SignInRefused as error:
        return refusal_page(request, error.message)
    begun = talk.Launch(
        iss=iss,
        state=secrets.token_urlsafe(24),
        nonce=secrets.token_urlsafe(24),
        verifier=secrets.token_urlsafe(48),
    )
    address = talk.authorize_address(
        endpoints, ehr, iss, launch=launch, state=begun.state, nonce=begun.nonce, verifier=begun.verifier,
        back=_back(request),
    )  # fmt: skip
    response = RedirectResponse(address, status_code=302)
    sealed.give(request, response, toolbox, _UNDER_WAY, begun, _LAUNCH_SECONDS)
    return response


@router.get("/callback", name="smart.callback")
def callback(request: Request, toolbox: Box, code: _Word = "", state: _Word = "", error: _Word = "") -> Response:
    """Return: the state must be this browser's; the EHR's user is signed in as the user here that is set for it."""
    try:
        response = _signed_in(request, toolbox, code, state, error)
    except SignInRefused as refused:
        response = refusal_page(request, refused.message)
    set_cookie(request, response, _UNDER_WAY, "", 0)
    return response


def _signed_in(request: Request, toolbox: Toolbox, code: str, state: str, error: str) -> Response:
    begun = sealed.taken(request, toolbox, _UNDER_WAY, talk.Launch, _LAUNCH_SECONDS)
    if begun is None or not hmac.compare_digest(begun.state.encode(), state.encode()):
        raise SignInRefused("This launch was not begun in this browser, or more than ten minutes ago. Open it again.")
    if error or not code:
        raise SignInRefused("The EHR did not authorize the launch.")
    ehr = _known(toolbox, begun.iss)
    endpoints = talk.endpoints_of(begun.iss)
    token = talk.token_for(endpoints, ehr, code=code, verifier=begun.verifier, back=_back(request))
    fhir_user = talk.user_of(token, endpoints, ehr, begun)
    user = ehr.users.get(fhir_user)
    if user is None:
        raise SignInRefused(
            f"Nobody here is set for the EHR's user {fhir_user or '(not named)'}. An administrator can."
        )
    patient = talk.patient_of(token, begun.iss)
    signed_in = sign_in.with_ehr(toolbox, UserId(user), address_of(request))
    launched = InView(user=UserId(user), patient=patient, orders=talk.orders_of(token), theme=talk.wanted_theme(token))
    response = RedirectResponse("/panel/in-view", status_code=303)
    give_cookies(request, response, signed_in)
    sealed.give(request, response, toolbox, IN_VIEW, launched, session_seconds(toolbox))
    return response


def _known(toolbox: Toolbox, iss: str) -> SmartEhr:
    ehr = toolbox.settings.smart_ehrs.get(iss)
    if ehr is None:
        raise SignInRefused("This EHR is not one that Countersign is set up for (COUNTERSIGN_SMART_EHRS).")
    return ehr


def _back(request: Request) -> str:
    return str(request.url_for("smart.callback").replace(query=""))

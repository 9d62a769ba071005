"""The panel's threshold: persons only, forms that came from our own pages, and errors as pages."""

import hmac
from collections.abc import Callable, Coroutine
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response

from api.auth import CSRF_HEADER, Caller, identify_if_any, same_origin
from api.door_errors import ForgedRequest, NotSignedIn
from api.error_pages import problem_of, request_id_of
from api.panel.pages import FRAGMENT, page
from api.scopes import Scope
from cases.errors import CountersignError, InputError, NotFound
from runtime import logs

_log = logs.logger("panel")
_MOST_FIELDS = 600
_DO: dict[int, str] = {
    401: "Sign in again. What you wrote on a letter was kept.",
    403: "Ask a supervisor, or sign in as somebody who may.",
    404: "Go back to the worklist and open it again.",
    409: "Open the case again to see how it stands now.",
    412: "Open the case again to see how it stands now.",
    422: "Go back, mend what is named, and try again.",
    503: "Try again in a moment.",
}
_ELSE = "Try again. If it stays, tell whoever runs this server the number below."


def _person(request: Request, caller: Annotated[Caller | None, Depends(identify_if_any)]) -> Caller:
    """The person signed in, with the right to read cases. A key never opens the panel."""
    if caller is None or caller.session is None:
        raise NotSignedIn("Sign in to open this page.")
    request.state.caller_id = caller.id
    return caller


def _reader(caller: Annotated[Caller, Depends(_person)]) -> Caller:
    caller.must_hold(Scope.CASES_READ)
    return caller


def _supervisor(caller: Annotated[Caller, Depends(_person)]) -> Caller:
    caller.must_hold(Scope.DEAD_LETTERS_MANAGE)
    return caller


Person = Annotated[Caller, Depends(_person)]
Reader = Annotated[Caller, Depends(_reader)]
Supervisor = Annotated[Caller, Depends(_supervisor)]


async def _form(request: Request, caller: Person) -> FormData:
    """The form of one of our own pages. Raises ForgedRequest for any other."""
    same_origin(request)
    form = await request.form(max_files=0, max_fields=_MOST_FIELDS)
    given = request.headers.get(CSRF_HEADER, "") or str(form.get("csrf", ""))
    if not hmac.compare_digest(given.encode(), caller.csrf_token.encode()):
        raise ForgedRequest("The form is not one of this session's. Open the page again.")
    return form


Form = Annotated[FormData, Depends(_form)]


def text_of(form: FormData, name: str, most: int = 4000) -> str:
    """A field as text. Raises InputError where it is too long."""
    value = form.get(name, "")
    text = value if isinstance(value, str) else ""
    if len(text) > most:
        raise InputError(f"{name}: at most {most} letters")
    return text


class PanelRoute(APIRoute):
    """Answers an error of ours by a page that says what happened, what was kept and what to do."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await handle(request)
            except NotSignedIn as error:
                return _to_sign_in(request, error)
            except CountersignError as error:
                return failure(request, error)
            except (RequestValidationError, HTTPException):
                return failure(request, NotFound("There is no such page."))
            except Exception as error:  # noqa: BLE001
                return failure(request, error)

        return handled


def _to_sign_in(request: Request, error: NotSignedIn) -> Response:
    if FRAGMENT in request.headers:
        return JSONResponse({"title": "Your session has ended", "detail": error.message}, status_code=401)
    back = request.url.path if request.method == "GET" else "/panel"
    return RedirectResponse(f"/sign-in?next={quote(back)}", status_code=303)


def failure(request: Request, error: Exception) -> Response:
    """The error's page, or the same as a fragment; of a fault of ours only that it happened."""
    problem = problem_of(error, request_id_of(request))
    if problem.status >= 500:
        _log.error("panel.failed", exc_info=error, request_id=problem.instance)
    return page(
        request, "error.html", status=problem.status, problem=problem, todo=_DO.get(problem.status, _ELSE), caller=None
    )

"""What a launch leaves in the browser: a cookie that only this server can read, good for a set time."""

import base64
from typing import TypeVar

from cryptography.fernet import Fernet, InvalidToken
from fastapi import Request
from pydantic import BaseModel, ValidationError
from starlette.responses import Response

from agents.toolbox import Toolbox
from api.auth import cookie_name, set_cookie
from runtime.master_key import master_key

M = TypeVar("M", bound=BaseModel)


def give(request: Request, response: Response, toolbox: Toolbox, name: str, value: BaseModel, seconds: int) -> None:
    """Seal `value` into a cookie of this name."""
    sealed = _fernet(toolbox).encrypt(value.model_dump_json().encode()).decode()
    set_cookie(request, response, name, sealed, seconds)


def taken(request: Request, toolbox: Toolbox, name: str, kind: type[M], seconds: int) -> M | None:
    """What a cookie holds; None where it is absent, older than `seconds`, or not ours."""
    held = request.cookies.get(cookie_name(request, name), "")
    try:
        return kind.model_validate_json(_fernet(toolbox).decrypt(held.encode(), ttl=seconds))
    except (InvalidToken, ValidationError):
        return None


def _fernet(toolbox: Toolbox) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(master_key(toolbox.settings).derive("smart launch")))

"""Safe retry: the same Idempotency-Key and request get the stored answer, and nothing is done twice."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Header, Request
from pydantic import BaseModel
from starlette.responses import Response

from agents.toolbox import Toolbox
from api.auth import Box, Me
from api.door_errors import KeyReused, RequestInFlight
from cases.errors import InputError
from cases.frozen import Frozen
from cases.ids import Digest, digest_of
from runtime import answer_store
from runtime.answer_store import AnswerKey, Claim

_KEY = re.compile(r"[\x21-\x7e]{1,128}")
_KEPT = timedelta(hours=24)
_LEASE = timedelta(minutes=2)
"""After a crash in the middle of a request, how long its key stays taken."""


@dataclass(frozen=True)
class Answer:
    """What a route answers. `kept` is what a repeat gets instead, where the body holds a secret shown once."""

    body: BaseModel
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    kept: BaseModel | None = None


class _Stored(Frozen):
    status: int
    headers: dict[str, str]
    body: str


@dataclass(frozen=True)
class Once:
    """One request's leave to act, once for its key; without a key it acts each time."""

    toolbox: Toolbox
    key: AnswerKey | None
    target: str

    def answer(self, request: tuple[str | bytes, ...], act: Callable[[], Answer]) -> Response:
        """Act, or give the stored answer. `request` is all that the caller sent and that matters.

        Raises KeyReused for another request under the same key, RequestInFlight while the first is being worked
        on. What raises leaves the key free: nothing was done under it.
        """
        if self.key is None:
            return _response(_stored(act()))
        held = self._claim(self.key, _digest((self.target, *request)))
        if held is not None:
            return _response(_Stored.model_validate_json(held), {"Idempotency-Replayed": "true"})
        try:
            answered = act()
        except Exception:
            with self.toolbox.database.begin() as transaction:
                answer_store.release(transaction, self.key)
            raise
        with self.toolbox.database.begin() as transaction:
            answer_store.keep(transaction, self.key, _stored(answered, kept=True).model_dump_json().encode())
        return _response(_stored(answered))

    def _claim(self, key: AnswerKey, request: Digest) -> bytes | None:
        now = self.toolbox.clock.now()
        with self.toolbox.database.begin() as transaction:
            found, held = answer_store.claim(transaction, key, request, now, lease=_LEASE, kept=_KEPT)
        if found is Claim.OTHER_REQUEST:
            raise KeyReused("Idempotency-Key: it was used for another request; take a new one.")
        if found is Claim.IN_FLIGHT:
            raise RequestInFlight("A request of this Idempotency-Key is being worked on; ask again in a moment.")
        return held


def _once(
    request: Request,
    toolbox: Box,
    caller: Me,
    idempotency_key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            description="A new random value for each thing you want done; send the same one to try again safely.",
            examples=["5f0c8a8e-3c0b-4a40-9f0e-6d1a7f2f9d11"],
        ),
    ] = None,
) -> Once:
    if idempotency_key is None:
        return Once(toolbox, None, "")
    if not _KEY.fullmatch(idempotency_key):
        raise InputError("Idempotency-Key: give 1 to 128 visible ASCII characters")
    operation = str(getattr(request.scope.get("route"), "name", ""))
    key = AnswerKey(user_id=caller.id, operation=operation, key_digest=digest_of(idempotency_key.encode()))
    return Once(toolbox, key, f"{request.method} {request.url.path} {request.headers.get('if-match', '')}")


OnceOnly = Annotated[Once, Depends(_once)]


def _digest(parts: tuple[str | bytes, ...]) -> Digest:
    as_bytes = [part.encode() if isinstance(part, str) else part for part in parts]
    return digest_of(b"".join(len(part).to_bytes(8, "big") + part for part in as_bytes))


def _stored(answered: Answer, *, kept: bool = False) -> _Stored:
    body = answered.kept if kept and answered.kept is not None else answered.body
    return _Stored(status=answered.status, headers=dict(answered.headers), body=body.model_dump_json())


def _response(stored: _Stored, more: Mapping[str, str] | None = None) -> Response:
    headers = {**stored.headers, **(more or {})}
    return Response(stored.body, status_code=stored.status, headers=headers, media_type="application/json")

"""The signed door for other systems: Standard Webhooks 1.0.0. What is not signed leaves nothing behind."""

import hmac
import json
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, get_args

from fastapi import APIRouter, Depends, Header, Path, Request
from pydantic import SecretStr
from standardwebhooks import Webhook

from agents.casework.events import EventDesk
from api.auth import Box
from api.boundary import allow_body
from api.door_errors import NotSignedIn
from api.error_pages import problems
from api.json_depth import refuse_too_deep
from api.routes.cases import Receipt
from cases.errors import InputError
from runtime.inbox import EventKind, IncomingEvent

MOST_BYTES = 16 * 1024 * 1024
"""A FHIR Bundle with a few attached documents; senders of more hand it in as files."""
TOLERANCE = timedelta(minutes=5)
"""How far the sender's clock may be from ours, either way: the library's own figure."""
_ID = re.compile(r"[\x21-\x7e]{1,256}")
_KINDS: tuple[str, ...] = get_args(EventKind)
_NOBODYS = (SecretStr("whsec_" + "A" * 32),)
"""Compared against where the sender is not known, so that the answer takes as long."""
_EXAMPLE = {
    "type": "order.created",
    "timestamp": "2026-11-23T15:00:00Z",
    "data": {"resourceType": "Bundle", "type": "collection"},
}

router = APIRouter(tags=["webhooks"])


async def _body(request: Request) -> bytes:
    allow_body(request.scope, MOST_BYTES)
    return await request.body()


async def _desk(request: Request) -> EventDesk:
    """The one desk of the process, at which events that come together share a commit."""
    desk: EventDesk = request.app.state.events
    return desk


@router.post(
    "/webhooks/{source}",
    status_code=202,
    summary="Take a signed event",
    responses=problems(401, 409, 413, 422),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"type": "object"}, "example": _EXAMPLE}},
        }
    },
)
def take_event(
    toolbox: Box,
    desk: Annotated[EventDesk, Depends(_desk)],
    source: Annotated[
        str, Path(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$", description="The sender's name.", examples=["ehr"])
    ],
    body: Annotated[bytes, Depends(_body)],
    webhook_id: Annotated[str, Header(description="Unique for each event.", examples=["msg_2Kf8"])] = "",
    webhook_timestamp: Annotated[str, Header(description="Seconds since 1970.", examples=["1795446000"])] = "",
    webhook_signature: Annotated[str, Header(description="v1,BASE64; several with spaces.", examples=["v1,K5oZ"])] = "",
) -> Receipt:
    """Kept with its job in one commit, then answered; a repeat of the id or of the body gets the same receipt.

    409 for an id that comes again with another body. What became of an event says GET /receipts/{receipt_id}.
    """
    secrets = toolbox.settings.webhook_secrets.get(source, ())
    signed = is_signed(secrets or _NOBODYS, webhook_id, webhook_timestamp, webhook_signature, body)
    if not (secrets and signed and _is_now(webhook_timestamp, toolbox.clock.now())):
        raise NotSignedIn("The sender, its signature or its timestamp is not right.")
    event = IncomingEvent(source=source, event_id=webhook_id, kind=_kind(body), body=body)
    receipt = desk.accept(event)
    return Receipt(receipt_id=receipt.receipt_id, event_id=receipt.event_id)


def is_signed(secrets: Sequence[SecretStr], event_id: str, timestamp: str, signatures: str, body: bytes) -> bool:
    """Whether one of the sender's secrets signed exactly these bytes. Every pair is compared, in constant time."""
    if not _ID.fullmatch(event_id) or not timestamp.isdecimal() or len(timestamp) > 12:
        return False
    given = list(_v1(signatures))
    at = datetime.fromtimestamp(int(timestamp), tz=UTC) if int(timestamp) < 253402300800 else None
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return False
    if at is None:
        return False
    expected = [Webhook(secret.get_secret_value()).sign(event_id, at, text) for secret in secrets]
    return any([hmac.compare_digest(one.encode(), made.encode()) for one in given for made in expected])


def _v1(signatures: str) -> Iterator[str]:
    """The signatures of the version we know, ten at most."""
    for one in signatures.split(" ")[:10]:
        version, _, value = one.partition(",")
        if version == "v1" and value.isascii():
            yield one


def _is_now(timestamp: str, now: datetime) -> bool:
    return abs(now - datetime.fromtimestamp(int(timestamp), tz=UTC)) <= TOLERANCE


def _kind(body: bytes) -> EventKind:
    """The event's type. The rest of the body is the worker's to read: what it cannot use becomes a dead letter."""
    refuse_too_deep(body)
    try:
        read = json.loads(body)
    except (ValueError, RecursionError):
        read = None
    kind = read.get("type") if isinstance(read, dict) else None
    for known in _KINDS:
        if kind == known:
            return known  # type: ignore[return-value]
    raise InputError(f"type: send a JSON object whose type is one of {', '.join(_KINDS)}")

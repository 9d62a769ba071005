"""The outermost layer: gives each request its id, refuses foreign host names and bodies that are too large.

It lets no error out unanswered, sets the security headers, and writes one log line for each request, with
allow-listed keys only.
"""

import re
import time
import uuid
from collections.abc import Collection

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.door_errors import WrongHost
from api.error_pages import answer, problem_of
from runtime import logs

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
MOST_BODY_BYTES = 1024 * 1024
"""For a request whose route does not allow more; see `allow_body`."""
_PORT = re.compile(r":\d{1,5}$")
_CASE = re.compile(r"[ac]-[0-9a-f]{16}")
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""What every answer says unless its route says otherwise. A route whose policy lets a page into a frame sends no
X-Frame-Options, which knows no list."""
_FRAMED = re.compile(r"frame-ancestors (?!'none')")
_HSTS = "max-age=31536000; includeSubDomains"

_log = logs.logger("http")


def host_name(host: str) -> str:
    """A Host header without its port, in lower case."""
    return _PORT.sub("", host).lower()


def allow_body(scope: Scope, most_bytes: int) -> None:
    """Let this one request have a larger body; called by a route that knows its caller, before it reads."""
    scope["state"]["most_body_bytes"] = most_bytes


class Boundary:
    """ASGI middleware around the whole application; `hosts` are the names it answers to beside loopback."""

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        self._app = app
        self._hosts = LOOPBACK | {host.lower() for host in hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answered = _Answered(scope, send)
        started = time.perf_counter()
        try:
            if host_name(Headers(scope=scope).get("host", "")) not in self._hosts:
                raise WrongHost("Set COUNTERSIGN_HOSTS to the names this server is reached by.")
            await self._app(scope, _Limited(scope, receive).receive, answered.send)
        except Exception as error:  # noqa: BLE001
            await answered.fail(error, receive)
        answered.log(time.perf_counter() - started)


class _Limited:
    """One request's body on its way in, cut off where it grows too large."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self._scope, self._receive = scope, receive
        length = Headers(scope=scope).get("content-length", "")
        self._announced = int(length) if length.isdecimal() else 0
        self._taken = 0

    async def receive(self) -> Message:
        """The next piece. The error is Starlette's, because FastAPI takes any other for a malformed body."""
        most = self._scope["state"].get("most_body_bytes", MOST_BODY_BYTES)
        if self._announced > most:
            raise HTTPException(413)
        message = await self._receive()
        self._taken += len(message.get("body", b""))
        if self._taken > most:
            raise HTTPException(413)
        return message


class _Answered:
    """One request's answer on its way out."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope, self._send = scope, send
        self._request_id = uuid.uuid4().urn
        self._status = 0
        scope.setdefault("state", {})["request_id"] = self._request_id

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["X-Request-Id"] = self._request_id
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
            if _FRAMED.search(headers["Content-Security-Policy"]):
                del headers["X-Frame-Options"]
            if self._scope["scheme"] == "https":
                headers.setdefault("Strict-Transport-Security", _HSTS)
        await self._send(message)

    async def fail(self, error: Exception, receive: Receive) -> None:
        """Answer a problem where nothing was answered yet; an answer that broke off is cut off."""
        problem = problem_of(error, self._request_id)
        if problem.status >= 500:
            _log.error("http.failed", exc_info=error, request_id=self._request_id)
        if self._status:
            raise error
        await answer(problem)(self._scope, receive, self.send)

    def log(self, seconds: float) -> None:
        state, route = self._scope["state"], self._scope.get("route")
        name = str(getattr(route, "name", "") or "unmatched").lower()
        case_id = str(self._scope.get("path_params", {}).get("case_id", ""))
        about = {"case_id": case_id} if _CASE.fullmatch(case_id) else {}
        who = {"user_id": state["caller_id"]} if "caller_id" in state else {}
        _log.info(f"http.{name}", request_id=self._request_id, status=self._status, seconds=seconds, **about, **who)

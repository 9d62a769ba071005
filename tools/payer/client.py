"""A payer's PAS endpoint over HTTP: Claim/$submit and Claim/$inquire, and what each failure lets us know."""

import re
import time
from collections.abc import Callable
from typing import Final, TypeVar
from urllib.parse import urlsplit

import httpx

from cases.decision import PayerAnswer
from cases.errors import InputError, PayerInDoubt, PayerRejected, PayerUnavailable
from cases.ports import Clock, PayerReceipt
from formats.pas.answer import read_inquiry_answer, read_response
from formats.pas.bundle import Json
from formats.pas.inquiry import claim_identifier
from formats.pas.reading import child, objects, parse, text

FHIR_JSON: Final = "application/fhir+json"
MAX_ANSWER: Final = 32 * 1024 * 1024
"""Bytes of an answer that are read: an answer may echo the request with its packet."""
_HEADERS: Final = {"Content-Type": FHIR_JSON, "Accept": FHIR_JSON, "Accept-Encoding": "identity"}
_NEVER_LEFT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol, httpx.LocalProtocolError)
_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._\-]{0,63}")
_Answer = TypeVar("_Answer", PayerAnswer, PayerAnswer | None)
_LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")


class PasClient:
    """A PayerConnection over PAS. Every act has a connection of its own; nothing is retried here.

    What a failure of `submit` means (standards §1.3: 4xx do not send again, 5xx temporary; the safe side where that
    does not say whether the request was accepted):

    - refused, no such host, no TLS: the request never left → PayerUnavailable
    - 503 and 429: the payer says it did not take it → PayerUnavailable
    - any other 4xx: it never will → PayerRejected, with the OperationOutcome's codes and no text of it
    - any other 5xx, a redirect (never followed), a connection that broke or fell silent after sending, an answer that
      is too long, too slow or cannot be read → PayerInDoubt: it may have been accepted, so ask first

    `inquire` raises PayerInDoubt on every failure: whatever went wrong, what was in doubt stays so.
    """

    def __init__(
        self,
        base_url: str,
        clock: Clock,
        *,
        connect_seconds: float = 5.0,
        answer_seconds: float = 30.0,
        max_answer: int = MAX_ANSWER,
    ) -> None:
        """`base_url` is the payer's FHIR base, https unless on this machine. Raises InputError on any other."""
        self._base = _checked(base_url)
        self._clock = clock
        self._answer_seconds = answer_seconds
        self._max_answer = max_answer
        self._timeout = httpx.Timeout(answer_seconds, connect=connect_seconds)

    def submit(self, bundle: bytes) -> PayerReceipt:
        """Send exactly these bytes once. Raises PayerRejected, PayerUnavailable or PayerInDoubt."""
        status, body = self._post("Claim/$submit", bundle)
        if status in (429, 503):
            raise PayerUnavailable(f"the payer answered {status}: it took nothing and may be tried again")
        if 400 <= status < 500:
            raise PayerRejected(f"the payer answered {status}{_codes(body)}")
        answer = _read(status, body, lambda: read_response(body, self._clock.now()))
        return PayerReceipt(status=status, body=body, answer=answer)

    def inquire(self, inquiry: bytes) -> PayerReceipt | None:
        """Ask for a request already sent; None where the payer holds no such request. Raises PayerInDoubt."""
        asked = claim_identifier(inquiry)
        try:
            status, body = self._post("Claim/$inquire", inquiry)
        except PayerUnavailable as error:
            raise PayerInDoubt(f"the inquiry failed: {error.message}") from error
        if 400 <= status < 500:
            raise PayerInDoubt(f"the payer answered the inquiry with {status}{_codes(body)}", body)
        answer = _read(status, body, lambda: read_inquiry_answer(body, self._clock.now(), asked))
        return PayerReceipt(status=status, body=body, answer=answer) if answer is not None else None

    def _post(self, operation: str, content: bytes) -> tuple[int, bytes]:
        """Status and body. The environment's proxies are not used, redirects are not followed."""
        url = f"{self._base}/{operation}"
        received = bytearray()
        try:
            with (
                httpx.Client(timeout=self._timeout, follow_redirects=False, trust_env=False) as http,
                http.stream("POST", url, content=content, headers=_HEADERS) as response,
            ):
                self._receive(response, received)
                return response.status_code, bytes(received)
        except _NEVER_LEFT as error:
            raise PayerUnavailable(f"the payer could not be reached ({type(error).__name__})") from error
        except httpx.HTTPError as error:
            raise PayerInDoubt(f"no answer came back ({type(error).__name__})", bytes(received)) from error

    def _receive(self, response: httpx.Response, received: bytearray) -> None:
        deadline = time.monotonic() + self._answer_seconds
        for chunk in response.iter_raw():
            received += chunk
            if len(received) > self._max_answer:
                raise PayerInDoubt(f"the answer is longer than {self._max_answer} bytes", bytes(received))
            if time.monotonic() > deadline:
                raise PayerInDoubt("the answer took too long to arrive", bytes(received))


def _read(status: int, body: bytes, read: Callable[[], _Answer]) -> _Answer:
    if not 200 <= status < 300:
        raise PayerInDoubt(f"the payer answered {status}: whether it took the request is not known", body)
    try:
        return read()
    except InputError as error:
        raise PayerInDoubt(f"the payer answered {status}, and {error.message}", body) from error


def _checked(base_url: str) -> str:
    parts = urlsplit(base_url)
    secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    if not secure or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise InputError("payer endpoint: not an https address without user, query and fragment (mend the directory)")
    return base_url.rstrip("/")


def _codes(body: bytes) -> str:
    """Codes of an OperationOutcome; its words may name the patient and stay in the body."""
    try:
        outcome = parse(body, "OperationOutcome")
    except InputError:
        return ""
    found = [text(part, "code") for issue in objects(outcome, "issue") for part in (issue, *_details(issue))]
    codes = [code for code in dict.fromkeys(found) if _CODE.fullmatch(code)]
    return f" ({', '.join(codes)})" if codes else ""


def _details(issue: Json) -> list[Json]:
    return objects(child(issue, "details"), "coding")

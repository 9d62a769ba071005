"""What a connection that misbehaves lets the client know: real sockets that answer byte for byte."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from cases.errors import PayerInDoubt, PayerRejected, PayerUnavailable
from formats.pas.request_bundle import write_request
from tests import pas_samples as samples
from tools.payer.client import PasClient

SENT = write_request(samples.request())
Talk = Callable[[socket.socket], None]


class Now:
    def now(self) -> datetime:
        return datetime(2026, 11, 2, 12, tzinfo=UTC)


@contextmanager
def peer(talk: Talk) -> Iterator[tuple[str, list[bytes]]]:
    """A server for one connection: it reads the request, then talks as told."""
    received: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5)

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                received.append(_request(connection))
                talk(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/fhir", received
        thread.join(5)


def _request(connection: socket.socket) -> bytes:
    whole = b""
    while b"\r\n\r\n" not in whole or not whole.endswith(SENT):
        part = connection.recv(65536)
        if not part:
            break
        whole += part
    return whole


def say(status: str, body: bytes = b"", *headers: str) -> Talk:
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return lambda connection: connection.sendall("\r\n".join(head).encode() + body)


def client(base: str) -> PasClient:
    return PasClient(base, Now(), connect_seconds=2.0, answer_seconds=0.5, max_answer=1000)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        ("400 Bad Request", PayerRejected),
        ("401 Unauthorized", PayerRejected),
        ("404 Not Found", PayerRejected),
        ("409 Conflict", PayerRejected),
        ("429 Too Many Requests", PayerUnavailable),
        ("503 Service Unavailable", PayerUnavailable),
        ("500 Internal Server Error", PayerInDoubt),
        ("502 Bad Gateway", PayerInDoubt),
        ("504 Gateway Timeout", PayerInDoubt),
        ("204 No Content", PayerInDoubt),
        ("200 OK", PayerInDoubt),
    ],
)
def test_status_says_what_is_known(status: str, error: type[Exception]) -> None:
    with peer(say(status)) as (base, _), pytest.raises(error):
        client(base).submit(SENT)


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_redirects_are_never_followed(status: str) -> None:
    reached: list[bool] = []
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        elsewhere.settimeout(0.2)
        location = f"Location: http://127.0.0.1:{elsewhere.getsockname()[1]}/"
        with peer(say(status, b"", location)) as (base, _), pytest.raises(PayerInDoubt):
            client(base).submit(SENT)
        try:
            elsewhere.accept()[0].close()
            reached.append(True)
        except TimeoutError:
            pass
    assert reached == []


def test_exactly_the_approved_bytes_leave_with_fhir_headers() -> None:
    with peer(say("400 Bad Request")) as (base, received), pytest.raises(PayerRejected):
        client(base).submit(SENT)
    head, _, body = received[0].partition(b"\r\n\r\n")
    assert body == SENT
    assert head.startswith(b"POST /fhir/Claim/$submit HTTP/1.1")
    assert head.lower().count(b"application/fhir+json") == 2


def drip(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
    for _ in range(12):
        try:
            connection.sendall(b" ")
        except OSError:
            return
        time.sleep(0.1)


DOUBTS: dict[str, Talk] = {
    "hangs up at once": lambda connection: None,
    "hangs up in the middle": lambda c: c.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"resou'),
    "speaks something else": lambda c: c.sendall(b"SSH-2.0-OpenSSH_9.2\r\n"),
    "says nothing": lambda c: time.sleep(0.8),
    "drips": drip,
    "talks too long": say("200 OK", b"x" * 2000),
    "sends a page": say("200 OK", b"<html></html>"),
}


@pytest.mark.parametrize("name", DOUBTS)
def test_a_connection_that_fails_after_sending_is_a_doubt(name: str) -> None:
    with peer(DOUBTS[name]) as (base, _), pytest.raises(PayerInDoubt):
        client(base).submit(SENT)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b'{"issue":[{"code":"invalid","details":{"coding":[{"code":"X12-15"}]}}]}', "400 (invalid, X12-15)"),
        (b'{"issue":[{"code":"value","diagnostics":"Maja Lou has no coverage"}]}', "400 (value)"),
        (b'{"issue":[{"code":"Maja Lou has none"},{"code":7},"x"]}', "400"),
        (b"Maja Lou", "400"),
    ],
)
def test_a_rejection_tells_codes_only(body: bytes, told: str) -> None:
    with peer(say("400 Bad Request", body)) as (base, _), pytest.raises(PayerRejected) as rejected:
        client(base).submit(SENT)
    assert rejected.value.message == f"the payer answered {told}"

"""A stand-in payer: PAS 2.2.1 over HTTP on the standard library, in a process of its own with a log of its own.

    python -m tools.payer.sandbox --port 0 --port-file PORT --log LOG [--script SCRIPT]

It is a payer and holds no code of ours beyond formats. Every POST is one line of LOG, fsynced before the answer leaves
and never deduped. After a restart it answers $inquire from that log.
"""

import argparse
import hashlib
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cases.errors import InputError
from formats.pas.bundle import Json, encode
from formats.pas.reading import child, entries, parse, text
from tools.payer.sandbox_answer import inquiry_answer, outcome, product_codes, response_bundle
from tools.payer.sandbox_log import Received, ReceivedLog
from tools.payer.sandbox_script import ACCEPTING, Arrival, Behaviour, Rule, Script, read_script

MAX_REQUEST = 64 * 1024 * 1024
SLOW_SECONDS = 1.0
NEVER_SECONDS = 3600.0
_SILENT = (Behaviour.TIMEOUT_BEFORE_ACCEPT, Behaviour.TIMEOUT_AFTER_ACCEPT)
_STATUS = {
    Behaviour.ERROR_400: 400,
    Behaviour.ERROR_422: 422,
    Behaviour.ERROR_500_BEFORE_ACCEPT: 500,
    Behaviour.ERROR_500_AFTER_ACCEPT: 500,
    Behaviour.ERROR_503: 503,
}
_INQUIRY_ERRORS = frozenset({*_STATUS, *_SILENT, Behaviour.BROKEN_BODY, Behaviour.SLOW})


@dataclass(frozen=True)
class Reply:
    """What goes back, and after how many seconds; a status of 0 is silence."""

    status: int
    body: bytes
    seconds: float = 0.0


class SandboxPayer:
    """The payer behind the door: takes a body, writes its line, gives the reply."""

    def __init__(self, log: ReceivedLog, script: Script) -> None:
        self._log = log
        self._script = script

    def receive(self, operation: str, body: bytes) -> Reply:
        """One POST. The line is on disk when this returns."""
        if operation not in ("$submit", "$inquire"):
            return self._refuse(operation, body, 404, "not-found", "no such operation")
        try:
            request = parse(body, "request")
            claim = _claim(request)
        except InputError as error:
            return self._refuse(operation, body, 400, "invalid", error.message)
        with self._log.turn():
            sequence = self._log.next_sequence(operation)
            named = text(child(claim, "identifier"), "value")
            rule = self._script.rule(Arrival(operation, named, product_codes(claim), sequence))
            if operation == "$inquire":
                return self._answer_inquiry(body, claim, sequence, rule)
            return self._answer_request(body, request, claim, sequence, rule)

    def _answer_request(self, body: bytes, request: Json, claim: Json, sequence: int, rule: Rule) -> Reply:
        accepted = rule.behaviour in ACCEPTING
        answer = response_bundle(request, rule.behaviour, datetime.now(UTC), rule.words) if accepted else None
        status = 0 if rule.behaviour in _SILENT else _STATUS.get(rule.behaviour, 200)
        self._log.append(_line("$submit", body, claim, sequence, rule.behaviour, accepted, status, answer))
        return _reply(rule, status, answer)

    def _answer_inquiry(self, body: bytes, claim: Json, sequence: int, rule: Rule) -> Reply:
        fails = rule.behaviour in _INQUIRY_ERRORS
        status = (0 if rule.behaviour in _SILENT else _STATUS.get(rule.behaviour, 200)) if fails else 200
        named = text(child(claim, "identifier"), "value")
        answer = inquiry_answer([r.answer for r in self._log.accepted(named) if r.answer is not None])
        behaviour = rule.behaviour if fails else "answer"
        self._log.append(_line("$inquire", body, claim, sequence, behaviour, False, status, None))
        return _reply(rule, status, answer) if fails else Reply(200, encode(answer))

    def _refuse(self, operation: str, body: bytes, status: int, code: str, words: str) -> Reply:
        with self._log.turn():
            sequence = self._log.next_sequence(operation)
            self._log.append(_line(operation, body, {}, sequence, "refused", False, status, None))
        return Reply(status, encode(outcome(code, words)))


def _claim(request: Json) -> Json:
    first = next((resource for _, resource in entries(request)), {})
    if text(first, "resourceType") != "Claim" or not text(child(first, "identifier"), "value"):
        raise InputError("not a PAS bundle: its first entry is no Claim with an identifier")
    return first


def _line(
    operation: str,
    body: bytes,
    claim: Json,
    sequence: int,
    behaviour: str,
    accepted: bool,
    status: int,
    answer: Json | None,
) -> Received:
    named = child(claim, "identifier")
    return Received(
        at=datetime.now(UTC).isoformat(),
        path=operation,
        sequence=sequence,
        claim_system=text(named, "system"),
        claim_identifier=text(named, "value"),
        sha256=hashlib.sha256(body).hexdigest(),
        size=len(body),
        behaviour=str(behaviour),
        accepted=accepted,
        status=status,
        answer=answer,
    )


def _reply(rule: Rule, status: int, answer: Json | None) -> Reply:
    if status == 0:
        return Reply(0, b"", rule.seconds if rule.seconds is not None else NEVER_SECONDS)
    if rule.behaviour is Behaviour.BROKEN_BODY:
        return Reply(200, b'{"resourceType": "Bundle", "entry": [{"resou')
    if status in (400, 422):
        return Reply(status, encode(outcome("invalid" if status == 400 else "business-rule", "Sandbox: as scripted.")))
    if status >= 500:
        return Reply(status, b"Sandbox: as scripted.")
    slow = rule.behaviour is Behaviour.SLOW
    seconds = (rule.seconds if rule.seconds is not None else SLOW_SECONDS) if slow else 0.0
    return Reply(status, encode(answer or {}), seconds)


class _Door(BaseHTTPRequestHandler):
    """HTTP for one payer."""

    payer: SandboxPayer

    def do_POST(self) -> None:
        announced = self.headers.get("Content-Length", "")
        size = int(announced) if announced.isdecimal() else 0
        body = self.rfile.read(size) if size <= MAX_REQUEST else b""
        if len(body) < min(size, MAX_REQUEST):
            return
        reply = self.payer.receive(self.path.partition("/Claim/")[2] or self.path, body)
        time.sleep(reply.seconds)
        if reply.status:
            self._send(reply)

    def _send(self, reply: Reply) -> None:
        try:
            self.send_response(reply.status)
            self.send_header("Content-Type", "application/fhir+json")
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)
        except (BrokenPipeError, ConnectionResetError):
            return

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the log is a file of its own."""


def serve(port: int, log: Path, script: Path | None, port_file: Path | None) -> None:
    """Answer on loopback until killed. The port file appears once the door is open."""
    door = type("Door", (_Door,), {"payer": SandboxPayer(ReceivedLog(log), read_script(script))})
    with ThreadingHTTPServer(("127.0.0.1", port), door) as server:
        if port_file is not None:
            fresh = port_file.with_suffix(".new")
            fresh.write_text(str(server.server_address[1]), "ascii")
            fresh.replace(port_file)
        server.serve_forever()


def main() -> None:
    """The command line."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--port", type=int, default=0)
    options.add_argument("--port-file", type=Path)
    options.add_argument("--log", type=Path, required=True)
    options.add_argument("--script", type=Path)
    given = options.parse_args()
    serve(given.port, given.log, given.script, given.port_file)


if __name__ == "__main__":
    main()

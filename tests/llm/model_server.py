"""A model server on loopback that speaks the chat-completions protocol: it answers by script, and counts what came."""

import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from runtime.llm import LlmTransport

Json = dict[str, Any]


@dataclass(frozen=True)
class Reply:
    """What the server sends back: status, body, and how it may go wrong on the way.

    `promised` is the Content-Length said where it is not the true one; `pieces` seconds lie between bytes sent one
    by one; `delay` seconds pass before anything is sent.
    """

    status: int = 200
    body: bytes = b""
    media: str = "application/json"
    delay: float = 0.0
    promised: int | None = None
    pieces: float = 0.0
    location: str = ""


def completion(content: str | None, finish: str = "stop", refusal: str | None = None) -> Reply:
    message = {"role": "assistant", "content": content, "refusal": refusal}
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "stub-model-1",
        "choices": [{"index": 0, "message": message, "finish_reason": finish, "logprobs": None}],
        "usage": {"prompt_tokens": 21, "completion_tokens": 9, "total_tokens": 30},
    }
    return Reply(body=json.dumps(body).encode())


def failure(status: int) -> Reply:
    error = {"message": "member Odalys", "type": "stub", "param": None, "code": None}
    return Reply(status, json.dumps({"error": error}).encode())


@dataclass(frozen=True)
class Asked:
    """One request as it arrived: its path, its parsed body, its raw bytes and its key."""

    path: str
    body: Json
    raw: bytes
    authorization: str | None

    @property
    def task(self) -> str:
        return str(self.body["response_format"]["json_schema"]["name"])

    @property
    def system(self) -> str:
        return str(self.body["messages"][0]["content"])

    @property
    def user(self) -> str:
        return str(self.body["messages"][1]["content"])

    @property
    def passages(self) -> dict[int, str]:
        """The passages shown, by number."""
        return {int(number): text for number, text in re.findall(r"(?m)^\[P(\d+)\] (.*)$", self.user)}

    @property
    def markers(self) -> list[str]:
        """The markers of quotes and labels offered for a paragraph."""
        return re.findall(r"(?m)^\[([PNED]\d+)\] ", self.user)


class ModelServer(ThreadingHTTPServer):
    """Gives `replies` in turn, the last one for ever; or, where `answer` is set, what it makes of each request."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.replies: list[Reply] = []
        self.answer: Callable[[Asked], Reply] | None = None
        self.asked: list[Asked] = []
        self.connections = 0

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    @property
    def bytes_received(self) -> int:
        return sum(len(one.raw) for one in self.asked)

    def transport(self, timeout: float = 5.0) -> LlmTransport:
        return LlmTransport(self.base_url, "stub-model", "key-1", timeout)

    def reply_to(self, asked: Asked) -> Reply:
        if self.answer is not None:
            return self.answer(asked)
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]

    def process_request(self, request: Any, client_address: Any) -> None:
        self.connections += 1
        super().process_request(request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that left while it was answered is no news."""


class _Handler(BaseHTTPRequestHandler):
    server: ModelServer

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        asked = Asked(self.path, json.loads(raw), raw, self.headers["Authorization"])
        self.server.asked.append(asked)
        reply = self.server.reply_to(asked)
        time.sleep(reply.delay)
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.media)
        self.send_header("Content-Length", str(len(reply.body) if reply.promised is None else reply.promised))
        self.send_header("retry-after-ms", "1")
        if reply.location:
            self.send_header("Location", reply.location)
        self.end_headers()
        self._send(reply)

    def _send(self, reply: Reply) -> None:
        if not reply.pieces:
            self.wfile.write(reply.body)
        else:
            for byte in reply.body:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                time.sleep(reply.pieces)
        if reply.promised is not None:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_WR)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@contextmanager
def running_server() -> Iterator[ModelServer]:
    server = ModelServer()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass
class Script:
    """Answers by task: what each gives is JSON or a Reply; a task that is not in it abstains."""

    by_task: dict[str, Callable[[Asked], Json | Reply]] = field(default_factory=dict)

    def __call__(self, asked: Asked) -> Reply:
        maker = self.by_task.get(asked.task)
        made = maker(asked) if maker else abstention(asked.task)
        return made if isinstance(made, Reply) else completion(json.dumps(made))


def abstention(task: str, reason: str = "not_in_text") -> Json:
    empty: dict[str, Json] = {
        "extract_facts": {"facts": []},
        "judge_leaf": {"state": None, "quotes": []},
        "phrase_paragraph": {"sentences": []},
        "answer_question": {"sentences": []},
        "propose_criteria": {"nodes": []},
        "model_check": {"ready": True},
    }
    return empty[task] if task == "model_check" else {**empty[task], "abstain": {"reason": reason}}

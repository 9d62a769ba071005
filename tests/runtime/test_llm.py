"""The transport against a server that speaks the protocol over real HTTP on loopback."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from pydantic import SecretStr

from cases.errors import InputError, ModelAnswerInvalid, ModelRefused, ModelUnavailable
from cases.frozen import Frozen
from runtime.llm import LlmTransport, Message
from runtime.settings import Settings

MESSAGES = [Message(role="system", content="Judge."), Message(role="user", content="SpO2 85 %, at rest")]


class Finding(Frozen):
    """The shape asked for in these tests."""

    quote: str
    met: bool
    page: int | None = None


GOOD = Finding(quote="85 %", met=True).model_dump_json()

Answer = tuple[int, bytes]


def completion(content: str | None, finish: str = "stop", refusal: str | None = None) -> Answer:
    message = {"role": "assistant", "content": content, "refusal": refusal}
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "stub-model-1",
        "choices": [{"index": 0, "message": message, "finish_reason": finish, "logprobs": None}],
        "usage": {"prompt_tokens": 21, "completion_tokens": 9, "total_tokens": 30},
    }
    return 200, json.dumps(body).encode()


def failure(status: int) -> Answer:
    error = {"message": "member Odalys", "type": "stub", "param": None, "code": None}
    return status, json.dumps({"error": error}).encode()


class Server(ThreadingHTTPServer):
    """Gives the answers set, in turn, the last one for ever; keeps what it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: list[Answer] = []
        self.asked: list[dict[str, object]] = []
        self.authorization: list[str | None] = []
        self.delay = 0.0
        self.location = ""

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def transport(self, timeout: float = 5.0) -> LlmTransport:
        return LlmTransport(self.base_url, "stub-model", "key-1", timeout)


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append({"path": self.path, **body})
        self.server.authorization.append(self.headers["Authorization"])
        answers = self.server.answers
        status, answer = answers.pop(0) if len(answers) > 1 else answers[0]
        time.sleep(self.server.delay)
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.send_header("retry-after-ms", "1")
        if self.server.location:
            self.send_header("Location", self.server.location)
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    thread = threading.Thread(target=running.serve_forever, args=(0.01,))
    thread.start()
    yield running
    running.shutdown()
    thread.join()
    running.server_close()


def ask(transport: LlmTransport) -> str:
    try:
        return transport.complete(MESSAGES, Finding, purpose="judge_leaf").json_text
    finally:
        transport.close()


def test_a_good_answer_comes_with_what_it_cost(server: Server) -> None:
    server.answers = [completion(GOOD)]
    transport = server.transport()
    answer = transport.complete(MESSAGES, Finding, purpose="judge_leaf")
    transport.close()
    assert answer.json_text == GOOD
    assert (answer.model, answer.prompt_tokens, answer.completion_tokens) == ("stub-model-1", 21, 9)
    assert 0 < answer.seconds < 5


def test_the_request_is_what_the_protocol_says(server: Server) -> None:
    server.answers = [completion(GOOD)]
    ask(server.transport())
    (asked,) = server.asked
    assert asked["path"] == "/v1/chat/completions"
    assert asked["model"] == "stub-model"
    assert asked["messages"] == [message.model_dump() for message in MESSAGES]
    form = asked["response_format"]
    assert isinstance(form, dict)
    assert form["type"] == "json_schema"
    assert (form["json_schema"]["name"], form["json_schema"]["strict"]) == ("judge_leaf", True)
    schema = form["json_schema"]["schema"]
    assert schema["additionalProperties"] is False
    assert set(schema["required"]) == {"quote", "met", "page"}
    assert server.authorization == ["Bearer key-1"]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (completion(None, refusal="I will not."), ModelRefused),
        (completion("", finish="content_filter"), ModelRefused),
        (completion(GOOD[:10], finish="length"), ModelAnswerInvalid),
        (completion(GOOD, finish="length"), ModelAnswerInvalid),
        (completion("Odalys is fine"), ModelAnswerInvalid),
        (completion(""), ModelAnswerInvalid),
        (completion(None), ModelAnswerInvalid),
        (completion('{"quote": "Odalys"}'), ModelAnswerInvalid),
        (completion('{"quote": "85 %", "met": "Odalys"}'), ModelAnswerInvalid),
        (completion('{"quote": "85 %", "met": true, "Odalys": 1}'), ModelAnswerInvalid),
        (completion(f"[{GOOD}]"), ModelAnswerInvalid),
        (completion(f"```json\n{GOOD}\n```"), ModelAnswerInvalid),
        ((200, b"<html>Odalys</html>"), ModelAnswerInvalid),
        ((200, b'{"choices": []}'), ModelAnswerInvalid),
        ((200, b'{"error": {"message": "Odalys"}}'), ModelAnswerInvalid),
        ((200, b""), ModelAnswerInvalid),
        (failure(400), ModelUnavailable),
        (failure(401), ModelUnavailable),
        (failure(404), ModelUnavailable),
    ],
)
def test_anything_else_is_a_typed_error_that_repeats_nothing(
    answer: Answer, error: type[Exception], server: Server
) -> None:
    server.answers = [answer]
    with pytest.raises(error) as raised:
        ask(server.transport())
    assert raised.type is error
    assert "Odalys" not in str(raised.value)
    assert len(server.asked) == 1


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_or_broken_server_is_tried_once_more_and_no_more(status: int, server: Server) -> None:
    server.answers = [failure(status)]
    with pytest.raises(ModelUnavailable, match=f"status {status}"):
        ask(server.transport())
    assert len(server.asked) == 2


def test_a_server_that_recovers_is_heard(server: Server) -> None:
    server.answers = [failure(503), completion(GOOD)]
    assert ask(server.transport()) == GOOD


def test_a_server_that_takes_too_long_is_left(server: Server) -> None:
    server.answers = [completion(GOOD)]
    server.delay = 0.4
    started = time.monotonic()
    with pytest.raises(ModelUnavailable, match="in time"):
        ask(server.transport(timeout=0.1))
    assert time.monotonic() - started < 3


def test_a_refused_connection_is_unavailable() -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as closed:
        port = closed.server_address[1]
    with pytest.raises(ModelUnavailable, match="could not be reached"):
        ask(LlmTransport(f"http://127.0.0.1:{port}/v1", "stub-model", "", 1.0))


def test_a_redirect_is_not_followed(server: Server) -> None:
    server.answers = [(307, b""), completion(GOOD)]
    server.location = server.base_url + "/chat/completions"
    with pytest.raises(ModelUnavailable, match="status 307"):
        ask(server.transport())
    assert len(server.asked) == 1


def test_the_settings_say_whether_there_is_a_model(server: Server, settings: Settings) -> None:
    set_to: Callable[..., Settings] = lambda **fields: settings.model_copy(update=fields)  # noqa: E731
    assert LlmTransport.of(settings) is None
    with pytest.raises(InputError, match="COUNTERSIGN_LLM_MODEL"):
        LlmTransport.of(set_to(llm_base_url=server.base_url))
    server.answers = [completion(GOOD)]
    made = LlmTransport.of(set_to(llm_base_url=server.base_url, llm_model="m", llm_api_key=SecretStr("s")))
    assert made is not None
    assert ask(made) == GOOD
    assert server.authorization == ["Bearer s"]

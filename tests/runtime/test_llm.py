"""The transport against a server that speaks the protocol over real HTTP on loopback."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from pydantic import SecretStr

from cases.errors import InputError, ModelAnswerInvalid, ModelRefused, ModelUnavailable
from cases.frozen import Frozen
from runtime.llm import LlmTransport
from runtime.llm_messages import Message, Usage
from runtime.settings import SchemaMode, Settings
from tests.llm.model_server import ModelServer, Reply, completion, failure, running_server

MESSAGES = [Message(role="system", content="Judge."), Message(role="user", content="SpO2 85 %, at rest")]


class Finding(Frozen):
    """The shape asked for in these tests."""

    quote: str
    met: bool
    page: int | None = None


def tool_call() -> Reply:
    call = {"id": "1", "type": "function", "function": {"name": "Odalys", "arguments": "{}"}}
    message = {"role": "assistant", "content": GOOD, "tool_calls": [call]}
    return Reply(
        body=json.dumps({"choices": [{"index": 0, "message": message, "finish_reason": "tool_calls"}]}).encode()
    )


GOOD = Finding(quote="85 %", met=True).model_dump_json()


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with running_server() as running:
        yield running


def ask(transport: LlmTransport) -> str:
    try:
        return transport.complete(MESSAGES, Finding, purpose="judge_leaf").json_text
    finally:
        transport.close()


def test_a_good_answer_comes_with_what_it_cost(server: ModelServer) -> None:
    server.replies = [completion(GOOD)]
    transport = server.transport()
    answer = transport.complete(MESSAGES, Finding, purpose="judge_leaf")
    transport.close()
    assert answer.json_text == GOOD
    assert (answer.model, answer.prompt_tokens, answer.completion_tokens) == ("stub-model-1", 21, 9)
    assert 0 < answer.seconds < 5


def test_the_request_is_what_the_protocol_says(server: ModelServer) -> None:
    server.replies = [completion(GOOD)]
    ask(server.transport())
    (asked,) = server.asked
    assert asked.path == "/v1/chat/completions"
    assert asked.body["model"] == "stub-model"
    assert asked.body["messages"] == [message.model_dump() for message in MESSAGES]
    form = asked.body["response_format"]
    assert isinstance(form, dict)
    assert form["type"] == "json_schema"
    assert (form["json_schema"]["name"], form["json_schema"]["strict"]) == ("judge_leaf", True)
    schema = form["json_schema"]["schema"]
    assert schema["additionalProperties"] is False
    assert set(schema["required"]) == {"quote", "met", "page"}
    assert asked.authorization == "Bearer key-1"


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
        (tool_call(), ModelAnswerInvalid),
        (Reply(200, b"<html>Odalys</html>"), ModelAnswerInvalid),
        (Reply(200, b'{"choices": []}'), ModelAnswerInvalid),
        (Reply(200, b'{"error": {"message": "Odalys"}}'), ModelAnswerInvalid),
        (Reply(200, b""), ModelAnswerInvalid),
        (failure(400), ModelUnavailable),
        (failure(401), ModelUnavailable),
        (failure(404), ModelUnavailable),
    ],
)
def test_anything_else_is_a_typed_error_that_repeats_nothing(
    answer: Reply, error: type[Exception], server: ModelServer
) -> None:
    server.replies = [answer]
    with pytest.raises(error) as raised:
        ask(server.transport())
    assert raised.type is error
    assert "Odalys" not in str(raised.value)
    assert len(server.asked) == 1


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_or_broken_server_is_tried_once_more_and_no_more(status: int, server: ModelServer) -> None:
    server.replies = [failure(status)]
    with pytest.raises(ModelUnavailable, match=f"status {status}"):
        ask(server.transport())
    assert len(server.asked) == 2


def test_a_server_that_recovers_is_heard(server: ModelServer) -> None:
    server.replies = [failure(503), completion(GOOD)]
    assert ask(server.transport()) == GOOD


def test_a_server_that_takes_too_long_is_left(server: ModelServer) -> None:
    server.replies = [replace(completion(GOOD), delay=0.4)]
    started = time.monotonic()
    with pytest.raises(ModelUnavailable, match="in time"):
        ask(server.transport(timeout=0.1))
    assert time.monotonic() - started < 3


def test_an_answer_that_drips_is_left_too(server: ModelServer) -> None:
    server.replies = [replace(completion(GOOD), pieces=0.02)]
    started = time.monotonic()
    with pytest.raises(ModelUnavailable, match="in time"):
        ask(server.transport(timeout=0.2))
    assert time.monotonic() - started < 3


def test_an_answer_cut_off_on_the_way_is_tried_once_more(server: ModelServer) -> None:
    good = completion(GOOD)
    server.replies = [replace(good, body=good.body[:50], promised=len(good.body)), good]
    assert ask(server.transport()) == GOOD
    server.replies = [replace(good, body=good.body[:50], promised=len(good.body))]
    with pytest.raises(ModelUnavailable, match="broke off"):
        ask(server.transport())
    assert len(server.asked) == 4


def test_a_huge_answer_is_not_read_to_its_end(server: ModelServer) -> None:
    server.replies = [completion("9" * 5_000_000)]
    with pytest.raises(ModelAnswerInvalid, match="too long"):
        ask(server.transport())
    assert len(server.asked) == 1


def test_a_stream_where_none_was_asked_for_is_no_answer(server: ModelServer) -> None:
    server.replies = [
        Reply(body=b'data: {"choices": [{"delta": {"content": "Odalys"}}]}\n\n', media="text/event-stream")
    ]
    with pytest.raises(ModelAnswerInvalid, match="not a chat completion"):
        ask(server.transport())


@pytest.mark.parametrize(("mode", "kind"), [("json_object", "json_object"), ("text", "text")])
def test_a_server_without_schemas_is_told_the_shape_in_words(mode: SchemaMode, kind: str, server: ModelServer) -> None:
    server.replies = [completion(GOOD)]
    transport = LlmTransport(server.base_url, "stub-model", "key-1", 5.0, mode)
    assert ask(transport) == GOOD
    (asked,) = server.asked
    assert asked.body["response_format"] == {"type": kind}
    assert asked.system.startswith("Judge.\n\nAnswer with one JSON object of this JSON Schema and nothing else:")
    assert '"quote"' in asked.system
    assert asked.user == MESSAGES[1].content


@pytest.mark.parametrize("text", [f"```json\n{GOOD}\n```", f" ```\n{GOOD}\n```\n", GOOD])
def test_plain_text_may_come_in_one_fence(text: str, server: ModelServer) -> None:
    server.replies = [completion(text)]
    assert ask(LlmTransport(server.base_url, "stub-model", "key-1", 5.0, "text")) == GOOD


def test_words_around_the_fence_are_no_answer(server: ModelServer) -> None:
    server.replies = [completion(f"Odalys says:\n```json\n{GOOD}\n```")]
    with pytest.raises(ModelAnswerInvalid):
        ask(LlmTransport(server.base_url, "stub-model", "key-1", 5.0, "text"))


class Account:
    """Keeps what it was told; may stop an attempt."""

    def __init__(self, stop_at: int = 0) -> None:
        self.left, self.usage, self.stop_at = (
            0,
            [Usage(model="", prompt_tokens=0, completion_tokens=0, seconds=0)],
            stop_at,
        )

    def leaving(self) -> None:
        self.left += 1
        if self.left == self.stop_at:
            raise ModelUnavailable("No further.")

    def answered(self, usage: Usage) -> None:
        self.usage.append(usage)


def test_whoever_watches_is_told_before_each_attempt_and_of_the_cost_of_a_bad_answer(server: ModelServer) -> None:
    account = Account()
    server.replies = [failure(503), completion("not JSON")]
    transport = server.transport()
    with pytest.raises(ModelAnswerInvalid):
        transport.complete(MESSAGES, Finding, purpose="judge_leaf", watch=account)
    transport.close()
    assert account.left == 2
    assert (account.usage[-1].prompt_tokens, account.usage[-1].completion_tokens) == (21, 9)


@pytest.mark.parametrize(("stop_at", "arrived"), [(1, 0), (2, 1)])
def test_a_watch_that_objects_stops_the_attempt_before_it_leaves(
    server: ModelServer, stop_at: int, arrived: int
) -> None:
    server.replies = [failure(503)]
    transport = server.transport()
    with pytest.raises(ModelUnavailable, match="No further"):
        transport.complete(MESSAGES, Finding, purpose="judge_leaf", watch=Account(stop_at))
    transport.close()
    assert len(server.asked) == arrived


def test_a_refused_connection_is_unavailable() -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as closed:
        port = closed.server_address[1]
    with pytest.raises(ModelUnavailable, match="could not be reached"):
        ask(LlmTransport(f"http://127.0.0.1:{port}/v1", "stub-model", "", 1.0))


def test_a_redirect_is_not_followed(server: ModelServer) -> None:
    server.replies = [Reply(307, location=server.base_url + "/chat/completions"), completion(GOOD)]
    with pytest.raises(ModelUnavailable, match="status 307"):
        ask(server.transport())
    assert len(server.asked) == 1


def test_the_settings_say_whether_there_is_a_model(server: ModelServer, settings: Settings) -> None:
    set_to: Callable[..., Settings] = lambda **fields: settings.model_copy(update=fields)  # noqa: E731
    assert LlmTransport.of(settings) is None
    with pytest.raises(InputError, match="COUNTERSIGN_LLM_MODEL"):
        LlmTransport.of(set_to(llm_base_url=server.base_url))
    server.replies = [completion(GOOD)]
    made = LlmTransport.of(set_to(llm_base_url=server.base_url, llm_model="m", llm_api_key=SecretStr("s")))
    assert made is not None
    assert ask(made) == GOOD
    assert server.asked[0].authorization == "Bearer s"

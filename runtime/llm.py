"""Transport to an OpenAI-compatible model server: messages and a shape go out, JSON of that shape comes back.

It knows nothing of charts; agents.guarded_model alone calls it, with text that was redacted first.
"""

import json
import re
import time
from collections.abc import Sequence

import httpx2
import openai
from openai.types.chat import ChatCompletion, ChatCompletionMessageParam
from openai.types.chat.completion_create_params import ResponseFormat
from pydantic import BaseModel, Field, ValidationError

from cases.errors import InputError, ModelAnswerInvalid, ModelRefused, ModelUnavailable
from runtime.llm_messages import LlmAnswer, Message, Unwatched, Usage, Watch
from runtime.settings import SchemaMode, Settings

_PAUSE = 0.5
_LONGEST_PAUSE = 5.0
_MOST_BYTES = 2_000_000
"""An answer longer than this is not read to its end."""


class _Message(BaseModel):
    content: str | None = None
    refusal: str | None = None
    tool_calls: list[object] | None = None
    function_call: object | None = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None


class _Usage(BaseModel):
    prompt_tokens: int = 0
    completion_tokens: int = 0


class _Completion(BaseModel):
    """What is used of a chat completion; whatever else a server adds is its own affair."""

    choices: list[_Choice] = Field(min_length=1)
    model: str = ""
    usage: _Usage | None = None


class _Passing(ModelUnavailable):
    """Unavailable in a way that may pass: the call may be tried once more, after a pause in seconds."""

    def __init__(self, message: str, pause: float = _PAUSE) -> None:
        super().__init__(message)
        self.pause = pause


class LlmTransport:
    """One model on one server. A call that fails in passing is tried once more; a redirect is not followed.

    `mode` is how the server is told the shape: by its own strict schema (`json_schema`), or in words beside a request
    for JSON (`json_object`) or for plain text (`text`). Whatever the mode, the answer is checked against the shape.
    """

    def __init__(
        self, base_url: str, model: str, api_key: str, timeout_seconds: float, mode: SchemaMode = "json_schema"
    ) -> None:
        self.base_url = base_url
        self.model = model
        self.mode: SchemaMode = mode
        self._timeout = timeout_seconds
        self._client = openai.OpenAI(
            base_url=base_url,
            api_key=api_key or "none",
            timeout=timeout_seconds,
            max_retries=0,
            http_client=openai.DefaultHttpxClient(follow_redirects=False),
        )

    @classmethod
    def of(cls, settings: Settings) -> "LlmTransport | None":
        """The model that is set; None where none is, and the product reads by rules."""
        if settings.llm_base_url is None:
            return None
        if not settings.llm_model:
            raise InputError("COUNTERSIGN_LLM_MODEL: name the model that COUNTERSIGN_LLM_BASE_URL is to use.")
        key = settings.llm_api_key.get_secret_value()
        timeout, mode = settings.llm_timeout_seconds, settings.llm_schema_mode
        return cls(settings.llm_base_url, settings.llm_model, key, timeout, mode)

    def complete(
        self, messages: Sequence[Message], shape: type[BaseModel], *, purpose: str, watch: Watch | None = None
    ) -> LlmAnswer:
        """One answer as JSON of `shape`; `purpose` (letters, digits, `_`, `-`) names the task to the server.

        Raises ModelUnavailable, ModelRefused or ModelAnswerInvalid; none of them repeats the model's words. An
        attempt takes twice the time-out at the longest, an answer is two megabytes at most.
        """
        watch = watch or Unwatched()
        started = time.monotonic()
        completion = self._attempts(messages, shape, purpose, watch)
        used = completion.usage or _Usage()
        usage = Usage(
            model=completion.model or self.model,
            prompt_tokens=used.prompt_tokens,
            completion_tokens=used.completion_tokens,
            seconds=time.monotonic() - started,
        )
        watch.answered(usage)
        text = _text(completion.choices[0])
        text = _unfenced(text) if self.mode == "text" else text
        try:
            shape.model_validate_json(text)
        except ValidationError as error:
            raise ModelAnswerInvalid(
                f"The model's answer is not the shape asked for: {_place(error, shape)}."
            ) from None
        return LlmAnswer(**usage.model_dump(), json_text=text)

    def close(self) -> None:
        self._client.close()

    def _attempts(self, messages: Sequence[Message], shape: type[BaseModel], purpose: str, watch: Watch) -> _Completion:
        watch.leaving()
        try:
            return _completion(self._ask(messages, shape, purpose))
        except _Passing as error:
            time.sleep(error.pause)
        watch.leaving()
        try:
            return _completion(self._ask(messages, shape, purpose))
        except _Passing as error:
            raise ModelUnavailable(error.message) from None

    def _ask(self, messages: Sequence[Message], shape: type[BaseModel], purpose: str) -> bytes:
        """The body of the server's answer."""
        try:
            with self._client.chat.completions.with_streaming_response.create(
                model=self.model,
                messages=[_param(message) for message in self._told(messages, shape)],
                response_format=self._format(shape, purpose),
            ) as response:
                return self._read(response)
        except (openai.APITimeoutError, httpx2.TimeoutException):
            raise _Passing("The model did not answer in time.") from None
        except openai.APIStatusError as error:
            raise _refused(error) from None
        except openai.APIConnectionError:
            raise _Passing("The model's server could not be reached.") from None
        except httpx2.HTTPError:
            raise _Passing("The model's server broke off its answer.") from None

    def _told(self, messages: Sequence[Message], shape: type[BaseModel]) -> Sequence[Message]:
        """The messages, with the schema in words behind the first where the server is not given it otherwise."""
        if self.mode == "json_schema":
            return messages
        schema = json.dumps(_schema(shape), separators=(",", ":"))
        words = f"{messages[0].content}\n\nAnswer with one JSON object of this JSON Schema and nothing else:\n{schema}"
        return [messages[0].model_copy(update={"content": words}), *messages[1:]]

    def _format(self, shape: type[BaseModel], purpose: str) -> ResponseFormat:
        if self.mode == "json_schema":
            return {
                "type": "json_schema",
                "json_schema": {"name": purpose, "schema": _schema(shape), "strict": True},
            }
        return {"type": "json_object"} if self.mode == "json_object" else {"type": "text"}

    def _read(self, response: openai.APIResponse[ChatCompletion]) -> bytes:
        until = time.monotonic() + self._timeout
        body = bytearray()
        for piece in response.iter_bytes():
            body += piece
            if len(body) > _MOST_BYTES:
                raise ModelAnswerInvalid("The model's answer is too long to be one.")
            if time.monotonic() > until:
                raise _Passing("The model did not answer in time.")
        return bytes(body)


def _refused(error: openai.APIStatusError) -> ModelUnavailable:
    """A status that may pass (too busy, broken) is worth another attempt; any other is not."""
    message = f"The model's server answered with status {error.status_code}."
    if error.status_code not in (408, 409, 429) and error.status_code < 500:
        return ModelUnavailable(message)
    return _Passing(message, _pause(error.response.headers))


def _pause(headers: httpx2.Headers) -> float:
    """The server's own wish in seconds, within reason."""
    try:
        wished = (
            float(headers["retry-after-ms"]) / 1000 if "retry-after-ms" in headers else float(headers["retry-after"])
        )
    except (KeyError, ValueError):
        return _PAUSE
    return min(max(wished, 0.0), _LONGEST_PAUSE)


def _completion(body: bytes) -> _Completion:
    try:
        return _Completion.model_validate_json(body)
    except ValidationError as error:
        raise ModelAnswerInvalid(
            f"The server's answer is not a chat completion: {_place(error, _Completion)}."
        ) from None


def _text(choice: _Choice) -> str:
    if choice.message.refusal or choice.finish_reason == "content_filter":
        raise ModelRefused("The model declined the task.")
    if choice.message.tool_calls or choice.message.function_call:
        raise ModelAnswerInvalid("The model called a tool; it was given none.")
    if choice.finish_reason == "length":
        raise ModelAnswerInvalid("The model's answer was cut off at its length limit.")
    return choice.message.content or ""


def _param(message: Message) -> ChatCompletionMessageParam:
    if message.role == "system":
        return {"role": "system", "content": message.content}
    if message.role == "user":
        return {"role": "user", "content": message.content}
    return {"role": "assistant", "content": message.content}


def _schema(shape: type[BaseModel]) -> dict[str, object]:
    """The schema as strict servers demand it, every field required; the SDK offers it by way of its tool helper."""
    return openai.pydantic_function_tool(shape)["function"]["parameters"]


_FENCE = re.compile(r"\s*```(?:json)?\s*\n(.*?)\n?\s*```\s*", re.DOTALL)


def _unfenced(text: str) -> str:
    """Plain text often comes as one fenced block; the fence is no part of the answer."""
    fenced = _FENCE.fullmatch(text)
    return fenced[1] if fenced else text


def _place(error: ValidationError, shape: type[BaseModel]) -> str:
    """Which field of the shape fails, and how; a name that the model made up is not repeated."""
    first = error.errors(include_input=False, include_url=False)[0]
    field = str(first["loc"][0]) if first["loc"] else "the whole"
    return f"{field if field in shape.model_fields or not first['loc'] else 'an unknown field'} ({first['type']})"

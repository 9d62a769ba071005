"""Transport to an OpenAI-compatible model server: messages and a shape go out, JSON of that shape comes back.

It knows nothing of charts; agents.guarded_model alone calls it, with text that was redacted first.
"""

import time
from collections.abc import Sequence
from typing import Literal

import openai
from openai.types.chat import ChatCompletionMessageParam
from openai.types.shared_params import ResponseFormatJSONSchema
from pydantic import BaseModel, Field, ValidationError

from cases.errors import InputError, ModelAnswerInvalid, ModelRefused, ModelUnavailable
from cases.frozen import Frozen
from runtime.settings import Settings

_RETRIES = 1


class Message(Frozen):
    """One message of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


class LlmAnswer(Frozen):
    """A model's answer: JSON that was checked against the shape asked for, and what it cost."""

    json_text: str
    model: str
    prompt_tokens: int
    completion_tokens: int
    seconds: float


class _Message(BaseModel):
    content: str | None = None
    refusal: str | None = None


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


class LlmTransport:
    """One model on one server. A failed call is tried once more; a redirect is not followed."""

    def __init__(self, base_url: str, model: str, api_key: str, timeout_seconds: float) -> None:
        self._model = model
        self._client = openai.OpenAI(
            base_url=base_url,
            api_key=api_key or "none",
            timeout=timeout_seconds,
            max_retries=_RETRIES,
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
        return cls(settings.llm_base_url, settings.llm_model, key, settings.llm_timeout_seconds)

    def complete(self, messages: Sequence[Message], shape: type[BaseModel], *, purpose: str) -> LlmAnswer:
        """One answer as JSON of `shape`; `purpose` (letters, digits, `_`, `-`) names the task to the server.

        Raises ModelUnavailable, ModelRefused or ModelAnswerInvalid; none of them repeats the model's words.
        """
        started = time.monotonic()
        completion = self._ask(messages, shape, purpose)
        text = _text(completion.choices[0])
        try:
            shape.model_validate_json(text)
        except ValidationError as error:
            raise ModelAnswerInvalid(
                f"The model's answer is not the shape asked for: {_place(error, shape)}."
            ) from None
        usage = completion.usage or _Usage()
        return LlmAnswer(
            json_text=text,
            model=completion.model or self._model,
            prompt_tokens=usage.prompt_tokens,
            completion_tokens=usage.completion_tokens,
            seconds=time.monotonic() - started,
        )

    def close(self) -> None:
        self._client.close()

    def _ask(self, messages: Sequence[Message], shape: type[BaseModel], purpose: str) -> _Completion:
        try:
            response = self._client.chat.completions.with_raw_response.create(
                model=self._model,
                messages=[_param(message) for message in messages],
                response_format=_format(shape, purpose),
            )
        except openai.APITimeoutError:
            raise ModelUnavailable("The model did not answer in time.") from None
        except openai.APIStatusError as error:
            raise ModelUnavailable(f"The model's server answered with status {error.status_code}.") from None
        except openai.APIConnectionError:
            raise ModelUnavailable("The model's server could not be reached.") from None
        try:
            return _Completion.model_validate_json(response.content)
        except ValidationError as error:
            raise ModelAnswerInvalid(
                f"The server's answer is not a chat completion: {_place(error, _Completion)}."
            ) from None


def _text(choice: _Choice) -> str:
    if choice.message.refusal or choice.finish_reason == "content_filter":
        raise ModelRefused("The model declined the task.")
    if choice.finish_reason == "length":
        raise ModelAnswerInvalid("The model's answer was cut off at its length limit.")
    return choice.message.content or ""


def _param(message: Message) -> ChatCompletionMessageParam:
    if message.role == "system":
        return {"role": "system", "content": message.content}
    if message.role == "user":
        return {"role": "user", "content": message.content}
    return {"role": "assistant", "content": message.content}


def _format(shape: type[BaseModel], purpose: str) -> ResponseFormatJSONSchema:
    """The schema as strict servers demand it, every field required; the SDK offers it by way of its tool helper."""
    schema = openai.pydantic_function_tool(shape)["function"]["parameters"]
    return {"type": "json_schema", "json_schema": {"name": purpose, "schema": schema, "strict": True}}


def _place(error: ValidationError, shape: type[BaseModel]) -> str:
    """Which field of the shape fails, and how; a name that the model made up is not repeated."""
    first = error.errors(include_input=False, include_url=False)[0]
    field = str(first["loc"][0]) if first["loc"] else "the whole"
    return f"{field if field in shape.model_fields or not first['loc'] else 'an unknown field'} ({first['type']})"

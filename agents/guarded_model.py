"""The only way to the model: agreement, sensitive records, minimum necessary, mask, call, restore; each on record.

Whatever cannot be made sure of stops the question before a byte leaves. What comes back is restored and is still only a
proposal: the reader that asked verifies it against its own sources.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from importlib import import_module
from typing import TYPE_CHECKING

from pydantic import ValidationError

from agents.model_task import ModelTask, S
from cases.errors import CountersignError, GuardFailed, ModelAnswerInvalid, ModelNotCleared
from cases.frozen import Frozen
from cases.ids import CaseId, Digest, digest_of
from cases.ports import CaseMemory, Clock, Disclosure, DisclosureLedger, Masker, SensitiveJudge
from guardrails.disclosure_agreements import Agreement, Agreements
from runtime.llm_messages import LlmAnswer, Message, Usage
from runtime.settings import SchemaMode, Settings

if TYPE_CHECKING:
    from runtime.llm import LlmTransport

_MARKER = re.compile(r"^\[[A-Z]\d+\]", re.MULTILINE)
_NAME = re.compile(r"[A-Za-z0-9._:/@+-]{1,128}")
"""A model's name as a server may give it; any other is not kept, since an audit entry holds no free text."""
_SHORTEST_KNOWN = 3
_MILLION = Decimal(1_000_000)


class Subject(Frozen):
    """What a question is about: the case with its known identifiers, and for what purpose it is asked."""

    memory: CaseMemory = CaseMemory()
    purpose: str = "payment"


class ModelCall(Frozen):
    """One question as it is kept on record. `outcome` is `answered`, `abstained` or an error's code.

    `prompt` is the digest of the prompt's file, `agreement` that of the agreement it left under. Tokens are the
    server's own count over all attempts that were answered; `cost` is in dollars, None where no price is set. `sent` is
    the size of what left, in bytes of text over all attempts; 0 where nothing did.
    """

    task: str
    prompt: Digest
    endpoint: str
    model: str
    outcome: str = "answered"
    agreement: str = ""
    masked: bool = True
    attempts: int = 0
    repaired: bool = False
    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0
    sent: int = 0
    cost: Decimal | None = None


@dataclass(frozen=True)
class ModelGuards:
    """What stands before the model. Where masker or judge is absent, only a trusted endpoint is asked anything."""

    agreements: Agreements
    ledger: DisclosureLedger
    masker_of: Callable[[CaseId], Masker] | None = None
    sensitive: SensitiveJudge | None = None


class _Ready(Frozen):
    """What a probe asks for."""

    ready: bool


_PROBE = (
    Message(role="system", content="You are asked whether you answer in JSON. This is a test that is about nobody."),
    Message(role="user", content='Answer with JSON of the given schema, with "ready" set to true.'),
)


@dataclass
class _Account:
    """Watches one question: looks at the agreement before each attempt, keeps the disclosure, and sums the cost."""

    model: "GuardedModel"
    call: ModelCall
    disclosure: Disclosure

    def leaving(self) -> None:
        if self.model.agreement().digest != self.disclosure.agreement:
            raise ModelNotCleared("The agreement changed while the model was asked; nothing further was sent.")
        self.model.guards.ledger.record(self.disclosure)
        self._note(attempts=self.call.attempts + 1, sent=self.call.sent + self.disclosure.size)

    def answered(self, usage: Usage) -> None:
        self._note(
            model=usage.model if _NAME.fullmatch(usage.model) else self.call.model,
            prompt_tokens=self.call.prompt_tokens + usage.prompt_tokens,
            completion_tokens=self.call.completion_tokens + usage.completion_tokens,
            seconds=self.call.seconds + usage.seconds,
        )

    def repairing(self, messages: Sequence[Message]) -> None:
        self.disclosure = self.disclosure.model_copy(update=_weighed(messages))
        self._note(repaired=True)

    def _note(self, **changes: object) -> None:
        self.call = self.call.model_copy(update=changes)


class GuardedModel:
    """A model behind its guards. One per process; it holds nothing of any case."""

    def __init__(self, transport: "LlmTransport", guards: ModelGuards, clock: Clock, settings: Settings) -> None:
        self._transport = transport
        self.guards = guards
        self._clock = clock
        self.settings = settings

    @classmethod
    def of(cls, settings: Settings, clock: Clock, guards: ModelGuards) -> "GuardedModel | None":
        """The model that is set; None where none is. Nothing connects here."""
        transport = _transport_of(settings)
        return cls(transport, guards, clock, settings) if transport else None

    @property
    def endpoint(self) -> str:
        return self._transport.base_url

    @property
    def model(self) -> str:
        return self._transport.model

    def agreement(self) -> Agreement:
        """The agreement in force for the endpoint at this moment; raises ModelNotCleared or GuardFailed."""
        return self.guards.agreements.in_force(self.endpoint, self._clock.now())

    def ask(
        self, task: ModelTask[S], variables: Mapping[str, str], subject: Subject, keep: Callable[[ModelCall], None]
    ) -> S:
        """The model's restored answer; `keep` is given the record of the question, whatever came of it.

        Raises ModelNotCleared or GuardFailed where nothing was sent, else ModelUnavailable, ModelRefused or
        ModelAnswerInvalid, the last after one more attempt that told the model what was wrong.
        """
        call = ModelCall(task=task.name, prompt=task.prompt.digest, endpoint=self.endpoint, model=self.model)
        account: _Account | None = None
        outcome = "failed"
        try:
            messages, disclosure = self._cleared(task, variables, subject)
            account = _Account(self, call.model_copy(update=_terms(disclosure)), disclosure)
            answer = self._restored(task, self._asked(task, messages, account), subject, masked=disclosure.masked)
            outcome = "abstained" if answer.abstain else "answered"
        except CountersignError as error:
            outcome = error.code
            raise
        finally:
            done = account.call if account else call
            keep(done.model_copy(update={"outcome": outcome, "cost": self._cost(done)}))
        return answer

    def _cleared(
        self, task: ModelTask[S], variables: Mapping[str, str], subject: Subject
    ) -> tuple[Sequence[Message], Disclosure]:
        """The messages as they may leave, and what will be recorded of them; raises where they may not."""
        agreement = self.agreement()
        self._look_for_sensitive(task, variables, subject, agreement)
        masked = not agreement.trusted
        filled = {
            name: self._masked(text, subject) if masked and task.contents[name].may_identify else text
            for name, text in variables.items()
        }
        messages = [
            Message(role="system", content=task.prompt.system),
            Message(role="user", content=task.prompt.filled(filled)),
        ]
        disclosure = Disclosure(
            case_id=subject.memory.case_id,
            purpose=subject.purpose,
            task=task.name,
            endpoint=self.endpoint,
            agreement=agreement.digest,
            contents=tuple(sorted({content.value for content in task.contents.values()})),
            masked=masked,
            digest=digest_of(b""),
            size=0,
        )
        return messages, disclosure.model_copy(update=_weighed(messages))

    def withheld(self, text: str, subject: Subject) -> str:
        """Why a text may not go to the model, as a reason code; empty where it may, or where there is no judge."""
        judge = self.guards.sensitive
        return judge.withheld(text, subject.memory) if judge else ""

    def _look_for_sensitive(
        self, task: ModelTask[S], variables: Mapping[str, str], subject: Subject, agreement: Agreement
    ) -> None:
        if self.guards.sensitive is None and not agreement.trusted:
            raise ModelNotCleared("There is no check for specially protected records; only a trusted model is asked.")
        for name, text in variables.items():
            found = self.withheld(text, subject) if task.contents[name].may_identify else ""
            if found:
                raise ModelNotCleared(f"The text holds records that need a basis of their own ({found}).")

    def _masked(self, text: str, subject: Subject) -> str:
        if self.guards.masker_of is None:
            raise ModelNotCleared("There is no masking of identifiers; only a trusted model is asked.")
        masked = self.guards.masker_of(subject.memory.case_id).mask(text, subject.memory)
        if _MARKER.findall(masked) != _MARKER.findall(text):
            raise GuardFailed("Masking changed the numbers of the passages.")
        if any(_stands_in(known.text, masked) for known in subject.memory.known):
            raise GuardFailed("Masking left something that is known to identify the patient or a party.")
        return masked

    def _asked(self, task: ModelTask[S], messages: Sequence[Message], account: _Account) -> LlmAnswer:
        """One question, and one more where the answer was not of the shape, telling the model what was wrong."""
        try:
            return self._transport.complete(messages, task.shape, purpose=task.name, watch=account)
        except ModelAnswerInvalid as error:
            words = (
                f"That answer cannot be used. {error.message} Answer again, with JSON of the schema and nothing else."
            )
        again = [*messages, Message(role="user", content=words)]
        account.repairing(again)
        return self._transport.complete(again, task.shape, purpose=task.name, watch=account)

    def _restored(self, task: ModelTask[S], answer: LlmAnswer, subject: Subject, *, masked: bool) -> S:
        """The answer with the case's surrogates put back, text by text, and read anew into its shape."""
        if not masked or self.guards.masker_of is None:
            return task.shape.model_validate_json(answer.json_text)
        masker = self.guards.masker_of(subject.memory.case_id)
        content = _changed(json.loads(answer.json_text), lambda text: masker.restore(text, subject.memory))
        try:
            return task.shape.model_validate_json(json.dumps(content))
        except ValidationError:
            raise ModelAnswerInvalid(
                "The model's answer is not of the shape once its surrogates are put back."
            ) from None

    def _cost(self, call: ModelCall) -> Decimal | None:
        """In dollars, by the prices set; None where none are."""
        price_in, price_out = self.settings.llm_price_in, self.settings.llm_price_out
        if price_in is None or price_out is None:
            return None
        return (call.prompt_tokens * price_in + call.completion_tokens * price_out) / _MILLION

    def probe(self, mode: SchemaMode) -> Usage:
        """What one question costs that is of no case and holds nobody's words, in this mode; raises as `ask` does."""
        self.agreement()
        settings = self.settings.model_copy(update={"llm_schema_mode": mode})
        transport = _transport_of(settings)
        if transport is None:
            raise ModelNotCleared("No model is set.")
        try:
            return transport.complete(_PROBE, _Ready, purpose="model_check")
        finally:
            transport.close()


def _transport_of(settings: Settings) -> "LlmTransport | None":
    """The transport of the model that is set, imported only where one is: its library takes half a second."""
    if settings.llm_base_url is None:
        return None
    transport: LlmTransport | None = import_module("runtime.llm").LlmTransport.of(settings)
    return transport


def _weighed(messages: Sequence[Message]) -> dict[str, object]:
    text = "\n".join(message.content for message in messages).encode()
    return {"digest": digest_of(text), "size": len(text)}


def _terms(disclosure: Disclosure) -> dict[str, object]:
    return {"agreement": disclosure.agreement, "masked": disclosure.masked}


def _stands_in(known: str, text: str) -> bool:
    """Whether the words stand in the text by themselves, in any case and spacing."""
    words = known.split()
    if sum(map(len, words)) < _SHORTEST_KNOWN:
        return False
    pattern = r"\s+".join(re.escape(word) for word in words)
    return re.search(rf"(?<!\w){pattern}(?!\w)", text, re.IGNORECASE) is not None


def _changed(value: object, change: Callable[[str], str]) -> object:
    """A JSON value with every text in it changed; names of fields are left alone."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_changed(item, change) for item in value]
    if isinstance(value, dict):
        return {name: _changed(item, change) for name, item in value.items()}
    return value

"""An answer as it is kept and told: sentences with what each rests on, or why there is none and what would help."""

from typing import Annotated, Literal

from pydantic import Field

from agents.copilot.question import Kind
from cases.frozen import Frozen
from cases.ids import CaseId, DocumentId, PayerId, PolicyDocId


class PolicySource(Frozen):
    """Code points [start, end) of one version of a policy, and those words verbatim."""

    kind: Literal["policy"] = "policy"
    payer_id: PayerId
    doc_id: PolicyDocId
    version: int
    start: int
    end: int
    quote: str
    page: int | None = None
    label: str


class ChartSource(Frozen):
    """Code points [start, end) of a document of a case's chart; `key` stands for the document in addresses."""

    kind: Literal["chart"] = "chart"
    case_id: CaseId
    document_id: DocumentId
    key: str
    start: int
    end: int
    quote: str
    page: int | None = None
    field: str = ""
    label: str


class RecordSource(Frozen):
    """One line of a case's record, by its key, as it stood when the answer was given."""

    kind: Literal["record"] = "record"
    case_id: CaseId
    key: str
    quote: str
    label: str


class RuleSource(Frozen):
    """One row of our dated rules on who needs prior authorization, with where it comes from."""

    kind: Literal["rule"] = "rule"
    rule_id: str
    quote: str
    label: str


Source = Annotated[PolicySource | ChartSource | RecordSource | RuleSource, Field(discriminator="kind")]


class AnswerSentence(Frozen):
    """One sentence with its sources. `reckoned` are values that code worked out, which stand in no quote.

    A sentence without sources is a remark about the answer itself and states nothing of a case or policy.
    """

    text: str
    sources: tuple[Source, ...] = ()
    reckoned: tuple[str, ...] = ()


class AnswerPart(Frozen):
    """Sentences under a heading; the first part has none."""

    heading: str = ""
    sentences: tuple[AnswerSentence, ...]


class DraftText(Frozen):
    """Words for a person to read, change and send themselves; nothing here can send them."""

    to: str
    subject: str
    body: str


class ToolCall(Frozen):
    """One call of a read-only tool: its name, what of closed values it was given, and how much it found."""

    name: str
    arguments: dict[str, str] = {}
    found: int = 0
    outcome: Literal["found", "nothing", "refused"] = "nothing"


class CopilotAnswer(Frozen):
    """What is kept of a run. `reader` is `rules`, or `model` where a model's verified sentences are in it.

    `model_note` says what became of the model where one is set and its words are not used. `nearest` are passages that
    come near where nothing answers; `dropped` counts sentences whose sources did not hold them.
    """

    kind: Kind
    abstained: bool = False
    reason: str = ""
    would_help: tuple[str, ...] = ()
    parts: tuple[AnswerPart, ...] = ()
    draft: DraftText | None = None
    notes: tuple[str, ...] = ()
    nearest: tuple[Source, ...] = ()
    tools: tuple[ToolCall, ...] = ()
    reader: Literal["rules", "model"] = "rules"
    model_note: str = ""
    dropped: int = 0

    def sentences(self) -> tuple[AnswerSentence, ...]:
        """Every sentence in order."""
        return tuple(sentence for part in self.parts for sentence in part.sentences)

    def sources(self) -> tuple[Source, ...]:
        """Every source once, in the order first used; its place from 1 is its number in the text."""
        return tuple(dict.fromkeys(one for sentence in self.sentences() for one in sentence.sources))


def part(heading: str, *sentences: AnswerSentence) -> AnswerPart:
    """A part from sentences."""
    return AnswerPart(heading=heading, sentences=sentences)

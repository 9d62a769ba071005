"""The shapes of a model's answers, as the server is given them by JSON Schema. Nothing here is verified yet."""

from typing import Literal

from agents.model_task import ModelAnswer
from cases.frozen import Frozen

SettingName = Literal["rest", "exercise", "sleep", "awake", "room_air", "on_oxygen", "on_treatment"]


class QuotedWords(Frozen):
    """Words said to stand in the passage of this number."""

    passage: int
    quote: str


class StatedFact(Frozen):
    """One statement of a record, as the model reads it; value, unit and date as text, never converted."""

    concept: str
    passage: int
    quote: str
    value: str | None
    unit: str | None
    date: str | None
    assertion: Literal["affirmed", "negated", "uncertain", "hypothetical", "planned", "refused"]
    settings: list[SettingName]
    about: Literal["patient", "family", "other"]
    side: Literal["left", "right", "bilateral"] | None


class ExtractedFacts(ModelAnswer):
    """Answer of extract_facts."""

    facts: list[StatedFact]


class LeafOpinion(ModelAnswer):
    """Answer of judge_leaf; state is null where it abstains."""

    state: Literal["MET", "NOT_MET", "INSUFFICIENT"] | None
    quotes: list[QuotedWords]


class StatementOpinion(ModelAnswer):
    """Answer of judge_statement; says is null where it abstains."""

    says: Literal["yes", "no", "unsure"] | None


class PhrasedParagraph(ModelAnswer):
    """Answer of phrase_paragraph: sentences with markers where quotes and dates will stand."""

    sentences: list[str]


class AnsweredSentence(Frozen):
    """One sentence of an answer with the quotes said to support it."""

    text: str
    quotes: list[QuotedWords]


class AnsweredQuestion(ModelAnswer):
    """Answer of answer_question."""

    sentences: list[AnsweredSentence]


class NodeTest(Frozen):
    """How a leaf would be tested; fields that do not belong to its kind are null or empty."""

    kind: Literal["measurement", "finding", "person"]
    concept: str | None
    comparison: Literal["<=", ">=", "<", ">", "==", "between"] | None
    value: str | None
    high: str | None
    settings: list[SettingName]
    within_days: int | None
    for_days: int | None
    question: str | None


class ProposedNode(Frozen):
    """One node of a proposed tree, naming its parent."""

    id: str
    parent: str | None
    op: Literal["all", "any", "at_least", "none", "leaf"]
    n: int | None
    statement: str
    passage: int | None
    quote: str | None
    test: NodeTest | None


class ProposedCriteria(ModelAnswer):
    """Answer of propose_criteria: nodes, parents before children."""

    nodes: list[ProposedNode]

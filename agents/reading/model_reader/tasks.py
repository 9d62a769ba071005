"""The typed tasks, each with the kinds of text it may carry and nothing else (minimum necessary)."""

from agents.model_task import Content, ModelTask
from agents.reading.model_reader.shapes import (
    AnsweredQuestion,
    ExtractedFacts,
    LeafOpinion,
    PhrasedParagraph,
    ProposedCriteria,
    StatementOpinion,
)

EXTRACT_FACTS = ModelTask(
    name="extract_facts",
    shape=ExtractedFacts,
    contents={"concepts": Content.RULES, "record_date": Content.CHART, "passages": Content.CHART},
)
JUDGE_LEAF = ModelTask(
    name="judge_leaf",
    shape=LeafOpinion,
    contents={
        "criterion": Content.RULES,
        "policy": Content.POLICY,
        "order_date": Content.CHART,
        "passages": Content.CHART,
    },
)
PHRASE_PARAGRAPH = ModelTask(
    name="phrase_paragraph",
    shape=PhrasedParagraph,
    contents={"point": Content.RULES, "quotes": Content.CHART},
)
ANSWER_QUESTION = ModelTask(
    name="answer_question",
    shape=AnsweredQuestion,
    contents={
        "question": Content.QUESTION,
        "policy_passages": Content.POLICY,
        "chart_passages": Content.CHART,
    },
)
PROPOSE_CRITERIA = ModelTask(
    name="propose_criteria",
    shape=ProposedCriteria,
    contents={"concepts": Content.RULES, "passages": Content.POLICY},
)
JUDGE_STATEMENT = ModelTask(
    name="judge_statement",
    shape=StatementOpinion,
    contents={"question": Content.RULES, "statement": Content.CHART, "passage": Content.CHART},
)
TASKS = (EXTRACT_FACTS, JUDGE_LEAF, PHRASE_PARAGRAPH, ANSWER_QUESTION, PROPOSE_CRITERIA, JUDGE_STATEMENT)

"""A policy's structure becomes a draft tree: operators from its words, spans word for word, comparisons as stated."""

import pytest

from cases.criteria import Criterion, Op, PolicyRef, TreeStatus
from cases.ids import PayerId, PolicyDocId
from knowledge.comparisons import comparisons_in
from knowledge.criteria_compiler import CompiledTree, compile_criteria

REF = PolicyRef(payer_id=PayerId("p"), doc_id=PolicyDocId("d"), version=1, number="N-1", title="Lamps")
POLICY = """Desk Lamps

A. General

Lamps must have been known since 1879.

B. Covered Indications

A desk lamp is covered when all of the following criteria are met:

1. The room is darker than 5 lux; and
2. One of the following is shown:
   • poor sight, or
   • reading for at least 4 hours a day; and
3. The reader is 18 years or older.

C. Exclusions

The lamp is not approved for a room with a window. Candles are excluded.
"""


def compiled(text: str) -> CompiledTree:
    return compile_criteria(text, REF)


def root(text: str) -> Criterion:
    tree = compiled(text).tree
    assert tree is not None
    return tree.root


def shape(node: Criterion) -> object:
    return node.statement[:12] if node.op is Op.LEAF else (node.op.value, [shape(child) for child in node.children])


def test_sections_lists_and_their_words_give_the_tree() -> None:
    assert shape(root(POLICY)) == (
        "all",
        [
            ("all", ["The room is ", ("any", ["poor sight", "reading for "]), "The reader i"]),
            ("none", ["The lamp is ", "Candles are "]),
        ],
    )


def test_every_leaf_quotes_the_text_at_its_place() -> None:
    for leaf in compiled(POLICY).leaves:
        assert POLICY[leaf.span.start : leaf.span.end] == leaf.span.quote
        assert not leaf.span.quote.endswith((";", "and", ","))


def test_a_compiled_tree_is_a_draft_and_says_so() -> None:
    tree = compiled(POLICY).tree
    assert tree is not None
    assert tree.status is TreeStatus.DRAFT
    assert tree.draft_reasons


@pytest.mark.parametrize(
    ("lead", "op", "n"),
    [
        ("Covered when at least two of these three were tried:", Op.AT_LEAST, 2),
        ("Covered when any of the following is shown:", Op.ANY, None),
        ("Covered when both of these are shown:", Op.ALL, None),
        ("Patients must not have:", Op.NONE, None),
        ("The following are required:", Op.ALL, None),
    ],
)
def test_the_lead_names_the_operator(lead: str, op: Op, n: int | None) -> None:
    (node,) = root(
        f"Lamps\n\nCoverage criteria\n\n{lead}\n\n1. first thing\n2. second thing\n3. third thing\n"
    ).children
    listed = node.children[0] if node.op is Op.NONE and len(node.children) == 1 else node
    assert (listed.op, listed.n) == (op, n)


def test_items_joined_by_or_are_ways_where_the_lead_is_silent() -> None:
    text = "Lamps\n\nCoverage\n\nA lamp is covered for:\n\n1. dark rooms; or\n2. old readers; or\n3. long nights.\n"
    assert root(text).children[0].op is Op.ANY


def test_what_a_list_of_rules_excludes_must_not_hold() -> None:
    text = (
        "Lamps\n\nCoverage\n\nThe following limits apply:\n\n1. the room is dark\n2. owners of candles are excluded\n"
    )
    assert shape(root(text).children[0]) == ("all", ["the room is ", ("none", ["owners of ca"])])


def test_a_text_without_rules_gives_no_tree() -> None:
    assert compiled("Lamps\n\nA. General\n\nLamps were invented long ago.\n").tree is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("at least 12 weeks", [(">=", "12", None, "weeks")]),
        ("PaCO2 ≥ 52 mmHg", [(">=", "52", None, "mmHg")]),
        ("LVEF less than 35%", [("<", "35", None, "%")]),
        ("up to 12 visits in 90 days", [("<=", "12", None, "visits")]),
        ("from 5 to 14 events an hour", [("between", "5", "14", "events an hour")]),
        ("Lasting 12 weeks or longer", [(">=", "12", None, "weeks")]),
        ("undergone a four-week trial of therapy", [(">=", "4", None, "week")]),
        ("more than 8 hours per 24-hour period", [(">", "8", None, "hours per 24-hour period")]),
        ("no more than two sessions", [("<=", "2", None, "sessions")]),
        ("18 years of age and older", [(">=", "18", None, "years of age")]),
        ("in section 240.2 of 2021", []),
    ],
)
def test_comparisons_as_policies_state_them(text: str, expected: list[tuple[str, str, str | None, str]]) -> None:
    found = [(c.op, str(c.value), str(c.high) if c.high else None, c.unit) for c in comparisons_in(text)]
    assert found == expected

"""What only the tagger takes for an identifier: typed by its label, silent where a code, an amount or a span stands."""

import pytest

from guardrails.phi.recognizers.unread import SECOND_OPINION, find_unread, where_nothing_else_is
from guardrails.phi.spans import Found, PhiType
from guardrails.phi.tagger.network import Tag


def kinds(text: str, shown: str, tag: Tag) -> list[tuple[str, str]]:
    start = text.index(shown)
    found = find_unread(text, [(start, start + len(shown), tag, 0.9)])
    return [(text[span.start : span.end], span.type.value) for span in found]


@pytest.mark.parametrize(
    ("text", "shown", "tag", "found"),
    [
        ("quote PDB-7719 when you call", "7719", Tag.NUMBER, [("PDB-7719", "ACCOUNT")]),
        ("member R55-1902", "R55", Tag.NUMBER, [("R55-1902", "MEMBER_ID")]),
        ("procedure 27447 today", "27447", Tag.NUMBER, []),
        ("dose 7719 mg", "7719", Tag.NUMBER, []),
        ("NDC 0002-8215-01", "8215-01", Tag.NUMBER, []),
        ("since 2019", "2019", Tag.NUMBER, []),
        ("seen 14MAR2024 here", "14MAR2024", Tag.DATE, [("14MAR2024", "DATE")]),
        ("BPP 8/8", "8/8", Tag.DATE, []),
        ("now ninety-three, well", "ninety-three", Tag.AGE, [("ninety-three", "AGE_OVER_89")]),
        ("now 64, well", "64", Tag.AGE, []),
    ],
)
def test_a_run_is_typed_or_left(text: str, shown: str, tag: Tag, found: list[tuple[str, str]]) -> None:
    assert kinds(text, shown, tag) == found


def test_a_second_opinion_counts_only_where_no_other_span_is() -> None:
    sure = Found(10, 20, PhiType.MRN, 0.9)
    beside, over = (
        Found(30, 36, PhiType.ACCOUNT, SECOND_OPINION),
        Found(18, 26, PhiType.ACCOUNT, SECOND_OPINION),
    )
    assert list(where_nothing_else_is([sure, beside, over])) == [sure, beside]

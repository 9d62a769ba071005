"""Rows of a form are sentences of their own: what one answers says nothing of the next."""

import pytest

from agents.reading.rules_reader.layout import lay_out
from knowledge.reading_cues import shipped_cues

_FORM = (
    "Safety screen\n  infection of the skin?   [ ] yes   [x] no\n  myasthenia?   {}\n"
    "  swallowing trouble?   [ ] yes   [x] no\n"
)


@pytest.mark.parametrize("answer", ["[ ] yes   [ ] no", "[ ] yes   [x] no", "[x] yes   [ ] no"])
def test_a_question_stands_with_its_own_answer(answer: str) -> None:
    layout = lay_out(_FORM.format(answer), shipped_cues())
    rows = [layout.text[one.start : one.end] for one in layout.sentences]
    asked = [row for row in rows if "myasthenia" in row]
    assert len(asked) == 1
    assert "infection" not in asked[0]
    assert "swallowing" not in asked[0]
    assert ("[x]" in asked[0]) is ("[x]" in answer)

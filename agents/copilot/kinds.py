"""What a question is after, by rules: the kind, and the codes, day and case it names."""

import re
from datetime import date
from functools import cache
from pathlib import Path

import yaml
from pydantic import ValidationError

from agents.copilot.question import Asker, Kind, Question
from cases.errors import StoreDamaged
from cases.frozen import Frozen
from cases.ids import CaseId
from knowledge.question_words import codes_in, day_in

_CASE = re.compile(r"\b[ac]-[0-9a-f]{16}\b")
_FOLLOWS_ON = re.compile(r"^\W*(?:and|also|what about|how about|then|ok(?:ay)?,? and)\b", re.IGNORECASE)


class _Row(Frozen):
    kind: Kind
    pattern: str
    case: bool = False

    def fits(self, text: str) -> bool:
        return re.search(self.pattern, text, re.IGNORECASE) is not None


class _KindsFile(Frozen):
    version: str
    rows: tuple[_Row, ...]
    helps: tuple[str, ...]
    helps_without_case: tuple[str, ...]


class Understood(Frozen):
    """A question as the rules read it. `code` and `on` are the question's own, else an earlier one's.

    `lacks_case` says that it would be of another kind if a case were chosen.
    """

    kind: Kind
    text: str
    case_id: CaseId | None = None
    code: str = ""
    on: date | None = None
    to_patient: bool = False
    lacks_case: bool = False


def understand(question: Question, asker: Asker) -> Understood:
    """The kind and what is named. Raises NotFound where the case is none that the asker sees."""
    text = " ".join(question.text.split())
    named = _CASE.search(text)
    case_id = CaseId(named.group()) if named else question.case_id
    if case_id is not None:
        asker.must_see(case_id)
    codes = codes_in(text) or ((question.code,) if question.code else ())
    follows = bool(_FOLLOWS_ON.search(text))
    earlier = question.before[-1] if follows and question.before else ""
    kind = kind_of(text, of_case=case_id is not None)
    if kind is Kind.POLICY and earlier:
        kind = kind_of(earlier, of_case=case_id is not None)
    lacks_case = case_id is None and kind is Kind.POLICY and kind_of(text, of_case=True) is not Kind.POLICY
    return Understood(
        kind=kind,
        text=text,
        case_id=case_id,
        code=next(iter(codes), "") or next(iter(codes_in(earlier)), ""),
        on=question.on or day_in(text),
        lacks_case=lacks_case,
        to_patient=re.search(r"\bpatient|family\b", text, re.IGNORECASE) is not None,
    )


def kind_of(text: str, *, of_case: bool) -> Kind:
    """The kind of the first row that fits."""
    for row in _shipped().rows:
        if (of_case or not row.case) and row.fits(text):
            return row.kind
    return Kind.POLICY


def examples(*, of_case: bool) -> tuple[str, ...]:
    """Questions that can be answered, to show to who asks what can be asked."""
    return _shipped().helps if of_case else _shipped().helps_without_case


@cache
def _shipped() -> _KindsFile:
    path = Path(__file__).with_name("kinds.yaml")
    try:
        return _KindsFile.model_validate(yaml.safe_load(path.read_text("utf-8")))
    except ValidationError as error:
        raise StoreDamaged(f"{path.name}: {error.errors()[0]['msg']}") from error

"""Reason and remark codes as data: our own wording and a pathway for each, with the licensed text where imported."""

import csv
import io
import re
from collections.abc import Mapping
from functools import cache
from typing import TypeVar

from pydantic import ValidationError

from cases.denial import Appealable, Pathway
from cases.errors import StoreDamaged, UnreadableFile
from cases.frozen import Frozen
from knowledge.rule_files import RULES, read_yaml

FOLDER = RULES / "denials"


class ReasonCode(Frozen):
    """A CARC: what it means in our words and the pathway it stands for."""

    code: str
    meaning: str
    pathway: Pathway
    also: tuple[Pathway, ...] = ()
    by_remark: bool = False
    needs_remark: bool = False
    underpayment_check: bool = False
    external_review: bool = False
    appealable: Appealable | None = None
    advice: str = ""
    retired: bool = False
    now: tuple[str, ...] = ()
    verified: bool = True
    official_text: str = ""


class RemarkCode(Frozen):
    """A RARC; `effect` is a pathway, or no_appeal, notice, win, take_back."""

    code: str
    meaning: str
    effect: str
    weak: bool = False
    forbids_resubmission: bool = False
    advice: str = ""
    verified: bool = True
    official_text: str = ""

    @property
    def pathway(self) -> Pathway | None:
        """The pathway it asks for; None for notices, signals and what forbids an appeal."""
        moves = self.effect not in {"notice", "win", "take_back", "no_appeal"}
        return Pathway(self.effect) if moves else None


Code = TypeVar("Code", ReasonCode, RemarkCode)
Model = TypeVar("Model", bound=Frozen)


class PathwayRule(Frozen):
    """What a pathway asks for."""

    id: Pathway
    appealable: Appealable
    do: str
    both_clocks: bool = False


class AppealWords(Frozen):
    """Patterns of words by which a letter forbids or grants an appeal."""

    forbids: re.Pattern[str]
    grants: re.Pattern[str]

    def say(self, text: str) -> bool | None:
        """True where the words grant an appeal, False where they forbid one, None where they say neither."""
        flat = " ".join(text.split())
        if self.forbids.search(flat):
            return False
        return True if self.grants.search(flat) else None


class DenialCodes(Frozen):
    """Everything known of the codes."""

    version: str
    reasons: Mapping[str, ReasonCode]
    remarks: Mapping[str, RemarkCode]
    order: tuple[Pathway, ...]
    pathways: Mapping[Pathway, PathwayRule]
    words: AppealWords

    def with_official(self, texts: Mapping[str, str]) -> "DenialCodes":
        """The same codes with the licensed text beside our wording; codes not held are left out."""
        reasons = {key: _with_text(code, texts) for key, code in self.reasons.items()}
        remarks = {key: _with_text(code, texts) for key, code in self.remarks.items()}
        return self.model_copy(update={"reasons": reasons, "remarks": remarks})


def _with_text(code: Code, texts: Mapping[str, str]) -> Code:
    return code.model_copy(update={"official_text": texts.get(code.code, code.official_text)})


class _Reasons(Frozen):
    version: str
    codes: tuple[ReasonCode, ...]


class _Remarks(Frozen):
    version: str
    codes: tuple[RemarkCode, ...]


class _Pathways(Frozen):
    version: str
    order: tuple[Pathway, ...]
    pathways: tuple[PathwayRule, ...]
    forbids: tuple[str, ...]
    grants: tuple[str, ...]


@cache
def shipped_codes() -> DenialCodes:
    """The codes that ship; raises StoreDamaged naming the row that does not fit."""
    reasons, remarks = _read("carc.yaml", _Reasons), _read("rarc.yaml", _Remarks)
    pathways = _read("pathways.yaml", _Pathways)
    return DenialCodes(
        version=max(reasons.version, remarks.version, pathways.version),
        reasons={code.code: code for code in reasons.codes},
        remarks={code.code: code for code in remarks.codes},
        order=pathways.order,
        pathways={rule.id: rule for rule in pathways.pathways},
        words=AppealWords(forbids=_any_of(pathways.forbids), grants=_any_of(pathways.grants)),
    )


def _any_of(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(rf"\b(?:{pattern})\b" for pattern in patterns), re.IGNORECASE)


def _read(name: str, model: type[Model]) -> Model:
    try:
        return model.model_validate(read_yaml(FOLDER / name))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise StoreDamaged(f"{name}: {place}: {first['msg']}") from error


def read_official_texts(content: bytes, file: str) -> dict[str, str]:
    """Code and text of a licensed list: CSV or tab-separated with a code and a description in the first columns.

    The Medicare Remit Easy Print list (`Codes.ini`, CODE=TEXT) is read as well. Raises UnreadableFile where no row
    has both.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    found: dict[str, str] = {}
    for line in text.splitlines():
        match = re.match(r"\s*\"?([A-Z]{0,2}\d{1,4})\"?\s*([=,;\t|])\s*(.+)", line)
        if match:
            cells = [match[3]] if match[2] == "=" else next(csv.reader(io.StringIO(match[3]), delimiter=match[2]), [""])
            found[match[1]] = cells[0].strip()
    if not found:
        raise UnreadableFile(file, "holds no code with a text", fix="give CODE,TEXT or CODE=TEXT, one a line")
    return found

"""How much each kind of evidence counts in ranking, and the model of abstention: numbers kept in YAML beside this."""

from functools import cache
from pathlib import Path

from pydantic import ValidationError

from cases.errors import StoreDamaged
from cases.frozen import Frozen
from knowledge.rule_files import read_yaml


class FirstStage(Frozen):
    """Weights of passages: words, other words for the same, meaning, and the whole document's words."""

    words: float
    otherwise: float
    meaning: float
    document: float


class WindowWeights(Frozen):
    """Weights of windows, as in `FirstStage`; meaning by the passages they lie in and by their best unit."""

    words: float
    otherwise: float
    passage_meaning: float
    unit_meaning: float
    document: float


class SignWeights(Frozen):
    """What a window's best sentence adds by what it holds and where it stands."""

    number_asked_and_given: float
    rule_words: float
    description_section: float
    coverage_section: float
    exclusion_asked_and_given: float
    other_section: float
    study_rules: float


class SignalTerm(Frozen):
    """One signal of abstention: its mean and spread where the model was fitted, and its weight."""

    mean: float
    spread: float
    weight: float


class AbstentionModel(Frozen):
    """A logistic model; under `least` nothing is answered (`least_by_words` where there are no vectors)."""

    bias: float
    least: float
    least_by_words: float
    terms: dict[str, SignalTerm]


class RankingWeights(Frozen):
    """All weights of one release."""

    version: str
    first_stage: FirstStage
    windows: WindowWeights
    signs: SignWeights
    abstention: AbstentionModel


@cache
def ranking_weights() -> RankingWeights:
    """The weights that ship; raises StoreDamaged naming the entry that does not fit."""
    path = Path(__file__).parent / "weights.yaml"
    try:
        return RankingWeights.model_validate(read_yaml(path))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise StoreDamaged(f"{path.name}: {place}: {first['msg']}") from error

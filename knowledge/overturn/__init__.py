"""How often California's independent reviews overturned such a denial: a base rate, shown as that and as nothing else.

Never for a first level, Medicare or a self-funded plan, and never a ground for not filing. Age and sex are no inputs
(45 CFR 92.210).
"""

import hashlib
import json
import math
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pydantic import ValidationError

from cases.case import LineOfBusiness
from cases.errors import StoreDamaged
from cases.frozen import Frozen

COLUMNS = ("Diagnosis Category", "Diagnosis Sub Category", "Treatment Category", "Treatment Sub Category", "Type")
LABEL = "California external-review base rate"
_FILE = Path(__file__).with_name("model.json")
_CROSSES = ((0, 1), (2, 3), (0, 2), (3, 4), (2, 4), (0, 4), (1, 3), (0, 3), (2, 3, 4), (0, 1, 2, 3))
_LINES = frozenset({LineOfBusiness.COMMERCIAL_INSURED, LineOfBusiness.MARKETPLACE})
EXTERNAL_LEVEL = 3


class BaseRate(Frozen):
    """Reviews of one type of one treatment, and how many of them were overturned."""

    type: str
    treatment: str
    reviews: int
    overturned: int


class OverturnModel(Frozen):
    """The fitted model: weights of features, and the figures it was judged by on later years."""

    name: str
    source: str
    source_sha256: str
    fitted_on: str
    judged_on: str
    auroc: float
    calibration_error: float
    reviews: int
    intercept: float
    weights: Mapping[str, float]
    base_rates: tuple[BaseRate, ...]
    sha256: str = ""


def features(values: tuple[str, ...]) -> tuple[str, ...]:
    """Each of the five columns, and the combinations that the model knows."""
    single = [f"{place}={value}" for place, value in enumerate(values)]
    crossed = ["&".join(single[place] for place in places) for places in _CROSSES]
    return (*single, *crossed)


@cache
def shipped_model() -> OverturnModel:
    """The model that ships, with the digest of its file; raises StoreDamaged where it cannot be read."""
    content = _FILE.read_bytes()
    try:
        read = OverturnModel.model_validate({**json.loads(content), "sha256": hashlib.sha256(content).hexdigest()})
    except (ValueError, ValidationError) as error:
        raise StoreDamaged(f"{_FILE.name}: the overturn model cannot be read") from error
    return read


def estimate(diagnosis: str, diagnosis_sub: str, treatment: str, treatment_sub: str, kind: str) -> float:
    """The share of such reviews that were overturned, 0..1; unknown values count as never seen."""
    values = (diagnosis, diagnosis_sub, treatment, treatment_sub, kind)
    model = shipped_model()
    score = model.intercept + sum(model.weights.get(one, 0.0) for one in features(values))
    return 1.0 / (1.0 + math.exp(-score))


def may_be_shown(line: LineOfBusiness | None, level: int | None) -> bool:
    """Only an external review of an insured plan is what the reviews were about."""
    return line in _LINES and level == EXTERNAL_LEVEL

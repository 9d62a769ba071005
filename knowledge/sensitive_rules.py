"""How records with protection of their own are recognised and what basis each needs: dated, cited data."""

from datetime import date
from functools import cache
from typing import Literal

from pydantic import ValidationError

from cases.consent import SensitiveCategory
from cases.errors import StoreDamaged
from cases.frozen import Frozen
from knowledge.rule_files import RULES, read_yaml


class CategoryRule(Frozen):
    """One category: its words, codes and labels, and whether it may leave never, by consent, or as its state says."""

    rule: Literal["never", "consent_with_notice", "state"]
    citation: str
    verified: bool
    security_codes: tuple[str, ...]
    labels: tuple[str, ...]
    signs: tuple[str, ...]
    together: tuple[tuple[str, ...], ...]
    look_alikes: tuple[str, ...]
    codes: tuple[str, ...]


class StateRule(Frozen):
    """In this state, from `effective` on, the category needs the patient's consent, but for the `permits` purposes."""

    state: str
    category: SensitiveCategory
    citation: str
    effective: date
    verified: bool
    permits: tuple[str, ...] = ()


class SensitiveRules(Frozen):
    """The whole file. `restricted_labels` are FHIR confidentiality codes that alone make a record suspect."""

    version: str
    categories: dict[SensitiveCategory, CategoryRule]
    restricted_labels: tuple[str, ...]
    states: tuple[StateRule, ...]

    def state_rule(self, category: SensitiveCategory, state: str, on: date) -> StateRule | None:
        """The state's rule for the category in force on a day; None where it has none."""
        rows = [row for row in self.states if (row.category, row.state) == (category, state) and row.effective <= on]
        return max(rows, key=lambda row: row.effective, default=None)


@cache
def shipped_sensitive_rules() -> SensitiveRules:
    """The rules that ship; raises StoreDamaged naming the row that does not fit."""
    path = RULES / "sensitive.yaml"
    try:
        return SensitiveRules.model_validate(read_yaml(path))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise StoreDamaged(f"{path.name}: {place}: {first['msg']}") from error

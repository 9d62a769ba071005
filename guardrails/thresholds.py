"""The thresholds table: by action, the risk tier, the least confidence, and who must approve."""

from pathlib import Path

import yaml

from cases.decision import RiskTier
from cases.errors import NotFound
from cases.frozen import Frozen
from cases.review import UserRole

_FILE = Path(__file__).with_name("thresholds.yaml")


class ActionRule(Frozen):
    """What one action needs. `threshold` is on the computed confidence, 0..1."""

    tier: RiskTier
    threshold: float
    needs_approval: bool
    role: UserRole


class Thresholds(Frozen):
    """One version of the table."""

    version: str
    actions: dict[str, ActionRule]

    def rule(self, action: str) -> ActionRule:
        """The action's rule; an action that the table does not name may not happen."""
        if action not in self.actions:
            raise NotFound(f"thresholds {self.version} do not name the action '{action}'")
        return self.actions[action]


def load_thresholds(path: Path = _FILE) -> Thresholds:
    return Thresholds.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))

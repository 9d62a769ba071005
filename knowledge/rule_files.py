"""Reads the YAML rule files that ship beside the code: one place for where they lie and how they fail."""

from pathlib import Path

import yaml

from cases.errors import StoreDamaged

RULES = Path(__file__).parent / "rules"
CRITERIA = Path(__file__).parent / "criteria"


def read_yaml(path: Path) -> object:
    """The parsed content of a rule file; raises StoreDamaged naming file and place where it cannot be read."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise StoreDamaged(f"{path.name}: the rule file cannot be read: {error}") from error

"""The words by which notes deny, doubt, plan, suppose or place what they say, compiled from rules/reading_cues.yaml."""

import re
from collections.abc import Mapping
from functools import cache

from pydantic import ValidationError

from cases.errors import StoreDamaged
from cases.frozen import Frozen
from knowledge.rule_files import RULES, read_yaml


class _CueFile(Frozen):
    version: str
    cues: dict[str, tuple[str, ...]]


@cache
def shipped_cues() -> Mapping[str, re.Pattern[str]]:
    """Each cue of the shipped file as one pattern; raises StoreDamaged naming a cue that does not compile."""
    path = RULES / "reading_cues.yaml"
    try:
        content = _CueFile.model_validate(read_yaml(path))
    except ValidationError as error:
        raise StoreDamaged(f"{path.name}: {error.errors()[0]['msg']}") from error
    return {name: _compiled(path.name, name, parts) for name, parts in content.cues.items()}


def _compiled(file: str, name: str, parts: tuple[str, ...]) -> re.Pattern[str]:
    try:
        return re.compile("|".join(f"(?:{part})" for part in parts), re.IGNORECASE)
    except re.error as error:
        raise StoreDamaged(f"{file}: cues.{name}: {error}") from error

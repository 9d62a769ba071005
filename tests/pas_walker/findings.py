"""What the walker reports: a rule's name, the place, and what is wrong there."""

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, order=True)
class Finding:
    """One fault. `rule` is stable (a constraint key or a name of ours); `path` starts at the resource type."""

    rule: str
    path: str
    message: str


def items(value: Any) -> list[Any]:
    """A JSON value as the list of its occurrences; nothing for what is absent."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]

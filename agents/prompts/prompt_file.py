"""Reads a prompt file: a system part and a user part with named variables, and the digest that audits name it by."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cases.errors import StoreDamaged
from cases.ids import Digest, digest_of

_VARIABLE = re.compile(r"\{\{([a-z_]+)\}\}")
_PARTS = re.compile(r"\A=== system ===\n(?P<system>.+?)\n=== user ===\n(?P<user>.+)\Z", re.DOTALL)


@dataclass(frozen=True)
class Prompt:
    """One prompt. `digest` is of the file's bytes. Variables stand in the user part only."""

    name: str
    digest: Digest
    system: str
    user: str

    @property
    def variables(self) -> frozenset[str]:
        return frozenset(_VARIABLE.findall(self.user))

    def filled(self, values: Mapping[str, str]) -> str:
        """The user part with its variables; exactly those, each put in once and never read for variables itself."""
        if set(values) != self.variables:
            wrong = ", ".join(sorted(set(values) ^ self.variables))
            raise ValueError(f"prompt {self.name}: these variables do not fit: {wrong}")
        return _VARIABLE.sub(lambda match: values[match[1]], self.user)


@cache
def shipped_prompt(name: str) -> Prompt:
    """The prompt of this name; raises StoreDamaged where the file has not the two parts."""
    content = Path(__file__).with_name(f"{name}.md").read_bytes()
    parts = _PARTS.match(content.decode("utf-8"))
    if parts is None or _VARIABLE.search(parts["system"]):
        raise StoreDamaged(f"{name}.md: a prompt has a system part without variables, and a user part.")
    return Prompt(name=name, digest=digest_of(content), system=parts["system"].strip(), user=parts["user"].strip())

"""How deep JSON nests, told without parsing it, so that no parser's stack is tried by a stranger."""

import re
from collections.abc import Iterator

from cases.errors import InputError

DEEPEST = 100
"""The deepest FHIR sample nests 23 levels inside its Bundle; formats refuse more than 60."""
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"?', re.DOTALL)
_NO_BRACKET = bytes(set(range(256)) - set(b"[]{}"))


def refuse_too_deep(body: bytes) -> None:
    """Raises InputError where objects and arrays nest deeper than DEEPEST."""
    if any(depth > DEEPEST for depth in _depths(_STRING.sub(b"", body).translate(None, _NO_BRACKET))):
        raise InputError(f"body: it nests deeper than {DEEPEST} levels")


def _depths(brackets: bytes) -> Iterator[int]:
    depth = 0
    for bracket in brackets:
        depth += 1 if bracket in b"[{" else -1
        yield depth

"""Which slice a value belongs to, by the discriminators that the PAS snapshots use, and how patterns match."""

import re
from typing import Any

from tests.pas_walker.findings import Json, items
from tests.pas_walker.package import Node, Package, unversioned
from tests.pas_walker.terminology import member

_EXTENSION_VALUE = re.compile(r"extension\('([^']+)'\)\.value(?:\.ofType\((\w+)\))?$")


class Unjudged(Exception):
    """A discriminator this walker cannot evaluate."""


def pattern_holds(pattern: Any, value: Any, *, exact: bool) -> bool:
    """Whether a value equals a fixed value, or holds everything a pattern asks."""
    if isinstance(pattern, dict):
        if not isinstance(value, dict) or (exact and set(pattern) != set(value)):
            return False
        return all(key in value and pattern_holds(part, value[key], exact=exact) for key, part in pattern.items())
    if isinstance(pattern, list):
        if not isinstance(value, list) or (exact and len(pattern) != len(value)):
            return False
        return all(any(pattern_holds(part, item, exact=exact) for item in value) for part in pattern)
    return type(pattern) is type(value) and pattern == value


def matches(package: Package, slicing: Json, node: Node, key: str, value: Any) -> bool:
    """Whether one occurrence belongs to a slice."""
    return all(_discriminated(package, d["type"], d["path"], node, key, value) for d in slicing["discriminator"])


def _discriminated(package: Package, kind: str, path: str, node: Node, key: str, value: Any) -> bool:
    if kind == "type":
        return _by_type(path, node, key, value)
    if path == "url":
        return isinstance(value, dict) and value.get("url") in slice_urls(node)
    if match := _EXTENSION_VALUE.match(path):
        return _by_extension(match.group(1), node, value)
    if path == "$this":
        return _by_content(package, node, value)
    child = node.children.get(path)
    if child is None:
        raise Unjudged(f"no element {path} to tell it by")
    contents = items(value.get(path)) if isinstance(value, dict) else []
    return any(_by_content(package, child, content) for content in contents)


def _by_type(path: str, node: Node, key: str, value: Any) -> bool:
    codes = {t.get("code", "") for t in (node if path == "$this" else node.children[path]).types}
    if path == "$this":
        return any(key.lower().endswith(code.lower()) for code in codes)
    inner = value.get(path) if isinstance(value, dict) else None
    return isinstance(inner, dict) and str(inner.get("resourceType")) in codes


def slice_urls(node: Node) -> list[str]:
    url = node.children.get("url")
    fixed = url.fixed() if url else None
    return [fixed[1]] if fixed else [unversioned(p) for p in node.profiles]


def _by_extension(url: str, node: Node, value: Any) -> bool:
    expected = [
        child.fixed()
        for extension in node.children["extension"].slices.values()
        if url in slice_urls(extension)
        for name, child in extension.children.items()
        if name.startswith("value")
    ]
    wanted = next((fixed[1] for fixed in expected if fixed), None)
    if wanted is None:
        raise Unjudged(f"no fixed value of {url}")
    held = items(value.get("extension")) if isinstance(value, dict) else []
    given = [e for e in held if isinstance(e, dict) and e.get("url") == url]
    return any(pattern_holds(wanted, content, exact=True) for e in given for k, content in e.items() if k != "url")


def _by_content(package: Package, node: Node, value: Any) -> bool:
    fixed = node.fixed()
    if fixed:
        return pattern_holds(fixed[1], value, exact=fixed[0] == "fixed")
    binding = node.definition.get("binding", {})
    if "valueSet" in binding:
        judged = member(package, binding["valueSet"], value)
        if judged is not None:
            return judged
    raise Unjudged("neither a fixed value nor a known value set")

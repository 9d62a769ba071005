"""One value against one profile snapshot: counts, slices, types, fixed and pattern values, bindings, constraints."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.pas_walker.fhirpath import holds
from tests.pas_walker.fhirpath_functions import Unsupported, choice_type
from tests.pas_walker.findings import Finding, Json, items
from tests.pas_walker.package import Node, Package, Profile, unversioned
from tests.pas_walker.slicing import Unjudged, matches, pattern_holds
from tests.pas_walker.terminology import member


@dataclass(frozen=True)
class Link:
    """A reference (or an entry's resource) and the profiles that its target may meet."""

    path: str
    reference: str
    targets: tuple[str, ...]


@dataclass
class ProfileWalk:
    """Collects findings and links; `unjudged` names constraints and slicings this walker cannot evaluate."""

    package: Package
    resource: Json
    findings: list[Finding] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    unjudged: set[str] = field(default_factory=set)

    def check(self, profile: Profile, value: Json, path: str) -> None:
        """`value` (a resource, a data type or an extension) against the whole profile."""
        self._element(profile, profile.root, value, path)

    def _report(self, rule: str, path: str, message: str) -> None:
        self.findings.append(Finding(rule, path, message))

    def _element(self, profile: Profile, node: Node, value: Any, path: str) -> None:
        fixed = node.fixed()
        if fixed and not pattern_holds(fixed[1], value, exact=fixed[0] == "fixed"):
            self._report(fixed[0], path, f"must be {fixed[1]!r}")
        self._binding(node, value, path)
        self._constraints(node, value, path)
        self._linked(node, value, path)
        for url in node.profiles:
            inner = self.package.profile(url)
            if inner and inner.type not in ("Extension",) and not self._is_resource(value):
                self.check(inner, value, path)
        children = self._children(profile, node)
        if isinstance(value, dict):
            for name, child in children.items():
                self._child(profile, name, child, value, path)

    def _children(self, profile: Profile, node: Node) -> dict[str, Node]:
        elsewhere = node.definition.get("contentReference")
        if elsewhere and not node.children:
            return profile.by_id[elsewhere.partition("#")[2]].children
        return node.children

    @staticmethod
    def _is_resource(value: Any) -> bool:
        return isinstance(value, dict) and "resourceType" in value

    def _child(self, profile: Profile, name: str, node: Node, value: Json, path: str) -> None:
        found = list(self._occurrences(name, node, value, path))
        place = f"{path}.{name}"
        self._count(node, len(found), place)
        for key, item, where in found:
            if name.endswith("[x]"):
                self._choice(node, name, key, where)
            self._element(profile, node, item, where)
        if node.slices:
            self._slices(profile, node, found, place)

    def _occurrences(self, name: str, node: Node, value: Json, path: str) -> Iterator[tuple[str, Any, str]]:
        keys = [name]
        if name.endswith("[x]"):
            stem = name.removesuffix("[x]")
            keys = [key for key in value if choice_type(stem, key)]
        for key in keys:
            content = value.get(key, value.get(f"_{key}"))
            for index, item in enumerate(items(content)):
                yield key, item, f"{path}.{key}" + (f"[{index}]" if isinstance(content, list) else "")

    def _count(self, node: Node, count: int, path: str) -> None:
        low, high = node.definition.get("min", 0), node.definition.get("max", "*")
        if count < low:
            self._report("min", path, f"{count} found, at least {low} needed")
        if high != "*" and count > int(high):
            self._report("max", path, f"{count} found, at most {high} allowed")

    def _choice(self, node: Node, name: str, key: str, path: str) -> None:
        given = choice_type(name.removesuffix("[x]"), key).lower()
        codes = [t.get("code", "").rpartition(".")[2].lower() for t in node.types]
        if given not in codes:
            self._report("type", path, f"{given} is not one of {', '.join(codes)}")

    def _binding(self, node: Node, value: Any, path: str) -> None:
        """Required bindings; extensible ones too, where the package itself holds the whole set."""
        binding = node.definition.get("binding", {})
        value_set = unversioned(binding.get("valueSet", ""))
        own = binding.get("strength") == "extensible" and value_set in self.package.value_sets
        if (own or binding.get("strength") == "required") and member(self.package, value_set, value) is False:
            self._report("binding", path, f"no code of {value_set}")

    def _constraints(self, node: Node, value: Any, path: str) -> None:
        for constraint in node.definition.get("constraint", []):
            expression = constraint.get("expression")
            if constraint["severity"] != "error" or not expression:
                continue
            try:
                if not holds(expression, value, self.resource):
                    self._report(constraint["key"], path, constraint["human"])
            except Unsupported:
                self.unjudged.add(constraint["key"])

    def _linked(self, node: Node, value: Any, path: str) -> None:
        if not isinstance(value, dict):
            return
        targets = [unversioned(p) for t in node.types for p in t.get("targetProfile", [])]
        if targets and isinstance(value.get("reference"), str):
            self.links.append(Link(path, value["reference"], tuple(targets)))

    def _slices(self, profile: Profile, node: Node, found: list[tuple[str, Any, str]], path: str) -> None:
        slicing = node.definition.get("slicing", {})
        matched: set[int] = set()
        for name, slice_node in node.slices.items():
            try:
                hits = [n for n, (key, item, _) in enumerate(found)
                        if matches(self.package, slicing, slice_node, key, item)]  # fmt: skip
            except Unjudged as reason:
                self.unjudged.add(f"{path}:{name} {reason}")
                continue
            matched.update(hits)
            self._count(slice_node, len(hits), f"{path}:{name}")
            for hit in hits:
                self._element(profile, slice_node, found[hit][1], found[hit][2])
        if slicing.get("rules") == "closed":
            for index in set(range(len(found))) - matched:
                self._report("closed-slicing", found[index][2], "matches no slice, and no others are allowed")

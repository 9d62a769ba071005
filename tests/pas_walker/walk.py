"""The walker: a PAS 2.2.1 bundle against the profile snapshots, R4 itself, and the rules for bundles.

Entry: `walk(package, bundle)` gives every finding; none means that the bundle stands.
"""

from dataclasses import dataclass, field

from tests.pas_walker.bundle_rules import bundle_faults
from tests.pas_walker.content_rules import content_faults
from tests.pas_walker.entries import Entries, target_types
from tests.pas_walker.extensions import extension_faults, modifier_faults
from tests.pas_walker.findings import Finding, Json, items
from tests.pas_walker.package import PROFILE, Package
from tests.pas_walker.profile_walk import ProfileWalk
from tests.pas_walker.r4 import contained_faults, element_faults, elements, parse_faults, shape_faults

BUNDLES = {
    ("Claim", False): "profile-pas-request-bundle",
    ("Claim", True): "profile-pas-inquiry-request-bundle",
    ("ClaimResponse", False): "profile-pas-response-bundle",
    ("ClaimResponse", True): "profile-pas-inquiry-response-bundle",
}


@dataclass
class Result:
    """What a walk found, and which constraints could not be judged."""

    findings: list[Finding] = field(default_factory=list)
    unjudged: set[str] = field(default_factory=set)

    def rules(self) -> set[str]:
        return {finding.rule for finding in self.findings}


def walk(package: Package, bundle: Json, *, inquiry: bool = False, answer: bool = False) -> Result:
    """Walk a request bundle; `inquiry` and `answer` choose the other three bundle profiles."""
    result = Result()
    found: set[Finding] = set(shape_faults(bundle, "Bundle"))
    found.update(_resource_faults(bundle))
    profile = package.profile(PROFILE + BUNDLES["ClaimResponse" if answer else "Claim", inquiry])
    if profile is None:
        raise KeyError("the package has no such bundle profile")
    outer = ProfileWalk(package, bundle)
    outer.check(profile, bundle, "Bundle")
    found.update(outer.findings)
    result.unjudged.update(outer.unjudged)
    entries = Entries(bundle)
    first = profile.root.children["entry"].slices
    roots = {kind: node.children["resource"].profiles for kind, node in first.items() if "resource" in node.children}
    _entries(package, entries, roots, found, result)
    found.update(bundle_faults(entries, answer=answer))
    found.update(content_faults(package, bundle, entries))
    result.findings = sorted(found)
    return result


def _resource_faults(resource: Json) -> set[Finding]:
    found = set(parse_faults(resource))
    for element in elements(resource):
        found.update(element_faults(element, resource))
    return found


def _entries(
    package: Package, entries: Entries, roots: dict[str, list[str]], found: set[Finding], result: Result
) -> None:
    done: set[tuple[int, tuple[str, ...]]] = set()
    queue: list[tuple[int, tuple[str, ...]]] = []
    for index, resource in entries.resources():
        queue.append((index, tuple(roots.get(str(resource.get("resourceType")), ()))))
        queue.append((index, _claimed(package, resource)))
        found.update(_extras(package, index, resource))
    while queue:
        index, candidates = queue.pop()
        if not candidates or (index, candidates) in done:
            continue
        done.add((index, candidates))
        best = _best(package, entries, index, candidates)
        found.update(best.findings)
        result.unjudged.update(best.unjudged)
        for link in best.links:
            target = entries.resolve(index, link.reference)
            if target is None:
                continue
            kind = str(entries.resource(target).get("resourceType"))
            if not {kind, "Resource"} & target_types(package, link.targets):
                found.add(Finding("target-type", link.path, f"{kind} is not one of {sorted(set(link.targets))}"))
                continue
            fitting = [url for url in link.targets if (p := package.profile(url)) and p.type == kind]
            if fitting and not _open_target(package, link.targets, kind):
                queue.append((target, tuple(fitting)))


def _open_target(package: Package, targets: tuple[str, ...], kind: str) -> bool:
    """Whether a target outside the package (US Core, base R4) would take the type as well."""
    outside = [url for url in targets if package.profile(url) is None]
    return bool({kind, "Resource"} & target_types(package, tuple(outside)))


def _claimed(package: Package, resource: Json) -> tuple[str, ...]:
    meta = resource.get("meta")
    claimed = items(meta.get("profile")) if isinstance(meta, dict) else []
    return tuple(url for url in claimed if isinstance(url, str) and package.profile(url))


def _best(package: Package, entries: Entries, index: int, candidates: tuple[str, ...]) -> ProfileWalk:
    resource = entries.resource(index)
    kind = str(resource.get("resourceType"))
    walks = []
    for url in candidates:
        profile = package.profile(url)
        attempt = ProfileWalk(package, resource)
        if profile is None or profile.type != kind:
            attempt.findings.append(Finding("profile-type", f"entry[{index}]", f"{kind} claims {url}"))
        else:
            attempt.check(profile, resource, f"entry[{index}].{kind}")
        walks.append(attempt)
    return min(walks, key=lambda attempt: len(attempt.findings))


def _extras(package: Package, index: int, resource: Json) -> set[Finding]:
    inside = ProfileWalk(package, resource)
    found = set(extension_faults(package, resource, inside))
    found.update(modifier_faults(resource))
    found.update(contained_faults(resource))
    found.update(inside.findings)
    return {Finding(f.rule, f"entry[{index}].{f.path}", f.message) for f in found}

"""The PAS 2.2.1 profile package, read straight from its archive: nothing of it is kept in this repository."""

import json
import tarfile
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from tests.pas_walker.findings import Json

ARCHIVE = "data/standards/inferno-pas-test-kit/lib/davinci_pas_test_kit/igs/davinci_pas_2.2.1.tgz"
CANONICAL = "http://hl7.org/fhir/us/davinci-pas/"
PROFILE = CANONICAL + "StructureDefinition/"


def unversioned(canonical: str) -> str:
    return canonical.partition("|")[0]


@dataclass
class Node:
    """An element of a snapshot with its children and its slices."""

    definition: Json = field(default_factory=dict)
    children: dict[str, "Node"] = field(default_factory=dict)
    slices: dict[str, "Node"] = field(default_factory=dict)

    @property
    def types(self) -> list[Json]:
        return self.definition.get("type", [])

    @property
    def profiles(self) -> list[str]:
        """Profiles that a value of this element itself must meet (not what it refers to)."""
        return [unversioned(p) for t in self.types for p in t.get("profile", [])]

    def fixed(self) -> tuple[str, Any] | None:
        """`("fixed", value)` or `("pattern", value)` where the element has one."""
        for key, value in self.definition.items():
            for kind in ("fixed", "pattern"):
                if key.startswith(kind):
                    return kind, value
        return None


@dataclass
class Profile:
    """A StructureDefinition and its snapshot as a tree."""

    url: str
    type: str
    root: Node
    contexts: tuple[str, ...]
    by_id: dict[str, Node]


def _tree(definition: Json) -> Profile:
    by_id: dict[str, Node] = {}
    root = Node()
    for element in definition["snapshot"]["element"]:
        node = root
        for token in element["id"].split(".")[1:]:
            name, _, slice_name = token.partition(":")
            node = node.children.setdefault(name, Node())
            if slice_name:
                node = node.slices.setdefault(slice_name, Node())
        node.definition = element
        by_id[element["id"]] = node
    contexts = tuple(c["expression"] for c in definition.get("context", []))
    return Profile(definition["url"], definition["type"], root, contexts, by_id)


@dataclass
class Package:
    """Profiles, value sets, codes and examples of the package, by canonical address and by file name."""

    profiles: dict[str, Profile]
    value_sets: dict[str, Json]
    code_systems: dict[str, frozenset[str]]
    examples: dict[str, bytes]

    def profile(self, canonical: str) -> Profile | None:
        return self.profiles.get(unversioned(canonical))

    def example(self, name: str) -> Json:
        return json.loads(self.examples[name])


@lru_cache(maxsize=1)
def load(archive: Path) -> Package:
    """Read the whole archive once."""
    profiles: dict[str, Profile] = {}
    value_sets: dict[str, Json] = {}
    code_systems: dict[str, frozenset[str]] = {}
    examples: dict[str, bytes] = {}
    with tarfile.open(archive) as tar:
        for member in tar:
            stream = tar.extractfile(member)
            if stream is None or not member.name.endswith(".json"):
                continue
            name = member.name.removeprefix("package/")
            if name.startswith("StructureDefinition-"):
                profile = _tree(json.load(stream))
                profiles[profile.url] = profile
            elif name.startswith("ValueSet-"):
                value_set = json.load(stream)
                value_sets[value_set["url"]] = value_set
            elif name.startswith("CodeSystem-"):
                code_system = json.load(stream)
                code_systems[code_system["url"]] = frozenset(c["code"] for c in code_system["concept"])
            elif name.startswith("example/"):
                examples[Path(name).stem] = stream.read()
    return Package(profiles, value_sets, code_systems, examples)

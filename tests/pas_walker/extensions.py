"""Extensions wherever they stand: known address, allowed context, modifier or not, content as their profile asks."""

from collections.abc import Iterator

from tests.pas_walker.findings import Finding, Json, items
from tests.pas_walker.package import CANONICAL, Package, Profile
from tests.pas_walker.profile_walk import ProfileWalk
from tests.pas_walker.r4 import Element, elements
from tests.pas_walker.slicing import slice_urls

_REQUESTS = ("ServiceRequest", "DeviceRequest", "MedicationRequest", "NutritionOrder", "CommunicationRequest")


def extension_faults(package: Package, resource: Json, walk: ProfileWalk) -> Iterator[Finding]:
    """Faults of all extensions of one resource; their content is walked by `walk`."""
    above: dict[str, Element] = {}
    for element in elements(resource):
        above[element.path] = element
        if element.spec.type == "Extension" and isinstance(element.value, dict):
            parent = above.get(element.path.rpartition(".")[0])
            yield from _one(package, element, parent, str(resource.get("resourceType")), walk)


def _one(package: Package, element: Element, parent: Element | None, kind: str, walk: ProfileWalk) -> Iterator[Finding]:
    url = element.value.get("url")
    if not isinstance(url, str):
        return
    profile = package.profile(url)
    if ":" not in url:
        yield from _nested(package, url, element, parent)
    elif profile is None:
        if url.startswith(CANONICAL):
            yield Finding("extension-unknown", element.path, f"{url} is not in the package")
    else:
        yield from _placed(profile, element, parent, kind)
        walk.check(profile, element.value, element.path)


def _nested(package: Package, url: str, element: Element, parent: Element | None) -> Iterator[Finding]:
    if parent is None or parent.spec.type != "Extension":
        yield Finding("extension-url", element.path, f"{url!r} is not an absolute address")
        return
    outer = package.profile(str(parent.value.get("url")))
    if outer and url not in _known_inside(outer):
        yield Finding("extension-unknown", element.path, f"{outer.url} has no part {url!r}")


def _known_inside(profile: Profile) -> list[str]:
    inner = profile.root.children.get("extension")
    return [url for node in (inner.slices.values() if inner else ()) for url in slice_urls(node)]


def _placed(profile: Profile, element: Element, parent: Element | None, kind: str) -> Iterator[Finding]:
    modifier = bool(profile.root.definition.get("isModifier"))
    if modifier != (element.key == "modifierExtension"):
        wanted = "modifierExtension" if modifier else "extension"
        yield Finding("extension-modifier", element.path, f"{profile.url} stands in {wanted}")
    names = parent.names if parent else (kind,)
    if parent is not None and parent.spec.type == "Extension":
        names = (*names, *(f"{name}.extension" for name in _outer_names(parent)))
    allowed = set(profile.contexts)
    if kind in _REQUESTS and parent is None:
        names = (*names, "Request")
    if not allowed & {*names, "Element"} and "Element" not in allowed:
        yield Finding("extension-context", element.path, f"{profile.url} is allowed on {', '.join(sorted(allowed))}")


def _outer_names(parent: Element) -> list[str]:
    return [name.removesuffix(".extension") for name in parent.names if name.endswith(".extension")]


def modifier_faults(resource: Json) -> Iterator[Finding]:
    """A modifier extension that the receiver cannot know changes the meaning: only the package's own are allowed."""
    for element in elements(resource):
        if isinstance(element.value, dict):
            for extension in items(element.value.get("modifierExtension")):
                url = extension.get("url") if isinstance(extension, dict) else None
                if not str(url).startswith(CANONICAL):
                    yield Finding("modifier-unknown", element.path, f"{url}")

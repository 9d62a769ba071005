"""What turns a resource's meaning around: such a resource is shown, but never used as a statement or an order."""

from formats.fhir.elements import walk
from formats.fhir.resource import ChartResource


def reversal_in(resource: ChartResource) -> tuple[str, str] | None:
    """FHIR path and reason where a resource must not be taken at its word; None for all others.

    FHIR R4 2.6.4: a modifier extension or implicit rules that a reader does not understand forbid its use.
    """
    body = resource.body
    if body.get("doNotPerform") is True:
        return "doNotPerform", "it is an order not to do something"
    if "implicitRules" in body:
        return "implicitRules", "it follows implicit rules that we do not know"
    path = next((path for path, part in walk(body) if "modifierExtension" in part), None)
    if path is None:
        return None
    return f"{path}.modifierExtension".lstrip("."), "it carries a modifier extension that we do not know"

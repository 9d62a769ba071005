"""Whether a JSON object is a FHIR R4 resource, by the R4B models of fhir.resources; what it is not, by FHIR path."""

from dataclasses import dataclass
from functools import lru_cache

from fhir.resources.R4B import get_fhir_model_class
from fhir_core.fhirabstractmodel import FHIRAbstractModel
from pydantic import ValidationError

from formats.fhir.elements import children
from formats.json_places import GIVEN_TWICE, JsonObject, defect_in, joined

_ABSTRACT = ("Resource", "DomainResource")
_SHOWN = 3
_REASONS = {
    "missing": "is required and missing",
    "model_field_validation.missing": "is required and missing",
    "extra_forbidden": "is not an element that R4 knows here",
    "list_type": "must be a list",
    "json_invalid": "must be an object, not a string",
    "string_pattern_mismatch": "does not have the form FHIR demands of this type",
    "string_type": "must be a string",
}
_BROKEN_MODEL = (ValueError, TypeError, KeyError, AttributeError, ArithmeticError, RecursionError, ImportError)
"""What fhir.resources raises, beside ValidationError, on input it does not expect (an unknown contained type …)."""


@dataclass(frozen=True)
class Problem:
    """Where a resource breaks R4 (FHIR path from its root) and how."""

    path: str
    reason: str


def problems_of(resource: JsonObject) -> list[Problem]:
    """The first problems of a resource, outermost first; empty where it is valid."""
    name = resource.get("resourceType")
    if not isinstance(name, str) or not name:
        return [Problem("resourceType", "is required and missing")]
    model = _model(name)
    if model is None:
        return [Problem("resourceType", "is not a resource type of R4")]
    unwalkable = defect_in(resource)
    if unwalkable:
        return [Problem(*unwalkable)]
    found = _by_model(model, {key: value for key, value in resource.items() if key != "contained"})
    for index, part in enumerate(children(resource, "contained")):
        found += [Problem(f"contained[{index}].{problem.path}", problem.reason) for problem in problems_of(part)]
    if "contained" in resource and len(children(resource, "contained")) != _length(resource["contained"]):
        found.append(Problem("contained", "must be a list of resources"))
    return found[:_SHOWN]


def _length(value: object) -> int:
    return len(value) if isinstance(value, list) else -1


@lru_cache(maxsize=256)
def _model(name: str) -> type[FHIRAbstractModel] | None:
    try:
        model: type[FHIRAbstractModel] = get_fhir_model_class(name)
    except ValueError:
        return None
    return model if name not in _ABSTRACT and model.has_resource_base() else None


def _by_model(model: type[FHIRAbstractModel], resource: JsonObject) -> list[Problem]:
    try:
        model.model_validate(resource)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False, include_context=False)
        return [_problem(detail["type"], detail["loc"], detail["msg"]) for detail in details]
    except _BROKEN_MODEL as error:
        return [Problem("", f"cannot be read as R4 ({type(error).__name__})")]
    return []


def _problem(kind: str, steps: tuple[int | str, ...], message: str) -> Problem:
    path = joined(steps)
    if path.endswith(GIVEN_TWICE):
        return Problem(path.removesuffix(GIVEN_TWICE), "is given twice")
    return Problem(path, _REASONS.get(kind, message.removeprefix("Value error, ")))

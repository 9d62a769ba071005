"""The OpenAPI document as we mean it: every error is a problem, never the framework's own shape."""

from typing import Any

from fastapi import FastAPI

from api.error_pages import PROBLEM_JSON

_PROBLEM = {"$ref": "#/components/schemas/Problem"}
_FRAMEWORKS = ("HTTPValidationError", "ValidationError")
_METHODS = frozenset({"get", "post", "put", "patch", "delete"})


def document_of(app: FastAPI) -> dict[str, Any]:
    """The document; asking again changes nothing."""
    document: dict[str, Any] = app.openapi()
    for path in document["paths"].values():
        for method in _METHODS & path.keys():
            for status, response in path[method]["responses"].items():
                if _is_problem(status, response):
                    _correct(response)
    for name in _FRAMEWORKS:
        document["components"]["schemas"].pop(name, None)
    return document


def _is_problem(status: str, response: dict[str, Any]) -> bool:
    shown = response.get("content", {})
    return PROBLEM_JSON in shown or (status == "422" and bool(shown))


def _correct(response: dict[str, Any]) -> None:
    example = response["content"].get(PROBLEM_JSON, {})
    response["content"] = {PROBLEM_JSON: {**example, "schema": _PROBLEM}}
    if response["description"] == "Validation Error":
        response["description"] = "Some fields cannot be used"

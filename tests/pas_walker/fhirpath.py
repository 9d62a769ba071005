"""The part of FHIRPath (N1) that the constraints of the PAS snapshots use, over plain JSON.

What is outside that part raises Unsupported, and the walker counts it: a constraint is never passed in silence.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tests.pas_walker.fhirpath_functions import (
    FUNCTIONS,
    LAZY,
    Mistyped,
    Unsupported,
    compare,
    equal,
    is_type,
    navigate,
    truth,
)

Values = list[Any]
_TOKEN = re.compile(
    r"\s*(?:(?P<string>'(?:[^'\\]|\\.)*')|(?P<number>\d+(?:\.\d+)?)|(?P<tick>`[^`]+`)"
    r"|(?P<name>[$%]?[A-Za-z_][A-Za-z0-9_]*)|(?P<op>!=|<=|>=|[.,()\[\]=<>+\-*/&|~]))"
)
_BINARY = {
    "implies": 1, "or": 2, "xor": 2, "and": 3, "in": 4, "contains": 4, "=": 5, "!=": 5,
    "<": 6, ">": 6, "<=": 6, ">=": 6, "|": 7, "is": 8, "as": 8, "+": 9, "-": 9, "&": 9, "*": 10, "mod": 10,
}  # fmt: skip


@dataclass(frozen=True)
class Context:
    """`%resource`, and what `$this` is."""

    resource: Any
    this: Any


Expression = Callable[[Context, Values], Values]


class _Parser:
    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, str]] = []
        position = 0
        while position < len(text.rstrip()):
            match = _TOKEN.match(text, position)
            if not match:
                raise Unsupported(f"cannot read {text[position:]!r}")
            self.tokens.append((str(match.lastgroup), match.group(str(match.lastgroup))))
            position = match.end()
        self.at = 0

    def peek(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def take(self, expected: str = "") -> tuple[str, str]:
        if self.at >= len(self.tokens) or (expected and self.peek() != expected):
            raise Unsupported(f"expected {expected or 'more'} at token {self.at}")
        self.at += 1
        return self.tokens[self.at - 1]

    def expression(self, floor: int = 0) -> Expression:
        left = self.postfix()
        while (power := _BINARY.get(self.peek(), 0)) > floor:
            operator = self.take()[1]
            if operator in ("is", "as"):
                left = _typed(operator, left, self.type_name())
            else:
                left = _binary(operator, left, self.expression(power))
        return left

    def type_name(self) -> str:
        name = self.take()[1]
        while self.peek() == ".":
            self.take()
            name = self.take()[1]
        return name

    def postfix(self) -> Expression:
        left = self.term()
        while self.peek() == ".":
            self.take()
            left = _chain(left, self.invocation())
        return left

    def term(self) -> Expression:
        kind, text = self.tokens[self.at]
        if kind == "string":
            self.take()
            literal = re.sub(r"\\(.)", r"\1", text[1:-1])
            return lambda context, focus: [literal]
        if kind == "number":
            self.take()
            number = float(text) if "." in text else int(text)
            return lambda context, focus: [number]
        if text == "(":
            self.take()
            inner = self.expression()
            self.take(")")
            return inner
        return self.invocation()

    def invocation(self) -> Expression:
        kind, name = self.take()
        if kind == "tick":
            name = name[1:-1]
        elif kind != "name":
            raise Unsupported(f"unexpected {name!r}")
        if name == "$this":
            return lambda context, focus: [context.this]
        if name == "%resource":
            return lambda context, focus: [context.resource]
        if self.peek() != "(":
            return _path(name)
        self.take("(")
        arguments: list[Expression] = []
        raw = self.peek()
        while self.peek() != ")":
            arguments.append(self.expression())
            if self.peek() == ",":
                self.take()
        self.take(")")
        return _call(name, arguments, raw)


def _path(name: str) -> Expression:
    return lambda context, focus: [found for item in focus for found in navigate(item, name)]


def _chain(left: Expression, right: Expression) -> Expression:
    return lambda context, focus: right(context, left(context, focus))


def _typed(operator: str, left: Expression, type_name: str) -> Expression:
    def run(context: Context, focus: Values) -> Values:
        found = left(context, focus)
        if operator == "is":
            return [is_type(found[0], type_name)] if found else []
        return [item for item in found if is_type(item, type_name)]

    return run


def _call(name: str, arguments: list[Expression], raw: str) -> Expression:
    def run(context: Context, focus: Values) -> Values:
        if name in ("is", "as", "ofType"):
            return _typed("is" if name == "is" else "as", lambda c, f: f, raw)(context, focus)
        if name == "iif":
            chosen = arguments[1] if truth(arguments[0](context, focus)) else arguments[2]
            return chosen(context, focus)
        if name in LAZY:
            per_item = [(item, argument(Context(context.resource, item), [item])) for item in focus
                        for argument in arguments[:1]]  # fmt: skip
            return LAZY[name](focus, per_item if arguments else None)
        if name not in FUNCTIONS:
            raise Unsupported(f"function {name}")
        return FUNCTIONS[name](focus, *[argument(context, [context.this]) for argument in arguments])

    return run


def _binary(operator: str, left: Expression, right: Expression) -> Expression:
    def run(context: Context, focus: Values) -> Values:
        return _apply(operator, left(context, focus), right(context, focus))

    return run


def _apply(operator: str, left: Values, right: Values) -> Values:
    if operator in ("and", "or", "xor", "implies"):
        return _logic(operator, truth(left), truth(right))
    if operator == "|":
        return [*left, *(item for item in right if item not in left)]
    if operator == "&":
        return ["".join(str(item) for item in (*left[:1], *right[:1]))]
    if not left or (not right and operator != "in"):
        return []
    if operator in ("=", "!="):
        return [equal(left, right) == (operator == "=")]
    if operator == "in":
        return [left[0] in right]
    if operator == "contains":
        return [right[0] in left]
    if operator in ("<", ">", "<=", ">="):
        return compare(operator, left[0], right[0])
    return [_arithmetic(operator, left[0], right[0])]


def _logic(operator: str, left: bool | None, right: bool | None) -> Values:
    if operator == "implies":
        left, operator = (None if left is None else not left), "or"
    if operator == "and":
        if left is False or right is False:
            return [False]
        return [] if left is None or right is None else [True]
    if operator == "or":
        if left or right:
            return [True]
        return [] if left is None or right is None else [False]
    return [] if left is None or right is None else [left != right]


def _arithmetic(operator: str, left: Any, right: Any) -> Any:
    match operator:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
    return left % right


@lru_cache(maxsize=512)
def parse(text: str) -> Expression:
    """An expression as a function of a context and a focus; raises Unsupported."""
    parser = _Parser(text)
    expression = parser.expression()
    if parser.peek():
        raise Unsupported(f"left over: {parser.peek()!r}")
    return expression


def holds(text: str, value: Any, resource: Any) -> bool:
    """Whether a constraint holds of `value` inside `resource`; an empty result does not hold."""
    try:
        return truth(parse(text)(Context(resource, value), [value])) is True
    except (Mistyped, TypeError):
        return False

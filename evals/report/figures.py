"""Figures as inline SVG: interval bars, reliability, risk–coverage; words beside colour, so that print shows all."""

from collections.abc import Sequence

from markupsafe import Markup, escape

from evals.gates import GateAnswer, Outcome
from evals.results import Figure, Reliability, SliceFigure

_W, _H, _EDGE = 200, 14, 5
_SIDE, _PAD = 220, 34


def bar(figure: Figure, limit: float | None, outcome: str = "") -> Markup:
    """A share with its interval on a line from 0 to 1, and the limit as an upright stroke."""
    if figure.value is None or figure.low is None or figure.high is None or not 0 <= figure.high <= 1.0001:
        return Markup("")
    x = [round(_EDGE + max(0.0, min(1.0, value)) * _W, 1) for value in (figure.low, figure.value, figure.high)]
    words = f"{figure.value:.3f}, 95 % interval {figure.low:.3f} to {figure.high:.3f}"
    width = _W + 2 * _EDGE
    stroke = "" if limit is None else _upright(_EDGE + min(1.0, limit) * _W)
    return Markup(
        f'<svg class="bar {escape(outcome)}" width="{width}" height="{_H}" viewBox="0 0 {width} {_H}" role="img" '
        f'aria-label="{escape(words)}"><rect class="ground" x="{_EDGE}" y="5" width="{_W}" height="4" rx="2"/>'
        f'<rect class="span" x="{x[0]}" y="4" width="{max(x[2] - x[0], 2)}" height="6" rx="3"/>'
        f'<circle class="dot" cx="{x[1]}" cy="7" r="4"/>{stroke}</svg>'
    )


def _upright(x: float) -> str:
    return f'<line class="limit" x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{_H}"/>'


def reliability_curve(rows: Sequence[Reliability]) -> Markup:
    """Mean confidence against the share that was right; a dot's size is how many items it stands for."""
    most = max((row.items for row in rows), default=1)
    dots = "".join(
        f'<circle class="dot" cx="{_at(row.sure):.1f}" cy="{_up(row.right):.1f}" r="{3 + 5 * row.items / most:.1f}"/>'
        for row in rows
    )
    points = " ".join(f"{_at(row.sure):.1f},{_up(row.right):.1f}" for row in rows)
    even = f'<line class="even" x1="{_at(0)}" y1="{_up(0)}" x2="{_at(1)}" y2="{_up(1)}"/>'
    body = f'{even}<polyline class="curve" points="{points}"/>{dots}'
    return _plot(body, "confidence", "right", "Reliability curve: confidence against the share right")


def risk_coverage_curve(points: Sequence[tuple[float, float]]) -> Markup:
    """The share answered, surest first, against the share of those that was wrong."""
    line = " ".join(f"{_at(x):.1f},{_up(y):.1f}" for x, y in points)
    body = f'<polyline class="curve" points="{line}"/>'
    return _plot(body, "answered", "wrong", "Risk–coverage curve: share answered against share wrong")


def _at(value: float) -> float:
    return _PAD + value * _SIDE


def _up(value: float) -> float:
    return 8 + (1 - value) * _SIDE


def _plot(body: str, across: str, upward: str, words: str) -> Markup:
    ticks = "".join(
        f'<text x="{_at(v):.0f}" y="{_SIDE + 22}" text-anchor="middle">{v:g}</text>'
        f'<text x="{_PAD - 6}" y="{_up(v) + 4:.0f}" text-anchor="end">{v:g}</text>'
        f'<line class="grid" x1="{_at(0)}" x2="{_at(1)}" y1="{_up(v):.1f}" y2="{_up(v):.1f}"/>'
        for v in (0, 0.5, 1)
    )
    width, height = _SIDE + _PAD + 12, _SIDE + 44
    return Markup(
        f'<svg class="plot" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="{escape(words)}">{ticks}{body}'
        f'<text x="{_at(0.5):.0f}" y="{_SIDE + 40}" text-anchor="middle">{escape(across)}</text>'
        f'<text x="{_at(0) + 4:.0f}" y="{_up(1) + 12:.0f}">{escape(upward)}</text></svg>'
    )


def slices_of(slices: Sequence[SliceFigure]) -> list[tuple[str, list[SliceFigure]]]:
    """Figures by slice, those with at least two groups."""
    grouped: dict[str, list[SliceFigure]] = {}
    for one in slices:
        grouped.setdefault(one.slice, []).append(one)
    return [(name, group) for name, group in grouped.items() if 2 <= len(group) <= 20]


def limit_of(gates: Sequence[GateAnswer], measure: str) -> tuple[GateAnswer | None, float | None]:
    """The gate of a measure, with its limit as a number where it is one."""
    gate = next((one for one in gates if one.measure == measure), None)
    if gate is None:
        return None, None
    last = gate.limit.rsplit(" ", 1)[-1]
    return gate, 0.0 if gate.limit.startswith("never") else float(last)


WORDS = {
    Outcome.PASSED: "passed", Outcome.FAILED: "FAILED", Outcome.INCONCLUSIVE: "inconclusive", Outcome.WAIVED: "waived",
}  # fmt: skip

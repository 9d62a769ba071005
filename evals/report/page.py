"""report.html: one self-contained page, to be read in a minute and printed."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from evals.controls import ControlMap, stand
from evals.gates import Outcome
from evals.report.figures import WORDS, bar, limit_of, reliability_curve, risk_coverage_curve, slices_of
from evals.results import Figure, RunResult, SliceFigure, SuiteResult

_HERE = Path(__file__).parent
_MOST_MISSES = 12
_RANK = (Outcome.FAILED, Outcome.INCONCLUSIVE, Outcome.WAIVED)


def report_html(run: RunResult, controls: ControlMap) -> str:
    """The page for a run."""
    environment = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals.update(
        bar=bar, limit_of=limit_of, reliability_curve=reliability_curve, risk_coverage_curve=risk_coverage_curve,
        leading_slices=leading_slices,
        further_slices=further_slices, shown=shown,
        interval=interval, words=WORDS, misses=misses, chief=chief,
    )  # fmt: skip
    template = environment.get_template("report.html.j2")
    return template.render(
        run=run, controls=stand(controls, run), controls_version=controls.version, open_gates=_open(run),
        counts=_counts(run), datasets=_datasets(run),
        minutes=(run.finished - run.started).total_seconds() / 60, css=(_HERE / "report.css").read_text("utf-8"),
    )  # fmt: skip


def shown(figure: Figure, unit: str = "") -> str:
    """The figure in few words."""
    if figure.value is None:
        return "–"
    number = f"{figure.value:.3g}" if unit else f"{figure.value:.3f}"
    return f"{number} {unit}".strip()


def interval(figure: Figure) -> str:
    if figure.low is None or figure.high is None:
        return ""
    return f"[{figure.low:.3g}, {figure.high:.3g}]"


def misses(suite: SuiteResult) -> list[tuple[str, str, str]]:
    """The first items that did not pass: id, what was found, and why; nothing of sealed ones."""
    bad = [one for one in suite.items if not one.passed]
    told = [(one.id, one.error or one.found, one.why) for one in bad if not one.sealed][:_MOST_MISSES]
    sealed, left = sum(one.sealed for one in bad), sum(not one.sealed for one in bad) - len(told)
    if left > 0:
        told.append((f"and {left} more", "in results.json", ""))
    if sealed:
        told.append((f"and {sealed} held out", "not told, so that they stay a judge", ""))
    return told


SliceTable = tuple[str, str, list[SliceFigure]]


def leading_slices(suite: SuiteResult) -> list[SliceTable]:
    """The two breakdowns that a reader wants first: those of the first gated figure that has any."""
    return _slices(suite)[:2]


def further_slices(suite: SuiteResult) -> list[SliceTable]:
    """The other breakdowns of gated figures."""
    return _slices(suite)[2:]


def _slices(suite: SuiteResult) -> list[SliceTable]:
    gated = {gate.measure for gate in suite.gates}
    return [
        (measure.title, name, group)
        for measure in suite.measures
        if measure.name in gated and not measure.unit
        for name, group in slices_of(measure.slices)
    ]


def chief(suite: SuiteResult) -> tuple[str, Figure, str, str]:
    """The figure for the overview: that of the first gate that did not pass, else of the first gate."""
    gates = sorted(suite.gates, key=lambda gate: _RANK.index(gate.outcome) if gate.outcome in _RANK else len(_RANK))
    if not gates:
        return suite.measures[0].title, suite.measures[0].figure, "", suite.measures[0].unit
    measure = next(one for one in suite.measures if one.name == gates[0].measure)
    return measure.title, measure.figure, gates[0].limit, measure.unit


def _open(run: RunResult) -> list[tuple[str, str, str, str, str]]:
    """What stands open: suite, measure, outcome, limit, why; failures first."""
    found = [
        (_RANK.index(gate.outcome), suite.name, gate.measure, WORDS[gate.outcome], gate.limit, gate.why)
        for suite in run.suites
        for gate in suite.gates
        if gate.outcome in _RANK
    ]
    found += [(-1, suite.name, "", "FAILED", "", problem) for suite in run.suites for problem in suite.problems]
    return [row[1:] for row in sorted(found)]


def _counts(run: RunResult) -> dict[str, int]:
    outcomes = [gate.outcome for suite in run.suites for gate in suite.gates]
    return {WORDS[outcome]: outcomes.count(outcome) for outcome in WORDS}


def _datasets(run: RunResult) -> list[object]:
    return list({one.name: one for suite in run.suites for one in suite.datasets}.values())

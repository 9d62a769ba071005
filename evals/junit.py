"""junit.xml: a test case for each gate and each problem, for whatever reads such files in CI."""

from xml.etree import ElementTree

from evals.gates import Outcome
from evals.results import RunResult, SuiteResult


def junit(run: RunResult) -> bytes:
    """The run as JUnit: failed gates are failures, inconclusive and waived ones are skipped with their reason."""
    root = ElementTree.Element("testsuites", name="countersign evals")
    for suite in run.suites:
        root.append(_suite(suite))
    ElementTree.indent(root)
    content: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return content


def _suite(suite: SuiteResult) -> ElementTree.Element:
    failures = len([gate for gate in suite.gates if gate.outcome is Outcome.FAILED]) + len(suite.problems)
    skipped = len([gate for gate in suite.gates if gate.outcome in (Outcome.INCONCLUSIVE, Outcome.WAIVED)])
    shown = ElementTree.Element(
        "testsuite", name=suite.name, tests=str(len(suite.gates) + len(suite.problems)), failures=str(failures),
        skipped=str(skipped), time=f"{suite.seconds:.3f}",
    )  # fmt: skip
    for gate in suite.gates:
        case = ElementTree.SubElement(shown, "testcase", classname=suite.name, name=f"{gate.measure}: {gate.limit}")
        if gate.outcome is Outcome.FAILED:
            ElementTree.SubElement(case, "failure", message=gate.why)
        elif gate.outcome in (Outcome.INCONCLUSIVE, Outcome.WAIVED):
            ElementTree.SubElement(case, "skipped", message=f"{gate.outcome.value}: {gate.why}")
    for problem in suite.problems:
        case = ElementTree.SubElement(shown, "testcase", classname=suite.name, name="problem")
        ElementTree.SubElement(case, "failure", message=problem)
    return shown

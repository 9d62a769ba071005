"""The A1 labels are sound as data: edits apply to the real charts, quotes are verbatim, near misses prevail."""

import json
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None
Row = dict[str, Json]
Chart = dict[str, Json]

LABELS = Path(__file__).resolve().parent / "a1"
SHARED = Path(__file__).resolve().parents[2] / ".." / "shared" / "data"
SEED = SHARED / "standards" / "hl7-davinci-test-ehr" / "src" / "main" / "resources" / "seed-data"
STATES = {"MET", "NOT_MET", "INSUFFICIENT"}
ASSERTIONS = {"affirmed", "negated", "uncertain", "hypothetical", "planned", "refused"}
SETTINGS = {"rest", "exercise", "sleep", "awake", "room_air", "on_oxygen", "on_treatment"}
UNITS = {
    "spo2": {"%"},
    "pao2": {"mm[Hg]", "kPa"},
    "ahi": {"/h"},
    "rdi": {"/h"},
    "hematocrit": {"%"},
    "epworth": {"{score}"},
}
needs_charts = pytest.mark.skipif(not SEED.is_dir(), reason=f"the Da Vinci test EHR is absent: {SEED}")
needs_policies = pytest.mark.skipif(not SHARED.is_dir(), reason=f"the policies are absent: {SHARED}")


def rows(name: str) -> list[Row]:
    return [json.loads(line) for line in (LABELS / name).read_text(encoding="utf-8").splitlines()]


MUTATIONS = rows("mutations.jsonl")
FACTS = rows("facts.jsonl")
NOTES = {path.name: path.read_text(encoding="utf-8") for path in sorted((LABELS / "notes").glob("*.txt"))}
by_id = pytest.mark.parametrize("row", MUTATIONS, ids=lambda row: str(row["id"]))


@cache
def seed_text(patient: str) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in SEED.glob(f"{patient}_*.json")}


def step(node: Json, key: str) -> Json:
    return node[int(key)] if isinstance(node, list) else as_object(node)[key]


def as_object(node: Json) -> Row:
    assert isinstance(node, dict)
    return node


def parent_and_key(chart: Chart, edit: Row) -> tuple[Row, str]:
    *above, last = str(edit["path"]).split(".")
    node = chart[str(edit["file"])]
    for key in above:
        node = step(node, key)
    return as_object(node), last


def apply(chart: Chart, edit: Row) -> None:
    """Change the chart as labels.md says; KeyError where the edit names what is not there."""
    ((kind, content),) = edit.items()
    body = as_object(content)
    if kind == "add_note":
        assert str(body["name"]) not in chart
        chart[str(body["name"])] = body["text"]
    elif kind == "add_resource":
        assert f"{body['id']}.json" not in chart
        chart[f"{body['id']}.json"] = body
    elif kind == "set":
        parent, key = parent_and_key(chart, body)
        parent[key] = body["value"]
    elif kind == "remove" and "path" in body:
        parent, key = parent_and_key(chart, body)
        del parent[key]
    else:
        assert kind == "remove", kind
        del chart[str(body["file"])]


def edits(row: Row) -> list[Row]:
    listed = row["edits"]
    assert isinstance(listed, list)
    return [as_object(edit) for edit in listed]


def edited_chart(row: Row) -> Chart:
    chart: Chart = {name: json.loads(text) for name, text in seed_text(str(row["patient"])).items()}
    for edit in edits(row):
        apply(chart, edit)
    return chart


@needs_charts
@by_id
def test_each_edit_changes_the_chart_and_leaves_the_order_in_it(row: Row) -> None:
    chart = edited_chart(row)
    resources = [part for part in chart.values() if isinstance(part, dict)]
    orders = [r for r in resources if r["resourceType"] == "DeviceRequest" and r["id"] == row["order"]]
    assert [str(order["authoredOn"])[:10] for order in orders] == ["2023-01-01"]
    assert len({(str(r["resourceType"]), str(r["id"])) for r in resources}) == len(resources)
    untouched: Chart = {name: json.loads(text) for name, text in seed_text(str(row["patient"])).items()}
    assert (chart != untouched) == bool(row["edits"])


def test_mutation_ids_are_unique_and_names_are_of_the_closed_lists() -> None:
    leaves = set(re.findall(r"^\| `(\w+)` \|", (LABELS / "labels.md").read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert len({row["id"] for row in MUTATIONS}) == len(MUTATIONS) >= 70
    assert {row["leaf"] for row in MUTATIONS} == leaves
    assert {row["expected"] for row in MUTATIONS} == STATES
    assert all(row["why"] for row in MUTATIONS)


def test_near_misses_are_at_least_seven_in_ten_and_each_leaf_has_both_sides() -> None:
    met = Counter(row["leaf"] for row in MUTATIONS if row["expected"] == "MET")
    other = Counter(row["leaf"] for row in MUTATIONS if row["expected"] != "MET")
    assert other.total() >= 0.7 * len(MUTATIONS)
    assert set(met) == set(other)


def test_no_two_mutations_are_the_same_chart_and_leaf() -> None:
    keys = [json.dumps([row["patient"], row["order"], row["leaf"], row["edits"]], sort_keys=True) for row in MUTATIONS]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("row", [row for row in MUTATIONS if "twin" in row], ids=lambda row: str(row["id"]))
def test_a_twin_is_a_met_chart_of_the_same_leaf(row: Row) -> None:
    twins = [other for other in MUTATIONS if other["id"] == row["twin"] != row["id"]]
    assert [(twin["expected"], twin["leaf"]) for twin in twins] == [("MET", row["leaf"])]


def test_notes_are_twelve_of_150_to_500_words_and_each_has_facts() -> None:
    assert len(NOTES) == 12
    assert all(150 <= len(text.split()) <= 500 for text in NOTES.values())
    assert {fact["note"] for fact in FACTS} == set(NOTES)


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: f"{fact['note']}-{fact['concept']}-{fact['start']}")
def test_a_fact_quotes_its_note_and_keeps_to_the_closed_lists(fact: Row) -> None:
    start, end, settings = fact["start"], fact["end"], fact["settings"]
    assert isinstance(start, int)
    assert isinstance(end, int)
    assert isinstance(settings, list)
    assert NOTES[str(fact["note"])][start:end] == fact["quote"] != ""
    assert set(settings) <= SETTINGS
    assert fact["assertion"] in ASSERTIONS
    assert fact["experiencer"] in {"patient", "family", "other"}
    of_patient = (fact["assertion"], fact["experiencer"]) == ("affirmed", "patient")
    assert fact["must"] == ("find" if of_patient else "not_as_affirmed")
    assert re.fullmatch(r"\d{4}(-\d\d){0,2}", str(fact.get("date", "2024")))
    assert ("date" in fact) or not of_patient


@pytest.mark.parametrize("fact", [f for f in FACTS if "value" in f], ids=lambda fact: f"{fact['note']}-{fact['start']}")
def test_a_measured_fact_has_its_value_in_the_quote_and_a_known_unit(fact: Row) -> None:
    assert re.search(rf"(?<![\d.]){re.escape(str(fact['value']))}(?!\d|\.\d)", str(fact["quote"]))
    assert fact["unit"] in UNITS[str(fact["concept"])]


def test_fact_concepts_are_those_of_the_labels_page() -> None:
    page = (LABELS / "labels.md").read_text(encoding="utf-8").partition("- Concepts (closed):")[2].partition("\n- ")[0]
    assert {fact["concept"] for fact in FACTS} == set(re.findall(r"`(\w+)`", page))


@needs_policies
def test_no_run_of_nine_policy_words_is_copied() -> None:
    def runs(text: str) -> set[tuple[str, ...]]:
        words = re.findall(r"\w+", text.lower())
        return set(zip(*(words[i:] for i in range(9)), strict=False))

    ours = [path.read_text(encoding="utf-8") for path in sorted(LABELS.rglob("*")) if path.is_file()]
    policies = [(SHARED / "policies" / "cms" / f"ncd-{n}.txt").read_text(encoding="utf-8") for n in ("240.2", "240.4")]
    assert not set().union(*map(runs, ours)) & set().union(*map(runs, policies))

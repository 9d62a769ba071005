"""Write remits/*.835 from remits.jsonl: the labels come first, the files follow. All synthetic.

Run it as `python tests/labels/e/make_remits.py`; test_labels_e.py checks that the files are what it writes.
"""

import json
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PLAIN = {"element": "*", "component": ":", "segment": "~", "newline": "\n"}
TRIPLETS = 6
MOA_REMARKS = 5
PROVIDER = ("HARBOR LANE MEDICAL GROUP", "1003999995")
HTML = """<!DOCTYPE html>
<html><head><title>Provider portal (synthetic)</title></head>
<body><h1>Your session has ended</h1>
<p>Sign in again to download remittance 88120499.835.</p></body></html>
"""

Json = dict[str, Any]
Segment = list[str]


def money(value: float) -> str:
    number = Decimal(str(value)).quantize(Decimal("0.01"))
    text = format(number, "f").rstrip("0").rstrip(".")
    return "0" if text in {"", "-0"} else text


def day(value: str) -> str:
    return value.replace("-", "")


def cas(adjustments: list[Json]) -> list[Segment]:
    segments = []
    for group, members in groupby(adjustments, key=lambda one: one["group"]):
        held = list(members)
        for start in range(0, len(held), TRIPLETS):
            segment = ["CAS", str(group)]
            for one in held[start : start + TRIPLETS]:
                segment += [one["carc"], money(one["amount"]), str(one.get("quantity", ""))]
            while segment[-1] == "":
                segment.pop()
            segments.append(segment)
    return segments


def remarks(claim: Json) -> list[Segment]:
    codes = claim["claim_rarcs"]
    if claim.get("inpatient"):
        return [["MIA", "0", "", "", money(claim["paid"]), codes[0], *[""] * 14, *codes[1:5]]]
    return [["MOA", "", "", *codes[:MOA_REMARKS]]] if codes else []


def service(line: Json, claim: Json, component: str) -> list[Segment]:
    code = component.join(["HC", line["code"], *line["modifiers"]])
    segments = [
        ["SVC", code, money(line["charge"]), money(line["paid"]), "", str(line["units"])],
        ["DTM", "472", day(line["date"])],
        *cas([one for one in claim["adjustments"] if one.get("line") == line["line"]]),
        ["REF", "6R", str(line["line"])],
    ]
    if "authorization_number" in line:
        segments.append(["REF", "G1", line["authorization_number"]])
    if "policy_id" in line:
        segments.append(["REF", "0K", line["policy_id"]])
    return segments + [["LQ", "HE", code] for code in line["rarcs"]]


def claim_segments(claim: Json, component: str) -> list[Segment]:
    who = claim["patient"]
    kind = "11" if claim.get("inpatient") else "12"
    owed = money(claim["patient_responsibility"]) if claim["patient_responsibility"] else ""
    amounts = [money(claim["charge"]), money(claim["paid"]), owed]
    head = ["CLP", claim["claim_id"], str(claim["status"]), *amounts, claim["filing"]]
    segments = [
        [*head, claim["payer_claim_number"], kind, "1"],
        *cas([one for one in claim["adjustments"] if one["level"] == "claim"]),
        ["NM1", "QC", "1", who["last"], who["first"], "", "", "", "MI", who["member_id"]],
        *remarks(claim),
    ]
    if claim.get("claim_authorization"):
        segments.append(["REF", "G1", claim["authorization_number"]])
    segments.append(["DTM", "232", day(claim["service_date"])])
    for line in claim["lines"]:
        segments += service(line, claim, component)
    return segments


def body(label: Json, component: str) -> list[Segment]:
    paid = label["payment"]
    date = day(label["payment_date"])
    number = label["id"].removeprefix("rm-").zfill(6)
    method = ["BPR", "I", money(paid), "C", "CHK"] if paid else ["BPR", "H", "0", "C", "NON"]
    segments = [
        ["ST", "835", "0001"],
        [*method, *[""] * 11, date],
        ["TRN", "1", f"SYN{number}", "1999999999"],
        ["DTM", "405", date],
        ["N1", "PR", label["payer"].upper()],
        ["N3", "1 SAMPLE QUAY"],
        ["N4", "NORTHLAKE", "OH", "00000"],
        ["PER", "BL", "SYNTHETIC EDI DESK", "TE", "5550100"],
        ["N1", "PE", PROVIDER[0], "XX", PROVIDER[1]],
        ["LX", "1"],
    ]
    for claim in label["claims"]:
        segments += claim_segments(claim, component)
    for one in label["provider_adjustments"]:
        reference = component.join([one["code"], one["reference"]])
        segments.append(["PLB", PROVIDER[1], "20261231", reference, money(one["amount"])])
    extra = 5 if label.get("broken") == "se_count_wrong" else 0
    return [*segments, ["SE", str(len(segments) + 1 + extra), "0001"]]


def text_of(label: Json) -> str:
    """Return the file of one label."""
    broken = label.get("broken")
    if broken == "html":
        return HTML
    marks = {**PLAIN, **label.get("style", {})}
    control = label["id"].removeprefix("rm-").zfill(9)
    sender = "SYNPAYER" if broken == "isa_malformed" else "SYNPAYER".ljust(15)
    version = "004010X091A1" if broken == "wrong_version" else "005010X221A1"
    isa_version = "00401" if broken == "wrong_version" else "00501"
    isa = ["ISA", "00", " " * 10, "00", " " * 10, "ZZ", sender, "ZZ", "SYNCLINIC".ljust(15), "261016", "0930"]
    segments = [
        [*isa, "U" if broken == "wrong_version" else "^", isa_version, control, "0", "T", marks["component"]],
        ["GS", "HP", "SYNPAYER", "SYNCLINIC", "20261016", "0930", "1", "X", version],
        *body(label, marks["component"]),
        ["GE", "1", "1"],
        ["IEA", "1", control],
    ]
    text = "".join(marks["element"].join(one) + marks["segment"] + marks["newline"] for one in segments)
    if broken == "truncated":
        return text[: text.rindex("SVC") + 15]
    return text


def main() -> None:
    (HERE / "remits").mkdir(exist_ok=True)
    for row in (HERE / "remits.jsonl").read_text(encoding="utf-8").splitlines():
        label = json.loads(row)
        (HERE / label["file"]).write_text(text_of(label), encoding="utf-8", newline="")


if __name__ == "__main__":
    main()

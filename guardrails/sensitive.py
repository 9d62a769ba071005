"""Recognises records that the law protects beyond HIPAA, and says whether one may enter a packet or reach a model.

Labels (headings, notices, FHIR security codes) and signs in the text are both enough; what is only suspected pends
as well, so that a person looks before anything leaves.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from functools import cache

from cases.consent import Consent, SensitiveCategory
from cases.errors import GuardFailed
from cases.frozen import Frozen
from cases.ports import CaseMemory
from knowledge.sensitive_rules import CategoryRule, SensitiveRules, shipped_sensitive_rules

RESTRICTED = "restricted_label"
MOST_CHARACTERS = 2_000_000


class Finding(Frozen):
    """What a record is, as far as it shows. `labelled`: by itself; `restricted`: labelled without a category."""

    categories: tuple[SensitiveCategory, ...] = ()
    labelled: bool = False
    restricted: bool = False

    @property
    def is_sensitive(self) -> bool:
        return bool(self.categories) or self.restricted


class Entry(StrEnum):
    """What may happen to a record: it may enter, waits for a person, or never enters."""

    MAY_ENTER = "may_enter"
    PENDS = "pends"
    NEVER = "never"


class EntryVerdict(Frozen):
    """The answer with reason codes such as `hiv:no_consent` and the citations they rest on."""

    entry: Entry
    reasons: tuple[str, ...] = ()
    citations: tuple[str, ...] = ()


class Disclosee(Frozen):
    """Who would receive the record, for what purpose, on which day, and under which state's law ("" where unknown)."""

    recipient: str
    purpose: str
    on: date
    state: str = ""


def judge_text(text: str, rules: SensitiveRules | None = None) -> Finding:
    """What a text, or the JSON of a FHIR resource, shows itself to be."""
    if len(text) > MOST_CHARACTERS:
        raise GuardFailed("A text is too long to be judged for sensitive content; it is held back.")
    rules = rules or shipped_sensitive_rules()
    resource = _resource(text)
    if resource is not None:
        return judge_resource(resource, rules)
    shown = " ".join(text.lower().replace("’", "'").split())
    labelled = {category for category, words in _readers(rules).items() if words.labels.search(shown)}
    signed = {category for category, words in _readers(rules).items() if words.shows(shown, text)}
    return _finding(labelled, signed, restricted=False)


def judge_resource(resource: Mapping[str, object], rules: SensitiveRules | None = None) -> Finding:
    """What a FHIR resource is: by its security labels, its codes and its words."""
    rules = rules or shipped_sensitive_rules()
    codes = set(_security_codes(resource))
    by_label = {
        category
        for category, rule in rules.categories.items()
        if codes & {code.upper() for code in rule.security_codes}
    }
    words = judge_text("\n".join(_strings(resource)), rules)
    restricted = not by_label and not words.categories and bool(codes & set(rules.restricted_labels))
    return _finding(by_label | (set(words.categories) if words.labelled else set()), set(words.categories), restricted)


def _finding(labelled: set[SensitiveCategory], signed: set[SensitiveCategory], restricted: bool) -> Finding:
    both = labelled | signed
    return Finding(
        categories=tuple(category for category in SensitiveCategory if category in both),
        labelled=bool(labelled),
        restricted=restricted,
    )


def may_enter(
    finding: Finding, consents: Sequence[Consent], to: Disclosee, rules: SensitiveRules | None = None
) -> EntryVerdict:
    """Whether the record may go to this recipient for this purpose.

    Psychotherapy notes never go, whatever was signed (45 CFR 164.508(a)(2)). Part 2 records need a consent in force for
    recipient and purpose, with its notice. The rest needs a consent where the state's rule in force says so (one may
    permit payment or treatment without it), and where the state is not known.
    """
    rules = rules or shipped_sensitive_rules()
    reasons: list[str] = [RESTRICTED] if finding.restricted else []
    citations: list[str] = []
    for category in finding.categories:
        reason, citation = _lack(category, rules.categories[category], consents, to, rules)
        if reason:
            reasons.append(f"{category.value}:{reason}")
            citations.append(citation)
    never = any(reason.endswith(":never") for reason in reasons)
    entry = Entry.NEVER if never else Entry.PENDS if reasons else Entry.MAY_ENTER
    return EntryVerdict(entry=entry, reasons=tuple(reasons), citations=tuple(dict.fromkeys(citations)))


def _lack(
    category: SensitiveCategory, rule: CategoryRule, consents: Sequence[Consent], to: Disclosee, rules: SensitiveRules
) -> tuple[str, str]:
    """What the category lacks for this disclosure, empty where nothing; and the rule that asks for it."""
    if rule.rule == "never":
        return "never", rule.citation
    citation = rule.citation
    if rule.rule == "state" and to.state:
        row = rules.state_rule(category, to.state, to.on)
        if row is None or to.purpose in row.permits:
            return "", ""
        citation = row.citation
    held = [consent for consent in consents if consent.holds(category, to.recipient, to.purpose, to.on)]
    if not held:
        return ("no_consent" if to.state or rule.rule != "state" else "state_unknown"), citation
    if rule.rule == "consent_with_notice" and not any(consent.notice for consent in held):
        return "no_notice", citation
    return "", ""


class TextJudge:
    """Withholds sensitive texts from models (cases.ports.SensitiveJudge): none goes on a guess about its basis."""

    def withheld(self, text: str, memory: CaseMemory) -> str:
        """The first category the text shows, empty where it may go; raises GuardFailed."""
        finding = judge_text(text)
        return finding.categories[0].value if finding.categories else RESTRICTED if finding.restricted else ""


class _Words:
    """The compiled words of one category."""

    def __init__(self, rule: CategoryRule) -> None:
        self.labels = _any_of(rule.labels)
        self._signs = _any_of(rule.signs)
        self._together = [[_any_of((word,)) for word in group] for group in rule.together]
        self._look_alikes = _any_of(rule.look_alikes)
        codes = "|".join(re.escape(code) for code in rule.codes)
        self._codes = re.compile(
            rf"(?<![A-Z0-9.])(?:{codes})[0-9A-Z]*(?:\.[0-9A-Z]+)?(?![A-Z0-9])" if codes else "(?!)"
        )

    def shows(self, folded: str, text: str) -> bool:
        """Whether a label, a sign, a group of signs or a code stands in the text, look-alikes left out."""
        plain = self._look_alikes.sub(" ", folded)
        if self.labels.search(plain) or self._signs.search(plain) or self._codes.search(text):
            return True
        return any(all(word.search(plain) for word in group) for group in self._together)


@cache
def _compiled(
    version: str, categories: tuple[tuple[SensitiveCategory, CategoryRule], ...]
) -> dict[SensitiveCategory, _Words]:
    return {category: _Words(rule) for category, rule in categories}


def _readers(rules: SensitiveRules) -> Mapping[SensitiveCategory, _Words]:
    return _compiled(rules.version, tuple(rules.categories.items()))


def _any_of(words: Sequence[str]) -> re.Pattern[str]:
    if not words:
        return re.compile("(?!)")
    return re.compile(r"(?<!\w)(?:" + "|".join(_one(word.lower()) for word in words) + r")")


def _one(word: str) -> str:
    body = r"\s+".join(re.escape(part) for part in word.removesuffix("*").split())
    return body + (r"[\w.-]*" if word.endswith("*") else r"(?!\w)")


def _resource(text: str) -> Mapping[str, object] | None:
    if not text.lstrip().startswith("{"):
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _security_codes(node: object) -> Iterator[str]:
    """Codes of every `security` and `securityLabel` in the resource, in capitals."""
    if isinstance(node, Mapping):
        for key, value in node.items():
            if key in ("security", "securityLabel", "confidentiality", "confidentialityCode"):
                yield from _codes(value)
            else:
                yield from _security_codes(value)
    elif isinstance(node, list):
        for item in node:
            yield from _security_codes(item)


def _codes(node: object) -> Iterator[str]:
    if isinstance(node, str):
        yield node.upper()
    elif isinstance(node, Mapping):
        for key, value in node.items():
            if key == "code" or not isinstance(value, str):
                yield from _codes(value)
    elif isinstance(node, list):
        for item in node:
            yield from _codes(item)


def _strings(node: object) -> Iterator[str]:
    """Every string of the resource but URIs, and mark-up without its tags."""
    if isinstance(node, str):
        if not node.startswith(("http:", "https:", "urn:")):
            yield re.sub(r"<[^<>]{1,400}>", " ", node)
    elif isinstance(node, Mapping):
        for key, value in node.items():
            if key not in ("security", "securityLabel", "system", "resourceType"):
                yield from _strings(value)
    elif isinstance(node, list):
        for item in node:
            yield from _strings(item)

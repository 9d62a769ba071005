"""The sources of a letter as a numbered list: one number for each distinct citation, in order of first use."""

from cases.criteria import PolicyRef
from cases.packet import ChartCitation, Citation, LawCitation, Letter


def cited(letter: Letter) -> tuple[Citation, ...]:
    """Distinct citations of the letter; citation n of the printed list stands at index n - 1."""
    return tuple(dict.fromkeys(citation for sentence in letter.sentences() for citation in sentence.citations))


def numbers(letter: Letter) -> dict[Citation, int]:
    return {citation: number for number, citation in enumerate(cited(letter), start=1)}


def place(citation: Citation) -> str:
    """Where the quoted words stand, without the words."""
    if isinstance(citation, ChartCitation):
        span = citation.span
        page = "" if span.page is None else f", page {span.page}"
        return f"{span.document_id}{page}, code points {span.start}–{span.end}"
    if isinstance(citation, LawCitation):
        return law_name(citation)
    return f"{policy_name(citation.policy)}, code points {citation.span.start}–{citation.span.end}"


def policy_name(policy: PolicyRef) -> str:
    """The policy with the version and day that a reader needs to find the same text."""
    effective = f", effective {policy.effective.day} {policy.effective:%b %Y}" if policy.effective else ""
    return f"Policy {policy.number} ({policy.title}), version {policy.version}{effective}"


def law_name(citation: LawCitation) -> str:
    """The place of a law. Whether our wording of it was checked there is for staff, who are told before it leaves."""
    return f"{citation.place} (restated)"


def said(citation: Citation, words: str) -> str:
    """What stands behind the place: quoted where it is quoted, and a law plainly, since its wording is ours."""
    return words if isinstance(citation, LawCitation) else f"“{words}”"


def unchecked_laws(letter: Letter) -> tuple[str, ...]:
    """Places of laws that the letter cites and nobody has compared with their primary source yet."""
    laws = (citation for citation in cited(letter) if isinstance(citation, LawCitation))
    return tuple(dict.fromkeys(law.place for law in laws if not law.verified))


def unsigned_notice(letter: Letter) -> str:
    """What stands in the signature's place until the named clinician has signed."""
    npi = f", NPI {letter.signer_npi}" if letter.signer_npi else ""
    return f"Unsigned draft for signature by {letter.signer}{npi}"

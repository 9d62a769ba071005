"""An organization's own terms: a contract's window for disputes, and the licensed text of the codes."""

from datetime import date

from agents.casework.denials.opening import reclock
from agents.toolbox import Toolbox
from cases.audit_event import Actor, AuditEvent
from cases.contract_window import ContractWindow
from cases.errors import InputError, NotAllowed, NotFound
from cases.ids import UserId, digest_of
from cases.review import UserRole
from knowledge import library
from knowledge.denial_codes import read_official_texts, shipped_codes
from runtime import denial_terms, review_store
from runtime.database import Transaction

_LONGEST = 512
_MAY_SET = frozenset({UserRole.SUPERVISOR, UserRole.ADMIN})


def set_window(
    toolbox: Toolbox, payer: str, days: int, effective: date, expires: date | None, source: str, user_id: UserId
) -> tuple[ContractWindow, tuple[str, ...]]:
    """Keep a contract's window and reckon the open denials again; gives it, and the ids of the denials that moved.

    Raises NotFound for a payer that is not known, InputError for a window that cannot be, NotAllowed for other roles.
    """
    if not source.strip() or len(source) > _LONGEST:
        raise InputError(f"source: name the contract and its passage, in at most {_LONGEST} letters")
    if not 1 <= days <= 730:
        raise InputError("days: between 1 and 730")
    if expires is not None and expires < effective:
        raise InputError("expires: not before the day it comes into force")
    with toolbox.database.begin() as transaction:
        _must_set(transaction, user_id)
        found = library.payer_directory(transaction).by_name(payer).payer
        if found is None:
            raise NotFound(f"There is no payer '{payer}' in the directory.")
        at = toolbox.clock.now()
        name = digest_of(f"{found.id}:{days}:{effective}:{at.isoformat()}".encode())[:16]
        window = ContractWindow(
            id=f"w-{name}", payer_id=found.id, days=days, effective=effective, expires=expires,
            source=source.strip(), set_by=user_id, set_at=at,
        )  # fmt: skip
        denial_terms.put_window(transaction, window)
        detail: dict[str, str | int] = {
            "payer": found.id, "days": days, "effective": str(effective), "expires": str(expires or ""),
        }  # fmt: skip
        _record(toolbox, transaction, user_id, "contract.window_set", window.id, detail)
    return window, reclock(toolbox)


def windows_held(toolbox: Toolbox) -> tuple[ContractWindow, ...]:
    """Every window, by payer and the day it came into force."""
    with toolbox.database.read() as transaction:
        return denial_terms.windows(transaction)


def import_code_texts(toolbox: Toolbox, name: str, content: bytes, user_id: UserId) -> tuple[int, int]:
    """Keep the licensed text of the codes beside our wording; gives how many are ours to show, and how many are not.

    Raises UnreadableFile where no row has a code and a text, NotAllowed for other roles.
    """
    texts = read_official_texts(content, name)
    codes = shipped_codes()
    known = {code: text for code, text in texts.items() if code in codes.reasons or code in codes.remarks}
    with toolbox.database.begin() as transaction:
        _must_set(transaction, user_id)
        denial_terms.put_code_texts(transaction, known, toolbox.clock.now())
        _record(toolbox, transaction, user_id, "codes.text_imported", digest_of(content), {"codes": len(known)})
    return len(known), len(texts) - len(known)


def _must_set(transaction: Transaction, user_id: UserId) -> None:
    user = review_store.get_user(transaction, user_id)
    if not user.active or user.role not in _MAY_SET:
        raise NotAllowed("Only a supervisor or administrator may set this.")


def _record(
    toolbox: Toolbox, transaction: Transaction, user_id: UserId, action: str, subject: str,
    detail: dict[str, str | int],
) -> None:  # fmt: skip
    toolbox.audit.append(
        transaction,
        AuditEvent(
            tenant_id=transaction.tenant_id, at=toolbox.clock.now(), actor=Actor.PERSON, actor_id=user_id,
            action=action, subject=subject, detail=dict(detail),
        ),
    )  # fmt: skip

"""The error tree of the product; `api` alone turns one into an exit code or an HTTP answer.

CountersignError
├── InputError                 what was handed in cannot be used; names file, field and fix
│   └── UnreadableFile
├── NotFound                   no such case, policy, document, user
├── Conflict                   the thing changed since the caller looked at it
│   ├── ImpossibleMove         the lifecycle has no such move from this state
│   └── Busy                   another process is at it right now; try again shortly
├── NotAllowed                 the user's role does not permit this act
├── GateRefused                the submission gate, or an absent or stale approval, holds an outward act back
├── ToolNotGranted             a step reached for a tool the registry did not give it
├── PayerError
│   ├── PayerRejected          4xx: do not send again; a person mends the request
│   ├── PayerUnavailable       5xx or refused connection: nothing was accepted, may be tried again
│   └── PayerInDoubt           sent, no answer: ask the payer before anything else
├── ModelError
│   ├── ModelUnavailable       time-out, refused connection, rate limit
│   ├── ModelNotCleared        nothing was sent: no agreement in force, no mask, or text that may not go there
│   ├── ModelRefused           the model declined
│   └── ModelAnswerInvalid     not JSON, not the schema, or a quote or number that is not in the source
├── GuardFailed                a guard itself broke: the call is refused (fail closed)
├── StoreUnavailable           the database cannot be reached, written or waited for; what it holds is sound
└── StoreDamaged               a digest, a chain or an encrypted value does not verify
"""


class CountersignError(Exception):
    """Root of the tree. `message` is for people and carries no PHI; `code` is stable for machines."""

    code = "error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InputError(CountersignError):
    """Something handed in cannot be used."""

    code = "input_error"


class UnreadableFile(InputError):
    """A file that cannot be used, with the place in it and what would mend it."""

    code = "unreadable_file"

    def __init__(self, file: str, reason: str, *, field: str = "", fix: str = "") -> None:
        place = f"{file}: {field}: " if field else f"{file}: "
        super().__init__(place + reason + (f" ({fix})" if fix else ""))
        self.file, self.field, self.reason, self.fix = file, field, reason, fix


class NotFound(CountersignError):
    """Nothing of that name is held."""

    code = "not_found"


class Conflict(CountersignError):
    """The thing changed since the caller looked at it."""

    code = "conflict"


class ImpossibleMove(Conflict):
    """The lifecycle table has no such move from the present state."""

    code = "impossible_move"


class Busy(Conflict):
    """Another process is at it right now; the same call may succeed shortly."""

    code = "busy"


class NotAllowed(CountersignError):
    """The user's role does not permit the act."""

    code = "not_allowed"


class GateRefused(CountersignError):
    """An outward act is held back; `reasons` are the gate's codes."""

    code = "gate_refused"

    def __init__(self, message: str, reasons: tuple[str, ...]) -> None:
        super().__init__(message)
        self.reasons = reasons


class ToolNotGranted(CountersignError):
    """A step reached for a tool that the registry did not give it."""

    code = "tool_not_granted"


class PayerError(CountersignError):
    """Talking to a payer failed."""

    code = "payer_error"


class PayerRejected(PayerError):
    """The payer answered 4xx: the same request must not be sent again."""

    code = "payer_rejected"


class PayerUnavailable(PayerError):
    """The payer certainly did not accept the request; it may be tried again."""

    code = "payer_unavailable"


class PayerInDoubt(PayerError):
    """The request left and no usable answer came: the payer must be asked before it is sent again.

    `body` holds the bytes that came back, where any did.
    """

    code = "payer_in_doubt"

    def __init__(self, message: str, body: bytes = b"") -> None:
        super().__init__(message)
        self.body = body


class ModelError(CountersignError):
    """A model gave nothing that can be used."""

    code = "model_error"


class ModelUnavailable(ModelError):
    """The model's endpoint did not answer in time, or not at all."""

    code = "model_unavailable"


class ModelNotCleared(ModelError):
    """Nothing was sent to the model: its endpoint may not receive this, or may receive nothing at all."""

    code = "model_not_cleared"


class ModelRefused(ModelError):
    """The model declined the task."""

    code = "model_refused"


class ModelAnswerInvalid(ModelError):
    """The model's answer is not the shape asked for, or is not supported by its source."""

    code = "model_answer_invalid"


class GuardFailed(CountersignError):
    """A guard itself broke; the call it guards is refused."""

    code = "guard_failed"


class StoreUnavailable(CountersignError):
    """The database cannot be reached, is locked for too long, is full or may not be written."""

    code = "store_unavailable"


class StoreDamaged(CountersignError):
    """A digest, a chain or an encrypted value does not verify."""

    code = "store_damaged"

"""What only a door can refuse; part of the tree in cases/errors.py.

CountersignError
├── NotSignedIn                401: nobody, or no more, is signed in
├── SignInRefused              401: wrong user, password or link; which of them is not said
├── ForgedRequest              403: a request that did not come from our own pages
├── StaleView                  412: If-Match names something that is no longer so
├── TooLarge                   413
├── TypeNotTaken               415
├── KeyReused                  422: an idempotency key with another request than before
├── PreconditionMissing        428: If-Match is needed and absent
├── RequestInFlight            409: the same idempotency key is being worked on
├── TooManyAttempts            429: says when to come back
└── WrongHost                  400: the request names a host that is not ours
"""

from cases.errors import CountersignError


class NotSignedIn(CountersignError):
    """Nobody is signed in, or the session or key is good no more."""

    code = "not_signed_in"


class SignInRefused(CountersignError):
    """The sign-in was refused; the words are the same whatever was wrong."""

    code = "sign_in_refused"


class ForgedRequest(CountersignError):
    """A request by a browser that did not come from our own pages."""

    code = "forged_request"


class StaleView(CountersignError):
    """What the caller looked at is no longer so; nothing was changed."""

    code = "stale_view"


class TooLarge(CountersignError):
    """More bytes, files or fields than the route takes."""

    code = "too_large"


class TypeNotTaken(CountersignError):
    """A media type that the route does not take."""

    code = "type_not_taken"


class KeyReused(CountersignError):
    """An idempotency key that was used for another request."""

    code = "key_reused"


class PreconditionMissing(CountersignError):
    """A change without If-Match."""

    code = "precondition_missing"


class RequestInFlight(CountersignError):
    """A request of the same idempotency key has not been answered yet."""

    code = "request_in_flight"


class TooManyAttempts(CountersignError):
    """Too many tries; `seconds` from now there may be another."""

    code = "too_many_attempts"

    def __init__(self, message: str, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds


class WrongHost(CountersignError):
    """A request to a host name that this server does not answer to."""

    code = "wrong_host"

"""What the API server can answer instead of what was asked for, in our own words.

The HTTP library may be replaced and the client's exceptions carry bodies nobody reads, hence our
own classes: `what` is the server's own message, `where` the verb and the object, the original
exception is chained as the cause.
"""

from __future__ import annotations

import msgspec

from reconverge.errors import BadInput, ReconvergeError, Refused, Unavailable


class NotFound(ReconvergeError):
    """There is no such object, or only a namesake of it; or the server has no such kind."""


class Conflict(ReconvergeError):
    """The object exists already, has changed, or is a namesake with another UID."""


class Rejected(BadInput):
    """The API server does not accept the object: invalid, or refused by admission or a quota."""


class OverBudget(Rejected):
    """An eviction that a PodDisruptionBudget does not allow now (HTTP 429); later it may."""


class Forbidden(Refused):
    """The credentials of this context may not do this."""


class Unreachable(Unavailable):
    """No answer from the API server, or none that says anything about the object."""


class Expired(ReconvergeError):
    """The history that was asked for is no longer kept (HTTP 410): list anew."""


class Cause(msgspec.Struct, frozen=True):
    """One reason of a Status: which field, and why."""

    reason: str = ""
    message: str = ""
    field: str = ""


class Details(msgspec.Struct, frozen=True):
    causes: tuple[Cause, ...] = ()


class Status(msgspec.Struct, frozen=True):
    """metav1.Status: how the API server words every refusal."""

    kind: str = ""
    message: str = ""
    reason: str = ""
    code: int = 0
    details: Details | None = None

    @property
    def causes(self) -> tuple[Cause, ...]:
        return self.details.causes if self.details is not None else ()


_STATUS = msgspec.json.Decoder(Status)
_SHOWN_CHARS = 300


def decode_status(body: bytes | msgspec.Raw, *, code: int = 0) -> Status:
    """The Status in `body`; a body that is none becomes the message of one with `code`."""
    try:
        status = _STATUS.decode(body)
        if status.kind == "Status":
            return status
    except (msgspec.DecodeError, UnicodeDecodeError):
        pass  # a proxy's or a plain-text answer: kept below as the message
    text = bytes(body).decode(errors="replace").strip()[:_SHOWN_CHARS]
    return Status(message=text or f"HTTP {code} without a word", code=code)


def error_from(status: Status, *, code: int, where: str) -> ReconvergeError:
    """The error that the answer `status` with HTTP code `code` stands for.

    Codes: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ and
    apimachinery/pkg/api/errors.
    """
    what = status.message or status.reason or f"HTTP {code}"
    if code == 401 or (code == 403 and _lacks_permission(status)):
        return Forbidden(what, where=where, cure="use a context whose user may do this")
    if code == 404:
        return NotFound(what, where=where)
    if code == 409 or is_other_uid(status):
        return Conflict(what, where=where)
    if is_expired(status, code=code):
        return Expired(what, where=where)
    if any(row.reason == "DisruptionBudget" for row in status.causes):
        return OverBudget(what, where=where)
    if code == 429 or code >= 500:
        return Unreachable(what, where=where)
    return Rejected(what, where=where)


def is_expired(status: Status, *, code: int) -> bool:
    """Whether a watch cannot go on from its resourceVersion: too old, or from before a restore."""
    return code == 410 or any(row.reason == "ResourceVersionTooLarge" for row in status.causes)


def is_other_uid(status: Status) -> bool:
    """Whether a patch met a namesake: its UID is then a change of an immutable field."""
    return any(row.field == "metadata.uid" for row in status.causes)


def _lacks_permission(status: Status) -> bool:
    """Whether a 403 comes from authorisation; admission and quotas answer 403 as well.

    The authoriser always words it `... is forbidden: User "NAME" cannot VERB ...`
    (apiserver/pkg/endpoints/handlers/responsewriters/errors.go).
    """
    return 'User "' in status.message and " cannot " in status.message

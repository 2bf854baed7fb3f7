"""What an HTTP exchange with a vendor means for delivery; shared by every vendor's client.

    no connection                      Transient    nothing was said
    429, 503 with Retry-After          Transient    with the vendor's own pause
    401, 408, 425                      Transient    not taken in
    other 4xx, 3xx                     Rejected     the same words will be refused again
    anything else after we spoke       Uncertain    timeout, lost answer, 5xx, unreadable answer

A read changes nothing, so for a read whatever is not an answer is Transient.
"""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from adapters.delivery_port import Rejected, Transient, Uncertain

_UNSAID = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_LATER = (401, 408, 425, 429)
_SHOWN = 300
_UNREADABLE_PAUSE_S = 60.0


def write(
    client: httpx.Client, method: str, path: str, body: Any, *, key: str | None = None
) -> dict[str, Any] | Uncertain:
    """Say something that changes the vendor; return its JSON object or that nobody knows.

    ``key`` goes as the idempotency key. Raises Transient, Rejected.
    """
    headers = {"Idempotency-Key": key} if key else {}
    try:
        response = client.request(method, path, json=body, headers=headers)
    except _UNSAID as error:
        raise Transient(_named(error)) from error
    except httpx.RequestError as error:
        return Uncertain(_named(error))
    _refused(response)
    answer = _object(response)
    return _shown(response) if answer is None else answer


def read(client: httpx.Client, path: str, **params: str) -> dict[str, Any] | None:
    """Ask for a JSON object; None where the vendor knows of none (404). Raises Transient."""
    try:
        response = client.get(path, params=params)
    except httpx.RequestError as error:
        raise Transient(_named(error)) from error
    if response.status_code == httpx.codes.NOT_FOUND:
        return None
    try:
        _refused(response)
    except Rejected as error:
        raise Transient(str(error)) from error
    answer = _object(response)
    if answer is None:
        raise Transient(_shown(response).error)
    return answer


def retry_after_s(response: httpx.Response) -> float | None:
    """Read Retry-After, in seconds; a date counts from the answer's own Date."""
    said = response.headers.get("Retry-After")
    if said is None:
        return None
    try:
        return max(float(said), 0)
    except ValueError:
        pass
    try:
        then = _instant(said)
        return max((then - _instant(response.headers["Date"])).total_seconds(), 0)
    except (ValueError, KeyError):
        return _UNREADABLE_PAUSE_S


def _refused(response: httpx.Response) -> None:
    """Raise where the answer says that nothing was done."""
    pause_s, status = retry_after_s(response), response.status_code
    throttled = status == httpx.codes.SERVICE_UNAVAILABLE and pause_s is not None
    if status in _LATER or throttled:
        raise Transient(_shown(response).error, retry_after_s=pause_s)
    if httpx.codes.MULTIPLE_CHOICES <= status < httpx.codes.INTERNAL_SERVER_ERROR:
        raise Rejected(_shown(response).error)


def _object(response: httpx.Response) -> dict[str, Any] | None:
    """Read a success; None where it is no success or no JSON object."""
    try:
        answer = response.json() if response.is_success else None
    except ValueError:
        return None
    return answer if isinstance(answer, dict) else None


def _shown(response: httpx.Response) -> Uncertain:
    return Uncertain(f"{response.status_code}: {response.text[:_SHOWN]}")


def _named(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _instant(http_date: str) -> datetime:
    then = parsedate_to_datetime(http_date)
    return then if then.tzinfo else then.replace(tzinfo=UTC)

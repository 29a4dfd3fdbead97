"""Polite requests: a name and a contact, patience with a busy server, no change of scheme."""

from __future__ import annotations

import email.utils
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version

import httpx

from ...errors import E6DuckError, SourceError, UsageError

_MOST_REDIRECTS = 5
_LOOKUPS = 2  # of a name that has no address: without a network, more would only take time

_USEFUL = (
    httpx.codes.OK,
    httpx.codes.PARTIAL_CONTENT,
    httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE,  # to be begun anew
)

Notify = Callable[[str], object]


@dataclass(frozen=True)
class RetryPolicy:
    """How long to wait, in seconds, and how often to try again without a byte of progress."""

    tries: int = 6
    first_pause: float = 1
    longest_pause: float = 60
    longest_asked: float = 900  # that a server may ask for
    stall: float = 30  # without a byte

    def pause(self, failures: int) -> float:
        """Return how long to wait after so many failures in a row."""
        return float(min(self.first_pause * 2 ** (failures - 1), self.longest_pause))


class RetryableError(Exception):
    """The server cannot answer now; retry_after says in how many seconds, if it did."""

    def __init__(self, said: str, retry_after: float | None) -> None:
        super().__init__(said)
        self.retry_after = retry_after


def client(contact: str, retry_policy: RetryPolicy) -> httpx.Client:
    """Return a client that says who asks; raises `UsageError` where that fits no header."""
    if not contact.isascii() or not contact.isprintable() or set(contact) & set("()"):
        raise UsageError("the contact must be plain ASCII, such as you@example.org")
    agent = f"e6duck/{version('e6duck')} (+{contact.strip()})"
    # Stored bytes, else their size and checksum would not be those of the index.
    headers = {"User-Agent": agent, "Accept-Encoding": "identity"}
    return httpx.Client(headers=headers, timeout=retry_policy.stall, follow_redirects=False)


@contextmanager
def opened(http: httpx.Client, url: str, start: int = 0) -> Iterator[httpx.Response]:
    """Give the answer to a request, its body not yet read: from byte start on, where it can.

    Raises `RetryableError` where it may be asked again, `SourceError` where that is of no use.
    """
    request = http.build_request("GET", url, headers={"Range": f"bytes={start}-"} if start else {})
    for _ in range(_MOST_REDIRECTS):
        response = http.send(request, stream=True)
        try:
            if response.next_request is None:
                _check(response)
                yield response
                return
            _check_scheme(response.next_request.url, request.url.scheme)
            request = response.next_request
        finally:
            response.close()
    raise SourceError(f"{url} leads from one address to the next; try another --index")


def joined(base: httpx.URL, url: str) -> str:
    """Return an address that base names; raises `SourceError` where its scheme is another."""
    try:
        whole = base.join(url)
    except httpx.InvalidURL as error:
        raise SourceError(f"{base} names {url!a}, which is not an address") from error
    _check_scheme(whole, base.scheme)
    return str(whole)


def _check_scheme(url: httpx.URL, scheme: str) -> None:
    if url.scheme != scheme:
        raise SourceError(f"{url} is not {scheme}, as the index is; it is not followed")


def _check(response: httpx.Response) -> None:
    status = response.status_code
    said = f"{response.url} answers {status} {response.reason_phrase}".rstrip()
    if status == httpx.codes.TOO_MANY_REQUESTS or status >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise RetryableError(said, _retry_after(response.headers.get("Retry-After", "")))
    if status == httpx.codes.FORBIDDEN:
        raise SourceError(f"{said}; does --contact tell who you are?")
    if status not in _USEFUL:
        raise SourceError(f"{said}; is it the right --index?")


def _retry_after(text: str) -> float | None:
    """Return the seconds that a Retry-After header asks for, as a number or as a date."""
    if text.strip().isdigit():
        return float(text)
    try:
        return max(0, email.utils.parsedate_to_datetime(text).timestamp() - time.time())
    except (TypeError, ValueError):
        return None


def _unresolved(error: BaseException | None) -> str | None:
    """Return why no address was found for the name of the server, if that is what went wrong."""
    while error is not None:
        if isinstance(error, socket.gaierror):
            return (error.strerror or str(error)).lower()
        error = error.__cause__ or error.__context__
    return None


class Retries:
    """Tries again until the patience ends; progress renews it."""

    def __init__(self, retry_policy: RetryPolicy, on_notice: Notify) -> None:
        self._patience = retry_policy
        self._tell = on_notice
        self._failures = 0
        self._most = 0

    def progress(self, done: int) -> None:
        """Note how many bytes are here; only more than ever renew the patience."""
        if done > self._most:
            self._most = done
            self._failures = 0

    def wait(self, what: str, error: Exception) -> None:
        """Wait before the next try; raises `E6DuckError` where there is none."""
        self._failures += 1
        asked = error.retry_after if isinstance(error, RetryableError) else None
        unresolved = _unresolved(error)
        said = unresolved or str(error) or type(error).__name__
        if unresolved and self._failures >= _LOOKUPS:
            raise E6DuckError(
                f"{what} could not be downloaded: {unresolved}; check the network and the address"
            ) from error
        if self._failures >= self._patience.tries:
            raise E6DuckError(
                f"{what} could not be downloaded: {said}; run e6duck fetch again later"
            ) from error
        if asked is not None and asked > self._patience.longest_asked:
            raise E6DuckError(f"{said}; it asks for {asked:,.0f} seconds: try then") from error
        pause = max(asked or 0, self._patience.pause(self._failures))
        self._tell(f"{what}: {said}; trying again in {pause:.0f} seconds")
        time.sleep(pause)

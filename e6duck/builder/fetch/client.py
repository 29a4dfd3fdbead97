"""HTTP requests: a User-Agent with a contact, retries, redirects within one scheme."""

from __future__ import annotations

import email.utils
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version

import httpx

from ...errors import E6DuckError, SourceError, UsageError
from ...progress import Notify
from .deadline import Deadline

_MAX_REDIRECTS = 5
_MAX_LOOKUPS = 2  # of a host name without an address: without a network, more would only take time

_USEFUL = (
    httpx.codes.OK,
    httpx.codes.PARTIAL_CONTENT,
    httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE,  # the download starts again
)


@dataclass(frozen=True)
class RetryPolicy:
    """How often to try again without progress, and how long to wait, in seconds."""

    tries: int = 6
    first_pause: float = 1
    longest_pause: float = 60
    longest_retry_after: float = 900  # a server that asks for more is not asked again
    timeout: float = 30  # without a byte
    deadline: float = 120  # for the whole index, and until a file begins

    def pause(self, failures: int) -> float:
        """Return how long to wait after a number of failures in a row."""
        return float(min(self.first_pause * 2 ** (failures - 1), self.longest_pause))


class RetryableError(Exception):
    """The server cannot answer now. retry_after: the seconds that it asks to wait, or None."""

    def __init__(self, message: str, retry_after: float | None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


def client(contact: str, retry_policy: RetryPolicy) -> httpx.Client:
    """Return a client that sends the contact; raises `UsageError` if it does not fit a header."""
    if not contact.isascii() or not contact.isprintable() or set(contact) & set("()"):
        raise UsageError(
            "the contact must be plain ASCII without parentheses, such as you@example.org",
            option="contact",
        )
    agent = f"e6duck/{version('e6duck')} (+{contact.strip()})"
    # The stored bytes: a re-encoded file would not have the size and checksum of the index.
    headers = {"User-Agent": agent, "Accept-Encoding": "identity"}
    # A connection for each request, so that a deadline can end it.
    limits = httpx.Limits(max_keepalive_connections=0)
    return httpx.Client(
        headers=headers, timeout=retry_policy.timeout, follow_redirects=False, limits=limits
    )


@contextmanager
def opened(
    http: httpx.Client, url: str, deadline: Deadline, start: int = 0
) -> Iterator[httpx.Response]:
    """Send a request for the bytes from start on, and yield the response with its body unread.

    deadline: that of the response, and of the block unless it stops it. A server without ranges
    sends the whole file. Raises `RetryableError` if another try may succeed, else `SourceError`.
    """
    try:
        with deadline, _followed(http, url, deadline, start) as response:
            yield response
    except httpx.RequestError as error:
        if not deadline.is_over:
            raise
        raise SourceError(
            f"{url} was not answered within {deadline.seconds:g} seconds; try again later"
        ) from error


@contextmanager
def _followed(
    http: httpx.Client, url: str, deadline: Deadline, start: int
) -> Iterator[httpx.Response]:
    """Send a request, and those of its redirects; yield the last response."""
    headers = {"Range": f"bytes={start}-"} if start else {}
    with _valid_address(url):
        request = http.build_request("GET", url, headers=headers)
    for _ in range(_MAX_REDIRECTS):
        request.extensions["trace"] = deadline.trace
        with _valid_address(str(request.url)):
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
    raise SourceError(f"{url} redirects more than {_MAX_REDIRECTS} times; try another index")


@contextmanager
def _valid_address(url: str) -> Iterator[None]:
    """Raise `SourceError` if the address is one that no request can be sent to."""
    try:
        yield
    except (httpx.InvalidURL, ValueError) as error:  # a ValueError: of IDNA, of surrogates
        raise SourceError(
            f"{url!a} is not an address, or redirects to none; try again later"
        ) from error
    except httpx.RemoteProtocolError as error:
        if isinstance(error.__cause__, httpx.InvalidURL):  # of a redirect
            raise SourceError(f"{url} redirects to no address; try again later") from error
        raise


def joined(base: httpx.URL, url: str) -> str:
    """Return url as an absolute address; raises `SourceError` if its scheme differs from base's."""
    try:
        absolute = base.join(url)
    except (httpx.InvalidURL, ValueError) as error:
        raise SourceError(f"{base} names {url!a}, which is not an address") from error
    _check_scheme(absolute, base.scheme)
    return str(absolute)


def _check_scheme(url: httpx.URL, scheme: str) -> None:
    if url.scheme != scheme:
        raise SourceError(f"{url} is not {scheme} like the index; the link is not followed")


def _check(response: httpx.Response) -> None:
    status = response.status_code
    answer = f"{response.url} answers {status} {response.reason_phrase}".rstrip()
    if status == httpx.codes.TOO_MANY_REQUESTS or status >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise RetryableError(answer, _retry_after(response.headers.get("Retry-After", "")))
    if status == httpx.codes.FORBIDDEN:
        raise SourceError(f"{answer}; is your contact address correct?")
    if status not in _USEFUL:
        raise SourceError(f"{answer}; is the address of the index correct?")


def _retry_after(text: str) -> float | None:
    """Return the seconds that a Retry-After header asks for, as a number or as a date."""
    if text.isascii() and text.strip().isdigit():
        return float(text)
    try:
        return max(0, email.utils.parsedate_to_datetime(text).timestamp() - time.time())
    except (TypeError, ValueError, OverflowError, IndexError, OSError):
        return None


def _lookup_failure(error: BaseException | None) -> str | None:
    """Return why the host name of the server has no address, or None for any other error."""
    while error is not None:
        if isinstance(error, socket.gaierror):
            return (error.strerror or str(error)).lower()
        error = error.__cause__ or error.__context__
    return None


class Retries:
    """Counts the failures since the last progress, and waits between tries."""

    def __init__(self, policy: RetryPolicy, on_notice: Notify) -> None:
        self._policy = policy
        self._on_notice = on_notice
        self._failures = 0
        self._most_bytes = 0

    def progress(self, done: int) -> None:
        """Note how many bytes are downloaded; more than ever before resets the failures."""
        if done > self._most_bytes:
            self._most_bytes = done
            self._failures = 0

    def wait(self, name: str, error: Exception) -> None:
        """Wait before the next try of a download; raises `E6DuckError` if it was the last."""
        self._failures += 1
        retry_after = error.retry_after if isinstance(error, RetryableError) else None
        lookup_failure = _lookup_failure(error)
        reason = lookup_failure or str(error) or type(error).__name__
        if lookup_failure and self._failures >= _MAX_LOOKUPS:
            raise E6DuckError(
                f"{name} could not be downloaded: {reason}; check the network and the address"
            ) from error
        if self._failures >= self._policy.tries:
            raise E6DuckError(
                f"{name} could not be downloaded: {reason}; run e6duck fetch again later"
            ) from error
        if retry_after is not None and retry_after > self._policy.longest_retry_after:
            raise E6DuckError(
                f"{reason}; the server asks to wait {retry_after:,.0f} seconds: try again then"
            ) from error
        pause = max(retry_after or 0, self._policy.pause(self._failures))
        self._on_notice(f"{name}: {reason}; trying again in {pause:.0f} seconds")
        time.sleep(pause)

"""Counts, times and depths in words, for charts and the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .stats import Row

YEAR = 12  # months
NO_POSTS = "this database has no posts"
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)


def month_number(row: Row) -> int:
    """Return the month of a row with year and month as a number."""
    return int(row["year"] * YEAR + row["month"] - 1)


def month_name(number: int) -> str:
    """Return a month by its name, with its year."""
    year, month = divmod(number, YEAR)
    return f"{_MONTHS[month]} {year}"


def uploaded(months: Sequence[Row]) -> str:
    """Return when the posts of months were uploaded: " from May 2008 to June 2025"."""
    if not months:
        return ""
    first, last = (month_name(month_number(row)) for row in (months[0], months[-1]))
    return f" from {first} to {last}" if first != last else f" of {first}"


def day_name(row: Row, *, last: bool = False) -> str:
    """Return the day of the first or the last post of a month: 9 November 2025."""
    return f"{row['last_day' if last else 'first_day']} {month_name(month_number(row))}"


def span_label(start: int, end: int) -> str:
    """Return the months from a start to before an end, in short: Nov 2025, Q4 2025, 2025."""
    year, month = divmod(start, YEAR)
    match end - start:
        case 1:
            return f"{_MONTHS[month][:3]} {year}"
        case 3:
            return f"Q{month // 3 + 1} {year}"
        case 6:
            return f"H{month // 6 + 1} {year}"
        case 12:
            return f"{year}"
    return f"{year}\u2013{end // YEAR - 1}"


def per(months: int) -> str:
    """Return a length of time as it follows "per": month, quarter, 5 years."""
    return span_name(months).removeprefix("a ")


def span_name(months: int) -> str:
    """Return a number of months in words."""
    names = {1: "a month", 3: "a quarter", 6: "half a year", YEAR: "a year"}
    return names.get(months) or f"{months // YEAR} years"


def many(count: int, what: str) -> str:
    """Return a count with its noun: 1 alias, 2,000 aliases."""
    ending = "" if count == 1 else "es" if what.endswith("s") else "s"
    return f"{count:,} {what}{ending}"


def percent(part: int, whole: int) -> str:
    """Return a part of a whole: 5.1%, 84%; only all of it is 100%."""
    share = part / whole if whole else 0
    if 0.995 <= share < 1:
        return "over 99%"
    return f"{share:.0%}" if share >= 0.1 else f"{share:.1%}"


def steps_name(depth: int) -> str:
    """Return the depth of an implication in words."""
    return "direct" if depth == 1 else f"{depth} steps"


def half_of_uses(tags: int) -> str:
    """Return how many of the most used tags make up half of all uses."""
    return f"{many(tags, 'tag')} make{'s' * (tags == 1)} up half of all uses"

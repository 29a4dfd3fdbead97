"""Counts, times and depths in words, as charts and screens have them."""

from __future__ import annotations

from collections.abc import Sequence

from ..figures import Row

YEAR = 12  # months
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


def span_name(months: int) -> str:
    """Return so many months in words."""
    names = {1: "a month", 3: "a quarter", 6: "half a year", YEAR: "a year"}
    return names.get(months) or f"{months // YEAR} years"


def many(count: int, what: str) -> str:
    """Return a count with its noun: 1 alias, 2,000 aliases."""
    ending = "" if count == 1 else "es" if what.endswith("s") else "s"
    return f"{count:,} {what}{ending}"


def percent(part: int, whole: int) -> str:
    """Return a part of a whole: 5.1%, 84%."""
    share = part / whole if whole else 0
    return f"{share:.0%}" if share >= 0.1 else f"{share:.1%}"


def steps_name(depth: int) -> str:
    """Return the depth of an implication in words."""
    return "direct" if depth == 1 else f"{depth} steps"

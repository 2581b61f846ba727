"""What a claim is, and the one rule by which its verdict follows from numbers.

A claim is a number with the interval in which it makes the statement true: "0.012" is true from
0.0115 to 0.0125, half a unit of the last printed digit.  Both roads compute the number.

    reproduced            the number of the master equation lies in the interval
    leading order only    it does not, but that of the closed form does
    not reproduced        neither does
    undetermined          no number, or the readings that the text allows differ in their verdicts
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

REPRODUCED, LEADING = "reproduced", "leading order only"
NOT_REPRODUCED, UNDETERMINED = "not reproduced", "undetermined"
VERDICTS = (REPRODUCED, LEADING, NOT_REPRODUCED, UNDETERMINED)
DISPUTED = (LEADING, NOT_REPRODUCED)  # the text is clear and the master equation says otherwise


@dataclass(frozen=True)
class Roads:
    """The same quantity by the closed form and by the master equation, numbers or arrays."""

    leading: Any
    master: Any

    def map(self, function: Callable[..., Any], *others: "Roads") -> "Roads":
        """The function of the quantity (and of others) on each road."""
        return Roads(
            function(self.leading, *(other.leading for other in others)),
            function(self.master, *(other.master for other in others)),
        )


@dataclass(frozen=True)
class Reading:
    """One reading of a claim: its number on both roads, and where the number must lie."""

    roads: Roads
    printed: str
    low: float
    high: float
    measure: str  # what the number is, in words

    def holds(self, value: float) -> bool:
        """Whether the claim is true of this number; never of NaN."""
        return self.low <= value <= self.high

    @property
    def verdict(self) -> str:
        """By the rule above, for this reading alone."""
        if np.isnan(self.roads.master):
            return UNDETERMINED
        if self.holds(self.roads.master):
            return REPRODUCED
        return LEADING if self.holds(self.roads.leading) else NOT_REPRODUCED

    def __str__(self) -> str:
        return f"{self.measure} must {self._interval()}: {self._values()}"

    def _values(self) -> str:
        leading, master = self.roads.leading, self.roads.master
        if np.isnan(master):
            return "there is no number"
        if leading == master:
            return f"{master:.4g} on both roads"
        # a comparison of both roads has no value on one of them
        end = "" if np.isnan(leading) else f", leading order {leading:.4g}"
        return f"master equation {master:.4g}{end}"

    def _interval(self) -> str:
        if self.low == self.high:
            return f"be {self.low:g}"
        if np.isinf(self.low):
            return f"be at most {self.high:g}"
        if np.isinf(self.high):
            return f"be at least {self.low:g}"
        return f"lie between {self.low:.4g} and {self.high:.4g}"


Readings = tuple[Reading, ...]


def verdict(readings: Readings) -> str:
    """Verdict of a claim with all readings that its text allows."""
    verdicts = {reading.verdict for reading in readings}
    return verdicts.pop() if len(verdicts) == 1 else UNDETERMINED


def reason(readings: Readings) -> str:
    """The numbers behind the verdict, in one sentence."""
    if len(readings) == 1:
        return f"{readings[0]}."
    open_question = verdict(readings) == UNDETERMINED
    head = "The text does not say which" if open_question else "In each reading of the text"
    return f"{head}: {('; or ' if open_question else '; ').join(map(str, readings))}."


def digits(printed: str, roads: Roads, measure: str) -> Readings:
    """A printed number: true within half a unit of its last digit."""
    number = Decimal(printed)
    half = Decimal((0, (5,), int(number.as_tuple().exponent) - 1))
    return (Reading(roads, printed, float(number - half), float(number + half), measure),)


def near(number: float, share: float, roads: Roads, measure: str) -> Readings:
    """What a printed formula gives, true within a share of it."""
    low, high = (1 - share) * number, (1 + share) * number
    return (Reading(roads, f"{number:.3g}", low, high, measure),)


def exactly(number: int, roads: Roads, measure: str) -> Readings:
    """A count."""
    return (Reading(roads, str(number), number, number, measure),)


def below(bound: float, roads: Roads, measure: str, printed: str = "") -> Readings:
    """A number that must not be larger than a bound."""
    return (Reading(roads, printed or f"< {bound:g}", -np.inf, bound, measure),)


def above(bound: float, roads: Roads, measure: str, printed: str = "") -> Readings:
    """A number that must not be smaller than a bound."""
    return (Reading(roads, printed or f"> {bound:g}", bound, np.inf, measure),)

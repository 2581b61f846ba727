"""What a claim is, and the one rule by which its verdict follows from numbers.

A claim is a number with the interval in which it makes the statement true: "0.012" is true from
0.0115 to 0.0125, half a unit of the last printed digit.  Both roads compute the number.

    reproduced            the number of the master equation lies in the interval
    leading order only    it does not, but that of the closed form does
    not reproduced        neither does
    undetermined          no number, or the readings that the text allows differ in their verdicts
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np

# the words of the four verdicts, as tables and summaries have them
REPRODUCED, LEADING = "reproduced", "leading order only"
NOT_REPRODUCED, UNDETERMINED = "not reproduced", "undetermined"
VERDICTS = (REPRODUCED, LEADING, NOT_REPRODUCED, UNDETERMINED)
DISPUTED = (LEADING, NOT_REPRODUCED)  # the text is clear and the master equation says otherwise

FEWEST = 4  # digits in which a sentence gives a number


@dataclass(frozen=True)
class Roads:
    """The same quantity by the closed form and by the master equation, numbers or arrays.

    NaN on a road that has no number.  ``distance`` is true where the number is one between both
    roads and none of either (`apart`).

    >>> Roads(0.2, 0.3).map(lambda P, N: P / N, Roads(1.0, 1.0))
    Roads(leading=0.2, master=0.3)
    """

    leading: Any
    master: Any
    distance: bool = field(default=False, repr=False)

    def map(self, function: Callable[..., Any], *others: "Roads") -> "Roads":
        """The function of the quantity (and of others) on each road.

        >>> Roads(4.0, 9.0).map(np.sqrt).master
        np.float64(3.0)
        """
        return Roads(
            function(self.leading, *(other.leading for other in others)),
            function(self.master, *(other.master for other in others)),
        )


def apart(distance: float) -> Roads:
    """A distance between both roads, such as the largest deviation over a curve.

    >>> below(0.05, apart(0.02), "largest |deviation|")[0].compares
    True
    """
    return Roads(np.nan, distance, distance=True)


@dataclass(frozen=True)
class Reading:
    """One reading of a claim: its number on both roads, and where the number must lie.

    - ``roads``: the number on both roads, or the distance between them (`apart`);
    - ``printed``: what the paper prints, as it is printed;
    - ``low``, ``high``: the interval, ends included, in which the number makes the statement true;
    - ``quantity``, ``detail``: what the number is, of what, and where;
    - ``number``: what is printed, where it is one number, else NaN.

    >>> reading = Reading(Roads(0.0118, 0.0131), "0.012", 0.0115, 0.0125, "g2", "at phi = 0.27")
    >>> reading.verdict
    'leading order only'
    """

    roads: Roads
    printed: str
    low: float
    high: float
    quantity: str  # what the number is
    detail: str  # of what, and where
    number: float = np.nan  # what is printed, where it is one number

    @property
    def compares(self) -> bool:
        """Whether the number is a distance of the roads, and none of either of them.

        >>> reading = Reading(Roads(0.0118, 0.0131), "0.012", 0.0115, 0.0125, "g2", "at phi = 0.27")
        >>> reading.compares
        False
        """
        return self.roads.distance

    @property
    def open(self) -> bool:
        """Whether the interval is still to be said (`measured`).

        >>> Reading(Roads(0.0118, 0.0131), "0.012", 0.0115, 0.0125, "g2", "at phi = 0.27").open
        False
        """
        return bool(np.isnan(self.low))

    def holds(self, value: float) -> bool:
        """Whether the claim is true of this number; never of NaN.

        >>> reading = Reading(Roads(0.0118, 0.0131), "0.012", 0.0115, 0.0125, "g2", "at phi = 0.27")
        >>> reading.holds(0.012), reading.holds(0.013), reading.holds(np.nan)
        (True, False, False)
        """
        return self.low <= value <= self.high

    @property
    def verdict(self) -> str:
        """By the rule above, for this reading alone.

        >>> reading = Reading(Roads(0.0118, 0.0131), "0.012", 0.0115, 0.0125, "g2", "at phi = 0.27")
        >>> reading.verdict
        'leading order only'
        """
        if np.isnan(self.roads.master):
            return UNDETERMINED
        if self.holds(self.roads.master):
            return REPRODUCED
        return LEADING if self.holds(self.roads.leading) else NOT_REPRODUCED

    def __str__(self) -> str:
        """The measure, the interval in which it makes the claim true, and the numbers found."""
        measure = f"{self.quantity} {self.detail}".strip()
        return f"{measure} must {self._interval()}: {self._values()}"

    def _values(self) -> str:
        """The number on both roads, with its distance from the printed one."""
        leading, master = self.roads.leading, self.roads.master
        if np.isnan(master):
            return "there is no number"
        digits = self._digits()
        if leading == master:
            return f"{master:.{digits}g} on both roads{self._distance()}"
        if self.compares:
            return f"it is {master:.{digits}g}"
        found = f"master equation {master:.{digits}g}{self._distance()}"
        other = (
            "there is no closed form" if np.isnan(leading) else f"closed form {leading:.{digits}g}"
        )
        return f"{found}, {other}"

    def _digits(self) -> int:
        """So many that the ends of the interval can be told apart, and four at least."""
        width, size = self.high - self.low, max(abs(self.low), abs(self.high))
        if not 0 < width < np.inf:
            return FEWEST
        return max(FEWEST, 1 + int(np.ceil(np.log10(size / width))))

    def _distance(self) -> str:
        """How far the number is from the printed one, by the road that judges."""
        if not self.number or np.isnan(self.number + self.roads.master):
            return ""
        # rounded first: what is left by round-off is no distance
        percent = round(100 * (self.roads.master / self.number - 1), 3) + 0.0
        return f" ({percent:+.3g} % from the printed value)"

    def _interval(self) -> str:
        """Where the number must lie, in words."""
        if self.low == self.high:
            return f"be {self.low:g}"
        if np.isinf(self.low):
            return f"be at most {self.high:g}"
        if np.isinf(self.high):
            return f"be at least {self.low:g}"
        digits = self._digits()
        return f"lie between {self.low:.{digits}g} and {self.high:.{digits}g}"


Readings = tuple[Reading, ...]


@dataclass(frozen=True)
class Claim:
    """A statement of a paper, with the place where it stands and the code that decides on it.

    ``numbers`` is called with the device that the paper is about, and gives the readings that the
    text allows, each with its number on both roads.

    >>> def loss(device):
    ...     return digits("2", Roads(device, device), "loss (MHz)")
    >>> claimed = Claim("Fig. 9", "the loss is 2 MHz", loss)
    >>> [reading.verdict for reading in claimed(1.9)]
    ['reproduced']
    """

    place: str
    statement: str
    numbers: Callable[[Any], Readings]

    @property
    def name(self) -> str:
        """The name of the function behind it, which stands for the claim in tables.

        >>> def loss(device):
        ...     return digits("2", Roads(device, device), "loss (MHz)")
        >>> claimed = Claim("Fig. 9", "the loss is 2 MHz", loss)
        >>> claimed.name
        'loss'
        """
        return self.numbers.__name__

    def __call__(self, device: Any) -> Readings:
        """The readings of the claim for a device."""
        return self.numbers(device)


def claim(place: str, statement: str) -> Callable[[Callable[[Any], Readings]], Claim]:
    """Make a claim of the function below it, which computes the numbers.

    >>> @claim("Fig. 9", "the loss is 2 MHz")
    ... def loss(device):
    ...     return digits("2", Roads(device, device), "loss (MHz)")
    >>> loss.name, loss.place, verdict(loss(1.9))
    ('loss', 'Fig. 9', 'reproduced')
    """
    return lambda numbers: Claim(place, statement, numbers)


def verdict(readings: Readings) -> str:
    """Verdict of a claim with all readings that its text allows.

    >>> verdict(digits("0.012", Roads(leading=0.009, master=0.0116), "g2(0)"))
    'reproduced'
    >>> verdict(digits("0.012", Roads(leading=0.012, master=0.0126), "g2(0)"))
    'leading order only'
    """
    verdicts = {reading.verdict for reading in readings}
    return verdicts.pop() if len(verdicts) == 1 else UNDETERMINED


def reason(readings: Readings) -> str:
    """The numbers behind the verdict, in one sentence.

    >>> print(reason(exactly(2, Roads(leading=1, master=2), "number of maxima")))
    number of maxima must be 2: master equation 2, closed form 1.
    """
    if len(readings) == 1:
        return f"{readings[0]}."
    open_question = verdict(readings) == UNDETERMINED
    head = "The text does not say which" if open_question else "In each reading of the text"
    return f"{head}: {('; or ' if open_question else '; ').join(map(str, readings))}."


def measured(roads: Roads, quantity: str, detail: str = "") -> Readings:
    """A number whose interval is not said here: the sheet prints it, and judges it by its relation.

    >>> (reading,) = measured(Roads(0.0118, 0.0131), "g2(0)")
    >>> reading.open, digits("0.012", reading.roads, reading.quantity)[0].verdict
    (True, 'leading order only')
    """
    return (Reading(roads, "", np.nan, np.nan, quantity, detail),)


def digits(printed: str, roads: Roads, quantity: str, detail: str = "") -> Readings:
    """A printed number: true within half a unit of its last digit.

    >>> (reading,) = digits("3.6e-5", Roads(0, 0), "g3(0)")
    >>> reading.low, reading.high
    (3.55e-05, 3.65e-05)
    """
    number = Decimal(printed)
    half = Decimal((0, (5,), int(number.as_tuple().exponent) - 1))
    low, high = float(number - half), float(number + half)
    return (Reading(roads, printed, low, high, quantity, detail, float(number)),)


def near(number: float, share: float, roads: Roads, quantity: str, detail: str = "") -> Readings:
    """What a printed formula gives, true within a share of it.

    >>> (reading,) = near(2.0, 0.05, Roads(1.95, 1.8), "N")
    >>> reading.verdict
    'leading order only'
    """
    low, high = sorted([(1 - share) * number, (1 + share) * number])
    return (Reading(roads, f"{number:.3g}", low, high, quantity, detail, number),)


def exactly(number: int, roads: Roads, quantity: str, detail: str = "") -> Readings:
    """A count, which must be met.

    >>> exactly(2, Roads(2, 1), "number of maxima")[0].verdict
    'leading order only'
    """
    return (Reading(roads, str(number), number, number, quantity, detail),)


def below(
    bound: float, roads: Roads, quantity: str, detail: str = "", printed: str = ""
) -> Readings:
    """A number that must not be larger than a bound; ``printed`` is how the paper says so.

    >>> below(0.05, Roads(0.01, 0.02), "g2(0)", printed="<< 1")[0].verdict
    'reproduced'
    """
    return (Reading(roads, printed or f"< {bound:g}", -np.inf, bound, quantity, detail),)


def above(
    bound: float, roads: Roads, quantity: str, detail: str = "", printed: str = ""
) -> Readings:
    """A number that must not be smaller than a bound; ``printed`` is how the paper says so.

    >>> above(1, Roads(1.2, np.nan), "g2(0)")[0].verdict
    'undetermined'
    """
    return (Reading(roads, printed or f"> {bound:g}", bound, np.inf, quantity, detail),)

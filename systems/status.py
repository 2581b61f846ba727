"""What a number is worth, in one word, and a number together with that word.

A number is returned with what it is worth, or not at all.  The words stay apart because they ask
for different things of the reader, and each belongs to one number at one point: that g4 of a dark
mode is not converged says nothing of g2 of the bright one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from systems.display import Shown, counts, ends, points


class Status(StrEnum):
    """What a number is worth; a string, so that ``status == "ok"`` reads as it looks.

    >>> Status.UNDEFINED == "undefined"
    True
    >>> Status("not unique").sentence
    'The equation has more than one steady state; none of them is preferred.'
    """

    OK = "ok"
    UNDEFINED = "undefined"
    NOT_RESOLVED = "not resolved"
    NOT_UNIQUE = "not unique"
    MISSING = "does not exist"
    NOT_CONVERGED = "not converged"
    VANISHES = "leading order vanishes"
    FORMULA_UNDEFINED = "formula undefined"
    FORMULA_DIVERGES = "formula diverges"
    ONLY_ZERO = "numeric is zero"
    NO_FORMULA = "no formula"

    @property
    def sentence(self) -> str:
        """What the word says, as one sentence.

        >>> Status.MISSING.sentence
        'There is no steady state: gain or drive make the light grow for ever.'
        """
        return SENTENCES[self]

    def __repr__(self) -> str:
        """As the plain word: arrays of them are read in notebooks."""
        return repr(self.value)


SENTENCES = {
    Status.OK: "The number can be trusted to the accuracy that its documentation states.",
    Status.UNDEFINED: "The number is 0/0: there are no photons to correlate.",
    Status.NOT_RESOLVED: "The number is lost below the round-off of double precision.",
    Status.NOT_UNIQUE: "The equation has more than one steady state; none of them is preferred.",
    Status.MISSING: "There is no steady state: gain or drive make the light grow for ever.",
    Status.NOT_CONVERGED: "More quanta, or more terms, would still change the number.",
    Status.VANISHES: "The leading order vanishes here by interference; only the next one is left.",
    Status.FORMULA_UNDEFINED: "The closed form is 0/0 at these values.",
    Status.FORMULA_DIVERGES: "The closed form has a pole at these values.",
    Status.ONLY_ZERO: "The master equation gives zero where the closed form does not.",
    Status.NO_FORMULA: "There is no closed form of leading order for this number.",
}


@dataclass(frozen=True, repr=False)
class Estimate(Shown):
    """Numbers with their absolute errors and what each is worth; arrays of one shape.

    ``value`` holds every number that was computed, also the ones that are not to be trusted
    (a truncated value, one below round-off); ``trusted`` is what the methods of a result return.

    >>> Estimate(np.array([0.5, 2.0]), np.array([1e-9, 3.0]), ["ok", "not resolved"]).trusted
    array([0.5, nan])

    ``error`` is absolute, and of the shape of ``value``, as ``status`` is.
    """

    value: Any
    error: Any
    status: Any

    def _title(self) -> str:
        if np.ndim(self.value):
            return f"estimate at {points(np.shape(self.value))}: {counts(self.status)}"
        return f"estimate {ends(self.value)}, error {float(self.error):.1e}, {self.status}"

    def _facts(self) -> Mapping[str, str]:
        facts = {"value": ends(self.value), "error": ends(self.error)}
        return facts | {"status": counts(self.status)}

    @property
    def trusted(self) -> Any:
        """The values whose status is "ok"; NaN elsewhere.  Labelled as the values are.

        >>> [float(Estimate(0.25, 1e-9, word).trusted) for word in ("ok", "undefined")]
        [0.25, nan]
        """
        kept = np.where(np.asarray(self.status) == Status.OK, self.value, np.nan)[()]
        return self.value.copy(data=kept) if hasattr(self.value, "dims") else kept

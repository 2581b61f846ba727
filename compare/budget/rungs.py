"""The rungs of the ladder from a closed form to the master equation.

Each leaves out less than the one before:

    leading order          the closed form, lowest order in the drive
    normalised             its amplitudes divided by their norm
    H_eff, C_0 = 1         all orders of the drive among the amplitudes, which are then normalised
    H_eff, slowest         the slowest decaying state of H_eff: the vacuum is depleted as well
    H_eff, converged       the same with as many quanta as the master equation needs
    one correction         the full Lindblad equation, quantum jumps included, to the next order
    two corrections        and the one after it
    truncated              the master equation cut at the quanta of the formula
    master equation        converged

Which step is large tells what to do: a large first correction asks for the quantum jumps, a large
truncation for more quanta, and a norm that matters for a weaker drive.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

import analytic
from analytic.displacement import without_displacement
from compare.budget.populations import Populations
from compare.quantities import Quantity
from compare.validity.curve import corrected, leading
from systems import Model
from systems.status import Status
from systems.ungraded import partial_weights
from systems.values import Arrays

if TYPE_CHECKING:
    import numeric

TRUTH = "master equation"
JUMPS = "quantum jumps"
BETWEEN = "all that H_eff holds beyond the formula"
BRINGS = {
    "leading order": "the formula",
    "normalised": "the norm of the amplitudes",
    "H_eff, C_0 = 1": "higher orders of the drive between jumps",
    "H_eff, slowest": "the depletion of the vacuum between jumps",
    "H_eff, converged": "the truncation of H_eff",
    "one correction": JUMPS,
    "two corrections": "the second correction",
    "truncated": "all further orders, at the cut of the formula",
    TRUTH: "the cut of the master equation",
}

# Why rungs are left out of the ladder of photons that push a mirror
NO_CUT = (
    "The formula must rest on amplitudes of Fock states to have a norm or a cut of its own, but "
    "its sums go over all phonons."
)
NO_SERIES = (
    "The model must have a grading for corrections, but photons that push a mirror have none: the "
    "rung `H_eff, converged` has all orders between jumps."
)
Rung = Callable[[Quantity], Any]  # a quantity -> its value at every point


def build_rungs(
    model: Model,
    arrays: Arrays,
    grade: int,
    cut: int,
    states: numeric.SteadyState,
    truncation: int | Mapping[str, int] | None = None,
) -> dict[str, Rung]:
    """All rungs, worked out when first asked for: `ValueError` where the model has none.

    ``grade`` and ``cut`` are the quanta of the formula as its grading weighs them and as they
    are counted; ``states`` is the converged master equation, of this ``truncation`` where one
    was given.

    >>> import numeric
    >>> from compare.quantities import read_quantity
    >>> from systems import kerr
    >>> arrays = {name: np.array(value) for name, value in kerr.VALUES.items()}
    >>> states = numeric.steady_state(kerr.MODEL, arrays)
    >>> rungs = build_rungs(kerr.MODEL, arrays, grade=2, cut=2, states=states)
    >>> number = read_quantity(kerr.MODEL, "number")
    >>> exact, formula = (float(rungs[name](number)) for name in (TRUTH, "leading order"))
    >>> 0 < abs(formula / exact - 1) < 0.1
    True
    """
    # H_eff of a mirror finds its own numbers of photons and of phonons
    chosen = None if partial_weights(model) else int(np.max(states.quanta))
    most = chosen if truncation is None else truncation
    found = _Stages(model, arrays, grade, cut, most)
    return {
        "leading order": lambda q: leading(found.closed, q)(arrays),
        "normalised": lambda q: q.on(found.normalised),
        # the cut is what these rungs are about: what it gives, not what it is worth
        "H_eff, C_0 = 1": lambda q: _cut(q, found.nojump("held", "normalised")),
        "H_eff, slowest": lambda q: _cut(q, found.nojump("held", "slowest")),
        "H_eff, converged": lambda q: q.on(found.nojump("most", "slowest")),
        "one correction": lambda q: corrected(found.expand(1), q)(arrays),
        "two corrections": lambda q: corrected(found.expand(2), q)(arrays),
        "truncated": lambda q: _cut(q, found.truncated),
        TRUTH: lambda q: q.on(states),
    }


class _Stages:
    """What the rungs stand on, each worked out when first asked for."""

    def __init__(
        self,
        model: Model,
        arrays: Arrays,
        grade: int,
        cut: int,
        most: int | Mapping[str, int] | None,
    ) -> None:
        self.model, self.arrays, self.grade = model, arrays, grade
        self._cut, self.most = cut, most

    @cached_property
    def closed(self) -> analytic.Closed:
        return analytic.find_closed(self.model, self.grade)

    @cache  # noqa: B019  (lives as long as the ladder that it belongs to)
    def expand(self, corrections: int) -> analytic.Expansion:
        if partial_weights(self.model):
            raise ValueError(NO_SERIES)
        return analytic.expand(self.model, corrections=corrections)

    @cached_property
    def normalised(self) -> Populations:
        fock = self.closed
        if not isinstance(fock, analytic.Derivation):
            raise ValueError(NO_CUT)
        weights = [fock.evaluate(fock.probability(n), self.arrays) for n in fock.states]
        return Populations(self.model, fock.states, np.stack(weights, axis=-1))

    @property
    def held(self) -> int:
        """The quanta of the formula; its sums over phonons have no such number."""
        if partial_weights(self.model):
            raise ValueError(NO_CUT)
        return self._cut

    @cache  # noqa: B019  (as above)
    def nojump(self, which: str, kind: str) -> numeric.NoJumpState:
        """The state of H_eff with the quanta that are "held", or with the "most"."""
        import numeric

        kept = self.held if which == "held" else self.most
        # between jumps of a displaced loss the state is another one: that of the formula is meant
        model = without_displacement(self.model)
        return numeric.nojump_state(model, self.arrays, kept, kind=kind)

    @cached_property
    def truncated(self) -> numeric.SteadyState:
        import numeric

        return numeric.steady_state(self.model, self.arrays, quanta=self.held)


def _cut(quantity: Quantity, state: numeric.SteadyState) -> Any:
    """What a truncation gives, converged or not; NaN where it is no number for another reason."""
    found = quantity.estimate_on(state)
    return np.where(np.isin(found.status, [Status.OK, Status.NOT_CONVERGED]), found.value, np.nan)

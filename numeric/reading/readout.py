"""The numbers of a state by name: each with the method that shows it, and the word for it.

`Readout.estimate` is the one source of a number, its error and its status.  A method named after a
number returns it where its status is "ok" and NaN elsewhere; the method with ``_status`` behind
its name returns the words.  How an estimate comes about is another matter
(`numeric.reading.readings`).
"""

from typing import Any

import numpy as np
import sympy as sp

from numeric.lindblad.qobj import on_product
from numeric.reading.batches import Batch
from systems.labels import relabel, stacked
from systems.ladder import Mode, Occupation
from systems.status import Estimate


class Readout(Batch):
    """A batch whose numbers are asked for by name: means, correlations, probabilities.

    Every number has the batch's shape, a float for a single point, and no unit.

    >>> from numeric import steady_state
    >>> from systems.library import kerr
    >>> state = steady_state(kerr.MODEL, {**kerr.VALUES, "xi": [0.0, 0.1]})
    >>> state.correlation("a").round(4), state.correlation_status("a").tolist()
    (array([   nan, 0.0107]), ['undefined', 'ok'])
    """

    def estimate(self, quantity: str, *arguments: Any, **options: Any) -> Estimate:
        """The number of that name with its absolute error and its status; a state knows how."""
        raise NotImplementedError

    def number(self, mode: Mode | str) -> Any:
        """Mean number of quanta <a'a> of a mode, of the shape of the batch.

        Raises `ValueError` if the model has no such mode, or the truncation does not reach it.

        >>> from numeric import steady_state
        >>> from systems.library import kerr
        >>> linear = {"Delta": 0.0, "chi": 0.0, "gamma": 1.0, "xi": 0.1}
        >>> round(float(steady_state(kerr.MODEL, linear).number("a")), 12)  # (2 xi/gamma)^2
        0.04
        """
        return self.estimate("number", mode).trusted

    def number_status(self, mode: Mode | str) -> Any:
        """Per point "ok", "not resolved", "not converged" or the status of the state.

        >>> from numeric import steady_state
        >>> from systems.library import kerr
        >>> hot = {"Delta": 0.0, "chi": 0.0, "gamma": 1.0, "xi": 3.0}  # 36 quanta on average
        >>> steady_state(kerr.MODEL, hot, quanta=4).number_status("a")
        'not converged'
        """
        return self.estimate("number", mode).status

    def correlation(self, mode: Mode | str, order: int = 2) -> Any:
        """Normalised equal-time correlation g^(k)(0) of a mode, ``order`` = k.

        ``<a'^k a^k>/<a'a>^k`` has the batch's shape and no unit: 1 for coherent light, k! for
        thermal light, below 1 where photons keep each other out.

        >>> from numeric import steady_state
        >>> from systems.library import kerr
        >>> linear = {"Delta": 0.0, "chi": 0.0, "gamma": 1.0, "xi": 0.1}
        >>> round(float(steady_state(kerr.MODEL, linear).correlation("a", order=3)), 8)
        1.0

        Raises `ValueError` if the truncation does not hold what the mode needs to have ``order``
        quanta, or was chosen (``quanta=None``) for lower orders only.
        """
        return self.estimate("correlation", mode, order).trusted

    def correlation_status(self, mode: Mode | str, order: int = 2) -> Any:
        """Per point "ok", "undefined" (no photons), "not resolved", "not converged", ...

        >>> from numeric import steady_state
        >>> from systems.library import kerr
        >>> dark = steady_state(kerr.MODEL, {**kerr.VALUES, "xi": [0.0, 0.1]})
        >>> dark.correlation_status("a").tolist()
        ['undefined', 'ok']
        """
        return self.estimate("correlation", mode, order).status

    def cross_correlation(self, first: Mode | str, second: Mode | str) -> Any:
        """Normalised equal-time correlation g2_12(0) = <a1'a2'a2 a1>/(<a1'a1> <a2'a2>).

        One mode given twice has its own g2.  The order of two modes does not matter.

        >>> from numeric import steady_state
        >>> from systems.library import kerr
        >>> state = steady_state(kerr.MODEL, kerr.VALUES)
        >>> bool(state.cross_correlation("a", "a") == state.correlation("a"))
        True

        Raises `ValueError` if the truncation does not hold a quantum of each.
        """
        return self.estimate("cross_correlation", first, second).trusted

    def cross_correlation_status(self, first: Mode | str, second: Mode | str) -> Any:
        """Per point "ok", "undefined" (a mode without photons), or as for a probability.

        >>> from numeric import steady_state
        >>> from systems.library import kerr
        >>> steady_state(kerr.MODEL, kerr.VALUES).cross_correlation_status("a", "a")
        'ok'
        """
        return self.estimate("cross_correlation", first, second).status

    def probability(self, occupation: Occupation) -> Any:
        """Probability of an occupation, a tuple in the order of ``model.modes``.

        >>> from numeric import steady_state
        >>> from systems.library import kerr
        >>> linear = {"Delta": 0.0, "chi": 0.0, "gamma": 1.0, "xi": 0.1}
        >>> round(float(steady_state(kerr.MODEL, linear).probability((0,))), 8)  # exp(-0.04)
        0.96078944

        Raises `ValueError` if the truncation does not hold it.
        """
        return self.estimate("probability", occupation).trusted

    def probability_status(self, occupation: Occupation) -> Any:
        """Per point "ok", "not resolved", "not converged" or the status of the state.

        "not converged" is a chosen truncation that is large enough for the correlations, but
        with which this probability changes by more than 1e-8, or a given one by more than 1e-3.
        ``order=n + 1`` chooses one for P(n), and ``quanta=n + 2`` tells it to a thousandth.

        >>> from numeric import steady_state
        >>> from systems.library import kerr
        >>> state = steady_state(kerr.MODEL, {**kerr.VALUES, "xi": 1e-3}, quanta=4)
        >>> state.probability_status((1,))
        'ok'
        """
        return self.estimate("probability", occupation).status

    def expect(self, operator: sp.Expr) -> Any:
        """The mean ``Tr[O rho]`` of any polynomial in the ladder operators, of the batch's shape.

        The operator is a SymPy expression in the modes, their adjoints, Pauli operators and the
        model's symbols, such as ``Dagger(a) * s + Dagger(s) * a``.  The mean is real where the
        operator is Hermitian for all values, else complex.  NaN where `expect_status` is not "ok":
        a sum whose terms cancel is known to the precision of its terms.  Raises `TypeError` or
        `ValueError` for what is no such polynomial.

        >>> from numeric import steady_state
        >>> from sympy.physics.quantum import Dagger
        >>> from systems.library import kerr
        >>> linear = {"Delta": 0.0, "chi": 0.0, "gamma": 1.0, "xi": 0.1}
        >>> quadrature = 1j * (Dagger(kerr.a) - kerr.a)  # <a> = -2i xi/gamma
        >>> round(float(steady_state(kerr.MODEL, linear).expect(quadrature)), 10)
        -0.4
        """
        return self.estimate("expect", operator).trusted

    def expect_status(self, operator: sp.Expr) -> Any:
        """Per point "ok", "not resolved", "not converged" or the status of the state.

        >>> from numeric import steady_state
        >>> from systems.library import kerr
        >>> steady_state(kerr.MODEL, kerr.VALUES).expect_status(kerr.a**2)
        'ok'
        """
        return self.estimate("expect", operator).status

    def amplitude(self, mode: Mode | str) -> Any:
        """The coherent amplitude ``<a>`` of a mode, complex, of the shape of the batch.

        Its square is the part of the light that interferes with the laser; ``number`` less that
        is what the mode scatters.  NaN where `amplitude_status` is not "ok".

        >>> from numeric import steady_state
        >>> from systems.library import kerr
        >>> linear = {"Delta": 0.0, "chi": 0.0, "gamma": 1.0, "xi": 0.1}
        >>> complex(steady_state(kerr.MODEL, linear).amplitude("a").round(10))
        -0.2j
        """
        return self.estimate("amplitude", mode).trusted

    def amplitude_status(self, mode: Mode | str) -> Any:
        """Per point "ok", "not resolved" (light without a phase has none), "not converged", ...

        >>> from numeric import steady_state
        >>> from systems.library import kerr
        >>> steady_state(kerr.MODEL, {**kerr.VALUES, "xi": [0.1, 0.2]}).amplitude_status("a")
        array(['ok', 'ok'], dtype=object)
        """
        return self.estimate("amplitude", mode).status

    def distribution(self, mode: Mode | str) -> np.ndarray:
        """P(n) of one mode, whatever the others hold: the batch's shape and an axis of n.

        n runs from 0 to the largest truncation (to 1 in a two-level system).  Each probability is
        judged alone, as `probability` is; those of the last shells are mostly NaN, and which
        truncation tells them says `probability_status`.

        >>> from numeric import steady_state
        >>> from systems.library import kerr
        >>> linear = {"Delta": 0.0, "chi": 0.0, "gamma": 1.0, "xi": 0.1}
        >>> steady_state(kerr.MODEL, linear).distribution("a")[:3].round(4)  # Poisson, 0.04 quanta
        array([9.608e-01, 3.840e-02, 8.000e-04])
        """
        return self._over_numbers(mode, "trusted")

    def distribution_status(self, mode: Mode | str) -> np.ndarray:
        """What each number of `distribution` is worth, an array of its shape.

        >>> from numeric import steady_state
        >>> from systems.library import kerr
        >>> steady_state(kerr.MODEL, kerr.VALUES, quanta=4).distribution_status("a")[:2].tolist()
        ['ok', 'ok']
        """
        return self._over_numbers(mode, "status")

    def density_matrix(self) -> Any:
        """Density matrix: of one point a `qutip.Qobj` on the product of the modes' spaces.

        Its modes are in the order of ``model.modes``, each with one level more than the quanta that
        the truncation keeps in it (2 of a two-level system); the levels of an atom make up one
        factor, its lowest one first, at the place of the first of them.  So `ptrace`,
        `qutip.expect` and `qutip.wigner` of a mode are right:
        ``qutip.wigner(state.density_matrix().ptrace(0), x, x)``.  For a batch the array
        `restricted_density_matrix`.  NaN where the status is not "ok"; what is known without a
        cut has none, and raises `ValueError`.

        >>> from numeric import steady_state
        >>> from systems.library import kerr
        >>> round(float(steady_state(kerr.MODEL, kerr.VALUES).density_matrix().tr()), 12)
        1.0
        """
        if self.shape != ():
            return self.restricted_density_matrix()
        return on_product(self.elements(), self.space)

    def restricted_density_matrix(self) -> Any:
        """Density matrices on the cut space, an array of ``shape + (states, states)``.

        Of labelled values it is labelled, with the dimensions ``row`` and ``column`` at its end.

        ``occupations[i]`` is the occupation of the state i; the largest truncation among the
        points gives the states, and others are padded with zeros.  NaN where the status is not
        "ok" and for what is known without a cut; raises `ValueError` where all is.

        >>> from numeric import steady_state
        >>> from systems.library import kerr
        >>> state = steady_state(kerr.MODEL, {**kerr.VALUES, "xi": [0.1, 0.2]}, quanta=3)
        >>> rho = state.restricted_density_matrix()
        >>> rho.shape, np.trace(rho, axis1=1, axis2=2).real.round(12)
        ((2, 4, 4), array([1., 1.]))
        """
        return relabel(self.elements(), self.arrays, "rho", last=("row", "column"))

    def elements(self) -> np.ndarray:
        """Density matrices as a plain array, also of labelled values; a state has them."""
        raise NotImplementedError

    def _levels(self, mode: int) -> int:
        """How many numbers of quanta P(n) is shown for, zero included; a state knows how many."""
        raise NotImplementedError

    def _over_numbers(self, mode: Mode | str, part: str) -> np.ndarray:
        """A part of the estimates of P(n), stacked over n as the last axis."""
        numbers = range(self._levels(self.model.index(mode)))
        found = [getattr(self.estimate("marginal", mode, n), part) for n in numbers]
        return stacked(found, "n")

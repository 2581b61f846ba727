"""Quantum trajectories: the master equation unravelled into jumps, with a statistical error.

Between jumps i d psi/dt = K psi, a jump L_k happens at the rate rate_k <L_k' L_k>; the mean over
trajectories, and over time once they are stationary, is the steady state.  QuTiP's `mcsolve`
runs them.  J. Dalibard, Y. Castin and K. Molmer, Phys. Rev. Lett. 68, 580 (1992).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import qutip

from numeric.arguments import check_occupation, check_order, check_quanta, is_real
from numeric.lindblad.qobj import as_qobj
from numeric.lindblad.scaling import loss_scale
from numeric.lindblad.space import Space, space
from numeric.lindblad.stability import slowest_decay
from systems import Model
from systems.display import Shown
from systems.ladder import Mode, Occupation, label
from systems.progress import busy, hushed
from systems.values import Arrays, Values, evaluate, read_values

# Jumps below which their spread says nothing: the error of ten events is a third of them
FEWEST = 10
# Times at which a trajectory is averaged, and as many before: several per lifetime of the fastest
# loss in the default duration
SAMPLES = 200
# A drift counts as none within so many standard errors plus so large a part of the mean: six of
# them happen about twice in 1e9 cases by chance; 1e-3 is far above the tolerance of the integrator
SIGMAS, ACCURACY = 6, 1e-3


@dataclass(frozen=True, repr=False)
class Trajectories(Shown):
    """Time-averaged populations of every trajectory, shape (trajectories, states).

    Every result comes with a standard error, the spread over the trajectories; it is NaN if
    fewer than ten jumps happened: then the trajectories are (almost) all the no-jump state and
    know nothing of what jumps do.

    >>> from systems.library import kerr
    >>> halves = np.array([[0.9, 0.1], [0.7, 0.3]])  # of two trajectories
    >>> found = Trajectories(kerr.MODEL, space(kerr.MODEL.modes, 1), halves, jumps=50)
    >>> round(found.number("a"), 12), round(found.number_error("a"), 12)
    (0.2, 0.1)
    """

    model: Model
    space: Space
    populations: np.ndarray
    jumps: int  # number of jumps in all trajectories while they were averaged

    def _title(self) -> str:
        return f"{len(self.populations)} trajectories of the {self.model.name}, {self.jumps} jumps"

    def _facts(self) -> Mapping[str, str]:
        facts = {"quanta": str(self.space.quanta)}
        for mode in self.model.modes:
            number, error = self.number(mode), self.number_error(mode)
            facts[f"number of {label(mode)}"] = f"{number:.4g}, standard error {error:.1g}"
        return facts

    def number(self, mode: Mode | str) -> float:
        """Mean number of quanta <a'a> of a mode, given as itself or by its name.

        Raises `ValueError` if the model has no such mode.

        >>> from systems.library import kerr
        >>> halves = np.array([[0.9, 0.1], [0.7, 0.3]])  # of two trajectories
        >>> found = Trajectories(kerr.MODEL, space(kerr.MODEL.modes, 1), halves, jumps=50)
        >>> round(found.number("a"), 12)
        0.2
        """
        return float(np.mean(self._moments(mode, 1)))

    def number_error(self, mode: Mode | str) -> float:
        """Standard error of `number`; NaN if fewer than ten jumps happened.

        >>> from systems.library import kerr
        >>> halves = np.array([[0.9, 0.1], [0.7, 0.3]])  # of two trajectories
        >>> found = Trajectories(kerr.MODEL, space(kerr.MODEL.modes, 1), halves, jumps=50)
        >>> round(found.number_error("a"), 12)
        0.1
        """
        return self._error(self._moments(mode, 1))

    def correlation(self, mode: Mode | str, order: int = 2) -> float:
        """g^(k)(0) of a mode, ``order`` = k: ratio of the means over all trajectories.

        It is <a'^k a^k>/<a'a>^k with both means taken first, since a mean of ratios would be
        biased.  NaN if there are no photons.  Raises `ValueError` for an order above ``quanta``.

        >>> from systems.library import kerr
        >>> both = np.array([[0.8, 0.1, 0.1], [0.7, 0.3, 0.0]])  # of two trajectories
        >>> found = Trajectories(kerr.MODEL, space(kerr.MODEL.modes, 2), both, jumps=50)
        >>> round(found.correlation("a"), 12)  # 0.1/0.3^2
        1.111111111111
        """
        n, moment = np.mean(self._moments(mode, 1)), np.mean(self._moments(mode, order))
        return float(moment / n**order) if n else float("nan")  # no photons: undefined

    def correlation_error(self, mode: Mode | str, order: int = 2) -> float:
        """Standard error of `correlation`, to first order in those of numerator and n.

        Both come from the same trajectories, so that their errors are correlated: what is spread
        is the linear change of the ratio, m_k/n^k - k g n_i/n, from one trajectory to the next.

        >>> from systems.library import kerr
        >>> both = np.array([[0.8, 0.1, 0.1], [0.7, 0.3, 0.0]])  # of two trajectories
        >>> found = Trajectories(kerr.MODEL, space(kerr.MODEL.modes, 2), both, jumps=50)
        >>> round(found.correlation_error("a"), 12)  # the numbers are equal: of the pairs alone
        1.111111111111
        """
        n, moments = self._moments(mode, 1), self._moments(mode, order)
        mean, g = np.mean(n), self.correlation(mode, order)
        return self._error(moments / mean**order - order * g * n / mean)

    def probability(self, occupation: Occupation) -> float:
        """Probability of an occupation, a tuple in the order of ``model.modes``.

        Raises `ValueError` for an occupation that is not among the states.

        >>> from systems.library import kerr
        >>> both = np.array([[0.8, 0.1, 0.1], [0.7, 0.3, 0.0]])  # of two trajectories
        >>> found = Trajectories(kerr.MODEL, space(kerr.MODEL.modes, 2), both, jumps=50)
        >>> round(found.probability((1,)), 12)
        0.2
        """
        return float(np.mean(self._probabilities(occupation)))

    def probability_error(self, occupation: Occupation) -> float:
        """Standard error of `probability`.

        >>> from systems.library import kerr
        >>> both = np.array([[0.8, 0.1, 0.1], [0.7, 0.3, 0.0]])  # of two trajectories
        >>> found = Trajectories(kerr.MODEL, space(kerr.MODEL.modes, 2), both, jumps=50)
        >>> round(found.probability_error((1,)), 12)
        0.1
        """
        return self._error(self._probabilities(occupation))

    def _moments(self, mode: Mode | str, order: int) -> np.ndarray:
        check_order(order, self.space.quanta)
        return self.populations @ self.space.falling(self.model.index(mode), order)

    def _probabilities(self, occupation: Occupation) -> np.ndarray:
        check_occupation(occupation, self.model, self.space.quanta)
        return self.populations[:, self.space.position(occupation)]

    def _error(self, by_trajectory: np.ndarray) -> float:
        if self.jumps < FEWEST:
            return float("nan")
        return float(np.std(by_trajectory, ddof=1) / np.sqrt(len(by_trajectory)))


def trajectories(
    model: Model,
    values: Values,
    quanta: int,
    count: int = 200,
    duration: float | None = None,
    seed: int | None = None,
    progress: bool = True,
) -> Trajectories:
    """Quantum trajectories of one point, started in the vacuum and averaged once stationary.

    Each runs for ``duration`` (in the inverse unit of the rates; by default 60 lifetimes of the
    fastest loss or 20 of the slowest excitation, whichever is longer) and is averaged over the
    second half.  ``seed`` makes a run repeatable.  Raises `ValueError` or `TypeError` for bad
    arguments or for arrays of values, and `ValueError` if the populations still drift.

    ``quanta`` is the truncation and ``count`` the number of trajectories: errors fall with its
    square root.  Weak drives are hard, for jumps are rare and two photons rarer still.
    ``progress=False`` shows no bar.

    A resonant linear mode has (2 xi/gamma)^2 quanta, here 0.16:

    >>> from systems.library import kerr
    >>> values = {"Delta": 0.0, "chi": 0.0, "gamma": 1.0, "xi": 0.2}
    >>> found = trajectories(kerr.MODEL, values, quanta=4, count=10, seed=1)
    >>> bool(abs(found.number("a") - 0.16) < 5 * found.number_error("a") + 1e-3)
    True
    >>> found.populations.shape
    (10, 5)
    """
    arrays = read_values(model, values)
    _check(model, arrays, quanta, count, duration)
    _check_seed(seed)
    on, unit = space(model.modes, quanta), float(loss_scale(model, arrays)) or 1.0
    span = _default_duration(model, arrays, unit) if duration is None else duration * unit
    times = np.linspace(0, span, 2 * SAMPLES)
    hamiltonian, collapses = _in_units(model, arrays, quanta, unit)
    with hushed(not progress), busy(f"{count} trajectories"):
        result = qutip.mcsolve(
            hamiltonian,
            qutip.Qobj(np.eye(on.size)[0], dims=[on.dims[0], [1]]),
            times,
            collapses,
            e_ops=[qutip.Qobj(np.diag(row), dims=on.dims) for row in np.eye(on.size)],
            ntraj=count,
            seeds=seed,
            options={"keep_runs_results": True, "progress_bar": "", "atol": 1e-12, "rtol": 1e-8},
        )
    runs = np.array(result.runs_expect)  # (states, trajectories, times)
    _check_stationary(on, runs[:, :, SAMPLES:], span / unit)
    jumps = sum(np.sum(np.array(clicks) > times[SAMPLES]) for clicks in result.col_times)
    return Trajectories(model, on, runs[:, :, SAMPLES:].mean(axis=2).T, int(jumps))


def _default_duration(model: Model, arrays: Arrays, unit: float) -> float:
    """In units of the fastest loss; an excitation that does not decay by itself does not count.

    Half of 60 lifetimes is left to reach the steady state, exp(-30) from it, and half to average.
    """
    slowest = float(slowest_decay(model, arrays)) / unit
    return max(60.0, 20 / slowest if slowest > 1e-9 else 0.0)


def _check_stationary(on: Space, runs: np.ndarray, duration: float) -> None:
    """Raise if quanta still come or go while they are averaged, beyond their statistical error."""
    for number in on.occupations.T:
        numbers = np.tensordot(number, runs, 1)  # (trajectories, times)
        early, late = (half.mean(axis=1) for half in np.split(numbers, 2, axis=1))
        drift = late - early
        error = np.std(drift, ddof=1) / np.sqrt(len(drift)) + ACCURACY * np.mean(late)
        if abs(np.mean(drift)) > SIGMAS * error:
            raise ValueError(
                f"Argument `duration` must be long enough for a steady state, but after "
                f"{duration:g} a mean number still goes from {early.mean():.3g} to "
                f"{late.mean():.3g}."
            )


def _in_units(
    model: Model, arrays: Arrays, quanta: int, unit: float
) -> tuple[qutip.Qobj, list[qutip.Qobj]]:
    """H and jump operators in units of a rate, so that tolerances mean the same everywhere."""
    rates = [float(evaluate(loss.rate, arrays).real) / unit for loss in model.losses]
    jumps = [
        as_qobj(loss.operator, model, arrays, quanta) * np.sqrt(rate)
        for loss, rate in zip(model.losses, rates, strict=True)
    ]
    return as_qobj(model.hamiltonian, model, arrays, quanta) / unit, jumps


def _check(model: Model, arrays: Arrays, quanta: int, count: int, duration: float | None) -> None:
    check_quanta(model, quanta)
    shape = next(iter(arrays.values())).shape
    if shape:
        raise ValueError(f"Argument `values` must hold numbers, but has arrays of shape {shape}.")
    if not model.losses:
        raise ValueError(f"Argument `model` must have losses, but `{model.name}` has none.")
    if isinstance(count, bool) or not isinstance(count, int | np.integer) or count < 2:
        raise ValueError(f"Argument `count` must be an integer of at least 2, but is {count!r}.")
    if duration is not None and not (is_real(duration) and 0 < duration < np.inf):
        raise ValueError(f"Argument `duration` must be positive, but is {duration!r}.")


def _check_seed(seed: int | None) -> None:
    if seed is not None and (not isinstance(seed, int | np.integer) or seed < 0):
        raise ValueError(f"Argument `seed` must be a non-negative integer, but is {seed!r}.")

"""Amplitudes of H_eff under a weak pulse, to leading order in the drive.

The drive xi becomes xi f(t), with an envelope f of time: a term xi a' of the Hamiltonian is then
xi f(t) a', and its adjoint xi f(t)* a; other couplings stay as they are.  Between jumps, and to
leading order, the amplitudes of N quanta follow from those of fewer,

    i dC_N/dt = H_NN C_N + sum_k V_k(t) C_(N-k),      C_0 = 1,

from systems.progress import busy
from the vacuum on (`analytic.amplitudes` has their steady values), and

    <a'a> = |C_1|^2,      g^(k) = k! |C_k|^2/|C_1|^(2k)      at every time.

Relative corrections are of second order in the drive; at an interference zero what quantum jumps
feed is left, as without a pulse.  `numeric.evolve` has the same numbers of the master equation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import factorial
from typing import Any

import numpy as np
import sympy as sp

from analytic.derivation import Derivation, check_closed
from analytic.fock import block, occupations
from analytic.time.driven import Powers, by_drive
from systems import Model
from systems.arithmetic import evaluate
from systems.display import Shown, ends
from systems.ladder import Mode, Occupation
from systems.progress import busy
from systems.values import Arrays, Values, check_driven, read_values

# Relative and absolute tolerances with which the equations are solved twice, for amplitudes in
# units of the drive's powers, which are of order one; the difference is the error of the first
TOLERANCES = ((1e-9, 1e-14), (1e-12, 1e-17))
RESOLVED = 1e-6  # largest relative error of an amplitude that is returned
STEPS = 400  # into which the span is cut at least: what is shorter may be leapt over


@dataclass(frozen=True, repr=False)
class WeakPulse(Shown):
    """Amplitudes at some times: every result is an array with one row per time.

    ``amplitudes`` maps occupations to them, ``model`` names their modes.  An amplitude is NaN where
    the integration does not resolve it: far below what the pulse has made before.

    >>> from analytic import derive
    >>> from systems import kerr
    >>> closed = derive(kerr.MODEL)
    >>> found = weak_pulse(closed, lambda t: t > 0, kerr.VALUES, [0.0, 60.0])
    >>> steady = closed.evaluate(closed.correlation("a"), kerr.VALUES)
    >>> bool(np.isclose(found.correlation("a")[1], steady))
    True
    """

    model: Model
    times: np.ndarray
    amplitudes: dict[Occupation, np.ndarray]

    def _title(self) -> str:
        return f"weak pulse in the {self.model.name}, {len(self.times)} times"

    def _facts(self) -> Mapping[str, str]:
        largest = {n: f"|C| up to {abs(c).max():.6g}" for n, c in self.amplitudes.items()}
        return {"times": ends(self.times), **{str(n): fact for n, fact in largest.items()}}

    def amplitude(self, occupation: Occupation) -> np.ndarray:
        """C_n at all times, complex.  Raises `ValueError` for more quanta than were derived.

        >>> from analytic import derive
        >>> from systems import kerr
        >>> found = weak_pulse(derive(kerr.MODEL), np.cos, kerr.VALUES, [0.0, 1.0])
        >>> complex(found.amplitude((1,))[0])
        0j
        """
        if tuple(occupation) not in self.amplitudes:
            raise ValueError(
                f"Argument `occupation` must be one of those that were derived, but is "
                f"{occupation}: derive with more `quanta`."
            )
        return self.amplitudes[tuple(occupation)]

    def number(self, mode: Mode | str) -> np.ndarray:
        """``<a'a>`` of a mode at all times, of the second order in the drive.

        >>> from analytic import derive
        >>> from systems import kerr
        >>> found = weak_pulse(derive(kerr.MODEL), lambda t: 1.0, kerr.VALUES, [0.0, 60.0])
        >>> found.number("a").round(6)
        array([0.  , 0.04])
        """
        return np.asarray(abs(self.amplitude(self.model.occupation(mode))) ** 2)

    def correlation(self, mode: Mode | str, order: int = 2) -> np.ndarray:
        """``g^(order)(0)`` of a mode at all times, independent of the drive; NaN in the dark.

        >>> from analytic import derive
        >>> from systems import kerr
        >>> found = weak_pulse(derive(kerr.MODEL), lambda t: 1.0, kerr.VALUES, [0.0, 60.0])
        >>> found.correlation("a").round(4)
        array([   nan, 0.0099])
        """
        several = self.amplitude(self.model.occupation(mode, order))
        with np.errstate(divide="ignore", invalid="ignore"):
            return factorial(order) * abs(several) ** 2 / self.number(mode) ** order


@busy("amplitudes in time")
def weak_pulse(
    closed: Derivation, envelope: Callable[[float], Any] | sp.Expr, values: Values, times: Any
) -> WeakPulse:
    """The amplitudes at ``times`` under the drive times ``envelope(t)``, from the vacuum.

    ``envelope`` is a callable of time or a SymPy expression in the symbol ``t``, real or complex;
    ``values`` are single numbers for all symbols, the drive among them (the size of the pulse).
    ``times`` rise, in the inverse unit of the rates; at the first one there is the vacuum.  The
    span is cut into `STEPS` at least: give a shorter pulse a span of its own.  Raises `ValueError`
    or `TypeError` for bad arguments.

    A mode that is kicked at time 0 decays with half of its loss:

    >>> from analytic import derive
    >>> from systems import kerr
    >>> t = sp.Symbol("t")
    >>> found = weak_pulse(derive(kerr.MODEL), sp.exp(-100 * t**2), kerr.VALUES, [-1.0, 1.0, 3.0])
    >>> early, late = abs(found.amplitude((1,))[1:])
    >>> bool(np.isclose(late / early, np.exp(-1)))
    True
    """
    check_closed(closed)
    check_driven(closed.model)
    arrays, when = read_values(closed.model, values), np.asarray(times, dtype=float)
    if next(iter(arrays.values())).ndim:
        raise ValueError("Argument `values` must hold single numbers, but holds an array.")
    if when.ndim != 1 or not when.size or np.any(np.diff(when) < 0):
        raise ValueError("Argument `times` must be an array of rising numbers.")
    equations = _Equations.of(closed, arrays, _function(envelope))
    start = np.eye(1, len(equations.states), dtype=complex)[0]
    if when[-1] == when[0]:
        loose = tight = np.tile(start[:, None], len(when))
    else:
        loose, tight = (_solved(equations, start, when, *both) for both in TOLERANCES)
    # this difference estimates the error of the looser solution, and bounds that of the tighter
    lost = abs(tight - loose) > RESOLVED * abs(tight)
    whole = np.where(lost, np.nan, tight) * equations.sizes[:, None]
    return WeakPulse(closed.model, when, dict(zip(equations.states, whole, strict=True)))


def _solved(
    equations: _Equations, start: np.ndarray, when: np.ndarray, relative: float, absolute: float
) -> np.ndarray:
    """The scaled amplitudes at all times, (states, times)."""
    from scipy.integrate import solve_ivp  # slow to import

    grid, span = np.unique(when), when[-1] - when[0]
    found = solve_ivp(
        equations.slope,
        (when[0], when[-1]),
        start,
        method="DOP853",
        t_eval=grid,
        rtol=relative,
        atol=absolute,
        max_step=span / STEPS,
    )
    return np.asarray(found.y[:, np.searchsorted(grid, when)])


@dataclass(frozen=True)
class _Equations:
    """The equations of all amplitudes, in units of the powers of the drive."""

    states: list[Occupation]
    sizes: np.ndarray  # that they are divided by, (states,)
    still: np.ndarray  # -i H without drive, (states, states)
    driven: dict[Powers, np.ndarray]  # -i times what comes with powers of the envelope f, f*
    envelope: Callable[[float], complex]

    @classmethod
    def of(
        cls, closed: Derivation, arrays: Arrays, envelope: Callable[[float], complex]
    ) -> _Equations:
        model = closed.undisplaced
        states = [n for g in range(closed.quanta + 1) for n in occupations(model, g)]
        grades = np.array([model.grading.of(n) for n in states]) / model.grading.unit
        sizes = abs(complex(arrays[str(model.drive)])) ** grades
        scale = -1j * sizes[None, :] / sizes[:, None]
        matrices = {}
        for powers, part in by_drive(model, model.drive).items():
            numbers = {word: evaluate(x, arrays)[()] for word, x in part.items()}
            matrices[powers] = block(model, numbers, states, complex) * scale
        still = matrices.pop((0, 0), np.zeros((len(states), len(states)), dtype=complex))
        return cls(states, sizes, still, matrices, envelope)

    def slope(self, t: float, C: np.ndarray) -> np.ndarray:
        """dC/dt."""
        f = self.envelope(t)
        factors = {(p, q): f**p * np.conj(f) ** q for p, q in self.driven}
        return np.asarray(
            self.still @ C + sum(factors[k] * (m @ C) for k, m in self.driven.items())
        )


def _function(envelope: Callable[[float], Any] | sp.Expr) -> Callable[[float], complex]:
    """The envelope as a function of numbers."""
    if isinstance(envelope, sp.Expr):
        letters = sorted(envelope.free_symbols, key=str)
        if [str(x) for x in letters] not in ([], ["t"]):
            raise ValueError(
                "Argument `envelope` must be an expression in the symbol `t` alone, but holds "
                f"{', '.join(map(str, letters))}."
            )
        function = sp.lambdify(letters or [sp.Symbol("t")], envelope, "numpy")
        return lambda t: complex(function(t))
    if not callable(envelope):
        raise TypeError(
            f"Argument `envelope` must be a function of time or an expression, but is {envelope!r}."
        )
    return lambda t: complex(envelope(t))

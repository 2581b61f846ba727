"""What an interference zero is worth: how deep, up to which drive, how well to be tuned.

Where the amplitude C_k of k quanta vanishes, g^(k) is of the next order in the drive, and off the
zero by delta in one parameter p it grows as the square of delta:

    g^(k)(0) = residual * drive^2 + curvature_p * delta^2,
    curvature_p = |d(sqrt(k!) C_k/C_1^k)/dp|^2.

The residual is what quantum jumps feed; it comes from `analytic.expand`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import factorial
from typing import Any

import numpy as np
import sympy as sp

import analytic
from analytic.conditions.condition import Condition
from analytic.conditions.unknowns import Unknowns
from analytic.derivation import Derivation
from systems.ladder import Mode
from systems.values import Values, read_exact

STEP = 1e-4  # relative to the parameter; two-sided, on an amplitude that is (nearly) linear
WEAK = 1e-3  # of the largest rate: the drive at which the residual is read off


@dataclass(frozen=True)
class OptimalPoint:
    """One zero of ``g^(order)``: where it is, and what limits it.

    ``values`` are those of all symbols but the drive; ``residual`` is ``g/drive**2`` there;
    ``curvature`` is ``g/delta**2`` for every parameter, the real and imaginary part of a complex
    one apart (``"J"`` and ``"i J"``).
    """

    values: Mapping[str, Any]
    residual: float
    curvature: Mapping[str, float]

    def drive(self, limit: float = 0.01) -> float:
        """The drive up to which ``g`` stays below ``limit``: next order of the drive only."""
        return float(np.sqrt(limit / self.residual)) if self.residual > 0 else float("inf")

    def tolerance(self, name: str, limit: float = 0.01) -> float:
        """By how much a parameter may be off before ``g`` reaches ``limit`` at zero drive."""
        slope = self.curvature[name]
        return float(np.sqrt(limit / slope)) if slope > 0 else float("inf")

    def __str__(self) -> str:
        place = ", ".join(f"{name} = {value:.6g}" for name, value in self.values.items())
        slopes = ", ".join(f"{name} {self.tolerance(name):.2g}" for name in self.curvature)
        return (
            f"{place}: g = {self.residual:.3g} drive^2, below 0.01 up to a drive of "
            f"{self.drive():.3g}; at zero drive g reaches 0.01 when off by {slopes}"
        )


def optimal_points(
    closed: Derivation,
    mode: Mode | str,
    solve_for: Unknowns,
    values: Values,
    order: int = 2,
) -> list[OptimalPoint]:
    """All real zeros of ``g^(order)`` in two unknowns (or a complex one), each with its limits.

    ``values`` holds numbers for all other symbols; the drive need not be among them unless the
    zero depends on it.
    """
    conditions = closed.blockade_conditions(mode, solve_for, order=order, values=values)
    return [limits(closed, mode, condition, order, values) for condition in conditions]


def limits(
    closed: Derivation, mode: Mode | str, condition: Condition, order: int, values: Values
) -> OptimalPoint:
    """What the zero of one branch is worth at these values of the other symbols.

    Raises `ValueError` outside the domain of the branch, and for bad values.
    """
    known = {str(name): value for name, value in values.items()}
    exact = read_exact(closed.model, values, "values")
    if condition.domain.subs(exact) == sp.false:
        raise ValueError(f"Argument `values` must lie in the domain {condition.domain}.")
    # a modulus is taken as the value of its symbol: the phase is free
    at = {_name(unknown): complex(v.subs(exact)) for unknown, v in condition.values.items()}
    at = known | {name: v.real if v.imag == 0 else v for name, v in at.items()}
    return _assess(closed, mode, at, order)


def _assess(closed: Derivation, mode: Mode | str, at: dict[str, Any], order: int) -> OptimalPoint:
    drive = str(closed.model.drive)
    strength = at.get(drive, WEAK * _largest_rate(closed, at))
    series = analytic.expand(closed.model, corrections=1)
    depth = series.evaluate(series.correlation(mode, order), at | {drive: strength}, sum="taylor")
    rest = {name: value for name, value in at.items() if name != drive}
    slopes = curvature(closed, mode, at | {drive: strength}, order)
    return OptimalPoint(rest, float(depth.real) / strength**2, slopes)


def curvature(
    closed: Derivation, mode: Mode | str, at: Mapping[str, Any], order: int
) -> dict[str, float]:
    """``|dR/dp|^2`` with ``R = sqrt(k!) C_k/C_1^k`` for every parameter, by differences."""
    several = closed.amplitude(closed.model.occupation(mode, order))
    one = closed.amplitude(closed.model.occupation(mode))
    steps = {
        prefix + str(s): (str(s), unit * STEP * max(abs(at[str(s)]), STEP))
        for s in closed.model.parameters
        if s != closed.model.drive
        for prefix, unit in ([("", 1)] if s.is_real else [("", 1), ("i ", 1j)])
    }
    points = {name: np.full(2 * len(steps), value) for name, value in at.items()}
    for i, (name, step) in enumerate(steps.values()):
        points[name] = points[name].astype(np.result_type(points[name], step))
        points[name][2 * i : 2 * i + 2] += step * np.array([1, -1])
    ratio = closed.evaluate(sp.sqrt(factorial(order)) * several / one**order, points)
    slopes = np.diff(ratio.reshape(-1, 2), axis=1).ravel()
    return {name: float(abs(slope / (2 * abs(step))) ** 2)
            for (name, (_, step)), slope in zip(steps.items(), slopes, strict=True)}  # fmt: skip


def _largest_rate(closed: Derivation, at: Mapping[str, Any]) -> float:
    given = {s: at[str(s)] for s in closed.model.parameters if str(s) in at}
    return max(float(loss.rate.subs(given)) for loss in closed.model.losses)


def _name(unknown: sp.Expr) -> str:
    return str(unknown.args[0] if isinstance(unknown, sp.Abs) else unknown)

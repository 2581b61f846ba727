"""What an interference zero is worth: how deep, up to which drive, how well to be tuned.

With R = sqrt(k!) C_k/C_1^k the leading order is g^(k) = |R|^2.  Where the amplitude C_k of k quanta
vanishes, g^(k) is of the next order in the drive, and off the zero by delta in one parameter p it
grows as the square of delta:

    g^(k)(0) = residual * drive^2 + curvature_p * delta^2,       curvature_p = |dR/dp|^2.

The residual is what quantum jumps feed; it comes from `analytic.expand`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy as sp

from analytic.evaluation import number_at
from analytic.series.expansion import expand
from systems import Model
from systems.display import Shown
from systems.ladder import Mode
from systems.values import Values, check_driven, read_exact

# Relative to the parameter, for two-sided differences: R is nearly linear at its zero, so that the
# error, STEP^2 of the slope, is below the digits shown, and round-off, 1e-16/STEP, is as well.
STEP = 1e-4
# Of the largest rate: the drive at which the residual is read off.  The first correction alone is
# evaluated, which is exactly proportional to drive^2, so that any drive would do.
WEAK = 1e-3


@dataclass(frozen=True)
class OptimalPoint(Shown):
    """One zero of ``g^(order)``: where it is, and what limits it.

    ``values`` are those of all symbols but the drive, in the unit that was given; ``residual`` is
    ``g/drive**2`` there, to leading order; ``curvature`` is ``g/delta**2`` for every parameter, the
    real and imaginary part of a complex one apart (``"J"`` and ``"i J"``).

    >>> point = OptimalPoint({"Delta": 0.29}, residual=4.0, curvature={"Delta": 1.0})
    >>> round(point.drive(0.01), 3), round(point.tolerance("Delta", 0.01), 3)
    (0.05, 0.1)
    """

    values: Mapping[str, Any]
    residual: float
    curvature: Mapping[str, float]

    def _title(self) -> str:
        return "zero of a correlation"

    def _facts(self) -> Mapping[str, str]:
        facts = {name: f"{value:.6g}" for name, value in self.values.items()}
        facts |= {"residual": f"{self.residual:.3g} drive^2"}
        return facts | {f"{name} may be off by": f"{self.tolerance(name):.2g}"
                        for name in self.curvature}  # fmt: skip

    def drive(self, limit: float = 0.01) -> float:
        """The drive up to which ``g`` stays below ``limit``, in the unit of the rates.

        From the next order of the drive only; infinite where that vanishes, too.

        >>> point = OptimalPoint({"Delta": 0.29}, residual=4.0, curvature={"Delta": 1.0, "J": 0.0})
        >>> point.drive(0.04)  # g = 4 drive^2
        0.1
        """
        return float(np.sqrt(limit / self.residual)) if self.residual > 0 else float("inf")

    def tolerance(self, name: str, limit: float = 0.01) -> float:
        """By how much a parameter may be off before ``g`` reaches ``limit`` at zero drive.

        In the parameter's own unit; infinite for a parameter on which the zero does not depend.

        >>> point = OptimalPoint({"Delta": 0.29}, residual=4.0, curvature={"Delta": 1.0, "J": 0.0})
        >>> point.tolerance("Delta", 0.04), point.tolerance("J")
        (0.2, inf)
        """
        slope = self.curvature[name]
        return float(np.sqrt(limit / slope)) if slope > 0 else float("inf")

    def __str__(self) -> str:
        place = ", ".join(f"{name} = {value:.6g}" for name, value in self.values.items())
        slopes = ", ".join(f"{name} {self.tolerance(name):.2g}" for name in self.curvature)
        return (
            f"{place}: g = {self.residual:.3g} drive^2, below 0.01 up to a drive of "
            f"{self.drive():.3g}; at zero drive g reaches 0.01 when off by {slopes}"
        )


@dataclass(frozen=True)
class Interference:
    """What vanishes at a condition: ``ratio`` is R of ``order`` quanta in a mode of a model.

    >>> from analytic import derive
    >>> from systems import parametric_kerr
    >>> condition = derive(parametric_kerr.MODEL).blockade_conditions("a", "G")[0]
    >>> condition.interference.order
    2
    """

    model: Model
    mode: Mode | str
    order: int
    ratio: sp.Expr

    def limits(
        self, branch: Mapping[sp.Expr, sp.Expr], domain: sp.Basic, values: Values
    ) -> OptimalPoint:
        """What the zero of one branch is worth at these values of the other symbols.

        Raises `ValueError` outside the domain of the branch, and for bad values.
        """
        known = {str(name): value for name, value in values.items()}
        exact = read_exact(self.model, values, "values")
        if domain.subs(exact) == sp.false:
            raise ValueError(f"Argument `values` must lie in the domain {domain}.")
        # a modulus is taken as the value of its symbol: the phase is free
        at = {_name(unknown): complex(v.subs(exact)) for unknown, v in branch.items()}
        return self.assess(known | {name: v.real if v.imag == 0 else v for name, v in at.items()})

    def assess(self, at: Mapping[str, Any]) -> OptimalPoint:
        """The residual and the curvatures at a zero, given by the values of all symbols by name.

        The drive need not be among them.
        """
        check_driven(self.model)
        drive = str(self.model.drive)
        strength = at.get(drive, WEAK * self._largest_rate(at))
        place, rest = {**at, drive: strength}, {n: v for n, v in at.items() if n != drive}
        series = expand(self.model, corrections=1)
        g = series.correlation(self.mode, self.order)
        depth = series.evaluate(g, place, sum="taylor")
        return OptimalPoint(rest, float(depth.real) / strength**2, self.curvature(place))

    def curvature(self, at: Mapping[str, Any]) -> dict[str, float]:
        """``|dR/dp|^2`` for every parameter but the drive, by two-sided differences.

        >>> from analytic import derive
        >>> from systems import parametric_kerr
        >>> condition = derive(parametric_kerr.MODEL).blockade_conditions("a", "G")[0]
        >>> at = {"Delta": 0.3, "chi": 0.2, "gamma": 1.0, "xi": 0.01, "G": 0.0001 + 0j}
        >>> slopes = condition.interference.curvature(at)
        >>> "xi" in slopes, slopes["Delta"] > 0
        (False, True)
        """
        steps = {
            prefix + str(s): (str(s), unit * STEP * max(abs(at[str(s)]), STEP))
            for s in self.model.parameters
            if s != self.model.drive
            for prefix, unit in ([("", 1)] if s.is_real else [("", 1), ("i ", 1j)])
        }
        points = {name: np.full(2 * len(steps), value) for name, value in at.items()}
        for i, (name, step) in enumerate(steps.values()):
            points[name] = points[name].astype(np.result_type(points[name], step))
            points[name][2 * i : 2 * i + 2] += step * np.array([1, -1])
        ratio = number_at(self.model, self.ratio, points)
        slopes = np.diff(ratio.reshape(-1, 2), axis=1).ravel()
        pairs = zip(steps.items(), slopes, strict=True)
        return {name: float(abs(x / (2 * abs(step))) ** 2) for (name, (_, step)), x in pairs}

    def _largest_rate(self, at: Mapping[str, Any]) -> float:
        """The largest rate of a loss at these values."""
        given = {s: at[str(s)] for s in self.model.parameters if str(s) in at}
        return max(float(loss.rate.subs(given)) for loss in self.model.losses)


def _name(unknown: sp.Expr) -> str:
    return str(unknown.args[0] if isinstance(unknown, sp.Abs) else unknown)

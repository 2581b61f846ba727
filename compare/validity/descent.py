"""The minimum of a function next to where a search starts, over one unknown or several.

A *depth* is asked for many points at once, because both roads are fastest so.  Unknowns are
measured in units in which a step of `FIRST_STEP` is a linewidth or less, and 1 at the start.

Over one unknown the logarithm is minimised, by steps that double and Chandrupatla's method
(`scipy.optimize.elementwise`).  Over several it is the depth itself, within regions in which a
parabola is trusted (`scipy.optimize`, trust-exact): next to a zero by interference the depth is a
parabola over many of its own widths, where its logarithm is none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

FIRST_STEP = 0.03  # of the search, relative to the parameters: a minimum is as wide as a linewidth
FARTHEST = 1.0  # one step of several unknowns: the parameter doubles, or vanishes
DOUBLINGS = 10  # of that step on the way to a minimum: to 30 times the parameter, or nowhere
PRECISION = 1e-7  # of the place, relative: the depth is flat there and far more precise
POLISHED = 8  # Newton's steps at the end: each doubles the digits, so that two or three do
STEPS = 60  # of a search over several unknowns; five are usual, thirty lead round a bent valley
# Between the points of a stencil.  A third derivative over a linewidth shifts the place by the
# square of it, 1e-8, and round-off of 1e-12 in the depth by 1e-12/STENCIL of the minimum's width.
STENCIL = 1e-4

Depth = Callable[[np.ndarray], np.ndarray]  # points (count, unknowns) -> the quantity at each


def lowest(depth: Depth, x: np.ndarray) -> np.ndarray | None:
    """The place of the minimum that lies downhill of ``x``; None where there is none.

    ``depth`` is positive, and NaN where it has no number.  ``x`` has the shape (unknowns,).

    >>> bowl = lambda x: 1 + (x[:, 0] - 1.2) ** 2 + (x[:, 1] - x[:, 0]) ** 2
    >>> lowest(bowl, np.array([1.0, 1.0])).round(6)
    array([1.2, 1.2])
    """
    return _lowest_of_one(depth, x) if len(x) == 1 else _lowest_of_several(depth, x)


def _lowest_of_one(depth: Depth, x: np.ndarray) -> np.ndarray | None:
    """The minimum over one unknown; None where the function falls without an end.

    Steps that double lead downhill to three points with the lowest in the middle; between them
    Chandrupatla's method closes in on the minimum.
    """
    from scipy.optimize.elementwise import bracket_minimum, find_minimum

    def logarithm(points: np.ndarray) -> np.ndarray:
        with np.errstate(divide="ignore"):
            values = np.log(depth(np.reshape(points, (-1, 1))))
        # a zero is the lowest of all, and no number the highest
        return np.nan_to_num(values, nan=np.inf, neginf=-1e4, posinf=np.inf).reshape(points.shape)

    start = float(x[0])
    ends = {"xl0": start - FIRST_STEP, "xr0": start + FIRST_STEP, "maxiter": DOUBLINGS}
    with np.errstate(invalid="ignore"):  # differences of two infinities
        around = bracket_minimum(logarithm, start, **ends)
        if not around.success:
            return None
        tolerances = {"xatol": PRECISION, "xrtol": 0}
        found = find_minimum(logarithm, around.bracket, tolerances=tolerances)
    return np.array([found.x]) if found.success and np.isfinite(found.f_x) else None


def _lowest_of_several(depth: Depth, x: np.ndarray) -> np.ndarray | None:
    """The minimum over several unknowns; None where none is found.

    Far from it the depth tells how far a parabola may be trusted.  Where Newton's next step is
    shorter than `STENCIL`, the depth is too flat to tell anything: there the place alone decides,
    and Newton's steps end where the next is shorter than `PRECISION`.
    """
    from scipy.optimize import minimize

    surface = _Surface(depth, x)
    if not np.isfinite(surface.scale):
        return None

    def look(intermediate_result: Any) -> None:
        if surface.at(intermediate_result.x).reach < STENCIL:
            raise StopIteration

    found = minimize(
        lambda p: surface.at(p).value,
        x,
        jac=lambda p: surface.at(p).gradient,
        hess=lambda p: surface.at(p).hessian,
        method="trust-exact",
        callback=look,
        options={"initial_trust_radius": FIRST_STEP, "max_trust_radius": FARTHEST,
                 "gtol": 0, "maxiter": STEPS},
    )  # fmt: skip
    return _polished(surface, found.x)


def _polished(surface: _Surface, x: np.ndarray) -> np.ndarray | None:
    """The minimum next to ``x`` by Newton's steps alone; None where they lead away."""
    for _ in range(POLISHED):
        near = surface.at(x)
        if near.reach < PRECISION:
            return x
        if not near.reach < FIRST_STEP:
            return None
        x = x + near.step
    return None


@dataclass(frozen=True)
class Parabola:
    """A function near a point, to second order: what a stencil of its values tells.

    >>> Parabola(1.0, np.array([0.0, 0.5]), np.eye(2)).reach
    0.5
    """

    value: float
    gradient: np.ndarray
    hessian: np.ndarray

    @property
    def step(self) -> np.ndarray:
        """From the point to the minimum of the parabola."""
        return np.asarray(-np.linalg.solve(self.hessian, self.gradient))

    @property
    def reach(self) -> float:
        """The length of that step; infinite where the parabola has no minimum, or no number."""
        bent = np.isfinite(self.value) and np.all(np.linalg.eigvalsh(self.hessian) > 0)
        return float(np.linalg.norm(self.step)) if bent else np.inf


class _Surface:
    """A depth in units of that at the start, with its derivatives by central differences."""

    def __init__(self, depth: Depth, x: np.ndarray) -> None:
        self._depth, self._known = depth, dict[bytes, Parabola]()
        pairs = [(i, j) for i in range(len(x)) for j in range(i)]
        unit = np.eye(len(x))
        self._pairs = pairs
        one = [sign * unit[i] for i in range(len(x)) for sign in (1, -1)]
        two = [sign * (unit[i] + unit[j]) for i, j in pairs for sign in (1, -1)]
        self._stencil = STENCIL * np.vstack([0 * x, *one, *two])
        self.scale = float(depth(x[None])[0]) or 1.0

    def at(self, x: np.ndarray) -> Parabola:
        """The parabola at a point, each asked for once."""
        key = np.asarray(x).tobytes()
        if key not in self._known:
            self._known[key] = self._fit(self._depth(x + self._stencil) / self.scale)
        return self._known[key]

    def _fit(self, f: np.ndarray) -> Parabola:
        """Value, gradient and second derivatives from the values on the stencil.

        A point of which a neighbour has no number counts as infinitely high.
        """
        n = self._stencil.shape[1]
        if not np.isfinite(f).all():
            return Parabola(np.inf, np.zeros(n), np.eye(n))
        up, down = f[1 : 2 * n : 2], f[2 : 2 * n + 1 : 2]
        bent = (up + down - 2 * f[0]) / STENCIL**2
        hessian = np.diag(bent)
        for (i, j), plus, minus in zip(
            self._pairs, f[2 * n + 1 :: 2], f[2 * n + 2 :: 2], strict=True
        ):
            both = (plus + minus - 2 * f[0]) / STENCIL**2
            hessian[i, j] = hessian[j, i] = (both - bent[i] - bent[j]) / 2
        return Parabola(float(f[0]), (up - down) / (2 * STENCIL), hessian)

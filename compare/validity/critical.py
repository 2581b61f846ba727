"""The drive up to which a closed form may be believed.

The deviation of a formula from the master equation, ``formula/master equation - 1``, grows from
zero with the drive; the critical drive is where its size first reaches the tolerance.  With k
corrections the deviation is c xi^(2 (k + 1)) for weak drive, so that

    xi* = (tolerance/|c|)^(1/(2 (k + 1)))

estimates it, c being the difference that the next correction makes.  The critical drive itself is
found on the converged master equation: geometric steps upward until the tolerance is exceeded, at
a step or at a maximum between steps, then a root of log(|deviation|/tolerance) in log(drive),
which is nearly a straight line.

What adapts is the work at each point: the steps begin next to the estimate, only points still
searched for are solved, and each with the quanta that its drive needs.  The grid does not adapt.
Interpolation between the points of a coarser one would be wrong where a map is worth looking
at, next to the lines on which the deviation changes sign and the critical drive jumps.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from analytic.series.hierarchy import LONGEST, count_moments
from compare.quantities import Quantity, check_holds, read_quantity
from compare.validity.curve import Curve, asymptotic_drive, one_quantum_drive
from compare.validity.deviation import CONVERGED, Deviation
from compare.validity.ray import Ray, read_ray
from compare.validity.search import Crossing
from systems import Model
from systems.display import Shown, counts, ends, points
from systems.labels import by_name, is_labelled
from systems.progress import hushable
from systems.ungraded import partial_weights
from systems.values import Values

START = 0.8  # of the estimate: a deviation of second order is then two thirds of the tolerance
WEAK = 0.1  # of the drive that makes one quantum: far from where a deviation may have turned back
WEAKEST = 1e-6  # of the drive that makes one quantum; below, the formula counts as wrong everywhere
FINEST = 1e-6  # least tolerance: no truncation can be told to be better than a millionth of it
MOMENTS = 100_000  # of a series: twenty seconds for each summation of it, of many
SMALLEST = 1e-12  # deviation that is told from zero


@dataclass(frozen=True, repr=False)
class CriticalDrive(Shown):
    """Critical drives of an array of points, with what each is worth; all of one shape.

    ``drive`` is exact to 1e-6 (relative) where ``status`` is "ok".  Elsewhere it is the largest
    drive known to be within the tolerance: up to where was searched ("not reached"), up to where
    the master equation could be solved (its own status, such as "not converged"), or 0 for a
    formula that is outside at the weakest drive already ("nowhere"); NaN if nothing is known.
    ``estimate`` is the asymptotic one, inf where the next correction vanishes, NaN for a model
    without a series.  The words are those of `systems.status.Status` and of
    `compare.validity.search.Bound`.

    >>> found = CriticalDrive(drive=0.1, estimate=0.11, status="ok", tolerance=0.01)
    >>> found.drive
    0.1
    """

    drive: Any
    estimate: Any
    status: Any
    tolerance: Any

    def _title(self) -> str:
        at = "" if not np.ndim(self.drive) else f" at {points(np.shape(self.drive))}"
        return f"critical drive{at}: {ends(self.drive)}, {counts(self.status)}"

    def _facts(self) -> Mapping[str, str]:
        facts = {"drive": ends(self.drive), "estimate": ends(self.estimate)}
        return facts | {"status": counts(self.status), "tolerance": ends(self.tolerance)}

    def power(self, device: Any) -> Any:
        """Critical input power (W) for a device whose ``power_of`` takes drives in rad/s.

        >>> from systems import nanotip
        >>> device = nanotip.Device()
        >>> found = CriticalDrive(device.drive(1e-15), 0.0, "ok", tolerance=0.01)
        >>> bool(np.isclose(found.power(device), 1e-15))
        True
        """
        return device.power_of(self.drive)


@hushable
def critical_drive(
    model: Model,
    values: Values,
    quantity: str = "g2",
    tolerance: Any = 0.01,
    order: int = 0,
    *,
    largest: Any = None,
    quanta: int | Mapping[str, int] | None = None,
    limit: int | None = None,
    solver: str = "auto",
    progress: bool = True,
) -> CriticalDrive:
    """The largest drive up to which a formula stays within ``tolerance``, everywhere below it.

    ``values`` are numbers or arrays, plain or labelled, and so is the result; the drive among
    them is ignored unless ``model.orders`` names symbols that grow with it.  ``tolerance`` bounds
    ``|formula/master equation - 1|`` and may be an array, labelled or beside plain values.
    ``order`` 0 is the leading order, k
    the formula with k corrections.  The search ends at ``largest``, without it at the drive
    for which the leading order predicts one quantum in some mode; a model that is driven by
    pairs only has none and needs ``largest``.  ``progress=False`` shows no bar.

    ``quanta``, ``limit`` and ``solver`` of the master equation are those of `numeric.steady_state`.
    Its order follows from the quantity, and its accuracy from ``tolerance``: a millionth of it, or
    with quanta given what they give, "not converged" beyond a hundredth of it; the critical drive
    is then exact to half a percent.

    Raises `ValueError` for values, a quantity, a tolerance or an order that make no sense, and for
    an order of more than `MOMENTS` moments.

    A two-level atom has P = s/(1 + 2 s) with s = 4 xi^2/gamma^2 to leading order (Loudon, The
    Quantum Theory of Light): off by 2 s, which is 0.01 at xi/gamma = sqrt(0.01/8).

    >>> import sympy as sp
    >>> from sympy.physics.quantum.pauli import SigmaMinus, SigmaPlus
    >>> from systems import Loss
    >>> gamma, xi = sp.symbols("gamma xi", positive=True)
    >>> drive = xi * (SigmaPlus("s") + SigmaMinus("s"))
    >>> atom = Model("atom", drive, (Loss(gamma, SigmaMinus("s")),), xi)
    >>> found = critical_drive(atom, {"gamma": 1.0}, "P1")
    >>> float(found.drive.round(6)), str(found.status)
    (0.035355, 'ok')
    """
    wanted = read_quantity(model, quantity)
    check_holds([wanted], quanta)
    _check_order(order)
    _check_work(model, wanted, order)
    ray = read_ray(model, values, tolerance, largest)
    tolerance, largest = (_by_position(ray, n, x) for n, x in
                          (("tolerance", tolerance), ("largest", largest)))  # fmt: skip
    ray, tolerances = _spread(ray, tolerance, largest)
    formula = _formula(wanted, order, ray)
    single = one_quantum_drive(ray)
    end = single if largest is None else np.broadcast_to(largest, ray.shape).ravel()
    _check_end(end, model, given=largest is not None)
    # a laser that makes pairs only puts no single quantum anywhere: the end sets the scale
    single = np.where(np.isfinite(single), single, end)
    estimate = asymptotic_drive(formula, tolerances, single)
    how = {"quanta": quanta, "limit": limit, "solver": solver}
    deviation = Deviation(formula, CONVERGED * tolerances.min(), **how)

    def excess(drive: np.ndarray, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        found, status = deviation(drive, points)
        # a deviation that changes sign passes zero, whose logarithm no root finder likes
        return np.log(np.maximum(abs(found), SMALLEST) / tolerances[points]), status

    weakest = WEAKEST * np.minimum(single, end)
    search = Crossing(excess, weakest, end, progress)
    start = np.minimum(START * np.fmin(estimate, end), WEAK * single)
    search.bracket(np.maximum(start, weakest))
    search.look_between()
    search.refine()
    found = {
        "critical_drive": search.inside,
        "estimate": estimate,
        "status": search.status,
        "tolerance": tolerances,
    }
    return CriticalDrive(*(ray.shaped(x, name) for name, x in found.items()))


def _formula(quantity: Quantity, order: int, ray: Ray) -> Curve:
    """The formula over the drive; where there is none the error says what to do without it."""
    try:
        return Curve(quantity, order, ray)
    except ValueError as error:
        raise type(error)(
            f"Argument `model` must have a closed form of {quantity.name}, which holds up to a "
            f"critical drive, but the {ray.model.name} has none: compare.solve tabulates the "
            f"master equation over the drive. {error}"
        ) from error


def _spread(ray: Ray, tolerance: Any, largest: Any) -> tuple[Ray, np.ndarray]:
    """The ray over the axes of all three, and the tolerance at each of its points, flat."""
    tolerances = _read_tolerance(tolerance)
    ray = ray.spread(np.broadcast_shapes(ray.shape, tolerances.shape, np.shape(largest)))
    return ray, np.broadcast_to(tolerances, ray.shape).ravel()


def _by_position(ray: Ray, name: str, given: Any) -> Any:
    """A number or an array along the axes of the ray; raises `TypeError` for axes without names."""
    if is_labelled(given) and ray.axes is not None:
        return by_name(given, ray.axes.dims)
    if ray.axes is not None and np.ndim(given):
        raise TypeError(
            f"Argument `{name}` must be a number or labelled as the values are, but is an array."
        )
    return given


def _read_tolerance(tolerance: Any) -> np.ndarray:
    """The tolerances as an array; raises `ValueError` for any that is below `FINEST`."""
    array = np.asarray(tolerance)
    numbers = array.dtype.kind in "iuf" and array.size > 0
    if not numbers or not np.all((array >= FINEST) & np.isfinite(array)):
        raise ValueError(f"Argument `tolerance` must be at least {FINEST:g}, but is {tolerance!r}.")
    return array.astype(float)


def _check_order(order: int) -> None:
    """Raise `ValueError` unless the order is a whole number of corrections, 0 or more."""
    if isinstance(order, bool) or not isinstance(order, int | np.integer) or order < 0:
        raise ValueError(f"Argument `order` must be a number of corrections, but is {order!r}.")


def _check_work(model: Model, quantity: Quantity, order: int) -> None:
    """Raise `ValueError` for a series that takes minutes; the next correction is needed as well."""
    if partial_weights(model):
        if order:
            raise ValueError(
                f"Argument `order` must be 0 for {quantity.name} of the {model.name}, whose closed "
                f"forms (analytic.polaron) have no corrections, but is {order}."
            )
        return
    moments = count_moments(model, quantity.occupation, order + 1)
    if moments > MOMENTS or order >= LONGEST:
        sizes = (count_moments(model, quantity.occupation, k + 1) for k in range(LONGEST))
        most = next((k for k, size in enumerate(sizes) if size > MOMENTS), LONGEST) - 1
        raise ValueError(
            f"Argument `order` must leave at most {MOMENTS:,} moments to be solved for, but "
            f"{order} corrections to {quantity.name} take about {moments:,}: at most "
            f"{max(most, 0)} corrections do for this model."
        )


def _check_end(end: np.ndarray, model: Model, given: bool) -> None:
    """Raise `ValueError` unless the search has a drive to end at, at every point."""
    if np.all((end > 0) & np.isfinite(end)):
        return
    if given:
        raise ValueError(f"Argument `largest` must be a positive drive, but is {end.min():g}.")
    raise ValueError(
        f"Argument `largest` must say where the search for the critical `{model.drive}` ends: the "
        "drive of one quantum, where it would, is not there, for no mode has a one-quantum "
        "amplitude at leading order."
    )

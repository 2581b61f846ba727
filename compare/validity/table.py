"""Where a formula may be believed: the critical drive over any values of a model.

At a given drive the formula holds within the tolerance, there and at all weaker drives, exactly
where the critical drive is larger.  A table over two values is a map, and `compare.validity.maps`
draws it.  Beyond the critical drive the formula may come close again where its deviation changes
sign; that is not counted as holding.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from compare.quantities import read_quantity
from compare.rows import coordinates
from compare.validity.critical import critical_drive
from compare.validity.curve import Curve
from compare.validity.deviation import CONVERGED, Deviation
from compare.validity.ray import read_ray
from systems import Model
from systems.labels import Labelled, is_labelled
from systems.progress import hushable
from systems.values import Values

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ["critical_drive", "estimate", "status", "drive", "deviation"]


@hushable
def validity(
    model: Model,
    values: Values,
    quantity: str = "g2",
    tolerance: float = 0.01,
    order: int = 0,
    *,
    labels: Mapping[str, Any] | None = None,
    largest: Any = None,
    quanta: int | Mapping[str, int] | None = None,
    limit: int | None = None,
    solver: str = "auto",
    progress: bool = True,
) -> pd.DataFrame:
    """Table of critical drives, one row per point.

    The values that are arrays come first (or ``labels``), then ``critical_drive, estimate,
    status`` as explained at `CriticalDrive`.  If ``values`` hold the drive, there follow
    ``drive`` and ``deviation``, that of the formula at this drive: NaN where the master equation
    has no answer.  Arguments and errors are those of `critical_drive`.

    All columns but ``status`` are numbers, the drives in the unit of the values.

    >>> from systems import kerr
    >>> values = {"Delta": np.array([0.0, 0.5]), "chi": 1.0, "gamma": 1.0, "xi": 0.01}
    >>> table = validity(kerr.MODEL, values, "number")
    >>> table["status"].tolist(), bool((table["critical_drive"] > table["drive"]).all())
    (['ok', 'ok'], True)
    >>> bool((abs(table["deviation"]) < 0.01).all())  # as below any critical drive
    True
    """
    how: dict[str, Any] = {"quanta": quanta, "limit": limit, "solver": solver, "progress": progress}
    found = critical_drive(model, values, quantity, tolerance, order, largest=largest, **how)
    name, given = str(model.drive), {str(key): value for key, value in values.items()}
    ray = read_ray(model, _spread(given, name))
    others = {key: value for key, value in given.items() if key != name}
    places = {**_coordinates(given.get(name)), **others} if labels is None else labels
    points = {name: np.empty(ray.shape)}
    if ray.axes is not None:
        points = Labelled(points, ray.axes)
    table = coordinates(places, points).assign(
        critical_drive=ray.flat("critical_drive", found.drive),
        estimate=ray.flat("estimate", found.estimate),
        status=ray.flat("status", found.status).astype(str),
    )
    if name in given:
        drive = ray.flat(name, given[name])
        curve = Curve(read_quantity(model, quantity), order, ray)
        deviation = Deviation(curve, CONVERGED * float(tolerance), **how)
        table = table.assign(drive=drive, deviation=deviation(drive, np.arange(ray.size))[0])
    table.attrs = {
        "model": model.name,
        "drive": name,
        "quantity": quantity,
        "tolerance": tolerance,
        "order": order,
    }
    return table


def _coordinates(value: Any) -> dict[str, Any]:
    """The coordinates of a labelled value, by name."""
    return {str(n): x for n, x in value.coords.items()} if is_labelled(value) else {}


def _spread(values: Mapping[str, Any], drive: str) -> Mapping[str, Any]:
    """The values with one of them spread over the axes of a labelled drive, by their names.

    The drive itself is ignored where the points are read: their axes are those of the others.
    """
    given = values.get(drive)
    others = [key for key in values if key != drive]
    if not is_labelled(given) or not others:
        return values
    import xarray as xr

    with xr.set_options(arithmetic_join="exact"):
        return {**values, others[0]: values[others[0]] + 0 * xr.DataArray(given)}

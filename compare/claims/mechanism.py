"""What the paper says about the mechanism and about its closed forms: Fig. 3."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from compare.claims.blockade import BLOCKADE, SAME
from compare.claims.roads import at, of, solve, table
from compare.claims.rule import Readings, Roads, above, below, digits, near
from compare.figures import fig3c, fig3d
from compare.figures.cavities import PHI_UM, R_UM
from systems.nanotip import Device

NOTHING = 1e-9  # "= 0 exactly": what round-off may leave


def C20_zero(device: Device) -> Readings:
    """text below Eq. (5): C20 = 0 for chi/gamma = 0.5 and |J|/gamma = 1."""
    values = at(device, R_UM, PHI_UM, 0.5)
    values["J"] = values["gamma"]
    P20, P10 = solve(values, "P20"), solve(values, "P10")
    # g2 = 1 of coherent light means P20 = P10^2/2 when the light is weak
    ratio = P20.map(lambda P20, P10: float(2 * P20 / P10**2), P10)
    return below(NOTHING, ratio, "2 P20/P10^2", "0")


def g2_without_coupling(device: Device) -> Readings:
    """text below Eq. (7): g2(0) = 1/(4 (chi/gamma)^2 + 1) at J = 0."""
    values = at(device, R_UM, PHI_UM) | {"J": 0.0}
    printed = 1 / (4 * (values["chi"] / values["gamma"]) ** 2 + 1)
    return near(printed, SAME, solve(values, "g2"), "g2(0) at J = 0, within 5 % of the formula,")


def P01_suppressed(device: Device) -> Readings:
    """Fig. 3(c): P01 is suppressed at phi = 0.27 um."""
    return digits("0.27", _extremum(device, "P01", np.argmin), "phi of the smallest P01 in um")


def P10_largest(device: Device) -> Readings:
    """Fig. 3(c): P10 has its maximum at phi = 0.27 um."""
    return digits("0.27", _extremum(device, "P10", np.argmax), "phi of the largest P10 in um")


def agreement_3c(device: Device) -> Readings:
    """Fig. 3(c): excellent agreement of markers and curves."""
    gaps = [largest_gap(rows) for _, rows in table(fig3c, device).groupby("quantity")]
    measure = "largest |closed form - master equation| of the points, over the maximum of a curve,"
    return below(SAME, Roads(np.nan, max(gaps)), measure, "excellent")


def agreement_3d(device: Device) -> Readings:
    """Fig. 3(d): excellent agreement of markers and curves."""
    largest = float(table(fig3d, device)["deviation"].abs().max())
    measure = "largest |closed form/master equation - 1| of the points (the axis is logarithmic)"
    return below(SAME, Roads(np.nan, largest), measure, "excellent")


def no_blockade_far(device: Device) -> Readings:
    """text below Eq. (7): no blockade for r > 0.6 um."""
    rows = table(fig3d, device).query("r_um > 0.6")
    least = of(rows).map(lambda g2: float(g2.min()))
    return above(BLOCKADE, least, "smallest g2(0) over r > 0.6 um and three phi")


def bunching_near(device: Device) -> Readings:
    """text below Eq. (7): photons bunch for 0 < r < 0.2 um."""
    rows = table(fig3d, device).query("0 < r_um < 0.2")
    least = of(rows).map(lambda g2: float(g2.min()))
    return above(1, least, "smallest g2(0) over 0 < r < 0.2 um and three phi")


def largest_gap(rows: pd.DataFrame) -> float:
    """Largest distance of markers from their curve, relative to the maximum of the curve."""
    return float((rows["analytic"] - rows["numeric"]).abs().max() / rows["numeric"].max())


def _extremum(device: Device, quantity: str, where: Callable[[np.ndarray], np.intp]) -> Roads:
    rows = table(fig3c, device).query("quantity == @quantity")
    phi = rows["phi_um"].to_numpy()
    return of(rows).map(lambda P: float(phi[where(P)]))

"""What the paper says about the mechanism and about its closed forms: Fig. 3.

Two things are claimed.  Two paths to |2,0> cancel at chi = gamma/2, |J| = gamma, so that C20 = 0:
that is exact in the closed form, and at any drive quantum jumps leave some of P20.  And markers and
curves agree "excellently": that is read as no distance that the eye sees, `SAME` of the axis.

The first is a statement about zero, which no number of the master equation can meet; the second is
about every point of a figure, and is judged by the worst of them.
"""

from compare.claim import Readings, above, apart, below, near
from compare.extremes import Curve, gap, greatest, least
from compare.papers.tang2025.claims.blockade import BLOCKADE, SAME
from compare.papers.tang2025.claims.roads import Road, at, each, leading, master, solve
from compare.papers.tang2025.figures import fig3d
from compare.papers.tang2025.figures.cavities import PHI_UM, R_UM
from systems.library.nanotip import Device

FAR_UM = 2.0  # r at which nothing is left of the tip: its coupling is exp(-20) of a_t
PERIOD_UM = (0.0, 0.55)  # of phi, lambda/(2 n_0)
FINE = 81  # points of curves with more than one minimum
GAP = "largest |closed form - master equation|/maximum"
NOTHING = 1e-9  # "= 0 exactly": what round-off may leave


def C20_zero(device: Device) -> Readings:
    """P20 relative to coherent light of the same P10, which has P20 = P10^2/2 when it is weak.

    At the values named the closed form of C20 is zero but for round-off (`NOTHING`).  That of P20
    is then zero as well, while quantum jumps out of three photons leave some of it in the master
    equation.
    """
    values = at(device, R_UM, PHI_UM, 0.5)
    values["J"] = values["gamma"]
    P20, P10 = solve(values, "P20"), solve(values, "P10")
    # g2 = 1 of coherent light means P20 = P10^2/2 when the light is weak
    ratio = P20.map(lambda P20, P10: float(2 * P20 / P10**2), P10)
    return below(NOTHING, ratio, "2 P20/P10^2", printed="0")


def g2_without_coupling(device: Device) -> Readings:
    """The printed limit of Eq. (7) at J = 0, where a single Kerr mode is left."""
    values = at(device, R_UM, PHI_UM) | {"J": 0.0}
    printed = 1 / (4 * (values["chi"] / values["gamma"]) ** 2 + 1)
    return near(printed, SAME, solve(values, "g2"), "g2(0)", "at J = 0, within 5 % of the formula,")


def agreement_3c(device: Device) -> Readings:
    """The largest distance of both roads over the maximum of the curve: the axis is linear."""

    def distance(name: str) -> float:
        closed, solved = (_on_circle(road, device, name) for road in (leading, master))
        return gap(closed, solved, *PERIOD_UM, FINE)

    largest = apart(max(distance("P10"), distance("P01")))
    return below(SAME, largest, GAP, "over phi, for P10 and P01,", "excellent")


def agreement_3d(device: Device) -> Readings:
    """The largest relative deviation of both roads: the axis is logarithmic."""

    def deviation(phi: float) -> float:
        closed, solved = (_along(road, device, phi) for road in (leading, master))
        return greatest(lambda r: abs(closed(r) / solved(r) - 1), 0, 0.8, FINE)

    largest = apart(max(map(deviation, fig3d.PHI_UM)))
    detail = "over r up to 0.8 um and three phi (the axis is logarithmic)"
    return below(SAME, largest, "largest |deviation|", detail, "excellent")


def no_blockade_far(device: Device) -> Readings:
    """The smallest g2(0) from 0.6 um outwards, where the tip undoes nothing."""
    smallest = each(lambda road: _least_g2(road, device, 0.6, FAR_UM))
    return above(BLOCKADE, smallest, "smallest g2(0)", "over r > 0.6 um and three phi")


def bunching_near(device: Device) -> Readings:
    """The smallest g2(0) up to 0.2 um, where the tip's own coupling is the larger one."""
    smallest = each(lambda road: _least_g2(road, device, 0, 0.2))
    return above(1, smallest, "smallest g2(0)", "over 0 < r < 0.2 um and three phi")


def _least_g2(road: Road, device: Device, low: float, high: float) -> float:
    """The smallest g2(0) over a range of r in um, over the three phi of Fig. 3(d).

    It is a minimum over both, found on the road given; `FINE` points keep a curve with several
    minima from being judged by the wrong one.
    """
    return min(least(_along(road, device, phi), low, high, FINE) for phi in fig3d.PHI_UM)


def _along(road: Road, device: Device, phi_um: float) -> Curve:
    """g2(0) against r in um."""
    return lambda r_um: road(at(device, r_um, phi_um), "g2")


def _on_circle(road: Road, device: Device, quantity: str) -> Curve:
    """A quantity against phi in um at r = 0.35 um."""
    return lambda phi_um: road(at(device, R_UM, phi_um), quantity)

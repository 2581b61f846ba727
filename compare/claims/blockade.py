"""What the paper says about blockade with, without and near the tip: Figs. 1 and 2.

"Blockade" is g2(0) << 1; the number that decides is `BLOCKADE`.
"""

import numpy as np

from compare.claims.roads import at, of, solve, table
from compare.claims.rule import Readings, Roads, above, below, digits, exactly
from compare.figures import fig1b
from compare.figures.cavities import PHI_UM, R_UM, SIDE_UM, cavity
from systems.nanotip import Device

BLOCKADE = 0.05  # g2(0) below it counts as blockade, and from it on as none
SAME = 0.05  # curves that are closer than this, relative, are the same to the eye
CHI = np.array([0.1, 0.5, 1, 3, 10])  # "regardless of chi": chi/gamma from weak to strong
AROUND_UM = np.linspace(0.2, 0.34, 29)  # phi around J = 0, from one |J| = gamma to the other


def g2_ideal(device: Device) -> Readings:
    """Fig. 1(b): g2(0) ~ 0.009 in the ideal cavity."""
    return digits("0.009", solve(device.ideal(), "g2"), "g2(0) without defects")


def g2_tip(device: Device) -> Readings:
    """text below Fig. 2: g2(0) ~ 0.012 with the tip."""
    return digits("0.012", solve(at(device, R_UM, PHI_UM), "g2"), "g2(0) with the tip")


def g3_tip(device: Device) -> Readings:
    """text below Fig. 2: g3(0) ~ 3.6e-5 with the tip."""
    return digits("3.6e-5", solve(at(device, R_UM, PHI_UM), "g3"), "g3(0) with the tip")


def g4_tip(device: Device) -> Readings:
    """text below Fig. 2: g4(0) ~ 4.8e-8 with the tip."""
    return digits("4.8e-8", solve(at(device, R_UM, PHI_UM), "g4"), "g4(0) with the tip")


def tip_loss_raises_g2(device: Device) -> Readings:
    """text below Fig. 2: with the tip g2(0) is slightly larger than in the ideal cavity."""
    tip, ideal = (solve(values, "g2") for values in (at(device, R_UM, PHI_UM), device.ideal()))
    ratio = tip.map(np.divide, ideal)
    return above(1, ratio, "g2(0) with the tip, divided by that of the ideal cavity,")


def breakdown(device: Device) -> Readings:
    """Fig. 1(b): backscattering breaks the blockade without the tip."""
    return above(BLOCKADE, solve(device.without_tip(), "g2"), "g2(0) without the tip")


def antibunching(device: Device) -> Readings:
    """Fig. 1(b): with the tip g2(0) < g2(tau)."""
    rows = table(fig1b, device).query("quantity == 'g2(tau) (tip)'")
    least = of(rows).map(lambda g2: float(g2[1:].min() / g2[0]))
    return above(1, least, "smallest g2(tau)/g2(0) of the delays tau > 0")


def mode_splitting(device: Device) -> Readings:
    """Fig. 1(c): without the tip the resonance is split in two."""
    detuning = device.gamma_1 * np.linspace(-5, 5, 51)
    peaks = solve(cavity("no tip", detuning, device), "number").map(_peaks)
    return exactly(2, peaks, "number of maxima of N_cw over the detuning")


def number_independent_of_chi(device: Device) -> Readings:
    """Fig. 2(a): N_cw is independent of chi."""
    phi, chi = np.meshgrid([PHI_UM, *SIDE_UM], CHI, indexing="ij")
    N = solve(at(device, R_UM, phi, chi), "number")
    spread = N.map(lambda N: float((np.ptp(N, axis=1) / N.max(axis=1)).max()))
    measure = "(max - min)/max of N_cw over chi/gamma from 0.1 to 10, largest over three phi,"
    return below(SAME, spread, measure, "independent")


def number_recovers(device: Device) -> Readings:
    """Fig. 2(b): at phi = 0.27 um N_cw has its maximum for every chi."""
    least = _revival(device, PHI_UM).map(lambda N: float(N.min()))
    measure = "N_cw there relative to its maximum over phi, smallest over chi,"
    return above(1 - SAME, least, measure, "maximum")


def number_does_not_recover(device: Device) -> Readings:
    """Fig. 2(b): at phi = 0.21 and 0.33 um N_cw recovers for no chi."""
    most = Roads(0.0, 0.0)
    for phi in SIDE_UM:
        most = most.map(lambda most, N: max(most, float(N.max())), _revival(device, phi))
    measure = "N_cw there relative to its maximum over phi, largest over chi,"
    return below(1 - SAME, most, measure, "not totally")


def blockade_for_strong_chi(device: Device) -> Readings:
    """Fig. 2(b): blockade at phi = 0.27 um for chi/gamma = 3."""
    return below(BLOCKADE, *_g2(device, PHI_UM, 3), "<< 1")


def no_blockade_for_weak_chi(device: Device) -> Readings:
    """Fig. 2(b): no blockade at phi = 0.27 um for chi/gamma = 0.1."""
    return above(BLOCKADE, *_g2(device, PHI_UM, 0.1), "not << 1")


def blockade_at_side_low(device: Device) -> Readings:
    """Fig. 2(b): blockade at phi = 0.21 um for chi/gamma = 0.5."""
    return below(BLOCKADE, *_g2(device, SIDE_UM[0], 0.5), "<< 1")


def blockade_at_side_high(device: Device) -> Readings:
    """Fig. 2(b): blockade at phi = 0.33 um for chi/gamma = 0.5."""
    return below(BLOCKADE, *_g2(device, SIDE_UM[1], 0.5), "<< 1")


def _g2(device: Device, phi_um: float, chi_over_gamma: float) -> tuple[Roads, str]:
    g2 = solve(at(device, R_UM, phi_um, chi_over_gamma), "g2")
    return g2, f"g2(0), blockade read as below {BLOCKADE:g},"


def _revival(device: Device, phi_um: float) -> Roads:
    """N_cw at phi relative to its maximum over phi, for each chi."""
    phi, chi = np.meshgrid([phi_um, *AROUND_UM], CHI, indexing="ij")
    return solve(at(device, R_UM, phi, chi), "number").map(lambda N: N[0] / N.max(axis=0))


def _peaks(curve: np.ndarray) -> float:
    inner = curve[1:-1]
    return float(np.sum((inner > curve[:-2]) & (inner > curve[2:])))

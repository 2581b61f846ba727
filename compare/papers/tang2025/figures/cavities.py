"""The three cavities of Fig. 1, and where the paper puts the tip.

"ideal" has no defects, J = 0 and the loss gamma_1; "no tip" has the backscattering J_0; "tip" has
both and the nanotip at (`R_UM`, `PHI_UM`), where its coupling undoes the backscattering.  All
panels start from `DEVICE`, the paper's device in SI units; places are in um, as the paper has
them.
"""

from typing import Any

from compare.style import BLUE, GREY, RED
from systems.library import nanotip

DEVICE = nanotip.Device()
R_UM, PHI_UM = 0.35, 0.27  # the tip that undoes the backscattering
SIDE_UM = (0.21, 0.33)  # phi at which |J| = gamma
COLOURS = {"ideal": GREY, "no tip": BLUE, "tip": RED}  # of the cavities, by name


def cavity(name: str, detuning: Any = 0.0, device: nanotip.Device = DEVICE) -> dict[str, Any]:
    """Values of the model without defects, with defects, or with defects and tip (rad/s).

    ``detuning`` is Delta = omega_0 + |J| - omega_L in rad/s, a number or an array.

    >>> abs(cavity("ideal")["J"]), round(cavity("no tip")["J"] / DEVICE.gamma_1, 12)
    (0.0, 1.8)
    """
    if name == "ideal":
        return device.ideal(detuning)
    if name == "no tip":
        return device.without_tip(detuning)
    return device.parameters(R_UM * 1e-6, PHI_UM * 1e-6, detuning)


def unit_coupling(device: nanotip.Device = DEVICE) -> tuple[float, float]:
    """The two phi in um at which |J| = gamma at r = 0.35 um; the paper rounds them to `SIDE_UM`.

    >>> [round(phi, 2) for phi in unit_coupling()]
    [0.21, 0.33]
    """
    gamma = device.parameters(R_UM * 1e-6, 0)["gamma"]
    low, high = device.positions(R_UM * 1e-6, gamma)
    return 1e6 * low, 1e6 * high

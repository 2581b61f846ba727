"""What the devices of this list have in common: optics of a Kerr resonator in SI units.

Frequencies are angular, in rad/s.  Constants are SciPy's (CODATA); SciPy is slow to import, and
who only asks for a model needs none of them.
"""

from typing import Any

import numpy as np


def frequency(wavelength: float) -> float:
    """omega = 2 pi c/lambda (rad/s) of light with this wavelength (m) in vacuum.

    >>> round(frequency(1550e-9) / 1e15, 4)
    1.2153
    """
    from scipy.constants import c

    return float(2 * np.pi * c / wavelength)


def kerr_rate(omega: float, susceptibility: Any, volume: Any) -> Any:
    """chi = 3 hbar omega^2 chi^(3)/(4 epsilon_0 epsilon_r^2 V) (rad/s) of a mode; arrays broadcast.

    ``susceptibility`` is chi^(3)/epsilon_r^2 in m^2/V^2, ``volume`` the mode volume V in m^3:
    R. W. Boyd, Nonlinear Optics, 3rd ed. (Academic Press, 2008).

    >>> round(float(kerr_rate(frequency(1550e-9), 1.8e-17, 150e-18)) / 1e6, 2)  # in 1e6 rad/s
    1.58
    """
    from scipy.constants import epsilon_0, hbar

    return 3 * hbar * omega**2 * susceptibility / (4 * epsilon_0 * volume)


def drive_rate(omega: float, coupling: float, power: Any) -> Any:
    """xi = sqrt(gamma_ex P/(hbar omega)) (rad/s) of a laser of power P (W).

    ``coupling`` is the energy rate gamma_ex (rad/s) between waveguide and mode; arrays broadcast.
    The drive enters the Hamiltonian as ``xi (a' + a)``.

    >>> omega = frequency(1550e-9)
    >>> weak, strong = drive_rate(omega, 1e5, np.array([1e-15, 4e-15]))
    >>> round(float(strong / weak), 12)
    2.0
    """
    from scipy.constants import hbar

    return np.sqrt(coupling * power / (hbar * omega))


def power_of(omega: float, coupling: float, drive: Any) -> Any:
    """The power (W) that makes the drive amplitude ``drive`` (rad/s): inverse of `drive_rate`.

    >>> omega = frequency(1550e-9)
    >>> round(float(power_of(omega, 1e5, drive_rate(omega, 1e5, 4e-15))), 20)
    4e-15
    """
    from scipy.constants import hbar

    return hbar * omega * np.asarray(drive) ** 2 / coupling

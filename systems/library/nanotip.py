"""A Kerr whispering-gallery resonator with backscattering and a nanotip.

    H = Delta (a1'a1 + a2'a2) + J a1'a2 + conj(J) a2'a1
        + chi (a1'a1'a1 a1 + a2'a2'a2 a2) + 2 chi a1'a1 a2'a2 + xi (a1' + a1),
    losses gamma D[a1], gamma D[a2].

J. Tang et al., "Achieving Robust Single-Photon Blockade with a Single Nanotip": Eqs. (1)-(3)
as `MODEL`, Eqs. (5)-(7) as printed as `PUBLISHED`, the experiment as `Device`.  ``a1`` is the
clockwise (CW) mode that the laser drives, ``a2`` the counter-clockwise one.  Defects couple the two
by J_0, the tip by J_tip with a phase that its position sets: J = J_0 + J_tip.  Where the
paths to two photons in a1 cancel, a weak Kerr effect suffices for blockade.

Symbols: Delta = omega_0 + |J| - omega_L detuning, J complex backscattering, chi Kerr parameter,
gamma energy loss with the tip's, xi drive amplitude.  Frequencies are angular, in rad/s,
everywhere: what the paper calls 1 MHz is 1e6 rad/s.

>>> from analytic import derive
>>> derive(MODEL).probability((1, 0), ABBREVIATIONS)  # Eq. (6)
4*xi**2*Abs(Delta_1)**2/Abs(eta_1)**2
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy as sp
from sympy import Abs, conjugate, sqrt
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp

from systems.library import optics
from systems.loss import Loss
from systems.model import Model

Delta, chi = sp.symbols("Delta chi", real=True)
gamma, xi = sp.symbols("gamma xi", positive=True)
J = sp.Symbol("J", complex=True)
a1, a2 = BosonOp("a1"), BosonOp("a2")

coupling = J * Dagger(a1) * a2 + conjugate(J) * Dagger(a2) * a1
kerr = (
    chi * Dagger(a1) ** 2 * a1**2
    + chi * Dagger(a2) ** 2 * a2**2
    + 2 * chi * Dagger(a1) * a1 * Dagger(a2) * a2
)
MODEL = Model(
    name="Kerr resonator with a nanotip",
    hamiltonian=Delta * (Dagger(a1) * a1 + Dagger(a2) * a2)
    + coupling
    + kerr
    + xi * (Dagger(a1) + a1),
    losses=(Loss(gamma, a1), Loss(gamma, a2)),
    drive=xi,
)

# The paper's own abbreviations, in the order in which they build on one another
Delta_1, Delta_2, eta_1, eta_2 = sp.symbols("Delta_1 Delta_2 eta_1 eta_2")
ABBREVIATIONS = {
    Delta_1: 2 * Delta - sp.I * gamma,
    Delta_2: Delta_1 + 2 * chi,
    eta_1: 4 * Abs(J) ** 2 - Delta_1**2,
    eta_2: 4 * Abs(J) ** 2 - Delta_2**2,
}
# Eqs. (5), (6) and (7) as printed
PUBLISHED = {
    "C20": 2 * sqrt(2) * xi**2 * (Delta_1 * Delta_2 + 4 * Abs(J) ** 2 * chi / Delta_2)
    / (eta_1 * eta_2),
    "P10": 4 * xi**2 * Abs(Delta_1 / eta_1) ** 2,
    "P01": 16 * xi**2 * Abs(J / eta_1) ** 2,
    "g2": Abs(
        eta_1 * (Delta_1 * Delta_2 + 4 * Abs(J) ** 2 * chi / Delta_2) / (Delta_1**2 * eta_2)
    )
    ** 2,
}  # fmt: skip

# Smallest and largest value that makes sense, in SI: a number outside is in another unit.
# 1 nm: closer there is no tip but atoms.  10 um: a hundred decay lengths of the tip's field.
# 50 um: ninety periods of the phase.  1e-24 W: xi = 4e-6 gamma; 1e-9 W: xi = 130 gamma.
# 1e15 rad/s: below it all rates must lie that are slow beside the light itself.
RATES = ("Delta", "J", "chi", "gamma", "xi")
RANGES = {"r": (1e-9, 1e-5), "phi": (1e-9, 5e-5), "power": (1e-24, 1e-9)}
RANGES |= dict.fromkeys(RATES, (0.0, 1e15))
UNITS = {"r": "m", "phi": "m", "power": "W"} | dict.fromkeys(RATES, "rad/s")


def check_range(name: str, value: Any, unit: str | None = None, scale: float = 1.0) -> None:
    """Raise `ValueError` unless the largest magnitude of a value lies in its range, or is zero.

    ``value`` is a number or an array of ``r``, ``phi``, ``power`` or a rate of `MODEL`; its unit
    is ``scale`` times the one of SI and is called ``unit``.  A scan may pass through zero: only
    its largest magnitude counts.  In SI there is no least value: a number meant in um or fW is
    too large, and a search may come close to zero.

    >>> check_range("r", 0.35e-6)
    >>> check_range("r", 0.35, "um", 1e-6)

    >>> check_range("r", 0.35)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ValueError: Value `r` must lie between 0 and 1e-05 m in size, or be zero, but is 0.35; ...
    """
    least, most = (end / scale for end in RANGES[name])
    if unit is None:
        unit, least = UNITS[name], 0.0
    sizes = np.ravel(abs(np.asarray(value)))
    largest = sizes.max(initial=0)
    rounding = 1 + 1e-9  # of the conversion of the ends
    if largest and not least / rounding <= largest <= most * rounding:
        raise ValueError(
            f"Value `{name}` must lie between {least:g} and {most:g} {unit} in size, or be zero, "
            f"but is {np.ravel(value)[sizes.argmax()]:g}; its unit is {unit}."
        )


@dataclass(frozen=True)
class Device:
    """The paper's device in SI units (angular frequencies in rad/s); vary it with `replace`.

    ``gamma_ex`` is not printed in the paper.  ``None`` means critical coupling,
    ``gamma_ex = gamma_0``: the reading that gives the paper's quoted numbers.

    Raises `ValueError` for what is not finite, or negative where that makes no sense.

    >>> from dataclasses import replace
    >>> device = Device()
    >>> bool(replace(device, power=4 * device.power).drive() == 2 * device.drive())
    True
    """

    wavelength: float = 1550e-9  # lambda (m), in vacuum
    refractive_index: float = 1.4  # n_0
    quality_factor: float = 1e10  # Q, intrinsic
    gamma_ex: float | None = None  # cavity-waveguide coupling rate (rad/s)
    mode_volume: float = 150e-18  # V_eff (m^3)
    susceptibility: float = 1.8e-17  # chi^(3)/epsilon_r^2 (m^2/V^2)
    power: float = 4e-15  # P_in (W)
    backscattering: float = 1.8  # J_0/gamma_1, real: its phase is the origin of phi
    tip_coupling_amplitude: float = 14.3e6  # a_t (rad/s)
    tip_coupling_length: float = 99e-9  # 1/(2 beta_t) (m)
    tip_loss_amplitude: float = 2.43e6  # a_gamma (rad/s)
    tip_loss_length: float = 92e-9  # 1/(2 beta_gamma) (m)
    tip_phase_slope: float = 1.5e6 * np.pi  # theta_t (rad/m)
    initial_phase: float = -np.pi / 2  # theta (rad)

    def __post_init__(self) -> None:
        signed = {"initial_phase", "tip_phase_slope", "susceptibility"}
        zero = {"power", "backscattering", "tip_coupling_amplitude", "tip_loss_amplitude"}
        for name, value in vars(self).items():
            if value is None and name == "gamma_ex":
                continue
            if not isinstance(value, int | float | np.number) or not np.isfinite(value):
                raise ValueError(f"Argument `{name}` must be a finite number, but is {value!r}.")
            if name not in signed and (value < 0 or (value == 0 and name not in zero)):
                least = "not be negative" if name in zero else "be positive"
                raise ValueError(f"Argument `{name}` must {least}, but is {value!r}.")

    @property
    def omega_0(self) -> float:
        """Resonance frequency (rad/s).

        >>> float(f"{Device().omega_0:.4g}")
        1215000000000000.0
        """
        return optics.frequency(self.wavelength)

    @property
    def wavenumber(self) -> float:
        """k_opt = 2 pi n_0/lambda (rad/m).

        >>> bool(np.isclose(Device(wavelength=1e-6, refractive_index=2).wavenumber, 4e6 * np.pi))
        True
        """
        return 2 * np.pi * self.refractive_index / self.wavelength

    @property
    def gamma_0(self) -> float:
        """Intrinsic loss omega_0/Q (rad/s).

        >>> float(f"{Device().gamma_0:.4g}")  # of the order of 0.1 MHz
        121500.0
        """
        return self.omega_0 / self.quality_factor

    @property
    def gamma_1(self) -> float:
        """Loss without the tip, gamma_0 + gamma_ex (rad/s).

        >>> device = Device()
        >>> device.gamma_1 == 2 * device.gamma_0  # critical coupling
        True
        """
        return self.gamma_0 + self.coupling_rate

    @property
    def coupling_rate(self) -> float:
        """gamma_ex (rad/s); gamma_0 where the field leaves it to critical coupling.

        >>> Device(gamma_ex=2e5).coupling_rate
        200000.0
        """
        return self.gamma_0 if self.gamma_ex is None else self.gamma_ex

    @property
    def J_0(self) -> float:
        """Intrinsic backscattering (rad/s).

        >>> device = Device(backscattering=0.5)
        >>> device.J_0 == device.gamma_1 / 2
        True
        """
        return self.backscattering * self.gamma_1

    @property
    def chi(self) -> float:
        """Kerr parameter of this device (rad/s): `kerr` at its own values.

        >>> device = Device()
        >>> round(float(device.chi / (device.gamma_1 + device.tip_loss(0.35e-6))), 1)  # the paper's
        5.3
        """
        return float(self.kerr())

    def kerr(self, susceptibility: Any = None, mode_volume: Any = None) -> Any:
        """chi = 3 hbar omega^2 chi^(3)/(4 epsilon_0 epsilon_r^2 V_eff) (rad/s); arrays broadcast.

        ``susceptibility`` is chi^(3)/epsilon_r^2 in m^2/V^2, ``mode_volume`` V_eff in m^3; without
        one, the device's own.  From the text below Eq. (2), which refers to R. W. Boyd, Nonlinear
        Optics, 3rd ed. (Academic Press, 2008), for it; omega is taken at omega_0.

        Raises `ValueError` for a volume that is not positive.

        >>> device = Device()
        >>> bool(np.isclose(device.kerr(mode_volume=2 * device.mode_volume), device.chi / 2))
        True
        """
        chi_3 = self.susceptibility if susceptibility is None else np.asarray(susceptibility)
        volume = self.mode_volume if mode_volume is None else np.asarray(mode_volume)
        if not np.all(np.asarray(volume) > 0):
            raise ValueError(f"Argument `mode_volume` must be positive (m^3), but is {volume}.")
        return optics.kerr_rate(self.omega_0, chi_3, volume)

    def drive(self, power: Any = None) -> Any:
        """xi = sqrt(gamma_ex P_in/(hbar omega_L)) (rad/s) for powers in W.

        The laser is taken at omega_0: |J| and the detuning change xi by less than 1e-8.

        Raises `ValueError` for powers that no weak laser has: see `RANGES`.

        >>> device = Device()
        >>> bool(np.isclose(device.drive(4e-15), 2 * device.drive(1e-15)))
        True
        """
        power = self.power if power is None else np.asarray(power)
        check_range("power", power)
        return optics.drive_rate(self.omega_0, self.coupling_rate, power)

    def power_of(self, drive: Any) -> Any:
        """Input power (W) that makes the drive amplitude ``drive`` (rad/s): inverse of `drive`.

        >>> device = Device()
        >>> bool(np.isclose(device.power_of(device.drive(1e-15)), 1e-15))
        True
        """
        return optics.power_of(self.omega_0, self.coupling_rate, drive)

    def tip_coupling(self, r: Any, phi: Any) -> Any:
        """J_tip = a_t exp(-2 beta_t r) exp(-i Theta) (rad/s), Eq. (1), for positions in m.

        Theta = 2 k_opt phi + theta + theta_t r is the phase that light gains on its way to the tip
        and back. Arrays broadcast.

        >>> near, far = Device().tip_coupling([0.3e-6, 0.6e-6], 0.0)
        >>> bool(abs(near) > abs(far))
        True
        """
        theta = (
            2 * self.wavenumber * np.asarray(phi)
            + self.initial_phase
            + self.tip_phase_slope * np.asarray(r)
        )
        size = self.tip_coupling_amplitude * np.exp(-np.asarray(r) / self.tip_coupling_length)
        return size * np.exp(-1j * theta)

    def tip_loss(self, r: Any) -> Any:
        """gamma_tip = a_gamma exp(-2 beta_gamma r) (rad/s) for distances in m.

        >>> device = Device()
        >>> bool(device.tip_loss(0.0) == device.tip_loss_amplitude)
        True
        """
        return self.tip_loss_amplitude * np.exp(-np.asarray(r) / self.tip_loss_length)

    def parameters(self, r: Any, phi: Any, detuning: Any = 0.0) -> dict[str, Any]:
        """Values of `MODEL` (rad/s) with the tip at ``r``, ``phi`` (m); arrays broadcast.

        ``detuning`` is Delta = omega_0 + |J| - omega_L: at zero the laser follows |J(r, phi)|.

        >>> values = Device().parameters(r=0.35e-6, phi=0.27e-6)
        >>> sorted(values)
        ['Delta', 'J', 'chi', 'gamma', 'xi']
        """
        _check_distance(r)
        check_range("r", r)
        check_range("phi", phi)
        return self._values(
            self.J_0 + self.tip_coupling(r, phi), self.gamma_1 + self.tip_loss(r), detuning
        )

    def ideal(self, detuning: Any = 0.0) -> dict[str, Any]:
        """Values of `MODEL` for a cavity without defects and without tip: J = 0.

        >>> Device().ideal()["J"]
        0.0
        """
        return self._values(0.0, self.gamma_1, detuning)

    def without_tip(self, detuning: Any = 0.0) -> dict[str, Any]:
        """Values of `MODEL` for the cavity with defects and without tip: J = J_0.

        >>> device = Device()
        >>> device.without_tip()["J"] == device.J_0
        True
        """
        return self._values(self.J_0, self.gamma_1, detuning)

    def backscattering_free(self, l: int = 0) -> tuple[float, float]:  # noqa: E741
        """The tip position (r, phi) in m at which J = 0 exactly, for an integer ``l``.

        r = ln(a_t/J_0)/(2 beta_t), where the text below Eq. (6) prints alpha_t for beta_t;
        phi = [(2 l + 1) pi - theta - theta_t r]/(2 k_opt).

        >>> device = Device()
        >>> r, phi = device.backscattering_free()
        >>> bool(abs(device.parameters(r, phi)["J"]) < 1e-9 * device.J_0)
        True
        """
        if int(l) != l:
            raise ValueError(f"Argument `l` must be an integer, but is {l!r}.")
        if not 0 < self.J_0 <= self.tip_coupling_amplitude:
            raise ValueError(
                "J = 0 needs 0 < J_0 <= tip_coupling_amplitude, but they are "
                f"{self.J_0:.3g} and {self.tip_coupling_amplitude:.3g} rad/s."
            )
        r = self.tip_coupling_length * np.log(self.tip_coupling_amplitude / self.J_0)
        odd_pi = (2 * l + 1) * np.pi
        phi = (odd_pi - self.initial_phase - self.tip_phase_slope * r) / (2 * self.wavenumber)
        return float(r), float(phi)

    def positions(self, r: float, coupling: float) -> tuple[float, float]:
        """The two phi (m) in the first period pi/k_opt at which |J| = ``coupling`` (rad/s).

        From |J|^2 = J_0^2 + |J_tip|^2 + 2 J_0 |J_tip| cos Theta.

        Raises `ValueError` for a coupling that no phi gives at this distance.

        >>> device = Device()
        >>> near, far = device.positions(0.3e-6, 2 * device.gamma_1)
        >>> bool(np.isclose(abs(device.parameters(0.3e-6, far)["J"]), 2 * device.gamma_1))
        True
        """
        _check_distance(r)
        J_0, tip = self.J_0, abs(self.tip_coupling(r, 0.0))
        if not abs(J_0 - tip) <= coupling <= J_0 + tip:
            raise ValueError(
                f"Argument `coupling` must lie between {abs(J_0 - tip):.4g} and {J_0 + tip:.4g} "
                f"rad/s at r = {r:g} m, but is {coupling:.4g}."
            )
        theta = np.arccos((coupling**2 - J_0**2 - tip**2) / (2 * J_0 * tip))
        offset = self.initial_phase + self.tip_phase_slope * r
        period = np.pi / self.wavenumber
        both = [(sign * theta - offset) / (2 * self.wavenumber) % period for sign in (1, -1)]
        return float(min(both)), float(max(both))

    def _values(self, J: Any, gamma: Any, detuning: Any) -> dict[str, Any]:
        return {"Delta": detuning, "J": J, "chi": self.chi, "gamma": gamma, "xi": self.drive()}


def _check_distance(r: Any) -> None:
    if np.any(np.asarray(r) < 0):
        raise ValueError(f"Argument `r` must not be negative (m), but holds {np.min(r):g}.")

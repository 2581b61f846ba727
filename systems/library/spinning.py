"""A spinning Kerr resonator: light blocks light in one direction only.

    H = (Delta + Delta_F) a'a + chi a'a'aa + xi (a' + a),    losses gamma D[a].

Rotation drags light along: it shifts the two directions of circulation by opposite amounts
(Sagnac-Fizeau), so that one laser meets one-photon resonance from the one side and two-photon
resonance from the other.  R. Huang, A. Miranowicz, J.-Q. Liao, F. Nori and H. Jing, Phys. Rev.
Lett. 121, 153601 (2018).  The drag of a spinning silica resonator was measured by S. Maayani et
al., Nature 558, 569 (2018).  Without backscattering the directions are two separate modes; `a` is
the one that the laser drives.  `PUBLISHED` follows from the form of the Kerr mode, `kerr`,
at the detuning Delta + Delta_F; the equations of Huang et al. were not checked.

Symbols (rates in one unit): Delta detuning at rest, Delta_F Sagnac-Fizeau shift, chi Kerr shift per
pair of photons, gamma energy loss, xi drive amplitude.  `Device` has them in rad/s.

>>> device = Device()
>>> forth, back = (device.parameters(spin, 0.0)["Delta_F"] for spin in (1e4, -1e4))
>>> bool(forth == -back)
True
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy as sp
from sympy import Abs, I
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp

from systems.library import optics
from systems.loss import Loss
from systems.model import Model

Delta, Delta_F, chi = sp.symbols("Delta Delta_F chi", real=True)
gamma, xi = sp.symbols("gamma xi", positive=True)
a = BosonOp("a")

MODEL = Model(
    name="spinning Kerr resonator",
    hamiltonian=(Delta + Delta_F) * Dagger(a) * a
    + chi * Dagger(a) ** 2 * a**2
    + xi * (Dagger(a) + a),
    losses=(Loss(gamma, a),),
    drive=xi,
)

E = sp.Symbol("E")
ABBREVIATIONS = {E: Delta + Delta_F - I * gamma / 2}
PUBLISHED = {"number": xi**2 / Abs(E) ** 2, "g2": Abs(E / (E + chi)) ** 2}
CONDITIONS = {
    "one-photon resonance": {Delta: -Delta_F},
    "two-photon resonance": {Delta: -Delta_F - chi},
}


@dataclass(frozen=True)
class Device:
    """The spinning resonator of Huang et al. in SI units (angular frequencies in rad/s).

    The values are those that a public reproduction quotes of the paper (xi-zhao/RunThePaper, cases/
    1807.10084, paper_exact.json): U/gamma = 19.602, and no dispersion.  Vary it with
    `dataclasses.replace`.  Raises `ValueError` for numbers that make no device: all but dispersion,
    nonlinear index and susceptibility must be positive, and all finite.

    >>> round(Device().chi / Device().gamma, 3)
    19.602
    """

    wavelength: float = 1550e-9  # lambda (m), in vacuum
    refractive_index: float = 1.4  # n
    dispersion: float = 0.0  # dn/dlambda (1/m); of silica at 1550 nm it is -1.1e4
    radius: float = 30e-6  # R, of the circulating light (m)
    quality_factor: float = 5e9  # Q, loaded
    coupling_fraction: float = 1.0  # gamma_ex/gamma: the paper's drive has the whole gamma
    mode_volume: float = 150e-18  # V_eff (m^3)
    nonlinear_index: float = 3e-14  # n_2 (m^2/W)
    susceptibility: float | None = None  # chi^(3)/epsilon_r^2 (m^2/V^2), in place of n_2
    power: float = 2e-15  # P_in (W)

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if value is None and name == "susceptibility":
                continue
            signed = name in {"dispersion", "susceptibility", "nonlinear_index"}
            if not np.isfinite(value) or (value <= 0 and not signed):
                kind = "finite" if signed else "positive"
                raise ValueError(f"Argument `{name}` must be {kind}, but is {value!r}.")

    @property
    def omega_0(self) -> float:
        """Resonance frequency at rest (rad/s).

        >>> bool(np.isclose(Device(wavelength=775e-9).omega_0, 2 * Device().omega_0))
        True
        """
        return optics.frequency(self.wavelength)

    @property
    def gamma(self) -> float:
        """Energy decay rate omega_0/Q (rad/s).

        >>> device = Device(quality_factor=1e9)
        >>> bool(np.isclose(device.omega_0 / device.gamma, 1e9))
        True
        """
        return self.omega_0 / self.quality_factor

    @property
    def chi(self) -> float:
        """Kerr parameter U = hbar omega^2 c n_2/(n^2 V_eff) (rad/s), text below Eq. (2) as quoted.

        With a ``susceptibility`` it is that of `optics.kerr_rate` instead; both are the same for
        n_2 = 3 chi^(3)/(4 epsilon_0 c n^2).

        >>> 19 < Device().chi / Device().gamma < 20
        True
        """
        return float(optics.kerr_rate(self.omega_0, self._susceptibility, self.mode_volume))

    @property
    def _susceptibility(self) -> float:
        """chi^(3)/epsilon_r^2 (m^2/V^2), given or from the nonlinear index."""
        from scipy.constants import c, epsilon_0

        if self.susceptibility is not None:
            return self.susceptibility
        return 4 * epsilon_0 * c * self.nonlinear_index / (3 * self.refractive_index**2)

    @property
    def xi(self) -> float:
        """Drive sqrt(gamma_ex P_in/(hbar omega_0)) (rad/s), gamma_ex = coupling_fraction gamma.

        >>> from dataclasses import replace
        >>> device = Device()
        >>> bool(np.isclose(replace(device, power=4 * device.power).xi, 2 * device.xi))
        True
        """
        coupling = self.coupling_fraction * self.gamma
        return float(optics.drive_rate(self.omega_0, coupling, self.power))

    def shift(self, spin: Any) -> Any:
        """Sagnac-Fizeau shift (rad/s) of light that runs against a rotation at ``spin`` (rad/s).

        Delta_F = n R spin omega_0/c (1 - 1/n^2 - (lambda/n) dn/dlambda), G. B. Malykin, Phys.
        Usp. 43, 1229 (2000); a negative spin means light that runs along.

        Zero at rest, odd in the rotation.

        >>> float(Device().shift(0.0))
        0.0
        """
        n, c = self.refractive_index, self.wavelength * self.omega_0 / (2 * np.pi)
        drag = 1 - 1 / n**2 - self.wavelength / n * self.dispersion
        return n * self.radius * np.asarray(spin) * self.omega_0 / c * drag

    def spin(self, shift: Any) -> Any:
        """The rotation (rad/s) that shifts by ``shift`` (rad/s): inverse of `shift`.

        >>> device = Device()
        >>> round(float(device.shift(device.spin(1e6))))
        1000000
        """
        return np.asarray(shift) / self.shift(1.0)

    def parameters(self, spin: Any, detuning: Any = 0.0) -> dict[str, Any]:
        """Values of `MODEL` (rad/s); ``detuning`` is omega_0 - omega_L of the resonator at rest.

        ``spin`` is the angular velocity (rad/s), positive against the light; arrays broadcast.

        >>> sorted(Device().parameters(spin=1e4))
        ['Delta', 'Delta_F', 'chi', 'gamma', 'xi']
        """
        shift = self.shift(spin)[()]
        rates = {"chi": self.chi, "gamma": self.gamma, "xi": self.xi}
        return {"Delta": detuning, "Delta_F": shift, **rates}


VALUES = {"Delta": -2.0, "Delta_F": 2.0, "chi": 4.0, "gamma": 1.0, "xi": 0.1}

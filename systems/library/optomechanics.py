"""A driven cavity whose photons push a mirror: blockade by radiation pressure.

    H = Delta a'a + omega b'b + g a'a (b + b') + xi (a' + a),
    losses kappa D[a], gamma (n_th + 1) D[b], gamma n_th D[b'].

Photons displace the mirror and are shifted by g^2/omega each, as by a Kerr term, with sidebands at
multiples of omega: P. Rabl, Phys. Rev. Lett. 107, 063601 (2011); A. Nunnenkamp, K. Borkje and S. M.
Girvin, Phys. Rev. Lett. 107, 063602 (2011).  A laser at Delta = g^2/omega meets the first photon
and misses the second by 2 g^2/omega.  The coupling neither conserves phonons nor is weak, so that
there are no amplitudes in Fock states of the mirror: the closed forms are those of the polaron
frame, `analytic.polaron`.

Symbols (rates in one unit): Delta detuning of the cavity from the laser, omega frequency of the
mirror, g coupling of one photon, kappa and gamma energy losses of cavity and mirror, n_th thermal
phonons, xi drive amplitude.
"""

import sympy as sp
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp

from systems.loss import Loss
from systems.model import Model

Delta, g = sp.symbols("Delta g", real=True)
omega, kappa, gamma, xi = sp.symbols("omega kappa gamma xi", positive=True)
n_th = sp.Symbol("n_th", nonnegative=True)
a, b = BosonOp("a"), BosonOp("b")

MODEL = Model(
    name="driven optomechanical cavity",
    hamiltonian=Delta * Dagger(a) * a
    + omega * Dagger(b) * b
    + g * Dagger(a) * a * (b + Dagger(b))
    + xi * (Dagger(a) + a),
    losses=(Loss(kappa, a), Loss(gamma, b)),
    drive=xi,
)
WARM = Model(
    name="optomechanical cavity with a warm mirror",
    hamiltonian=MODEL.hamiltonian,
    losses=(Loss(kappa, a), Loss(gamma * (n_th + 1), b), Loss(gamma * n_th, Dagger(b))),
    drive=xi,
)
# on resonance with one photon: Delta = g^2/omega
VALUES = {"Delta": 3.2, "omega": 20.0, "g": 8.0, "kappa": 1.0, "gamma": 0.01, "xi": 0.01}

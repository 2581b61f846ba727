"""A cavity resonant with a mode and its second harmonic: chi^(2) blockade.

    H = Delta_a a'a + Delta_b b'b + g (b'aa + a'a'b) + F (a' + a),
    losses kappa_a D[a], kappa_b D[b].

Two photons of a hybridise with one of b and split by 2 sqrt(2) g, so that a laser resonant with
one photon misses two: A. Majumdar and D. Gerace, Phys. Rev. B 87, 235319 (2013).  A quantum of b
counts as two.  `PUBLISHED` follows from the coupled equations of the three amplitudes; the
equations of the paper were not checked.

Symbols (rates in one unit): Delta_a and Delta_b detunings of the mode from the laser and of its
harmonic from twice the laser, g coupling, kappa_a and kappa_b energy losses, F drive amplitude.

>>> MODEL.grading.weights  # photons of b count as two
(1, 2)
>>> from analytic import derive
>>> derive(MODEL).correlation("a", 2, ABBREVIATIONS)
Abs(E_a)**2*Abs(E_b)**2/Abs(E_a*E_b - g**2)**2
"""

import sympy as sp
from sympy import Abs, I, sqrt
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp

from systems.loss import Loss
from systems.model import Model

Delta_a, Delta_b, g = sp.symbols("Delta_a Delta_b g", real=True)
kappa_a, kappa_b, F = sp.symbols("kappa_a kappa_b F", positive=True)
a, b = BosonOp("a"), BosonOp("b")

MODEL = Model(
    name="doubly resonant chi^(2) cavity",
    hamiltonian=Delta_a * Dagger(a) * a
    + Delta_b * Dagger(b) * b
    + g * (Dagger(b) * a**2 + Dagger(a) ** 2 * b)
    + F * (Dagger(a) + a),
    losses=(Loss(kappa_a, a), Loss(kappa_b, b)),
    drive=F,
)

E_a, E_b = sp.symbols("E_a E_b")
ABBREVIATIONS = {E_a: Delta_a - I * kappa_a / 2, E_b: Delta_b - I * kappa_b / 2}
PUBLISHED = {
    "number_a": F**2 / Abs(E_a) ** 2,
    "number_b": F**4 * g**2 / Abs(E_a * (E_a * E_b - g**2)) ** 2,
    # on resonance g2 = 1/(1 + 4 g^2/(kappa_a kappa_b))^2
    "g2_a": Abs(E_a * E_b / (E_a * E_b - g**2)) ** 2,
}
CONDITIONS = {
    "one-photon resonance": {Delta_a: 0, Delta_b: 0},
    "two-photon resonance": {Delta_a: g / sqrt(2), Delta_b: sqrt(2) * g},
}
VALUES = {"Delta_a": 0.0, "Delta_b": 0.0, "g": 3.0, "kappa_a": 1.0, "kappa_b": 2.0, "F": 0.1}

"""Two identical emitters in a cavity, with a loss of each emitter on its own.

    H = Delta_a a'a + Delta_s sum_i s_i's_i + g sum_i (a's_i + s_i'a) + xi (a' + a),
    losses kappa D[a], gamma D[s_i]:

M. Tavis and F. W. Cummings, Phys. Rev. 170, 379 (1968); blockade with two emitters in a cavity: M.
Radulaski, K. A. Fischer, K. G. Lagoudakis, J. L. Zhang and J. Vuckovic, Phys. Rev. A 96, 011801(R)
(2017).  Light sees the symmetric states alone, in which one photon is exchanged at the rate
g sqrt(2), and of two photons at most one at a time is stored by an emitter that is still empty:
`systems.Emitters`.  `PUBLISHED` follows from the coupled equations of the amplitudes of N emitters,

    g2 = |D_1 (E_s (E_a + E_s) + g^2)/(E_s (E_a [E_s (E_a + E_s) - (N - 1) g^2] - N g^2 E_s))|^2,

with N = 2; with N = 1 it is that of one atom.

Symbols (rates in one unit): Delta_a and Delta_s detunings of cavity and emitters, g coupling of one
emitter, kappa and gamma energy losses of the cavity and of each emitter, xi drive amplitude.

>>> MODEL.modes  # one emitter, two of them, the dark state, the cavity
(S_1, S_2, S_0_1, a)
>>> MODEL.grading.weights
(1, 2, 1, 1)
"""

import sympy as sp
from sympy import Abs, I, sqrt
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp

from systems.emitters import Emitters
from systems.loss import Loss
from systems.model import Model

Delta_a, Delta_s, g = sp.symbols("Delta_a Delta_s g", real=True)
kappa, gamma, xi = sp.symbols("kappa gamma xi", positive=True)
a, emitters = BosonOp("a"), Emitters("S", 2)
S = emitters.lowering

MODEL = Model(
    name="two emitters in a driven cavity",
    hamiltonian=Delta_a * Dagger(a) * a
    + Delta_s * emitters.number
    + g * (Dagger(a) * S + Dagger(S) * a)
    + xi * (Dagger(a) + a),
    losses=(Loss(kappa, a), *emitters.losses(gamma)),
    drive=xi,
)

E_a, E_s, D_1, D_2 = sp.symbols("E_a E_s D_1 D_2")
ABBREVIATIONS = {
    E_a: Delta_a - I * kappa / 2,
    E_s: Delta_s - I * gamma / 2,
    D_1: E_a * E_s - 2 * g**2,
    D_2: E_a * (E_s * (E_a + E_s) - g**2) - 2 * g**2 * E_s,
}
PUBLISHED = {
    "number_a": xi**2 * Abs(E_s / D_1) ** 2,
    "number_S_1": 2 * g**2 * xi**2 / Abs(D_1) ** 2,
    "g2_a": Abs(D_1 * (E_s * (E_a + E_s) + g**2) / (E_s * D_2)) ** 2,
}
CONDITIONS = {"one-photon resonance": {Delta_a: g * sqrt(2), Delta_s: g * sqrt(2)}}
VALUES = {"Delta_a": 14.0, "Delta_s": 14.0, "g": 10.0, "kappa": 1.0, "gamma": 1.0, "xi": 0.1}

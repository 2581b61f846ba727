"""A two-level atom in a cavity, with the laser on the cavity or on the atom.

    H = Delta_a a'a + Delta_s s's + g (a's + s'a) + xi (a' + a)        (`MODEL`)
                                                  + xi (s' + s)        (`ATOM_DRIVEN`)
    losses kappa D[a], gamma D[s].

One photon excites the lower dressed state at Delta = g and then misses the next rung: K. M.
Birnbaum et al., Nature 436, 87 (2005).  Far from that, on resonance, the paths to two photons of
a driven cavity cancel at g^2 = gamma (kappa + gamma)/4; the amplitudes are those of H. J.
Carmichael, R. J. Brecha and P. R. Rice, Opt. Commun. 82, 73 (1991).  A laser on the atom cannot
climb the ladder of an empty cavity and blocks better, also at two photons: C. Hamsen, K. N.
Tolazzi, T. Wilk and G. Rempe, Phys. Rev. Lett. 118, 133604 (2017); their criteria of n-photon
blockade are `compare.criteria`.

`PUBLISHED` follows from the coupled equations of the amplitudes of Carmichael et al. with detunings
(the numbers of their equations were not checked), `PUBLISHED_ATOM_DRIVEN` from the same equations
with the drive moved to the atom: no published closed form of it is known to us.

Symbols (rates in one unit): Delta_a and Delta_s detunings of cavity and atom, g their coupling,
kappa and gamma their energy losses, xi drive amplitude.

>>> from analytic import derive
>>> derive(ATOM_DRIVEN).probability((0, 1)) == derive(ATOM_DRIVEN).number("s")
True
"""

import sympy as sp
from sympy import Abs, I, sqrt
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp
from sympy.physics.quantum.pauli import SigmaMinus, SigmaPlus

from systems.loss import Loss
from systems.model import Model

Delta_a, Delta_s, g = sp.symbols("Delta_a Delta_s g", real=True)
kappa, gamma, xi = sp.symbols("kappa gamma xi", positive=True)
a, s, s_dagger = BosonOp("a"), SigmaMinus("s"), SigmaPlus("s")

ladder = (
    Delta_a * Dagger(a) * a + Delta_s * s_dagger * s + g * (Dagger(a) * s + s_dagger * a)
)  # fmt: skip
losses = (Loss(kappa, a), Loss(gamma, s))
MODEL = Model("Jaynes-Cummings, driven cavity", ladder + xi * (Dagger(a) + a), losses, xi)
ATOM_DRIVEN = Model("Jaynes-Cummings, driven atom", ladder + xi * (s_dagger + s), losses, xi)

E_a, E_s, D_1, D_2 = sp.symbols("E_a E_s D_1 D_2")
ABBREVIATIONS = {
    E_a: Delta_a - I * kappa / 2,
    E_s: Delta_s - I * gamma / 2,
    D_1: E_a * E_s - g**2,
    D_2: E_a * (E_a + E_s) - g**2,
}
PUBLISHED = {
    "number_a": xi**2 * Abs(E_s / D_1) ** 2,
    "number_s": xi**2 * g**2 / Abs(D_1) ** 2,
    "g2_a": Abs(D_1 * (E_s * (E_a + E_s) + g**2) / (E_s**2 * D_2)) ** 2,
}
PUBLISHED_ATOM_DRIVEN = {
    "number_a": xi**2 * g**2 / Abs(D_1) ** 2,
    "number_s": xi**2 * Abs(E_a / D_1) ** 2,
    "g2_a": Abs(D_1 / D_2) ** 2,
}
CONDITIONS = {
    "no two photons": {Delta_a: 0, Delta_s: 0, g: sqrt(gamma * (kappa + gamma)) / 2},
    "one-photon resonance": {Delta_a: g, Delta_s: g},
    "two-photon resonance": {Delta_a: g / sqrt(2), Delta_s: g / sqrt(2)},
}
VALUES = {"Delta_a": 10.0, "Delta_s": 10.0, "g": 10.0, "kappa": 1.0, "gamma": 1.0, "xi": 0.1}

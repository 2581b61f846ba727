"""A four-level atom in a cavity: blockade by electromagnetically induced transparency.

    H = Delta (a'a + |s><s| + |e><e| + 2 |f><f|) + Delta_f |f><f|
        + g_1 (a'|g><e| + |e><g|a) + g_2 (a'|s><f| + |f><s|a) + Omega (|s><e| + |e><s|)
        + xi (a' + a),
    losses kappa D[a], gamma_e D[|g><e|], gamma_f D[|s><f|].

A laser Omega between |e> and the metastable |s> makes the atom transparent to one photon: the
cavity is then a superposition with |s>, from which the second photon excites |f> and is shifted.
A. Imamoglu, H. Schmidt, G. Woods and M. Deutsch, Phys. Rev. Lett. 79, 1467 (1997), who eliminate
the atom; with the atom as here S. Rebic, A. S. Parkins and S. M. Tan, Phys. Rev. A 65, 063804
(2002).  The decay of |e> to |s> is left out: it keeps the number of quanta, so that no amplitudes
of a pure state exist (`analytic.expand` takes it).

`PUBLISHED` follows from the coupled equations of the amplitudes on resonance of the two photons
that lead to |s>, for which |s> has the energy of a photon.  On resonance with the cavity (Delta =
0) the number is that of an empty one; without g_2 light stays coherent.

Symbols (rates in one unit): Delta detuning of the cavity from the laser, Delta_f of the upper
transition from the cavity, g_1 and g_2 couplings of the lower and the upper transition, Omega that
of the control laser, kappa, gamma_e and gamma_f energy losses, xi drive amplitude.

>>> MODEL.modes, MODEL.grading.weights  # |f> takes two photons
((a, s_e, s_f, s_s), (1, 1, 2, 1))
"""

import sympy as sp
from sympy import Abs, I
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp

from systems.levels import Atom
from systems.loss import Loss
from systems.model import Model

Delta, Delta_f, g_1, g_2, Omega = sp.symbols("Delta Delta_f g_1 g_2 Omega", real=True)
kappa, gamma_e, gamma_f, xi = sp.symbols("kappa gamma_e gamma_f xi", positive=True)
a, atom = BosonOp("a"), Atom("s", "gsef")
down_e, down_f = atom.transition("g", "e"), atom.transition("s", "f")
control = atom.transition("s", "e")
n_s, n_e, n_f = (atom.population(level) for level in "sef")

MODEL = Model(
    name="N-scheme atom in a driven cavity",
    hamiltonian=Delta * (Dagger(a) * a + n_s + n_e)
    + (2 * Delta + Delta_f) * n_f
    + g_1 * (Dagger(a) * down_e + Dagger(down_e) * a)
    + g_2 * (Dagger(a) * down_f + Dagger(down_f) * a)
    + Omega * (control + Dagger(control))
    + xi * (Dagger(a) + a),
    losses=(Loss(kappa, a), Loss(gamma_e, down_e), Loss(gamma_f, down_f)),
    drive=xi,
)

E_a, E_e, D_1 = sp.symbols("E_a E_e D_1")
ABBREVIATIONS = {
    E_a: Delta - I * kappa / 2,
    E_e: Delta - I * gamma_e / 2,
    D_1: E_a * (E_e * Delta - Omega**2) - g_1**2 * Delta,
}
PUBLISHED = {
    "number_a": xi**2 * Abs((E_e * Delta - Omega**2) / D_1) ** 2,
    "number_s_e": xi**2 * g_1**2 * Delta**2 / Abs(D_1) ** 2,
    "number_s_s": xi**2 * g_1**2 * Omega**2 / Abs(D_1) ** 2,
}
CONDITIONS = {"one-photon resonance": {Delta: 0}}
VALUES = {
    "Delta": 0.0, "Delta_f": 0.0, "g_1": 6.0, "g_2": 6.0, "Omega": 6.0,
    "kappa": 1.0, "gamma_e": 0.5, "gamma_f": 0.5, "xi": 0.1,
}  # fmt: skip


def resonant_correlation() -> sp.Expr:
    """g2 of the cavity where the laser has its frequency, Delta = 0, from the same equations.

    >>> resonant_correlation().subs(g_2, 0).simplify()  # transparent to both photons
    1
    """
    E_a, E_e = -I * kappa / 2, -I * gamma_e / 2
    E_f = Delta_f - I * gamma_f / 2
    A_f = E_a * E_f - g_2**2
    pair = (E_a + E_e) * A_f
    above = E_a * (pair - (Omega**2 + g_1**2) * E_f)
    return Abs(above / (E_a * (pair - Omega**2 * E_f) - g_1**2 * A_f)) ** 2

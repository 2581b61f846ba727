"""Blockade conditions against the published ones."""

import pytest
import sympy as sp
from sympy import Abs, sqrt
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp

from analytic import derive
from systems import Loss, Model
from systems.nanotip import MODEL, Delta, J, a1, chi, gamma


def test_nanotip_blockade_needs_half_a_linewidth_of_nonlinearity():
    # below Eq. (5) of Tang et al.: chi = gamma/2, |J| = gamma; the other branch is chi < 0
    branches = derive(MODEL).blockade_conditions(a1, (chi, Abs(J)), at={Delta: 0})
    assert [dict(branch.values) for branch in branches] == [
        {chi: -gamma / 2, Abs(J): gamma},
        {chi: gamma / 2, Abs(J): gamma},
    ]
    assert all(branch.domain == sp.true for branch in branches)


def test_kerr_dimer_has_the_optimum_of_bamba_et_al():
    # Bamba et al., Phys. Rev. A 83, 021802 (2011), Eqs. (5)-(6), with gamma/2 for their gamma/2
    D, U = sp.symbols("D U", real=True)
    L, g, F = sp.symbols("L gamma F", positive=True)
    a, b = BosonOp("a"), BosonOp("b")
    kerr = Dagger(a) ** 2 * a**2 + Dagger(b) ** 2 * b**2
    hopping = L * (Dagger(a) * b + Dagger(b) * a)
    hamiltonian = D * (Dagger(a) * a + Dagger(b) * b) + hopping + U * kerr + F * (a + Dagger(a))
    dimer = Model("dimer", hamiltonian, (Loss(g, a), Loss(g, b)), F)
    branches = derive(dimer).blockade_conditions(a, (D, U))
    detuning = sqrt(sqrt(9 * L**4 + 8 * g**2 * L**2) - g**2 - 3 * L**2) / 2
    strength = detuning * (5 * g**2 + 4 * detuning**2) / (2 * (2 * L**2 - g**2))
    point = {L: 3, g: 1}
    found = [{k: v.subs(point).evalf(20) for k, v in br.values.items()} for br in branches
             if br.domain.subs(point) == sp.true]  # fmt: skip
    assert sorted(x[D] for x in found) == pytest.approx(
        [-detuning.subs(point).evalf(20), detuning.subs(point).evalf(20)], rel=1e-15
    )
    assert max(abs(x[U]) for x in found) == pytest.approx(strength.subs(point).evalf(20), rel=1e-15)
    # no optimum below L = gamma/sqrt(2)
    assert not any(br.domain.subs({L: 0.7, g: 1}) == sp.true for br in branches)

"""Blockade by radiation pressure in the polaron frame: limits, and the master equation."""

from collections.abc import Callable

import numpy as np
import pytest
import sympy as sp
from scipy.linalg import expm

import analytic
import numeric
from analytic.mirrors.overlaps import overlap_matrix
from analytic.polaron import Polaron, franck_condon, polaron
from compare import agreement
from compare.cli import main
from systems import Loss, Model
from systems.library import kerr, optomechanics, second_harmonic

# eta = 0.4: two photons push the mirror by 0.8, so that eight phonons hold all but 1e-8
POINT = {"Delta": 0.8, "omega": 4.0, "g": 1.6, "kappa": 1.0, "gamma": 0.01, "xi": 1e-3}


def in_sums(form: Callable[..., sp.Expr]) -> sp.Expr:
    """A quantity of the driven mode in the letters of its polaron frame."""
    return form("a", abbreviations=form.__self__.abbreviations)  # type: ignore[attr-defined]


def test_franck_condon_factors_are_those_of_a_displacement() -> None:
    lower = np.diag(np.sqrt(np.arange(1, 40)), 1)
    D = expm(0.7 * (lower.T - lower))  # exact far below the cut at forty phonons
    found = [[float(franck_condon(k, m, sp.Rational(7, 10))) for m in range(5)] for k in range(5)]
    np.testing.assert_allclose(found, D[:5, :5], rtol=0, atol=1e-12)


def test_the_master_equation_tends_to_the_closed_forms_as_the_mirror_loses_less() -> None:
    """The mirror's loss is left out while photons are there: an error of the order of gamma."""
    light = polaron(optomechanics.MODEL)
    forms = {"number": in_sums(light.number), "g2": in_sums(light.correlation)}
    forms["one photon, no phonon"] = light.probability((1, 0), light.abbreviations)
    errors = []
    for gamma in (0.04, 0.01):
        values = POINT | {"gamma": gamma}
        state = numeric.steady_state(optomechanics.MODEL, values, quanta=9)
        exact = {"number": state.number("a"), "g2": state.correlation("a")}
        exact["one photon, no phonon"] = state.probability((1, 0))
        errors.append([abs(light.evaluate(forms[q], values) / exact[q] - 1) for q in forms])
    assert max(errors[1]) < 0.02
    # a fourth of the loss, a fourth of the error
    np.testing.assert_allclose(np.divide(*errors), 4, rtol=0.2, atol=0)


def test_a_stiff_mirror_is_a_kerr_shift() -> None:
    """omega to infinity at a fixed g^2/omega: U = -g^2/omega, in a frame shifted by as much."""
    light = polaron(optomechanics.MODEL)
    closed = analytic.derive(kerr.MODEL)
    shift, errors = 2.0, []
    for omega in (1e4, 1e5):
        values = POINT | {"omega": omega, "g": np.sqrt(shift * omega), "Delta": 0.3}
        limit = {"Delta": 0.3 - shift, "chi": -shift, "gamma": 1.0, "xi": 1e-3}
        g2 = closed.evaluate(closed.correlation("a"), limit)
        errors.append(abs(light.evaluate(in_sums(light.correlation), values) / g2 - 1))
    # factors exp(-eta^2) cancel in g2; a path through a sideband has eta^2 kappa/omega ~ omega^-2
    np.testing.assert_allclose(errors[0] / errors[1], 100, rtol=0.1, atol=0)


def test_light_that_pushes_nothing_is_coherent() -> None:
    light = polaron(optomechanics.MODEL, phonons=2)
    values = POINT | {"g": 0.0}
    np.testing.assert_allclose(light.evaluate(light.correlation("a"), values), 1, rtol=1e-14)
    expected = 1e-3**2 / (0.8**2 + 0.25)
    np.testing.assert_allclose(light.evaluate(light.number("a"), values), expected, rtol=1e-14)


def test_blockade_is_deepest_on_resonance_with_one_photon_as_rabl_finds() -> None:
    """At Delta = g^2/omega, sidebands far beyond kappa, g2 is that of the Kerr shift."""
    light = polaron(optomechanics.MODEL)
    values = POINT | {"omega": 50.0, "g": 10.0, "Delta": np.linspace(-4, 6, 41)}
    g2 = light.evaluate(in_sums(light.correlation), values)
    place = values["Delta"][np.nanargmin(g2)]
    assert abs(place - 2.0) <= 0.25  # the step of the scan
    at = POINT | {"omega": 50.0, "g": 10.0, "Delta": 2.0}
    on = light.evaluate(in_sums(light.correlation), at)
    # 1/(1 + (2 g^2/omega kappa)^2) up to sidebands and eta^2 = 0.04
    np.testing.assert_allclose(on, 1 / 17, rtol=0.15, atol=0)


def test_two_photons_resonant_with_a_sideband_are_not_blocked() -> None:
    """2 g^2/omega = omega: the second photon leaves the mirror with one phonon (Rabl, Fig. 2)."""
    light = polaron(optomechanics.MODEL)
    values = POINT | {"omega": 20.0, "g": 20 * np.sqrt([0.4, 0.5]), "kappa": 0.5}
    values["Delta"] = values["g"] ** 2 / 20.0
    beside, on = light.evaluate(in_sums(light.correlation), values)
    assert on > 20 * beside


@pytest.mark.slow
def test_a_warm_mirror_starts_from_its_thermal_states() -> None:
    light, values = polaron(optomechanics.WARM), POINT | {"n_th": 0.05, "gamma": 1e-3}
    state = numeric.steady_state(optomechanics.WARM, values, quanta=8)
    form = in_sums(light.correlation)
    # gamma/kappa = 1e-3; photons come at a rate of 3e-6, far below gamma
    np.testing.assert_allclose(light.evaluate(form, values), state.correlation("a"), rtol=5e-3)


def test_too_few_phonons_are_told_and_not_returned() -> None:
    light = polaron(optomechanics.MODEL, phonons=2)
    assert light.status(POINT) == "not converged"
    assert np.isnan(light.evaluate(light.correlation("a"), POINT))


@pytest.mark.parametrize("model", [kerr.MODEL, second_harmonic.MODEL])
def test_other_couplings_are_refused_with_what_to_use(model: Model) -> None:
    with pytest.raises(ValueError, match=r"must be Delta a'a .* use numeric.steady_state"):
        polaron(model)


def test_the_mirror_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="must be the driven mode `a`"):
        polaron(optomechanics.MODEL).number("b")


def read_off(light: Polaron, values: dict[str, float], photons: int, phonons: int) -> complex:
    """C[n, m] from the definitions as they are printed, with sums up to ten phonons."""
    known = light.abbreviations
    letters = {sp.Symbol(str(x)): known[x] for x in known if str(x) == "eta"}
    D, C, E = (next(x for x in known if str(x).startswith(z)) for z in ("D(", "C[n", "E["))
    n, m = E.indices

    def amplitude(i: int, j: int) -> sp.Expr:
        if i == 0:
            return sp.Integer(j == 0)
        term = known[C].subs({n: i, m: j}).xreplace(letters)
        (inner,) = term.atoms(sp.Sum)
        k = inner.variables[0]
        parts = [inner.function.subs(k, q) for q in range(10)]
        whole = term.xreplace({inner: sp.Add(*parts)})
        overlaps = {x: known[D].subs(dict(zip(D.args, x.args, strict=True)))
                    for x in whole.atoms(D.func)}  # fmt: skip
        whole = whole.xreplace(overlaps)
        indexed = {x: amplitude(*x.indices) if x.base == C.base else
                   known[E].subs(dict(zip((n, m), x.indices, strict=True)))
                   for x in whole.atoms(sp.Indexed)}  # fmt: skip
        named = {sp.Symbol(k): v for k, v in values.items()}
        plain = whole.xreplace(indexed)
        return plain.subs({s: named[sp.Symbol(s.name)] for s in plain.free_symbols}).evalf()

    return complex(amplitude(photons, phonons))


def test_the_sums_that_are_printed_are_the_numbers_that_are_evaluated() -> None:
    light = polaron(optomechanics.MODEL, phonons=9)
    one = [read_off(light, POINT, 1, m) for m in range(10)]
    number = light.evaluate(in_sums(light.number), POINT)
    # eta = 0.4: ten phonons leave out 0.16^10/10!
    np.testing.assert_allclose(np.sum(np.abs(one) ** 2), number, rtol=1e-12, atol=0)
    np.testing.assert_allclose(light.evaluate(light.number("a"), POINT), number, rtol=1e-12)


def test_phonons_of_the_mirror_at_rest_add_up_to_all_that_one_photon_has() -> None:
    light = polaron(optomechanics.WARM)
    values = POINT | {"n_th": [0.0, 0.3], "g": 4.0}  # eta = 1
    shares = [
        light.evaluate(light.probability((1, m), light.abbreviations), values) for m in range(30)
    ]
    number = light.evaluate(in_sums(light.number), values)
    np.testing.assert_allclose(np.sum(shares, 0), number, rtol=1e-9, atol=0)


def test_a_mirror_without_thermal_phonons_is_the_cold_one() -> None:
    cold, warm = polaron(optomechanics.MODEL), polaron(optomechanics.WARM)
    for name in ("number", "correlation"):
        found = warm.evaluate(in_sums(getattr(warm, name)), POINT | {"n_th": 0.0})
        expected = cold.evaluate(in_sums(getattr(cold, name)), POINT)
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=0)


def test_strong_pushes_and_hot_mirrors_get_the_phonons_they_need_or_no_number() -> None:
    light = polaron(optomechanics.WARM)
    g2 = in_sums(light.correlation)
    values = POINT | {"g": [8.0, 12.0], "n_th": [[5.0], [50.0]]}  # eta = 2 and 3
    assert light.status(g2, values).tolist() == [["ok"] * 2, ["not converged"] * 2]
    assert np.isfinite(light.evaluate(g2, values)).tolist() == [[True] * 2, [False] * 2]


def test_overlaps_of_far_displacements_are_unitary() -> None:
    D = overlap_matrix(np.array([3.0, -1.7]), 200)
    found = np.swapaxes(D, -1, -2) @ D
    expected = np.broadcast_to(np.eye(200), found.shape)
    # far from the cut; each of 200 products rounds by 1e-16
    np.testing.assert_allclose(found[:, :100, :100], expected[:, :100, :100], rtol=0, atol=1e-12)


def test_a_sideband_is_broadened_by_the_loss_of_its_phonons() -> None:
    """On the m-th sideband the number is too large by m gamma/kappa, and a little from the main
    line: a photon with m phonons is coherent for as long as none of these is lost."""
    light = polaron(optomechanics.MODEL)
    form, gamma = in_sums(light.number), 0.01
    for m in (1, 2):
        values = optomechanics.VALUES | {"Delta": 3.2 - 20.0 * m, "gamma": gamma, "xi": 1e-3}
        state = numeric.steady_state(optomechanics.MODEL, values, quanta={"a": 2, "b": 14})
        excess = light.evaluate(form, values) / state.number("a") - 1
        np.testing.assert_allclose(excess, m * gamma, rtol=0.25, atol=0)  # 0.15 gamma, sidebands


def test_tables_of_a_mirror_have_its_closed_forms_and_say_what_has_none() -> None:
    values = POINT | {"xi": [1e-3, 2e-3]}
    table = agreement(
        optomechanics.MODEL, values, "g2, P10, number_b", quanta={"a": 3, "b": 10}, progress=False
    )
    words = table.groupby("quantity")["status"].agg(set)
    assert words.to_dict() == {"g2": {"ok"}, "P10": {"ok"}, "number_b": {"no formula"}}
    assert table["deviation"].abs().max() < 0.02  # gamma/kappa is 0.01
    assert "steady_state for the mirror" in table.attrs["without_formula"]["number_b"]


@pytest.mark.parametrize("option", ["", " --latex"])
def test_the_command_derives_a_mirror(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(f"derive optomechanics{option}".split())
    assert not ended.value.code
    said = capsys.readouterr().out
    assert (r"\sum_{m=0}^{\infty}" if option else "Sum(Abs(C[1, m])**2, (m, 0, oo))") in said


def test_what_the_polaron_frame_does_not_have_is_refused_with_what_does() -> None:
    light, warm = polaron(optomechanics.MODEL), polaron(optomechanics.WARM)
    with pytest.raises(analytic.NotSeen, match=r"use numeric\.steady_state"):
        light.probability((0, 1))
    with pytest.raises(ValueError, match="use probability"):
        warm.amplitude((1, 0))
    a, b = optomechanics.a, optomechanics.b
    both = Model("both", optomechanics.MODEL.hamiltonian, (Loss(1, a + b),), optomechanics.xi)
    with pytest.raises(ValueError, match="loss of both at once: use"):
        polaron(both)

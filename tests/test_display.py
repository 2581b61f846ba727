"""In a notebook: every public object takes one line, and a table of a few rows."""

import numpy as np
import pytest
import sympy as sp
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp

import analytic
import numeric
from compare import check_formula, critical_drive
from systems import Atom, Emitters, Loss, Model
from systems.library import kerr, kerr_dimer, optomechanics, parametric_kerr

HUNDRED = {**kerr.VALUES, "xi": np.linspace(0.01, 0.3, 100)}
LINE, ROWS = 120, 30  # signs of a wide terminal, rows of a screen


def objects() -> dict[str, object]:
    """One of each kind that a user holds, the batches of a hundred points."""
    closed, series = analytic.derive(kerr.MODEL), analytic.expand(kerr.MODEL)
    state = numeric.steady_state(kerr.MODEL, HUNDRED)
    a, G = BosonOp("a"), sp.Symbol("G", positive=True)
    branch = analytic.derive(parametric_kerr.MODEL).blockade_conditions("a", solve_for="G")[0]
    return {
        "model": kerr_dimer.MODEL,
        "loss": Loss(1, BosonOp("a")),
        "closed forms": closed,
        "series": series,
        "quantity": series.number("a"),
        "assessment": series.assess(series.number("a"), HUNDRED),
        "state": state,
        "estimate": state.estimate("number", "a"),
        "certificate": state.certificate,
        "no jumps": numeric.nojump_state(kerr.MODEL, HUNDRED, quanta=4),
        "trajectories": numeric.trajectories(kerr.MODEL, kerr.VALUES, 3, 3, 30.0, seed=1),
        "branch": branch,
        "point": branch.at({"Delta": 0.0, "chi": 0.1, "gamma": 1.0, "xi": 0.01}),
        "critical drive": critical_drive(kerr.MODEL, kerr.VALUES, "number"),
        "atom": Atom("s", "gef"),
        "emitters": Emitters("S", 4),
        "Gaussian": analytic.gaussian(Model("line", G * (a + Dagger(a)), (Loss(1, a),), G)),
        "polaron": analytic.polaron(optomechanics.MODEL, phonons=4),
        "weak pulse": analytic.weak_pulse(closed, lambda t: t > 0, kerr.VALUES, [0.0, 1.0]),
        "verdict": check_formula(kerr.MODEL, "xi**2", "number"),
    }


@pytest.fixture(scope="module")
def shown() -> dict[str, object]:
    return objects()


@pytest.mark.slow
def test_a_line_is_one_line_whatever_the_batch(shown: dict[str, object]) -> None:
    long = {name: repr(thing) for name, thing in shown.items()
            if "\n" in repr(thing) or len(repr(thing)) > LINE}  # fmt: skip
    # a branch and its point write their formulas
    assert long.keys() <= {"branch", "point"}


@pytest.mark.slow
def test_a_table_has_a_few_rows_and_no_open_tag(shown: dict[str, object]) -> None:
    for name, thing in shown.items():
        html = thing._repr_html_()  # type: ignore[attr-defined]
        assert 0 < html.count("<tr>") <= ROWS, name
        assert html.count("<td>") == html.count("</td>") == html.count("<tr>"), name


@pytest.mark.slow
def test_a_batch_is_told_by_its_ends_and_by_how_often_each_status(shown: dict[str, object]) -> None:
    assert "100 points, 100 ok" in repr(shown["state"])
    state = numeric.steady_state(kerr.MODEL, {**kerr.VALUES, "xi": [0.0, 0.1, 0.2]})
    assert "2 ok, 1 undefined" in repr(state.estimate("correlation", "a"))


def test_a_quantity_shows_its_symbol_as_a_formula_and_serves_an_equal_expansion():
    one, other = (analytic.expand(kerr.MODEL, corrections=1) for _ in range(2))
    number = one.number("a")
    assert r"<caption>$\langle a^\dagger a \rangle$ in the series" in number._repr_html_()
    assert other.evaluate(number, kerr.VALUES) == one.evaluate(number, kerr.VALUES)
    with pytest.raises(TypeError, match="corrections: 2, but is one of another"):
        analytic.expand(kerr.MODEL, corrections=2).terms(number, kerr.VALUES)

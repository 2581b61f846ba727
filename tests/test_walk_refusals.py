"""What cannot be written down is refused in one sentence that names what to use."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import sympy as sp
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp

import analytic
import numeric
from numeric import fields
from systems import Loss, Model, kerr, n_scheme, optomechanics

a, t, omega = BosonOp("a"), sp.Symbol("t", real=True), sp.Symbol("omega", positive=True)
gamma, xi = sp.symbols("gamma xi", positive=True)
DRIVEN = xi * (a + Dagger(a))
MOVING = {**kerr.VALUES, "xi": lambda t: 0.1}


def in_time() -> Any:
    model = Model("pulse", DRIVEN * sp.exp(-(t**2)), (Loss(gamma, a),), xi)
    return numeric.steady_state(model, {"gamma": 1.0, "xi": 0.1})


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (in_time, "hold a value for t; what depends on time is a symbol of its own"),
        (
            lambda: Model("pulse", DRIVEN * sp.Function("f", real=True)(t), (Loss(gamma, a),), xi),
            r"Function `f\(t\)` must be a symbol, whose value may be a function of time",
        ),
        (
            lambda: Model("bath", DRIVEN, (Loss(sp.Function("J")(omega), a),), xi),
            r"Function `J\(omega\)` must be a symbol.*a bath with a memory.*heom",
        ),
        (
            lambda: numeric.steady_state(kerr.MODEL, MOVING),
            "Value `xi` must be a number or an array here, but is a function.*numeric.evolve",
        ),
        (
            lambda: analytic.derive(kerr.MODEL).evaluate(sp.Integer(1), MOVING),
            "Value `xi` must be a number or an array here, but is a function.*weak_pulse",
        ),
        (
            lambda: numeric.evolve(kerr.MODEL, {**MOVING, "xi": lambda t, rho: 0.1}, [0.0, 1.0]),
            r"function of time alone, but takes \(t, rho\).*feedback",
        ),
        (
            lambda: fields.delayed_correlation(kerr.MODEL, "a", [0.0, 1.0]),
            "Argument `state` must be what numeric.steady_state .* returns, but is of the type",
        ),
        (
            lambda: numeric.emitted(kerr.MODEL, MOVING, kerr.a + 1, (0, 9)),
            "Argument `port` must be a loss of the model or a mode.*where the model has such a",
        ),
        (lambda: analytic.derive(optomechanics.MODEL), "needs no grading; .* analytic.polaron"),
        (
            lambda: analytic.derive(kerr.MODEL).correlation(kerr.a + 1),
            r"one of a, but is `1 \+ a`; numbers of a field are in numeric.fields and analytic.f",
        ),
        (
            lambda: numeric.steady_state(n_scheme.MODEL, n_scheme.VALUES, quanta=2).number("s"),
            r"but is `s`; of `s` as a whole numeric states have the mean of any operator \(expect",
        ),
        (lambda: Model("rest", 0, ()), "or 0 where losses alone act, but is 0"),
    ],
)
def test_what_has_no_place_is_told_what_has(call: Callable[[], Any], sentence: str) -> None:
    with pytest.raises((TypeError, ValueError), match=sentence):
        call()


def test_a_function_of_time_may_have_further_arguments_with_defaults() -> None:
    def pulse(t: float, height: float = 0.1) -> float:
        return height * (t < 1)

    found = numeric.evolve(kerr.MODEL, {**kerr.VALUES, "xi": pulse}, [0.0, 1.0], quanta=2)
    assert found.number("a")[1] > 0
    still = numeric.evolve(kerr.MODEL, {**kerr.VALUES, "xi": np.zeros_like}, [0.0, 1.0], quanta=2)
    assert still.number("a")[1] == 0


def test_a_model_without_a_hamiltonian_is_what_its_losses_make() -> None:
    warm = sp.Symbol("warm", positive=True)
    bath = (Loss(gamma * (1 + warm), a), Loss(gamma * warm, Dagger(a)))
    model, values = Model("bath", 0, bath), {"gamma": 1.0, "warm": 0.2}
    assert numeric.steady_state(model, values).correlation("a") == pytest.approx(2, rel=1e-7)
    assert analytic.gaussian(model).number("a") == warm
    H, losses = numeric.to_qutip(model, values, quanta=3)
    assert H.norm() == 0
    assert len(losses) == 2

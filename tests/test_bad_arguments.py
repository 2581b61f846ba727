"""Whatever is handed over in the place of an argument is taken or refused in one sentence."""

import numpy as np
import pytest
import sympy as sp
from sympy.physics.quantum.boson import BosonOp

import analytic
import compare
import numeric
from numeric import observables
from systems import kerr

VALUES = dict(kerr.VALUES)
FREE = {name: value for name, value in VALUES.items() if name != "xi"}


class Array:
    """What NumPy takes for an array of text."""

    def __array__(self, dtype=None, copy=None):
        return np.array("x")


ODD = [
    "E",
    b"1",
    None,
    np.nan,
    np.inf,
    1 + 0.5j,
    True,
    np.str_("1"),
    object(),
    Array(),
    sp.zoo,
    sp.I,
    -1.0,
    np.zeros((2, 0)),
    np.array(1.0),
    np.float32(1),
    10**400,
    [1, 2],
    {1},
    np.array([object()]),
    sp.Matrix([1, 2]),
    sp.Symbol("x") > 1,
    BosonOp("a"),
    len,
    5e-324,
]
TAKERS = {
    "number": lambda state, x: state.number(x),
    "order": lambda state, x: state.correlation("a", x),
    "occupation": lambda state, x: state.probability(x),
    "quanta of an occupation": lambda state, x: state.probability((x,)),
    "operator": lambda state, x: state.expect(x),
    "field": lambda state, x: observables.number(state, x),
    "delays": lambda state, x: numeric.delayed_correlation(kerr.MODEL, VALUES, x, [0.0]),
    "order of a state": lambda state, x: numeric.steady_state(kerr.MODEL, {}, order=x),
    "definitions": lambda state, x: compare.check_formula(kerr.MODEL, "1", "number", x),
    "definition": lambda state, x: compare.check_formula(kerr.MODEL, "1", "number", {"z": x}),
    "quantities": lambda state, x: compare.agreement(kerr.MODEL, {}, x),
    "labels": lambda state, x: compare.agreement(kerr.MODEL, VALUES, labels=x, quanta=2),
    "quanta of a budget": lambda state, x: compare.budget(kerr.MODEL, VALUES, quanta=x),
    "quantity": lambda state, x: compare.critical_drive(kerr.MODEL, FREE, x),
}
CLOSED = analytic.derive(kerr.MODEL)
TAKERS["value"] = lambda state, x: CLOSED.evaluate(CLOSED.number("a"), VALUES | {"gamma": x})
TAKERS["expression"] = lambda state, x: CLOSED.evaluate(x, VALUES)
TAKERS["unknowns"] = lambda state, x: CLOSED.blockade_conditions("a", x)
TAKERS["what is fixed"] = lambda state, x: CLOSED.blockade_conditions("a", ("Delta", "chi"), at=x)
# words of Python, not of this project
RAW = ("has no attribute", "not iterable", "not supported between", "invalid literal", "int()")


@pytest.fixture(scope="module")
def state():
    return numeric.steady_state(kerr.MODEL, VALUES, quanta=4)


def refusal(call, *arguments):
    """What a call is refused with; empty where it is taken."""
    try:
        call(*arguments)
    except (ValueError, TypeError) as error:
        return str(error)
    return ""


@pytest.mark.parametrize("taker", TAKERS)
def test_an_odd_argument_is_taken_or_refused_in_words(taker, state):
    for odd in ODD:
        said = refusal(TAKERS[taker], state, odd)
        assert not any(words in said for words in RAW), (odd, said)

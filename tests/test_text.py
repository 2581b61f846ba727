"""What the command line prints can be read back."""

import sympy as sp
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp

from analytic import derive
from compare import check_formula
from compare.cli.text import derivation_text
from systems import Loss, Model
from systems.library import kerr

a = BosonOp("a")


def reads_back(model: Model, line: str) -> bool:
    printed = dict(row.strip().split(" = ") for row in derivation_text(derive(model), {})
                   .splitlines() if " = " in row)  # fmt: skip
    return check_formula(model, printed[line], line.replace("_", "")).verdict == "identical"


def test_the_printed_amplitude_is_the_derived_one():
    assert reads_back(kerr.MODEL, "C_2")


def test_a_symbol_called_I_is_told_from_the_imaginary_unit():
    I, Q = sp.symbols("I Q", real=True)  # noqa: E741
    kappa = sp.Symbol("kappa", positive=True)
    model = Model("I", I * Dagger(a) * a + Q * (a + Dagger(a)), (Loss(kappa, a),), Q)
    assert reads_back(model, "C_1")

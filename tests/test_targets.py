"""Systems by name, systems in a file of the user, and the nanotip in its own units."""

import re
from pathlib import Path

import numpy as np
import pytest

from compare.cli import tip
from compare.cli.targets import find_target, listed
from systems import Model, nanotip


@pytest.mark.parametrize("name", listed())
def test_listed_system_has_a_model_and_a_line_about_it(name: str) -> None:
    assert isinstance(find_target(name).model, Model)
    assert listed()[name]


def test_unknown_system_is_answered_with_the_near_one() -> None:
    with pytest.raises(ValueError, match="did you mean `nanotip`"):
        find_target("nanotop")


def test_positions_in_um_and_power_in_fw_are_those_of_the_device_in_si() -> None:
    phi = np.array([0.21, 0.27])
    values = tip.read_values({"r": 0.35, "phi": phi, "power": 1.0, "chi": 7.0})
    device = nanotip.Device(power=1e-15)
    expected = device.parameters(0.35e-6, phi * 1e-6) | {"chi": 7.0}
    # one rounding in each conversion of units
    for name, value in expected.items():
        np.testing.assert_allclose(values[name], value, rtol=1e-13)


def test_nanotip_takes_its_model_values_without_a_position() -> None:
    values = tip.read_values({"J": 0.0, "gamma": 1.0, "chi": 5.0, "xi": 0.1})
    assert values == {"J": 0.0, "gamma": 1.0, "chi": 5.0, "xi": 0.1, "Delta": 0.0}


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"r": 0.35}, "needs a value for phi"),
        ({"gamma": 1.0}, "needs a value for J"),
        ({"r": 0.35, "phi": 0.2, "J": 0.0}, "Value `J` follows from `r`: give one or the other"),
        ({"J": 0.0, "gamma": 1.0, "xi": 1.0, "power": 1.0}, "Value `xi` follows from `power`"),
        ({"r": 0.35, "phy": 0.2}, "not `phy`; did you mean `phi`?"),
        ({"r": 0.35, "phi": 0.2, "power": -1.0}, "`power` must not be negative (fW), but is -1"),
        ({"r": 0.35, "phi": 0.2j}, "`phi` must be real, but is 0+0.2j"),
    ],
)
def test_settings_that_contradict_or_lack_each_other_are_refused(
    settings: dict[str, complex], sentence: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)):
        tip.read_values(settings)


KERR = """
from sympy import symbols
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp
from systems import Loss, Model

Delta, chi, gamma, xi = symbols("Delta chi gamma xi", {assumptions})
a = BosonOp("a")
kerr = Model(
    "kerr",
    Delta * Dagger(a) * a + chi * Dagger(a) ** 2 * a**2 + xi * (Dagger(a) + a),
    (Loss(gamma, a),),
    xi,
)
"""


def test_model_in_a_file_is_found_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(KERR.format(assumptions="real=True"))
    target = find_target(f"{path}:kerr")
    assert (target.name, target.model.name) == ("mine.py:kerr", "kerr")


@pytest.mark.parametrize(
    ("text", "name", "sentence"),
    [
        (KERR.format(assumptions=""), "kerr", "must be Hermitian"),
        (KERR.format(assumptions="real=True"), "cerr", "must hold a Model called `cerr`"),
        ("x = 1", "x", "must hold a Model called `x`, but holds none"),
        ("def f(:", "f", "does not import: SyntaxError"),
        ("import nowhere_to_be_found", "x", "does not import: ModuleNotFoundError"),
        ("1/0", "x", "does not import: ZeroDivisionError"),
        ("import sys; sys.exit(3)", "x", "does not import: SystemExit"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(
    tmp_path: Path, text: str, name: str, sentence: str
) -> None:
    path = tmp_path / "mine.py"
    path.write_text(text)
    with pytest.raises(ValueError, match=re.escape(sentence)):
        find_target(f"{path}:{name}")


def test_file_needs_a_name_and_must_exist(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"must look like path/to/file\.py:NAME"):
        find_target("mine.py")
    with pytest.raises(ValueError, match="does not exist"):
        find_target(f"{tmp_path}/nothing.py:kerr")

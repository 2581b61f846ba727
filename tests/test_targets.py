"""Systems by name, systems in a file of the user, and the nanotip in its own units."""

import re
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compare.laboratories import nanotip as tip
from compare.targets import find_target, listed
from systems import Model
from systems.library import nanotip


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


LENGTHS = [1e-6, 1e-3, 1e3, 1e6]  # what um are in m, mm, nm, pm
POWERS = [1e-15, 1e-12, 1e-9]  # what fW are in W, mW, uW
UNITS = [(name, "um", factor) for name in ("r", "phi") for factor in LENGTHS]
UNITS += [("power", "fW", factor) for factor in POWERS]


@pytest.mark.parametrize(("name", "unit", "factor"), UNITS)
@given(drawn=st.floats(0.06, 0.9), sign=st.sampled_from([1, -1]))
def test_value_in_another_unit_is_refused_with_its_own(
    name: str, unit: str, factor: float, drawn: float, sign: int
) -> None:
    place = {"r": 0.35, "phi": 0.27}
    assert tip.read_values(place | {name: drawn})
    size = sign * drawn if name == "phi" else drawn
    for value in (size * factor, np.array([0, size * factor])):
        with pytest.raises(ValueError, match=f"`{name}` must lie .* {unit} .* its unit is {unit}"):
            tip.read_values(place | {name: value})


def test_device_in_si_refuses_micrometres_and_femtowatts() -> None:
    device = nanotip.Device()
    with pytest.raises(ValueError, match=r"`r` must lie between 0 and 1e-05 m"):
        device.parameters(0.35, 0.27e-6)
    with pytest.raises(ValueError, match=r"`phi` must lie between .* m in size"):
        device.parameters(0.35e-6, 0.27)
    with pytest.raises(ValueError, match=r"`power` must lie between .* W in size"):
        device.drive(4.0)


def test_rate_in_units_of_the_loss_beside_a_device_in_si_is_remarked_on() -> None:
    place = {"r": 0.35, "phi": 0.27}
    assert "chi = 5 rad/s is next to nothing" in str(tip.remark(place | {"chi": 5.0}))
    assert tip.remark(place | {"chi": 1e6, "Delta": 0.0}) is None
    assert tip.remark({"J": 0.0, "gamma": 1.0, "chi": 5.0, "xi": 0.1}) is None


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


@pytest.mark.parametrize("stem", ["mine", "numeric", "sympy", "two words", "1st", "a.b"])
def test_file_may_hold_dataclasses_and_be_called_as_any_module(tmp_path: Path, stem: str) -> None:
    before = sys.modules.get(stem)
    path = tmp_path / f"{stem}.py"
    head = "from __future__ import annotations\nfrom dataclasses import dataclass, KW_ONLY"
    shape = (
        "@dataclass(frozen=True)\nclass Device:\n    chi: float\n    _: KW_ONLY\n    xi: float = 1"
    )
    more = "import pickle\nassert pickle.loads(pickle.dumps(Device(2.0))).chi == 2"
    path.write_text("\n".join([head, KERR.format(assumptions="real=True"), shape, more]))
    assert find_target(f"{path}:kerr").model.name == "kerr"
    assert sys.modules.get(stem) is before


def test_file_that_fails_leaves_no_module_and_no_path_behind(tmp_path: Path) -> None:
    before = set(sys.modules), list(sys.path)
    path = tmp_path / "mine.py"
    path.write_text("import sys\nsys.path.insert(0, 'elsewhere')\nsys.path.pop(0)\n1/0")
    with pytest.raises(ValueError, match="does not import"):
        find_target(f"{path}:kerr")
    assert (set(sys.modules), list(sys.path)) == before


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


def test_a_file_with_one_model_needs_no_name(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(KERR.format(assumptions="real=True"))
    assert find_target(str(path)).name == find_target(f"{path}:kerr").name == "mine.py:kerr"
    path.write_text(path.read_text() + "\nother = kerr\n")
    with pytest.raises(ValueError, match=r"must hold one Model, .* but holds kerr, other"):
        find_target(str(path))


def test_what_a_file_prints_is_no_part_of_an_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "mine.py"
    path.write_text("print('loading')\n" + KERR.format(assumptions="real=True"))
    find_target(f"{path}:kerr")
    assert capsys.readouterr() == ("", "loading\n")


def test_a_folder_is_no_file_of_a_model(tmp_path: Path) -> None:
    (tmp_path / "mine.py").mkdir()
    with pytest.raises(ValueError, match="must be a file, but is a folder"):
        find_target(f"{tmp_path}/mine.py:kerr")

"""Values as they are written on the command line."""

import re

import numpy as np
import pytest

from compare.cli.settings import read_settings


def test_several_varied_values_make_a_grid() -> None:
    settings, varied = read_settings(["chi=5"], ["x=0:1:2", "y=1,2,4"])
    assert varied == ["x", "y"]
    assert settings["chi"] == 5
    pairs = list(zip(settings["x"].tolist(), settings["y"].tolist(), strict=True))
    assert pairs == [(0, 1), (0, 2), (0, 4), (1, 1), (1, 2), (1, 4)]


def test_log_steps_have_equal_ratios() -> None:
    settings, _ = read_settings([], ["xi=1e-4:1:5:log"])
    np.testing.assert_allclose(settings["xi"], [1e-4, 1e-3, 1e-2, 1e-1, 1], rtol=1e-14)


def test_numbers_may_be_complex() -> None:
    assert read_settings(["J=1+2j"], [])[0] == {"J": 1 + 2j}


@pytest.mark.parametrize(
    ("fixed", "varied", "sentence"),
    [
        (["chi"], [], "must look like NAME=VALUE, but is `chi`"),
        (["=5"], [], "must look like NAME=VALUE, but is `=5`"),
        (["chi=five"], [], "Value `chi` must be a number, but is `five`"),
        (["chi=nan"], [], "Value `chi` must be finite, but is nan"),
        (["chi=1", "chi=2"], [], "Value `chi` must be given once, but is given twice"),
        (["chi=1"], ["chi=0:1:2"], "Value `chi` must be given once, but is given twice"),
        ([], ["x=0:1"], "must look like x=START:STOP:COUNT"),
        ([], ["x=0:1:0"], "The COUNT of `--vary x` must be a whole number from 1 on, but is `0`"),
        ([], ["x=0:1:-3"], "must be a whole number from 1 on, but is `-3`"),
        ([], ["x=0:1:2.5"], "must be a whole number from 1 on, but is `2.5`"),
        ([], ["x=0:1:9" + "0" * 5000], "`--vary x` must make at most 4000000 points"),
        ([], ["x=0:1:4000", "y=0:1:4000"], "`--vary x, y` must make at most 4000000 points, but"),
        ([], ["x=1:1:5"], "Argument `--vary x` must have different ends for 5 points"),
        ([], ["x=0:1:9:lin"], "must look like x=START:STOP:COUNT"),
        ([], ["x=0:inf:3"], "Value `x` must be finite, but is inf"),
        ([], ["x=0:1:3:log"], "must be positive for steps of `log`"),
        ([], ["x=1,,2"], "Value `x` must be a number, but is ``"),
    ],
)
def test_what_cannot_be_read_is_named(fixed: list[str], varied: list[str], sentence: str) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)):
        read_settings(fixed, varied)

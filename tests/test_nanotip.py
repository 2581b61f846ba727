"""The device reproduces the numbers printed in the paper."""

from dataclasses import replace

import numpy as np
import pytest

from systems.library.nanotip import Device

device = Device()
um = 1e-6


def test_printed_rates():
    values = device.parameters(0.35 * um, 0.27 * um)
    # printed "~0.4 MHz", "~5.3": the digits of the paper
    backscattering = device.J_0 / 1e6
    assert backscattering == pytest.approx(0.4, abs=0.05)
    assert values["chi"] / values["gamma"] == pytest.approx(5.3, abs=0.05)


@pytest.mark.parametrize(("l", "phi"), [(0, 0.27), (1, 0.82)])
def test_printed_tip_positions_without_backscattering(l, phi):  # noqa: E741
    r_zero, phi_zero = device.backscattering_free(l)
    assert (r_zero / um, phi_zero / um) == pytest.approx((0.35, phi), abs=0.0055)
    # an exact zero: what remains of 0.44 MHz is round-off
    assert abs(device.parameters(r_zero, phi_zero)["J"]) < 1e-12 * device.J_0


def test_printed_tip_positions_of_the_interference():
    gamma = device.parameters(0.35 * um, 0)["gamma"]
    positions = device.positions(0.35 * um, gamma)
    # the paper prints two digits
    assert np.array(positions) / um == pytest.approx([0.21, 0.33], abs=0.005)
    for phi in positions:
        assert abs(device.parameters(0.35 * um, phi)["J"]) == pytest.approx(gamma, rel=1e-12)


def test_the_tip_is_periodic_in_half_a_wavelength_and_vanishes_far_away():
    period = np.pi / device.wavenumber
    near, next_one = device.tip_coupling(0.3 * um, np.array([0.1 * um, 0.1 * um + period]))
    assert near == pytest.approx(next_one, rel=1e-12)
    far = device.parameters(10 * um, 0.2 * um)
    bare = device.without_tip()
    # exp(-100): below round-off of J_0
    assert far["J"] == pytest.approx(bare["J"], rel=1e-15)
    assert far["gamma"] == pytest.approx(bare["gamma"], rel=1e-15)


def test_drive_is_the_root_of_the_power():
    assert device.drive(4 * device.power) == pytest.approx(2 * device.drive(), rel=1e-15)
    assert device.power_of(device.drive()) == pytest.approx(device.power, rel=1e-15)


def test_the_kerr_parameter_is_that_of_a_calculation_by_hand():
    # omega = 2 pi 2.99792e8/1550e-9 = 1.21526e15 rad/s, omega^2 = 1.47685e30;
    # 3 hbar omega^2 = 3 x 1.05457e-34 x 1.47685e30 = 4.67234e-4, times 1.8e-17: 8.41021e-21;
    # 4 epsilon_0 V = 4 x 8.85419e-12 x 150e-18 = 5.31251e-27
    # in units J s x s^-2 x m^2 V^-2/(C V^-1 m^-1 x m^3) = J/(C V s) = 1/s
    # six digits are carried, and omega enters squared
    assert device.kerr() == pytest.approx(8.41021e-21 / 5.31251e-27, rel=1e-5)
    assert device.chi == device.kerr()


def test_the_kerr_parameter_is_the_susceptibility_per_volume_of_the_mode():
    susceptibility = device.susceptibility * np.array([[-1.0], [0.0], [3.0]])
    volume = device.mode_volume * np.array([1.0, 2.0, 10.0, 100.0])
    chi = device.kerr(susceptibility, volume)
    expected = device.chi * np.array([[-1.0], [0.0], [3.0]]) / np.array([1.0, 2.0, 10.0, 100.0])
    # the same product in another order: round-off
    np.testing.assert_allclose(chi, expected, rtol=1e-14, atol=0)
    for field, value in (("susceptibility", 2e-17), ("mode_volume", 1e-15)):
        varied = replace(device, **{field: value}).chi
        assert device.kerr(**{field: value}) == varied  # the same operations


def test_critical_coupling_is_the_default_and_follows_the_quality_factor():
    better = replace(device, quality_factor=2e10)
    assert better.coupling_rate == better.gamma_0 == device.gamma_0 / 2
    assert replace(device, gamma_ex=1e5).gamma_1 == device.gamma_0 + 1e5


def test_ideal_and_bare_cavity_differ_by_backscattering_alone():
    ideal, bare = device.ideal(), device.without_tip()
    assert ideal.pop("J") == 0
    assert bare.pop("J") == device.J_0
    assert ideal == bare


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: replace(device, quality_factor=0), "`quality_factor` must be positive"),
        (lambda: replace(device, power=-1), "`power` must not be negative"),
        (lambda: replace(device, wavelength="red"), "`wavelength` must be a finite number"),
        (lambda: replace(device, mode_volume=np.nan), "`mode_volume` must be a finite number"),
        (lambda: device.kerr(mode_volume=[1e-16, 0.0]), "`mode_volume` must be positive"),
        (lambda: device.parameters(-1e-6, 0), "`r` must not be negative"),
        (lambda: device.positions(0.35 * um, 1e7), "`coupling` must lie between"),
        (lambda: replace(device, backscattering=100).backscattering_free(), "J = 0 needs"),
        (lambda: device.backscattering_free(0.5), "`l` must be an integer"),
    ],
)
def test_bad_devices_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()

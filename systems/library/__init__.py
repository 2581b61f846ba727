"""The listed systems: what each is, where it comes from, and what is known of it on paper.

A listed system is one file with one noun.  Each holds a `MODEL` and what comparisons need:

    VALUES          a point of interest, in units of a loss or in rad/s
    PUBLISHED       closed forms of the literature, or what follows from its equations
    ABBREVIATIONS   the letters that these forms are written in, each defined by those before it
    CONDITIONS      where something happens: resonances, interference zeros

`SYSTEMS` is the table of them all, by name; commands, tests and benchmarks read it.  `optics` holds
what the devices in SI units share.  To add a system, write its file, which ``from systems import
name`` then finds, and enter it in `SYSTEMS`.

Every entry of it has closed forms of Fock-state amplitudes.  A mirror that light pushes does not
have them: `MIRRORS` holds those systems, whose closed forms are those of `analytic.polaron`.

>>> sorted(SYSTEMS)[:3]
['dimer_chain', 'jaynes_cummings', 'jaynes_cummings_atom']
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sympy as sp

from systems.library import (
    dimer_chain,
    jaynes_cummings,
    kerr,
    kerr_dimer,
    kerr_ring,
    many_emitters,
    n_scheme,
    nanotip,
    optomechanics,
    parametric_kerr,
    second_harmonic,
    spinning,
    tavis_cummings,
)
from systems.model import Model


@dataclass(frozen=True)
class Entry:
    """A listed system; ``published`` maps names of quantities to forms in ``abbreviations``.

    ``about`` says in a line what it is, ``literature`` where it comes from, ``values`` a point at
    which it is interesting, ``conditions`` by name the values at which something happens.  The
    docstring of the system's module says which equation a form is, or what it follows from.

    >>> SYSTEMS["kerr"].about
    'driven Kerr mode; n-photon blockade is judged by compare.criteria'
    >>> SYSTEMS["kerr"].model.parameters
    (Delta, chi, gamma, xi)
    """

    model: Model
    about: str
    literature: str
    values: Mapping[str, Any]  # a point of interest
    published: Mapping[str, sp.Expr] = field(default_factory=dict)
    abbreviations: Mapping[sp.Symbol, sp.Expr] = field(default_factory=dict)
    conditions: Mapping[str, Mapping[sp.Symbol, sp.Expr]] = field(default_factory=dict)


def _entry(module: Any, about: str, literature: str, **other: Any) -> Entry:
    """The entry of a system: what its module says, unless told otherwise."""
    known = {
        "model": module.MODEL,
        "values": module.VALUES,
        "published": module.PUBLISHED,
        "abbreviations": module.ABBREVIATIONS,
        "conditions": module.CONDITIONS,
    }
    return Entry(about=about, literature=literature, **(known | other))


SYSTEMS: dict[str, Entry] = {
    "nanotip": Entry(
        nanotip.MODEL,
        "Kerr whispering-gallery resonator with backscattering and a nanotip",
        "Tang et al., Achieving Robust Single-Photon Blockade with a Single Nanotip",
        nanotip.Device().parameters(r=0.35e-6, phi=0.27e-6),
        nanotip.PUBLISHED,
        nanotip.ABBREVIATIONS,
        {"no two photons": {nanotip.Delta: 0, nanotip.chi: nanotip.gamma / 2,
                            nanotip.J: nanotip.gamma}},
    ),
    "kerr": _entry(
        kerr,
        "driven Kerr mode; n-photon blockade is judged by compare.criteria",
        "Drummond and Walls, J. Phys. A 13, 725 (1980); "
        "Imamoglu et al., Phys. Rev. Lett. 79, 1467 (1997); "
        "Miranowicz et al., Phys. Rev. A 87, 023809 (2013)",
    ),
    "kerr_dimer": _entry(
        kerr_dimer,
        "two coupled Kerr modes, unconventional blockade",
        "Liew and Savona, Phys. Rev. Lett. 104, 183601 (2010); "
        "Bamba et al., Phys. Rev. A 83, 021802(R) (2011)",
    ),
    "kerr_ring": _entry(
        kerr_ring,
        "ring of three Kerr modes with a synthetic flux",
        "Roushan et al., Nat. Phys. 13, 146 (2017), for the experiment",
    ),
    "jaynes_cummings": _entry(
        jaynes_cummings,
        "two-level atom in a driven cavity",
        "Carmichael, Brecha and Rice, Opt. Commun. 82, 73 (1991); "
        "Birnbaum et al., Nature 436, 87 (2005)",
    ),
    "jaynes_cummings_atom": _entry(
        jaynes_cummings,
        "driven two-level atom in a cavity; n-photon blockade is judged by compare.criteria",
        "Hamsen et al., Phys. Rev. Lett. 118, 133604 (2017)",
        model=jaynes_cummings.ATOM_DRIVEN,
        published=jaynes_cummings.PUBLISHED_ATOM_DRIVEN,
        conditions={name: condition for name, condition in jaynes_cummings.CONDITIONS.items()
                    if "resonance" in name},
    ),
    "tavis_cummings": _entry(
        tavis_cummings,
        "two identical emitters in a driven cavity",
        "Tavis and Cummings, Phys. Rev. 170, 379 (1968); "
        "Radulaski et al., Phys. Rev. A 96, 011801(R) (2017)",
    ),
    "n_scheme": _entry(
        n_scheme,
        "four-level atom in a driven cavity, blockade by electromagnetically induced transparency",
        "Imamoglu et al., Phys. Rev. Lett. 79, 1467 (1997); "
        "Rebic, Parkins and Tan, Phys. Rev. A 65, 063804 (2002)",
    ),
    "many_emitters": _entry(
        many_emitters,
        "many identical emitters in one driven cavity, as one mode exact to two quanta",
        "Trivedi et al., Phys. Rev. Lett. 122, 243602 (2019)",
    ),
    "dimer_chain": _entry(
        dimer_chain,
        "chain of two dimers of Kerr modes, driven at one end and observed near the other",
        "Wang et al., Phys. Rev. Lett. 127, 240402 (2021)",
    ),
    "spinning": _entry(
        spinning,
        "spinning Kerr resonator, nonreciprocal blockade",
        "Huang et al., Phys. Rev. Lett. 121, 153601 (2018)",
    ),
    "parametric_kerr": _entry(
        parametric_kerr,
        "Kerr mode with a coherent and a parametric drive",
        "Lemonde, Didier and Clerk, Phys. Rev. A 90, 063824 (2014); "
        "Sarma and Sarma, Phys. Rev. A 96, 053827 (2017)",
    ),
    "second_harmonic": _entry(
        second_harmonic,
        "cavity resonant with a mode and its second harmonic, chi^(2) blockade",
        "Majumdar and Gerace, Phys. Rev. B 87, 235319 (2013)",
    ),
}  # fmt: skip

MIRRORS: dict[str, Entry] = {
    "optomechanics": Entry(
        optomechanics.MODEL,
        "driven cavity whose photons push a mirror",
        "Rabl, Phys. Rev. Lett. 107, 063601 (2011); "
        "Nunnenkamp, Borkje and Girvin, Phys. Rev. Lett. 107, 063602 (2011)",
        optomechanics.VALUES,
    ),
    "optomechanics_warm": Entry(
        optomechanics.WARM,
        "the same with a mirror in a thermal bath",
        "Rabl, Phys. Rev. Lett. 107, 063601 (2011)",
        optomechanics.VALUES | {"n_th": 0.1},
    ),
}

"""What all tests share: one compilation, cheap pictures, and `--quick`, a developer's answer."""

import subprocess
import sys
from collections.abc import Iterator
from itertools import groupby

import pytest


@pytest.fixture(scope="session", autouse=True)
def cheap_pictures() -> Iterator[None]:
    """Fewer pixels, and letters as outlines, not as a font cut to size: half the cost of a picture.

    No test asks for either.  The layout of a figure, its text and its colours are those of users.
    """
    from compare.style import STYLE

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(STYLE, "savefig.dpi", 100)
        patch.setitem(STYLE, "pdf.fonttype", 3)
        yield


TOOK = "photon-blockade/took"  # in pytest's cache: seconds of each test function
QUICK = 0.15  # seconds of a test that a developer waits for: with 0.3 a minute was over
COMPILING: pytest.StashKey["subprocess.Popen[bytes]"] = pytest.StashKey()
COMPILE = """
from numeric import steady_state
from systems import kerr
steady_state(kerr.MODEL, {"Delta": [0.0] * 40, "chi": 1.0, "gamma": 1.0, "xi": 0.1}, quanta=4)
"""


def pytest_configure(config: pytest.Config) -> None:
    """Compile the sweeps once, while the workers collect; they would do so each for itself.

    The kernel takes 26 s of a core on a fresh clone, and nothing where its cache holds it.
    """
    if hasattr(config, "workerinput"):
        return
    config.pluginmanager.register(Stopwatch(config))
    if config.getoption("numprocesses", None):
        config.stash[COMPILING] = subprocess.Popen(
            [sys.executable, "-c", COMPILE], stderr=subprocess.DEVNULL
        )


def pytest_unconfigure(config: pytest.Config) -> None:
    """Nothing runs on after the tests."""
    compiling = config.stash.get(COMPILING, None)
    if compiling is not None:
        compiling.kill()
        compiling.wait()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--quick",
        action="store_true",
        help="of each test that is not slow the first case only: a developer's answer",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of every test function the first case, unless it is slow: marked, or the last time it ran."""
    if config.getoption("--quick"):
        cache = getattr(config, "cache", None)
        took = cache.get(TOOK, {}) if cache else {}
        short = [item for item in items if took.get(_name(item.nodeid), 0) <= QUICK]
        quick = [item for item in short if not item.get_closest_marker("slow")]
        firsts = [next(cases) for _, cases in groupby(quick, key=_function)]
        kept = set(firsts)
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = firsts


class Stopwatch:
    """Remembers in pytest's cache how long each test function took at most, for `--quick`."""

    def __init__(self, config: pytest.Config) -> None:
        self.cache = getattr(config, "cache", None)  # `-p no:cacheprovider` takes it away
        self.took: dict[str, float] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call":
            name = _name(report.nodeid)
            self.took[name] = max(report.duration, self.took.get(name, 0))

    def pytest_sessionfinish(self) -> None:
        if self.cache is not None:
            self.cache.set(TOOK, self.cache.get(TOOK, {}) | self.took)


def _name(nodeid: str) -> str:
    """The name of a test function, without the parameters of the case."""
    return nodeid.partition("[")[0]


def _function(item: pytest.Item) -> tuple[str, str]:
    return str(item.path), getattr(item, "originalname", item.name)

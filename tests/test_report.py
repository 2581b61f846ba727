"""The report: what stands in it, and what a reader sees in a real browser."""

import base64
import re
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from compare import agreement, report, results, sweep
from compare.files import output
from compare.files.provenance import fingerprint
from compare.papers.tang2025.claims.paper import audit
from compare.report.listings import table_html, verdict
from compare.report.verdicts import audit_section
from compare.sweep.dataset import build
from compare.sweep.grid import read_grid
from compare.sweep.portion import Job
from compare.targets import find_target
from systems.library import kerr, nanotip

VALUES = {"chi": 5.0, "gamma": 1.0}
DELTA, DRIVE = np.linspace(-6, 1, 8), np.geomspace(0.05, 0.4, 8)
LARGEST = 3_000_000  # bytes: what a letter may carry
CURVE, MAP = "curve.html", "map.html"
CSV = re.compile(r'download="(.*?)" href="data:text/csv;base64,(.*?)"')


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with curves and a budget, and one with maps, as files."""
    place = tmp_path_factory.mktemp("pages")
    curve = {**VALUES, "Delta": DELTA, "xi": 0.2}
    report(kerr.MODEL, curve, "number,g2", out=place / CURVE, about="driven Kerr mode")
    over = {**VALUES, "Delta": DELTA[:, None], "xi": DRIVE}
    report(kerr.MODEL, over, "g2", out=place / MAP)
    return place


class Cells(HTMLParser):
    """The texts of all cells of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.open = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.open = tag == "td"

    def handle_data(self, data: str) -> None:
        if self.open:
            self.texts.append(data)


@pytest.mark.parametrize("name", [CURVE, MAP])
def test_a_page_is_small_and_asks_for_nothing_from_a_network(folder: Path, name: str) -> None:
    page = (folder / name).read_text()
    assert len(page.encode()) < LARGEST
    # Bokeh's script holds addresses in texts; that it asks for none, the browser's log tells
    markup = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    assert not re.search(r"""(src|href)\s*=\s*["']?(https?:)?//""", markup)
    assert "default-src 'none'" in page


@pytest.mark.parametrize("name", [CURVE, MAP])
def test_every_number_that_is_drawn_stands_in_a_table_and_in_a_csv(folder: Path, name: str) -> None:
    over = {"Delta": DELTA, "xi": 0.2} if name == CURVE else {"Delta": DELTA[:, None], "xi": DRIVE}
    table = agreement(kerr.MODEL, {**VALUES, **over}, "g2")
    page = (folder / name).read_text()
    cells = set(Cells(page).texts)
    for road in ("analytic", "numeric"):
        assert {f"{value:.6g}" for value in table[road]} <= cells
    links = CSV.findall(page)
    (csv,) = [data for stem, data in links if stem == "chart-g2.csv"]
    saved = pd.read_csv(BytesIO(base64.b64decode(csv)))
    # twelve digits are written
    np.testing.assert_allclose(saved["numeric"], table["numeric"], rtol=1e-11)


def test_formulas_are_mathml_and_the_sum_of_the_budget_is_the_deviation(folder: Path) -> None:
    page = (folder / CURVE).read_text()
    assert page.count("<math ") >= 4  # H, the master equation, the mean number, g2
    links = dict(CSV.findall(page))
    ladder = pd.read_csv(BytesIO(base64.b64decode(links["budget.csv"])))
    for _, rows in ladder.groupby("quantity"):
        # twelve digits are written of each of ten steps
        total = rows["contribution"].sum()
        assert total == pytest.approx(rows["deviation"].iloc[0], rel=1e-9)


def test_a_stored_sweep_gives_the_numbers_of_its_model(folder: Path, tmp_path: Path) -> None:
    # in chunks, of which the store keeps more than the numbers
    data = sweep(kerr.MODEL, {"Delta": DELTA, "xi": DRIVE}, ["g2"], VALUES,
                 store=tmp_path / "map.zarr", chunk=16)  # fmt: skip
    page = report(data)
    assert page.title == "driven Kerr mode"
    assert page.html.count("<math ") == 2  # the Hamiltonian and g2
    assert page.sections == ("formulas", "agreement", "charts", "provenance")
    of_model = dict(CSV.findall((folder / MAP).read_text()))["chart-g2.csv"]
    of_sweep = dict(CSV.findall(page.html))["chart-g2.csv"]
    both = [pd.read_csv(BytesIO(base64.b64decode(data))) for data in (of_model, of_sweep)]
    one, two = (table.sort_values(["Delta", "xi"], ignore_index=True) for table in both)
    assert len(two) == len(DELTA) * len(DRIVE)
    # two groupings of the points differ in their rounding
    np.testing.assert_allclose(two["numeric"], one["numeric"], rtol=1e-9)
    np.testing.assert_allclose(two["analytic"], one["analytic"], rtol=1e-11)


def chart_tables(page: str) -> list[pd.DataFrame]:
    """The numbers below each chart of a page."""
    links = [data for stem, data in CSV.findall(page) if stem.startswith("chart-")]
    return [pd.read_csv(BytesIO(base64.b64decode(data))) for data in links]


@pytest.mark.parametrize(
    "shape",
    [(30, 22, 5), (5000,), (1000, 1000), (15, 11, 3, 7)],
    ids=lambda shape: f"{len(shape)}d",
)
def test_a_page_keeps_to_its_size_over_any_number_of_axes(shape: tuple[int, ...]) -> None:
    names = ["chi", "Delta", "gamma", "xi"][: len(shape)]
    axes = {name: np.linspace(0.1, 1.0, count) for name, count in zip(names, shape, strict=True)}
    grid = read_grid(kerr.MODEL, axes, {n: 1.0 for n in kerr.VALUES if n not in names})
    job = Job(kerr.MODEL, ("number", "g2"))
    rising = np.linspace(1.0, 2.0, 2 * grid.size).reshape(2, *shape)
    arrays = dict.fromkeys(("analytic", "numeric", "deviation", "error"), rising)
    data = build(grid, job, arrays | {"status": np.zeros(rising.shape, np.uint8)})
    page = report(data).html
    assert len(page.encode()) < LARGEST
    tables = chart_tables(page)
    assert len(tables) == page.count("<figure data-chart")
    for table in tables:  # what is drawn are numbers of the dataset, ends of each axis among them
        for name in names:
            if table[name].nunique() > 1:
                assert table[name].min() == pytest.approx(0.1, rel=1e-11)
                assert table[name].max() == pytest.approx(1.0, rel=1e-11)


def test_a_table_has_its_axes_in_plain_text_at_its_head() -> None:
    """A page shows no TeX outside of its formulas, as it holds no script that sets it."""
    table = pd.DataFrame({"phi_um": [0.27], "r_um": [0.35], "analytic": [1.0]})
    page = table_html(table, "places", find_target("nanotip").spelled)
    assert re.findall('<th scope="col">(.*?)</th>', page) == ["φ (µm)", "r (µm)", "closed form"]


def test_of_further_axes_a_chart_is_drawn_at_both_ends_and_between(folder: Path) -> None:
    drives = [0.05, 0.1, 0.2, 0.4]
    data = sweep(kerr.MODEL, {"Delta": DELTA, "chi": np.linspace(1, 6, 9), "xi": drives}, ["g2"],
                 {"gamma": 1.0}, quanta=4)  # fmt: skip
    page = report(data).html
    tables = chart_tables(page)
    assert [table["xi"].unique().tolist() for table in tables] == [[0.05], [0.2], [0.4]]
    assert "g⁽²⁾(0) over Δ and χ, at ξ = 0.05" in page
    for table in tables:
        for _, row in table.iloc[::20].iterrows():
            at = {name: row[name] for name in ("Delta", "chi", "xi")}
            (number,) = data["numeric"].sel(at, method="nearest").values
            assert row["numeric"] == pytest.approx(number, rel=1e-11)  # twelve digits are written


def test_a_page_of_a_system_has_what_papers_claim_of_it_and_their_verdicts(tmp_path: Path) -> None:
    (paper,) = results.audits(["tang2025"])
    before = audit_section(nanotip.MODEL, tmp_path).html()
    assert "blockade audit tang2025" in before  # not judged here yet
    statements = {claim.statement for claim in paper.paper.sheet().of("claim")}
    assert statements <= set(Cells(before).texts)
    rows = audit(["J_0", "weak_drive"])
    inputs = {"inputs": fingerprint(*paper.modules)}
    output.publish(tmp_path, "claims", {"csv": output.to_csv(rows)}, inputs)
    after = audit_section(nanotip.MODEL, tmp_path).html()
    assert set(rows["verdict"]) | set(rows["statement"]) <= set(Cells(after).texts)
    assert "2 claims on this system" in after


@pytest.mark.slow
def test_a_folder_of_results_gives_a_page_of_its_figures_and_claims(tmp_path: Path) -> None:
    result = results.find("fig3a")
    results.make(result, tmp_path)
    rows = audit(["J_0", "weak_drive"])
    output.publish(tmp_path, "claims", {"csv": output.to_csv(rows)}, {})
    page = report(tmp_path)
    assert page.sections == ("fig3a", "claims", "provenance")
    cells = Cells(page.html).texts
    assert set(rows["verdict"]) | set(rows["claim"]) <= set(cells)
    assert "made by other code" in page.html  # the claims: they were not written by their command
    assert page.html.count("made by other code") == 1


@pytest.mark.slow
def test_a_page_of_many_maps_keeps_to_its_size(tmp_path: Path) -> None:
    side = np.linspace(0, 1, 60)
    x, y = (grid.ravel() for grid in np.meshgrid(side, side))
    one = {"x": x, "y": y, "analytic": x, "numeric": x + 1, "deviation": -1 / (x + 1),
           "status": "ok", "resolved": True}  # fmt: skip
    table = pd.concat([pd.DataFrame(one).assign(quantity=f"g{k}") for k in range(2, 12)])
    output.publish(tmp_path, "fig2a", {"csv": output.to_csv(table)}, {})
    page = report(tmp_path).html
    assert len(page.encode()) < LARGEST
    assert page.count("<figure data-chart") == 10  # one of each quantity


def test_a_status_stands_where_there_is_no_deviation() -> None:
    assert verdict(np.nan, "formula diverges") == "formula diverges"
    assert verdict(-0.5, "ok") == "off by -50 %"


@pytest.mark.parametrize(
    ("subject", "values", "sentence"),
    [
        (3, None, "must be a Model, an xarray.Dataset or a folder"),
        (kerr.MODEL, None, "`values` must be given"),
        (".", None, "must hold results, but holds none"),
        ("nowhere", None, "must be a folder of results"),
    ],
)
def test_a_subject_that_makes_no_report_is_refused(
    subject: Any, values: Any, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises((ValueError, TypeError), match=sentence):
        report(subject, values)


# ---- in a browser ------------------------------------------------------------------------------

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# texts of all tooltips: Bokeh draws inside of shadow roots
TOOLTIPS = """
const found = [];
const look = root => root.querySelectorAll('*').forEach(node => {
  if (node.classList.contains('bk-Tooltip')) found.push(node.shadowRoot.textContent);
  if (node.shadowRoot) look(node.shadowRoot);
});
look(document);
return found.join(' ');
"""
DRAWN = "return window.Bokeh && Bokeh.documents.length > 0 && Bokeh.documents.every(d => d.is_idle)"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Debian's chromium without a screen; what it is told to keep lies in a folder of its own."""
    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (program and driver):
        pytest.skip("there is no chromium with its driver (Debian: chromium, chromium-driver)")
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = program
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    service = webdriver.ChromeService(executable_path=driver)
    opened = webdriver.Chrome(options=options, service=service)
    yield opened
    opened.quit()


def open_page(browser: Any, path: Path) -> None:
    """Load a page from its file and wait until all its charts are drawn."""
    from selenium.webdriver.support.ui import WebDriverWait

    browser.set_window_size(1200, 1000)
    browser.get(path.as_uri())
    WebDriverWait(browser, 60).until(lambda driver: driver.execute_script(DRAWN))


@pytest.mark.slow
@pytest.mark.parametrize("name", [CURVE, MAP])
def test_the_console_is_silent_and_nothing_is_loaded(browser: Any, folder: Path, name: str) -> None:
    browser.get_log("browser")
    open_page(browser, folder / name)
    # Bokeh notes how long it took
    assert not [entry for entry in browser.get_log("browser") if entry["level"] != "INFO"]
    loaded = browser.execute_script(
        "return performance.getEntriesByType('resource').map(e => e.name)"
    )
    assert not [address for address in loaded if not address.startswith(("data:", "blob:"))]


@pytest.mark.slow
def test_the_pointer_reads_the_number_of_a_map(browser: Any, folder: Path) -> None:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.support.ui import WebDriverWait

    open_page(browser, folder / MAP)
    chart = browser.find_elements("css selector", "#charts figure")[0]
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", chart)
    ActionChains(browser).move_to_element_with_offset(chart, -60, -20).perform()
    WebDriverWait(browser, 60).until(lambda driver: driver.execute_script(TOOLTIPS))
    text = browser.execute_script(TOOLTIPS)
    number = r"[-+−\d.e]+"
    read = [float(found.replace("−", "-"))
            for name in ("Δ", "ξ", "master equation")
            for found in re.findall(f"{name}: *({number})", text)[:1]]  # fmt: skip
    values = {**VALUES, "Delta": DELTA[:, None], "xi": DRIVE}
    table = agreement(kerr.MODEL, values, "g2")
    place = np.hypot(table["Delta"] - read[0], table["xi"] - read[1])
    # Bokeh shows three digits behind the point
    assert table["numeric"][place.idxmin()] == pytest.approx(read[2], abs=6e-4)
    assert place.min() < 1e-3


@pytest.mark.slow
@pytest.mark.parametrize("name", [CURVE, MAP])
def test_everyone_can_read_it(browser: Any, folder: Path, name: str) -> None:
    from axe_core_python.selenium import Axe

    open_page(browser, folder / name)
    found = Axe().run(browser)["violations"]
    assert not [(rule["id"], [node["html"][:120] for node in rule["nodes"]]) for rule in found]


@pytest.mark.slow
@pytest.mark.parametrize("name", [CURVE, MAP])
def test_a_narrow_screen_holds_its_width(browser: Any, folder: Path, name: str) -> None:
    open_page(browser, folder / name)
    size = {"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        width = browser.execute_script("return document.documentElement.scrollWidth")
        assert width <= size["width"]
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})

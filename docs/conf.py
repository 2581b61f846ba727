"""The manual: pages in Markdown, the notebooks with their own outputs, the API from docstrings.

Nothing is executed and nothing is fetched: ``make docs`` works without a network.
"""

import json
import re
import shutil
import tomllib
from base64 import b64decode
from pathlib import Path
from typing import Any

from docutils import nodes
from latex2mathml.converter import convert

ROOT = Path(__file__).resolve().parent.parent
HERE = Path(__file__).resolve().parent

project = "photon-blockade"
author = "The photon-blockade developers"
copyright = author  # noqa: A001
release = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]

extensions = ["myst_nb", "sphinx.ext.autodoc"]
nb_execution_mode = "off"
myst_enable_extensions = ["dollarmath", "deflist"]
myst_heading_anchors = 3
html_math_renderer = "mathml"  # below: browsers typeset it without a script from elsewhere
exclude_patterns = ["_build", "**/.ipynb_checkpoints"]

html_theme = "furo"
html_title = f"photon-blockade {release}"
html_show_sphinx = False
html_copy_source = False

# Docstrings write code between single backticks, and shapes and lists as plain text.
default_role = "literal"
autodoc_typehints = "signature"
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True


def _copy_notebooks() -> None:
    """Lay the notebooks and their pictures beside the pages: Sphinx reads one folder."""
    folder = HERE / "notebooks"
    folder.mkdir(exist_ok=True)
    shown = []
    for notebook in sorted((ROOT / "notebooks").glob("*.ipynb")):
        shutil.copyfile(notebook, folder / notebook.name)
        shown.append(_entry(notebook, folder))
    (folder / "pictures.txt").write_text("\n\n".join(shown), encoding="utf-8")


def _entry(notebook: Path, folder: Path) -> str:
    """A notebook in the gallery: its title, its first paragraph, its first picture if any."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    title, first, *_ = "".join(cells[0]["source"]).split("\n\n")
    title, page = title.removeprefix("# ").strip(), f"notebooks/{notebook.name}"
    outputs = [output.get("data", {}) for cell in cells for output in cell.get("outputs", [])]
    pictures = [data["image/png"] for data in outputs if "image/png" in data]
    parts = [f"## [{title}]({page})", first]
    if pictures:
        content = "".join(pictures[0])
        (folder / f"{notebook.stem}.png").write_bytes(b64decode(content))
        alt = f":alt: a picture of the notebook {title}"
        parts.append(f"```{{image}} notebooks/{notebook.stem}.png\n{alt}\n:width: 460px\n```")
    return "\n\n".join(parts)


def _plain(
    app: object, what: str, name: str, thing: object, options: object, lines: list[str]
) -> None:
    """Escape the bars and stars of docstrings: these are plain text, no reStructuredText."""
    shown = False  # in an example, which ends with an empty line: what it prints is kept as well
    for i, line in enumerate(lines):
        shown = bool(line.strip()) and (shown or line.lstrip().startswith(">>>"))
        if shown or line.startswith("    "):
            continue
        # a letter that follows code at once, as in `Status`es, is no part of it
        parts = re.split(r"(`+[^`]*`+)", re.sub(r"(`+[^`\s][^`]*`+)(?=\w)", r"\1\\ ", line))
        lines[i] = "".join(
            part if part.startswith("`") else re.sub(r"(?<!\\)([*|])", r"\\\1", part)
            for part in parts
        )


def _write_inline(writer: Any, node: Any) -> None:
    """A formula within a line."""
    writer.body.append(convert(node.astext(), display="inline"))
    raise nodes.SkipNode


def _write_block(writer: Any, node: Any) -> None:
    """A formula of its own, which scrolls where the page is narrow."""
    formula = convert(node.astext(), display="block")
    style = "overflow: auto hidden; padding: .4rem 0"
    writer.body.append(f'<div class="math" style="{style}" tabindex="0">{formula}</div>')
    raise nodes.SkipNode


def setup(app: Any) -> None:
    """Called by Sphinx before it reads the pages."""
    _copy_notebooks()
    app.add_html_math_renderer("mathml", (_write_inline, None), (_write_block, None))
    app.connect("autodoc-process-docstring", _plain)

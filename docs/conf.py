"""The manual: pages in Markdown, the notebooks with their own outputs, the API from docstrings.

Nothing is executed and nothing is fetched: ``make docs`` works without a network.
"""

import re
import shutil
import tomllib
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
    """Lay the notebooks beside the pages: Sphinx reads one folder."""
    folder = HERE / "notebooks"
    folder.mkdir(exist_ok=True)
    for notebook in (ROOT / "notebooks").glob("*.ipynb"):
        shutil.copyfile(notebook, folder / notebook.name)


def _plain(
    app: object, what: str, name: str, thing: object, options: object, lines: list[str]
) -> None:
    """Escape the bars and stars of docstrings: these are plain text, no reStructuredText."""
    for i, line in enumerate(lines):
        if line.lstrip().startswith((">>>", "...")) or line.startswith("    "):
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

"""The page itself: sections in their order, the style, the scripts, and a policy that holds them.

Everything is inside of one file.  The page asks for nothing from a network and evaluates no text
as code: its content policy forbids both, and a browser holds it to that.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from compare.files.places import small_suffix
from compare.report.listings import record_rows, table_html

POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "img-src data: blob:; font-src data:"
)
STYLE = """
:root { color-scheme: light; --ink: #1a1a1a; --line: #c8c8c8; --blue: #005a8f; }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: #fff;
       margin: 0 auto; padding: 1rem; max-width: 68rem; }
h1 { font-size: 1.6rem; line-height: 1.2; } h2 { font-size: 1.25rem; margin-top: 2.2rem;
     border-bottom: 1px solid var(--line); } h3 { font-size: 1.05rem; }
nav ul { display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; padding: 0; list-style: none; }
a { color: var(--blue); }
.scroll { overflow-x: auto; max-width: 100%; max-height: 32rem; overflow-y: auto; }
.formula { overflow-x: auto; overflow-y: hidden; padding: .5rem 0; }
table { border-collapse: collapse; font-size: .85rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding: .3rem 0; }
th, td { border-bottom: 1px solid var(--line); padding: .2rem .6rem; text-align: right;
         vertical-align: top; white-space: nowrap; }
th, td.word, td.verdict { text-align: left; white-space: normal; }
thead th { position: sticky; top: 0; background: #fff; }
td.word { overflow-wrap: break-word; min-width: 4rem; }
tr.good td.verdict { color: #006b3f; } tr.fair td.verdict { color: #7a5200; }
tr.bad td.verdict { color: #a33000; font-weight: 600; }
figure { margin: 1rem 0; } img { max-width: 100%; height: auto; } figcaption { font-size: .9rem; }
details { margin: .5rem 0; } summary { cursor: pointer; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; }
dd { margin: 0; overflow-wrap: anywhere; }
@media (max-width: 40rem) { body { padding: .6rem; } dl { grid-template-columns: 1fr; }
  dd { margin-bottom: .4rem; } }
@media print { .scroll { max-height: none; overflow: visible; } }
"""


@dataclass(frozen=True)
class Section:
    """A heading and what stands below it, as HTML.

    >>> Section("budget", "Error budget", ["<p>none</p>"]).html().splitlines()[0]
    '<section id="budget">'
    """

    key: str
    title: str
    parts: Sequence[str]

    def html(self) -> str:
        """The section, with an address of its own, to which the list at the top links.

        The title is escaped; ``parts`` are HTML already, and who makes them escapes what they hold.

        >>> print(Section("one", "g2 < 1", ["<p>text</p>"]).html())
        <section id="one">
        <h2>g2 &lt; 1</h2>
        <p>text</p>
        </section>
        """
        head = f"<h2>{escape(self.title)}</h2>"
        return "\n".join([f'<section id="{self.key}">', head, *self.parts, "</section>"])


@dataclass(frozen=True)
class Page:
    """A report as one self-contained page.

    ``html`` is the page, ``record`` its provenance; in a notebook it shows itself.

    >>> page = Page.of("A title", "What it is.", [Section("one", "One", ["<p>text</p>"])], {})
    >>> page
    <report "A title", 1 section>
    >>> "<h2" in page.html
    True
    """

    title: str
    html: str = field(repr=False)
    record: Mapping[str, Any] = field(repr=False)
    sections: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, title: str, about: str, sections: Iterable[Section], record: Mapping[str, Any]
    ) -> "Page":
        """The page of some sections; the libraries for charts are inside where one is drawn.

        ``about`` is a sentence below the title, ``record`` the provenance that the sidecar gets.
        Sections without parts are left out, of the page and of ``sections``.

        >>> full, empty = Section("one", "One", ["<p>text</p>"]), Section("two", "Two", [])
        >>> Page.of("A title", "", [full, empty], {}).sections
        ('one',)
        """
        chosen = [section for section in sections if section.parts]
        body = "\n".join(section.html() for section in chosen)
        return cls(title, _whole(title, about, chosen, body), record, tuple(s.key for s in chosen))

    def __repr__(self) -> str:
        count = len(self.sections)
        return f'<report "{self.title}", {count} section{"s" * (count != 1)}>'

    def _repr_html_(self) -> str:
        source = escape(self.html, quote=True)
        return f'<iframe title="report" style="width:100%;height:40rem" srcdoc="{source}"></iframe>'

    def save(self, path: str | Path, force: bool = False) -> Path:
        """Write the page and its sidecar; returns the path.

        Raises `ValueError` for a path that does not end in .html, for a folder that cannot be
        written, and, without ``force``, for a file that this tool did not write.

        >>> from tempfile import TemporaryDirectory
        >>> page = Page.of("A title", "", [Section("one", "One", ["<p>text</p>"])], {})
        >>> with TemporaryDirectory() as folder:
        ...     path = page.save(Path(folder, "page.html"))
        ...     sorted(file.name for file in Path(folder).glob("page*"))
        ['page.html', 'page.json']
        """
        from compare.files import output

        path = small_suffix(Path(path))
        if path.suffix != ".html":
            raise ValueError(f"Argument `out` must be a file FILE.html, but is `{path}`.")
        output.check_folder(path.parent)
        if not force:
            output.check_ours(path.parent, path.stem, ["html"])
        output.publish(path.parent, path.stem, {"html": self.html.encode()}, self.record)
        return path


def _whole(title: str, about: str, sections: Sequence[Section], body: str) -> str:
    """The document around the sections, with links to each."""
    from compare.report.charts import library

    links = "".join(f'<li><a href="#{s.key}">{escape(s.title)}</a></li>' for s in sections)
    scripts = library() if "data-chart" in body else ""
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<link rel="icon" href="data:,">
<style>{STYLE}</style>
{scripts}
</head>
<body>
<header>
<h1>{escape(title)}</h1>
<p>{escape(about)}</p>
<nav aria-label="Sections"><ul>{links}</ul></nav>
</header>
<main>
{body}
</main>
</body>
</html>
"""


def provenance_section(record: Mapping[str, Any]) -> Section:
    """What made the numbers: command, date, commit, versions, values.

    >>> "blockade report kerr" in provenance_section({"command": "blockade report kerr"}).html()
    True
    """
    return Section("provenance", "Provenance", [table_html(record_rows(record), "Provenance")])

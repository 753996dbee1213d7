"""Read built pages back the way a browser and a link checker would."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

_LINKS = {"href", "src", "srcset", "action", "poster", "data"}


@dataclass
class Document:
    """What one page consists of."""

    tags: list[str] = field(default_factory=list)
    attributes: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)
    scripts: list[dict[str, str | None]] = field(default_factory=list)
    data: dict[str, object] = field(default_factory=dict)
    text: str = ""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.document = Document()
        self._holder: str | None = None
        self._held = ""
        self._words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.document.tags.append(tag)
        for name, value in attrs:
            self.document.attributes.append(name)
            if name == "id" and value:
                self.document.anchors.add(value)
            if name in _LINKS and value and tag != "link":
                self.document.links.append(value)
            if tag == "link" and name == "href" and value:
                self.document.links.append(value)
        if tag == "script":
            self.document.scripts.append(dict(attrs))
            self._holder = dict(attrs).get("id") or "script"
            self._held = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            if self._held:
                self.document.data[str(self._holder)] = json.loads(self._held)
            self._holder = None

    def handle_data(self, data: str) -> None:
        if self._holder:
            self._held += data
        else:
            self._words.append(data)

    def finished(self) -> Document:
        self.document.text = " ".join(" ".join(self._words).split())
        return self.document


def read_page(path: Path) -> Document:
    """Parse one page; a script element with content must hold JSON."""
    reader = _Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    reader.close()
    return reader.finished()


def chart_values(document: Document, slug: str) -> list[dict[str, object]]:
    """Collect all inline rows of one chart."""
    spec = document.data[f"{slug}-spec"]
    assert isinstance(spec, dict)
    return [row for rows in spec["datasets"].values() for row in rows]

"""Our own branca figure: local files only, a nonce on every script and style, or all inline."""

# folium and branca carry no types.
# mypy: allow-subclassing-any

from __future__ import annotations

import re
from typing import Any

from branca.element import CssLink, Element, Figure, JavascriptLink

from geoteam.maps.assets import DEFAULT_BASE, asset_path, asset_url, inline_style, local_file
from geoteam.maps.text import safe_text

_TAG = re.compile(r"<(script|style)(?=[\s>])")
_VIEWPORT = re.compile(r'<meta name="viewport".*?/>', re.DOTALL)


class _Header(Element):
    """The head of the document; takes note of the files asked for instead of linking to them."""

    def __init__(self) -> None:
        super().__init__()
        self.files: list[str] = []

    def add_child(self, child: Any, name: str | None = None, index: int | None = None) -> Any:
        if isinstance(child, JavascriptLink | CssLink):
            file = local_file(child.url)
            if file and file not in self.files:
                self.files.append(file)
            return self
        return super().add_child(child, name=name, index=index)


class MapFigure(Figure):
    """The document that holds one folium map.

    Parameters
    ----------
    title
        Title of the document, plain text.
    subtitle
        A second line of the visible title of a stand-alone file.
    nonce
        Nonce of the response's content security policy; empty for a stand-alone file.
    embed
        True puts every file into the document, so that it needs no server and no network.
    base
        Address under which the server serves the built files.
    """

    def __init__(
        self,
        *,
        title: str,
        subtitle: str = "",
        nonce: str = "",
        embed: bool = False,
        base: str = DEFAULT_BASE,
    ) -> None:
        super().__init__(height="100%")
        self.plain_title = title
        self.subtitle = subtitle
        self.nonce = nonce
        self.embed = embed
        self.base = base
        self.header = _Header()
        self.header._parent = self

    def render(self, **kwargs: Any) -> str:
        """Return the whole document.

        Parameters
        ----------
        **kwargs
            Handed to the elements.

        Returns
        -------
        str
            HTML.

        Raises
        ------
        AssetsError
            When an element asks for a file that is not among our own.
        """
        for child in self._children.values():
            child.render(**kwargs)
        head = _VIEWPORT.sub("", self.header.render(**kwargs))
        body = self.html.render(**kwargs)
        script = self.script.render(**kwargs)
        nonce = f' nonce="{safe_text(self.nonce)}"' if self.nonce else ""
        return "\n".join(
            [
                "<!DOCTYPE html>",
                '<html lang="en">',
                "<head>",
                '<meta charset="utf-8">',
                '<meta name="viewport" content="width=device-width, initial-scale=1">',
                f"<title>{safe_text(self.plain_title)}</title>",
                self._files(nonce),
                _TAG.sub(rf"<\1{nonce}", head),
                "</head>",
                '<body class="gt-map"><main class="gt-main">',
                self._heading(),
                _TAG.sub(rf"<\1{nonce}", body),
                "</main>",
                f"<script{nonce}>",
                script,
                "</script>",
                "</body>",
                "</html>",
            ]
        )

    def _heading(self) -> str:
        small = f"<small>{safe_text(self.subtitle)}</small>" if self.subtitle else ""
        shown = "gt-title" if self.embed else "gt-hidden"
        return f'<h1 class="{shown}">{safe_text(self.plain_title)}{small}</h1>'

    def _files(self, nonce: str) -> str:
        icon = "data:," if self.embed else asset_url("icon.svg", self.base)
        lines = [f'<link rel="icon" href="{icon}">']
        for file in ["fonts.css", *self.header.files]:
            if file.endswith(".css"):
                lines.append(
                    f"<style{nonce}>{inline_style(file)}</style>"
                    if self.embed
                    else f'<link rel="stylesheet" href="{asset_url(file, self.base)}">'
                )
            elif self.embed:
                lines.append(f"<script>{asset_path(file).read_text(encoding='utf-8')}</script>")
            else:
                lines.append(f'<script{nonce} src="{asset_url(file, self.base)}"></script>')
        return "\n".join(lines)

"""Where the browser's files are: built from web/, served by our own server, never fetched."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from importlib import resources
from pathlib import Path

from geoteam.errors import AssetsError

DEFAULT_BASE = "/static/build/"

# Every address that the folium classes in use ask for -> our file ("" = not needed: geoteam's maps
# use neither Bootstrap nor Font Awesome nor jQuery). An address that is not here is refused.
_ENGINE = "map.js"
_STYLE = "map.css"
_DELIVR = "https://cdn.jsdelivr.net"
_CLOUD = "https://cdnjs.cloudflare.com/ajax/libs"
_CLUSTER = f"{_CLOUD}/leaflet.markercluster/1.1.0"
_AWESOME = f"{_CLOUD}/Leaflet.awesome-markers/2.0.2"
FOLIUM_FILES: Mapping[str, str] = {
    f"{_DELIVR}/npm/leaflet@1.9.3/dist/leaflet.js": _ENGINE,
    f"{_DELIVR}/npm/leaflet@1.9.3/dist/leaflet.css": _STYLE,
    f"{_CLUSTER}/leaflet.markercluster.js": _ENGINE,
    f"{_CLUSTER}/MarkerCluster.css": _STYLE,
    f"{_CLUSTER}/MarkerCluster.Default.css": _STYLE,
    "https://code.jquery.com/jquery-3.7.1.min.js": "",
    f"{_DELIVR}/npm/bootstrap@5.2.2/dist/js/bootstrap.bundle.min.js": "",
    f"{_DELIVR}/npm/bootstrap@5.2.2/dist/css/bootstrap.min.css": "",
    "https://netdna.bootstrapcdn.com/bootstrap/3.0.0/css/bootstrap-glyphicons.css": "",
    f"{_DELIVR}/npm/@fortawesome/fontawesome-free@6.2.0/css/all.min.css": "",
    f"{_AWESOME}/leaflet.awesome-markers.js": "",
    f"{_AWESOME}/leaflet.awesome-markers.css": "",
    f"{_DELIVR}/gh/python-visualization/folium/folium/templates/leaflet.awesome.rotate.min.css": "",
}
_REMEDY = "Run make setup (or python hatch_build.py), which builds the front end"


def build_folder() -> Path:
    """Return the folder of the built front end.

    Returns
    -------
    Path
        ``geoteam/server/static/build``.

    Raises
    ------
    AssetsError
        When the front end has not been built.
    """
    folder = Path(str(resources.files("geoteam"))) / "server" / "static" / "build"
    if not (folder / "manifest.json").is_file():
        raise AssetsError("the front end is not built", where=str(folder), remedy=_REMEDY)
    return folder


def asset_path(name: str) -> Path:
    """Return the path of one built file.

    Parameters
    ----------
    name
        Name in the build folder, such as ``map.js``.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    AssetsError
        When there is no such file.
    """
    path = build_folder() / name
    if not path.is_file():
        raise AssetsError(f"the front end has no file {name}", where=str(path), remedy=_REMEDY)
    return path


def asset_url(name: str, base: str = DEFAULT_BASE) -> str:
    """Return the address of a built file, with its content hash, so that caches may keep it.

    Parameters
    ----------
    name
        Name in the build folder.
    base
        Address under which the server serves the folder.

    Returns
    -------
    str
        For example ``/static/build/map.js?v=0f1e2d3c4b5a``.

    Raises
    ------
    AssetsError
        When the front end is not built or has no such file.
    """
    manifest = json.loads((build_folder() / "manifest.json").read_text(encoding="utf-8"))
    if name not in manifest:
        raise AssetsError(f"the front end has no file {name}", remedy=_REMEDY)
    return f"{base.rstrip('/')}/{name}?v={manifest[name]}"


def local_file(url: str) -> str:
    """Name our own file for an address on a content network that folium asks for.

    Parameters
    ----------
    url
        The address.

    Returns
    -------
    str
        Name in the build folder; empty when our maps do without.

    Raises
    ------
    AssetsError
        For an address that nobody has mapped: it would leave the network.
    """
    try:
        return FOLIUM_FILES[url]
    except KeyError:
        raise AssetsError(
            f"a map element asks for {url}, which is not among our own files",
            remedy="Add the package to web/package.json and the address to geoteam.maps.assets",
        ) from None


def inline_style(name: str) -> str:
    """Return a style sheet with its fonts inside, for a stand-alone file.

    Parameters
    ----------
    name
        Name of a style sheet in the build folder.

    Returns
    -------
    str
        CSS that refers to no other file.
    """
    css = asset_path(name).read_text(encoding="utf-8")
    for font in sorted((build_folder() / "fonts").glob("*.woff2")):
        if f"./fonts/{font.name}" in css:
            data = base64.b64encode(font.read_bytes()).decode("ascii")
            css = css.replace(f"./fonts/{font.name}", f"data:font/woff2;base64,{data}")
    return css

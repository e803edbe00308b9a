"""Where street graphs come from: a file, or a download for machines with a network."""

from __future__ import annotations

import ast
from pathlib import Path

import networkx as nx

from geoteam.errors import MissingFileError, StreetsError, UnreadableFileError
from geoteam.streets.osm import read_osm

_OSM = (".osm", ".osm.gz", ".osm.bz2", ".osm.pbf", ".pbf")


def read_streets(path: Path) -> nx.MultiDiGraph:
    """Read a street graph from a file.

    Parameters
    ----------
    path
        ``.osm.pbf``, ``.osm``, ``.osm.gz`` (read by pyosmium) or ``.graphml`` as OSMnx saves it.

    Returns
    -------
    networkx.MultiDiGraph
        A graph in OSMnx's shape, EPSG:4326: nodes with ``x`` and ``y``; directed edges with
        ``name``, ``highway``, ``oneway``, ``maxspeed``, ``length`` and ``geometry``.

    Raises
    ------
    MissingFileError
        When the file is not there.
    UnreadableFileError
        When it is empty, truncated or in no known format.
    StreetsError
        When it holds no drivable street.
    """
    path = Path(path)
    if not path.is_file():
        raise MissingFileError("there is no street file", where=str(path))
    if path.stat().st_size == 0:
        raise UnreadableFileError("the street file is empty", where=str(path))
    name = path.name.lower()
    if name.endswith(_OSM):
        return read_osm(path)
    if name.endswith(".graphml"):
        return _read_graphml(path)
    raise UnreadableFileError(
        f"{path.suffix or 'a file without suffix'} is no street format",
        where=str(path),
        remedy="Give .osm.pbf, .osm, .osm.gz or .graphml",
    )


def _read_graphml(path: Path) -> nx.MultiDiGraph:
    import osmnx as ox  # takes a second to import, and OSM files do not need it

    try:
        graph = ox.load_graphml(path)
        for key, empty in (("restrictions", ()), ("passed_over", {})):
            # GraphML keeps a graph's own attributes as text.
            graph.graph[key] = ast.literal_eval(graph.graph.get(key) or repr(empty))
        return graph
    except Exception as error:  # XML parsers raise many kinds
        raise UnreadableFileError(
            f"the graph file cannot be read: {error}",
            where=str(path),
            remedy="Save it with osmnx.save_graphml",
        ) from error


def download_streets(place: str) -> nx.MultiDiGraph:
    """Download a place's drivable streets from OpenStreetMap; needs a network.

    Parameters
    ----------
    place
        A name that Nominatim finds, such as ``Washington, District of Columbia, USA``.

    Returns
    -------
    networkx.MultiDiGraph
        OSMnx's simplified ``drive`` graph, EPSG:4326.

    Raises
    ------
    StreetsError
        When the service cannot be reached or does not know the place.
    """
    import osmnx as ox

    try:
        return ox.graph_from_place(place, network_type="drive")
    except Exception as error:  # network, service and geocoder alike
        raise StreetsError(
            f"the streets of {place!r} could not be downloaded: {error}",
            remedy="Check the network, or set [streets] file to an OSM extract on this machine",
        ) from error

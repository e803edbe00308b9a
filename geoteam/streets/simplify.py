"""From OSM ways to edges between junctions.

Ways join only where they share a node, so a bridge never meets the road below it. A node with
just two roads of the same kind is no junction: the pieces become one edge that keeps its shape.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Way:
    """A piece of road: its node ids in driving order, what it is, and the OSM ways it is made of.

    ``kind`` is (name, highway, maxspeed); a piece that is not ``oneway`` is driven both ways.
    """

    refs: tuple[int, ...]
    kind: tuple[str, str, str]
    oneway: bool
    ways: tuple[int, ...]

    def turned(self) -> Way:
        """Return the piece with its nodes in the other order."""
        return Way(self.refs[::-1], self.kind, self.oneway, self.ways[::-1])


def simplify(ways: Sequence[Way], keep: Collection[int] = ()) -> list[Way]:
    """Split ways at junctions and join the pieces between them.

    Parameters
    ----------
    ways
        OSM ways; one-way ones run in driving order.
    keep
        Node ids that stay nodes whatever happens (turn restrictions, signals).

    Returns
    -------
    list of Way
        One piece an edge, in the order of the first way of each.
    """
    uses: Counter[int] = Counter()
    for way in ways:
        uses.update(way.refs[1:-1])
        uses.update(way.refs)
    # An inner node now counts 2, an end 1: anything but 2 is a junction or a dead end.
    kept = set(keep) | {node for node, count in uses.items() if count != 2}
    kept |= {way.refs[0] for way in ways if way.refs[0] == way.refs[-1]}
    pieces = [piece for way in ways for piece in _split(way, kept)]
    ends: dict[int, list[int]] = defaultdict(list)
    for index, piece in enumerate(pieces):
        for node in {piece.refs[0], piece.refs[-1]}:
            ends[node].append(index)
    kept |= {node for node, at in ends.items() if not _joins(node, [pieces[i] for i in at])}
    return _chain(pieces, ends, kept)


def _split(way: Way, kept: set[int]) -> list[Way]:
    pieces: list[Way] = []
    start = 0
    for position in range(1, len(way.refs)):
        if position == len(way.refs) - 1 or way.refs[position] in kept:
            pieces.append(Way(way.refs[start : position + 1], way.kind, way.oneway, way.ways))
            start = position
    return pieces


def _joins(node: int, pieces: Sequence[Way]) -> bool:
    """Tell whether the two pieces at a node are one road that goes on."""
    if len(pieces) != 2:
        return False
    one, two = pieces
    if one.kind != two.kind or one.oneway != two.oneway:
        return False
    if not one.oneway:
        return True
    return (one.refs[-1] == node) == (two.refs[0] == node)


def _chain(pieces: Sequence[Way], ends: dict[int, list[int]], kept: set[int]) -> list[Way]:
    done: set[int] = set()
    edges: list[Way] = []
    for index, piece in enumerate(pieces):
        if index in done:
            continue
        done.add(index)
        edge = _grow(piece, pieces, ends, kept, done)
        if edge.refs[-1] != edge.refs[0] or edge.refs[0] not in kept:
            edge = _grow(edge.turned(), pieces, ends, kept, done).turned()
        edges.append(edge)
    return edges


def _grow(
    edge: Way, pieces: Sequence[Way], ends: dict[int, list[int]], kept: set[int], done: set[int]
) -> Way:
    """Lengthen an edge at its last node until a kept node or a closed ring."""
    refs, ways = list(edge.refs), list(edge.ways)
    while refs[-1] not in kept:
        following = [i for i in ends[refs[-1]] if i not in done]
        if not following:
            break
        done.add(following[0])
        piece = pieces[following[0]]
        if piece.refs[0] != refs[-1]:
            piece = piece.turned()
        refs.extend(piece.refs[1:])
        ways.extend(way for way in piece.ways if way != ways[-1])
    return Way(tuple(refs), edge.kind, edge.oneway, tuple(ways))

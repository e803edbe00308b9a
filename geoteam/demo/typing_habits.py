"""How people type addresses into a case management system: rarely as the reference has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

_SHORT = {
    "STREET": ("St", "St.", "Str", "ST"),
    "AVENUE": ("Ave", "Ave.", "Av", "AVE"),
    "ROAD": ("Rd", "Rd."),
    "DRIVE": ("Dr", "Dr."),
    "LANE": ("Ln",),
    "PLACE": ("Pl", "Pl."),
    "COURT": ("Ct", "Ct."),
    "TERRACE": ("Ter", "Terr", "TR"),
    "CIRCLE": ("Cir", "Circle"),
    "BOULEVARD": ("Blvd", "BV"),
    "PARKWAY": ("Pkwy",),
    "SQUARE": ("Sq",),
    "WAY": ("Way",),
}
_UNITS = (
    "Apt {n}{a}",
    "Apt. {n}",
    "#{n}",
    "# {n}{a}",
    "Unit {n}",
    "APT {n}{a}",
    "Rm {n}",
    "Bsmt",
    "2nd Fl",
    "Apt {a}",
)
_NO_HOME = (
    "homeless",
    "No fixed address",
    "NFA",
    "HOMELESS",
    "Transient",
    "no permanent address",
    "undomiciled",
    "lives in car",
)
_GARBAGE = (
    "unknown",
    "N/A",
    "see file",
    "TBD",
    "xxx",
    "?",
    "same as above",
    "call client",
    "address pending",
    "-",
)
_BOXES = ("PO Box", "P.O. Box", "P O BOX", "Post Office Box")
_OUTSIDE = (
    "{n} Prairie View Rd, Eastmoor, {s} {z}",
    "{n} W Main St, Lower Tamsel {z}",
    "{n} County Road {k}, Rural Route",
    "{n} Depot St, Harlow Junction, {z}",
)
_KEYS = {
    a: b
    for row in ("QWERTYUIOP", "ASDFGHJKL", "ZXCVBNM")
    for a, b in zip(row, row[1:] + row[-2], strict=True)
}


def pick(rng: np.random.Generator, options: Sequence[str]) -> str:
    """Choose one text.

    Parameters
    ----------
    rng
        Random stream.
    options
        At least one.

    Returns
    -------
    str
        One of them.
    """
    return options[int(rng.integers(len(options)))]


def mistype(rng: np.random.Generator, word: str) -> str:
    """Make one typing error: two letters swapped, one lost, doubled, or its neighbour on the keys.

    Parameters
    ----------
    rng
        Random stream.
    word
        Four letters or more, in capitals.

    Returns
    -------
    str
        The word with the error.
    """
    at = int(rng.integers(1, len(word) - 1))
    kind = int(rng.integers(4))
    if kind == 0 and word[at] != word[at + 1]:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == 1:
        return word[:at] + word[at + 1 :]
    if kind == 2:
        return word[:at] + word[at] + word[at:]
    return word[:at] + _KEYS.get(word[at], "E") + word[at + 1 :]


def _type_of(rng: np.random.Generator, street: str) -> tuple[str, str, str]:
    words = street.split()
    return " ".join(words[:-1]), words[-1], pick(rng, _SHORT.get(words[-1], (words[-1],)))


def _quadrant(rng: np.random.Generator, quadrant: str) -> str:
    if not quadrant:
        return ""
    dotted = ".".join(quadrant) + "."
    return (quadrant, quadrant, quadrant, dotted, ", " + quadrant, quadrant.lower())[
        int(rng.integers(6))
    ]


def _letters(rng: np.random.Generator, text: str) -> str:
    chance = rng.uniform()
    if chance < 0.45:
        return text.upper()
    if chance < 0.55:
        return text.lower()
    return " ".join(
        w
        if any(c.isdigit() for c in w) or len(w) < 3
        else w[0].upper() + w[1:].lower()
        if w.isupper()
        else w
        for w in text.split()
    )


def typed_address(
    rng: np.random.Generator, number: str, street: str, quadrant: str, city: str
) -> tuple[str, tuple[str, ...]]:
    """Type an address as a person would.

    Parameters
    ----------
    rng
        Random stream.
    number, street, quadrant
        The true parts; the street in capitals with its type.
    city
        Name of the city, sometimes added.

    Returns
    -------
    str
        What was typed.
    tuple of str
        What is wrong with it: ``typo``, ``typo2``, ``no_quadrant``, ``no_type``, ``unit``.
    """
    noise: list[str] = []
    name, full, short = _type_of(rng, street)
    kind = full if rng.uniform() < 0.3 else short
    if rng.uniform() < 0.055 and full == "STREET":
        kind, noise = "", [*noise, "no_type"]
    if rng.uniform() < 0.055:
        words = name.split()
        long = [k for k, w in enumerate(words) if len(w) >= 4 and w.isalpha()]
        if long:
            k = long[int(rng.integers(len(long)))]
            words[k] = mistype(rng, words[k])
            twice = rng.uniform() < 0.2 and len(words[k]) >= 5
            words[k] = mistype(rng, words[k]) if twice else words[k]
            name, noise = " ".join(words), [*noise, "typo2" if twice else "typo"]
    end = _quadrant(rng, quadrant)
    if end and rng.uniform() < 0.075:
        end, noise = "", [*noise, "no_quadrant"]
    text = " ".join(part for part in (number, name, kind, end) if part).replace(" ,", ",")
    text = _letters(rng, text)
    if rng.uniform() < 0.27:
        text += pick(rng, (" ", ", ")) + pick(rng, _UNITS).format(
            n=int(rng.integers(1, 40)), a="ABCDEF"[int(rng.integers(6))]
        )
        noise.append("unit")
    if rng.uniform() < 0.06:
        text += f", {city}"
    if rng.uniform() < 0.03:
        text = "  " + text.replace(" ", "  ", 1)
    return text, tuple(noise)


def typed_block(rng: np.random.Generator, street: str, quadrant: str, lo: int) -> str:
    """Type a hundred-block instead of an address.

    Parameters
    ----------
    rng
        Random stream.
    street, quadrant
        The street.
    lo
        Lowest number of the block.

    Returns
    -------
    str
        Such as ``3500 B/O 16TH ST NW``.
    """
    name, _, short = _type_of(rng, street)
    hundred = lo // 100 * 100
    form = pick(rng, ("{h} block of {s}", "{h} B/O {s}", "{h} BLK {s}", "{h} - {t} BLOCK OF {s}"))
    return form.format(h=hundred, t=hundred + 99, s=f"{name} {short} {quadrant}".strip())


def typed_intersection(rng: np.random.Generator, one: str, two: str, quadrant: str) -> str:
    """Type a street corner instead of an address.

    Parameters
    ----------
    rng
        Random stream.
    one, two
        Streets that meet.
    quadrant
        Their quadrant.

    Returns
    -------
    str
        Such as ``4th St and K St NE``.
    """
    first, second = (" ".join(_type_of(rng, street)[::2]) for street in (one, two))
    return _letters(
        rng, f"{first} {pick(rng, ('and', '&', '/', 'at'))} {second} {quadrant}".strip()
    )


def typed_elsewhere(rng: np.random.Generator, kind: str, state: str) -> tuple[str, str]:
    """Type something that is no place in the city.

    Parameters
    ----------
    rng
        Random stream.
    kind
        ``no_fixed_address``, ``garbage``, ``po_box`` or ``outside``.
    state
        State code for places outside.

    Returns
    -------
    str
        What was typed.
    str
        The ZIP typed, often empty.
    """
    if kind == "no_fixed_address":
        return pick(rng, _NO_HOME), ""
    if kind == "garbage":
        return pick(rng, _GARBAGE), ""
    if kind == "po_box":
        return f"{pick(rng, _BOXES)} {rng.integers(100, 9999)}", ""
    zip_code = f"000{rng.integers(10, 99)}"
    text = pick(rng, _OUTSIDE).format(
        n=int(rng.integers(10, 9900)), k=int(rng.integers(2, 40)), z=zip_code, s=state
    )
    return text, zip_code


NOISE_KINDS: Mapping[str, str] = {
    "typo": "one wrong letter",
    "typo2": "two wrong letters",
    "no_quadrant": "quadrant left out",
    "no_type": "street type left out",
    "unit": "flat or room added",
}

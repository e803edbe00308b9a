"""How people mistype addresses: a generator of made-up noise with a fixed seed."""

from __future__ import annotations

import random
import zlib

SHORT = {
    "STREET": ("ST", "St.", "STR"),
    "AVENUE": ("AVE", "Av", "AVE."),
    "PLACE": ("PL", "Pl."),
    "ROAD": ("RD", "Rd."),
    "TERRACE": ("TER", "TERR", "TR"),
    "DRIVE": ("DR",),
    "COURT": ("CT", "Ct."),
    "LANE": ("LN",),
    "BOULEVARD": ("BLVD", "BV"),
    "CIRCLE": ("CIR", "CI"),
    "PARKWAY": ("PKWY",),
}
UNITS = ("APT 3", "#204", "Apt. B", "UNIT 12", "FL 2", "654B", "BSMT", "Apartment 1003", "REAR")


def held_out(street: str) -> bool:
    """Tell whether a street belongs to the 30 % that nobody looked at while building."""
    return zlib.crc32(street.encode()) % 10 < 3


class Typist:
    """Writes an address as people do."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def typo(self, word: str) -> str:
        """Swap, drop, double or replace one letter."""
        letters = list(word)
        at = self.random.randrange(1, len(letters))
        kind = self.random.choice("sdir")
        if kind == "s" and at + 1 < len(letters):
            letters[at], letters[at + 1] = letters[at + 1], letters[at]
        elif kind == "d":
            del letters[at]
        elif kind == "i":
            letters.insert(at, letters[at])
        else:
            letters[at] = self.random.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        return "".join(letters)

    def clean(self, number: str, street: str, quadrant: str) -> str:
        """Spelling, case and commas as in official files."""
        text = f"{number} {street} {quadrant}"
        return self.random.choice((text, text.title(), text.lower(), f"{text}, Washington, DC"))

    def messy(self, number: str, street: str, quadrant: str) -> tuple[str, str]:
        """One or two kinds of mess; returns the text and what was done."""
        done = []
        words = street.split()
        kinds = self.random.sample(("typo", "short", "unit", "type", "dots"), k=2)
        if "typo" in kinds:
            long = [i for i, w in enumerate(words) if len(w) > 4 and not w[0].isdigit()]
            if long:
                at = self.random.choice(long)
                words[at] = self.typo(words[at])
                done.append("typo")
        if "short" in kinds and words[-1] in SHORT:
            words[-1] = self.random.choice(SHORT[words[-1]])
            done.append("short")
        elif "type" in kinds and len(words) > 1 and words[-1] in SHORT:
            words.pop()
            done.append("type")
        if "dots" in kinds:
            quadrant = ".".join(quadrant) + "."
            done.append("dots")
        text = f"{number} {' '.join(words)} {quadrant}"
        if "unit" in kinds:
            text += " " + self.random.choice(UNITS)
            done.append("unit")
        return self.random.choice((text, text.title(), text.lower())), "+".join(sorted(done))

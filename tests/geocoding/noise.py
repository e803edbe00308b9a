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


# What a word is heard or spelled as.
_SOUNDS = (
    ("PH", "F"), ("CK", "K"), ("IE", "EI"), ("EI", "IE"), ("TT", "T"), ("LL", "L"), ("SS", "S"),
    ("NN", "N"), ("RR", "R"), ("CC", "C"), ("EA", "EE"), ("OU", "OW"), ("Y", "I"), ("C", "K"),
    ("S", "Z"), ("ER", "OR"), ("EN", "AN"), ("AI", "AY"), ("QU", "KW"), ("GH", "G"), ("SH", "CH"),
)  # fmt: skip
_NEXT = {"A": "SQ", "B": "VN", "C": "XV", "D": "SF", "E": "WR", "F": "DG", "G": "FH", "H": "GJ",
         "I": "UO", "J": "HK", "K": "JL", "L": "KP", "M": "NK", "N": "BM", "O": "IP", "P": "OL",
         "Q": "WA", "R": "ET", "S": "AD", "T": "RY", "U": "YI", "V": "CB", "W": "QE", "X": "ZC",
         "Y": "TU", "Z": "AX"}  # fmt: skip
_USPS = {
    "STREET": ("ST", "STR", "STRT", "St.", "street"),
    "AVENUE": ("AVE", "AV", "AVEN", "AVENU", "Ave."),
    "PLACE": ("PL", "Pl."),
    "ROAD": ("RD", "Rd."),
    "TERRACE": ("TER", "TERR", "Ter."),
    "DRIVE": ("DR", "DRV", "Dr."),
    "COURT": ("CT", "CRT", "Ct."),
    "LANE": ("LN", "Ln."),
    "BOULEVARD": ("BLVD", "BOUL", "Blvd."),
    "CIRCLE": ("CIR", "CIRC"),
    "PARKWAY": ("PKWY", "PKY"),
    "ALLEY": ("ALY", "ALLY"),
    "SQUARE": ("SQ",),
    "WALK": ("WALK",),
    "HIGHWAY": ("HWY",),
    "MEWS": ("MEWS",),
    "CRESCENT": ("CRES",),
}
_WAYS = {"NORTH": ("N", "No.", "N."), "SOUTH": ("S", "So.", "S."), "EAST": ("E", "E."),
         "WEST": ("W", "W.")}  # fmt: skip
_CORNERS = {"NE": "NORTH EAST", "NW": "NORTH WEST", "SE": "SOUTH EAST", "SW": "SOUTH WEST"}
_TAILS = (", Washington, DC {z}", " WASHINGTON DC {z}", ", Washington DC", ", Wash., D.C. {z}",
          ", DC {z}", " {z}", ", Washington, District of Columbia")  # fmt: skip
_FRONTS = ("c/o J. Smith, ", "Attn: Records ", "The ", "Lives at ", "@ ", "House ", "No. ")
_FLATS = ("Apt {n}", "APT. #{n}", "#{n}", "Unit {n}", "unit {l}", "Ste {n}", "Rm {n}", "Floor 2",
          "2nd floor", "Basement", "Bsmt", "rear", "Apt {n}{l}", "# {n}", "apt {l}")  # fmt: skip
CLASSES = ("letter", "sound", "joined", "suffix", "untyped", "wrong_type", "corner", "ordinal",
           "tail", "extra", "unit", "case", "direction")  # fmt: skip


class Clerk:
    """Writes an address as a clerk in a hurry does: one named slip, then perhaps another.

    Made apart from `Typist`, so that what was learned from the one is tested on the other.
    """

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def _letter(self, word: str) -> str:
        at = self.random.randrange(len(word))
        kind = self.random.choice(("double", "drop", "swap", "beside", "insert"))
        if kind == "double":
            return word[: at + 1] + word[at:]
        if kind == "drop":
            return word[:at] + word[at + 1 :]
        if kind == "swap":
            at = min(at, len(word) - 2)
            return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        near = self.random.choice(_NEXT.get(word[at], "AE"))
        return word[:at] + near + word[at + (kind == "beside") :]

    def _sound(self, word: str) -> str:
        fits = [pair for pair in _SOUNDS if pair[0] in word[1:]]
        if not fits:
            return self._letter(word)
        old, new = self.random.choice(fits)
        at = word.index(old, 1)
        return word[:at] + new + word[at + len(old) :]

    def write(
        self, number: str, street: str, quadrant: str, zip_code: str, slips: tuple[str, ...]
    ) -> tuple[str, tuple[str, ...]]:
        """Write an address with the slips asked for; returns the text and those that applied."""
        words, done = street.split(), []
        typed = words[-1] if len(words) > 1 and words[-1] in _USPS else ""
        name = words[:-1] if typed else words
        joiner, front, behind, tail = " ", "", "", ""
        for slip in slips:
            before = (list(name), typed, quadrant, joiner, front, behind, tail)
            if slip in ("letter", "sound"):
                long = [i for i, w in enumerate(name) if len(w) > 3 and w.isalpha()]
                if long:
                    at = self.random.choice(long)
                    name[at] = (self._letter if slip == "letter" else self._sound)(name[at])
            elif slip == "joined" and len(name) > 1:
                at = self.random.randrange(len(name) - 1)
                name[at : at + 2] = [name[at] + name[at + 1]]
            elif slip == "suffix" and typed:
                typed = self.random.choice(_USPS.get(typed, (typed,)))
            elif slip == "untyped":
                typed = ""
            elif slip == "wrong_type" and typed in _USPS:
                typed = self.random.choice([t for t in ("STREET", "AVENUE", "ROAD") if t != typed])
            elif slip == "corner":
                a, b = _CORNERS[quadrant].split()
                quadrant = self.random.choice(
                    (f"{a} {b}", f"{a}{b}", f"{a[0]}.{b[0]}.", f"{a[0]}. {b[0]}.", f"{a[0]} {b[0]}")
                )
            elif slip == "ordinal" and name[0][:1].isdigit() and name[0][-2:].isalpha():
                digits, end = name[0][:-2], name[0][-2:]
                name[0] = self.random.choice((f"{digits} {end}", digits, f"{digits}{end.lower()}"))
            elif slip == "tail":
                tail = self.random.choice(_TAILS).format(z=zip_code).rstrip()
            elif slip == "extra":
                front = self.random.choice(_FRONTS)
            elif slip == "unit":
                flat = self.random.choice(_FLATS).format(
                    n=self.random.randrange(1, 1200), l=self.random.choice("ABCD")
                )
                where = self.random.choice(("end", "end", "front", "middle"))
                front, behind = (f"{flat}, {front}", behind) if where == "front" else (front, flat)
                joiner = f" {flat} " if where == "middle" else joiner
                behind = "" if where == "middle" else behind
            elif slip == "direction" and name[0] in _WAYS and len(name) > 1:
                name[0] = self.random.choice(_WAYS[name[0]])
            if before != (name, typed, quadrant, joiner, front, behind, tail) or slip == "case":
                done.append(slip)
        body = " ".join(w for w in (" ".join(name), typed) if w)
        text = f"{front}{number} {body}{joiner}{quadrant} {behind}".strip() + tail
        if "case" in slips:
            text = self.random.choice((text.lower(), text.title(), text.swapcase()))
        return text, tuple(done)

    def any(self, number: str, street: str, quadrant: str, zip_code: str) -> tuple[str, str]:
        """Write an address with one or two slips; returns the text and the slips that applied."""
        slips = tuple(self.random.sample(CLASSES, k=self.random.choice((1, 2))))
        text, done = self.write(number, street, quadrant, zip_code, slips)
        return text, "+".join(sorted(done))

"""Names of people: usual first names with surnames that nobody bears."""

from __future__ import annotations

import numpy as np


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_FIRST = _words(
    "Aaron Alana Amara Andre Anita April Arlo Basil Bea Bianca Brandon Brianna Bruno Caleb Carla "
    "Cedric Celia Chloe Clara Colin Dana Darius Deja Derek Diana Dominic Donna Edgar Elena Elias "
    "Ella Emil Erica Ernest Esther Felix Fiona Gavin Gina Gloria Grant Hana Hector Helen Ian "
    "Imani Irene Isaac Ivan Ivy Jada Jamal Janet Jerome Joan Jonah Jordan Julia Kareem Karen "
    "Keisha Kevin Lamar Lana Leon Lila Lionel Lorena Louis Luis Lydia Malik Marcus Maria Marta "
    "Maurice Maya Micah Mila Miles Monica Nadia Naomi Nathan Nelson Nia Noel Nora Olga Omar "
    "Oscar Paula Perry Pilar Quincy Rafael Ramona Regina Rhoda Robin Rosa Ruben Ruth Samir "
    "Sandra Selma Simon Sonia Stella Tamika Tara Terrence Theo Tina Tobias Tyrone Ursula Vera "
    "Victor Viola Wanda Warren Wendy Xavier Yolanda Yusuf Zane Zora"
)
_A = _words(
    "Bram Cald Dor Fenn Garr Hald Jarn Kell Lorn Marr Nesk Orl Pell Quar Rusk Selv Tarn Ulm Varn "
    "Wex Yarr Zell Brev Crost Drev Elv Frent Glev Harst Ist Korv Lant Mord Nuth Ostr Prav"
)
_B = _words(
    "abel ander astle erby eros esky imore inov isk itch odan olan omber ondale orin ovell uden "
    "ulian umber under urst wick"
)


def person_names(rng: np.random.Generator, count: int) -> list[str]:
    """Invent names.

    Parameters
    ----------
    rng
        Random stream.
    count
        How many.

    Returns
    -------
    list of str
        First name and surname; the same name may come twice, as in life.
    """
    first = rng.integers(len(_FIRST), size=count)
    a, b = rng.integers(len(_A), size=count), rng.integers(len(_B), size=count)
    return [f"{_FIRST[i]} {_A[j]}{_B[k]}" for i, j, k in zip(first, a, b, strict=True)]

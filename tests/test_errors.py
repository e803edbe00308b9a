"""Every error says what, where and what to do, and can be caught by its builtin."""

from __future__ import annotations

import inspect

import pytest

from geoteam import errors
from geoteam.errors import GeoteamError, ImportProblems, RowProblem

LEAVES = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, GeoteamError) and kind is not ImportProblems
]


@pytest.mark.parametrize("kind", LEAVES, ids=lambda kind: kind.__name__)
def test_an_error_is_one_sentence_each_of_what_where_and_remedy(kind: type[GeoteamError]) -> None:
    error = kind("it is wrong", where="file.csv, row 3", remedy="Mend it")
    assert str(error) == "it is wrong. Where: file.csv, row 3. Mend it."
    assert (error.what, error.where, error.remedy) == ("it is wrong", "file.csv, row 3", "Mend it")
    assert str(kind("Is it right?")) == "Is it right?"
    assert str(kind("no")) == "no."


@pytest.mark.parametrize(
    ("kind", "builtin"),
    [
        (errors.InputError, ValueError),
        (errors.MissingFileError, FileNotFoundError),
        (errors.NotFoundError, LookupError),
        (errors.DisclosureError, PermissionError),
        (errors.SignInError, PermissionError),
        (errors.WorkspaceError, OSError),
        (errors.WorkspaceBusyError, errors.WorkspaceError),
        (errors.UnreachableError, errors.StreetsError),
    ],
)
def test_a_leaf_is_also_its_builtin(kind: type[GeoteamError], builtin: type[Exception]) -> None:
    assert issubclass(kind, builtin)
    assert issubclass(kind, GeoteamError)


def test_a_refused_import_tells_the_first_problem_and_counts_all() -> None:
    problem = RowProblem(7, "Supervision Level", "Colossal", "is no level", "Use another")
    error = ImportProblems([problem], where="clients.csv", total=1234)
    assert "1,234 problems;" in str(error)
    assert "row 7, column 'Supervision Level': is no level" in str(error)
    assert "Where: clients.csv." in str(error)
    assert error.remedy.startswith("Nothing was loaded.")
    assert ImportProblems([problem, problem]).total == 2
    assert error.problems == (problem,)

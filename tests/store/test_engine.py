"""Opening databases, the schema, and clear errors."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from shapely.geometry import Point
from sqlalchemy import (
    Engine,
    NullPool,
    create_engine,
    insert,
    inspect,
    make_url,
    select,
    text,
)

from geoteam.errors import WorkspaceBusyError, WorkspaceError
from geoteam.store import plan_states, plan_steps, plans
from geoteam.store.engine import (
    _config,
    check_connection,
    migrate,
    newest_version,
    open_engine,
    reading,
    schema_version,
    sqlite_url,
    transaction,
)
from geoteam.store.tables import Base, Setting, VenueRow
from tests import postgis
from tests.nobody import read_only


def test_an_empty_database_is_brought_to_the_newest_schema_once(empty_database_url: str) -> None:
    engine = open_engine(empty_database_url)
    assert schema_version(engine) == ""
    assert migrate(engine) is True
    assert migrate(engine) is False
    assert schema_version(engine) == newest_version() == "0007"
    engine.dispose()


def test_a_database_of_the_first_release_keeps_its_rows(empty_database_url: str) -> None:
    engine = open_engine(empty_database_url)
    config = _config()
    with engine.connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(
            text(
                "INSERT INTO address_decision (text, result, decided_by, decided_why, decided_at) "
                "VALUES ('1 A ST|', '{}', 'ada', 'a call', '2026-01-02 03:04:05')"
            )
        )
    assert migrate(engine) is True
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT text, decided_by, batch FROM address_decision"))
        assert [tuple(row) for row in rows] == [("1 A ST|", "ada", "")]
    engine.dispose()


def test_plans_of_the_second_revision_keep_their_units(empty_database_url: str) -> None:
    engine = open_engine(empty_database_url)
    config = _config()
    with engine.connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        for statement in (
            "INSERT INTO boundary_set (id, kind, version, valid_from, source, credit, loaded_at) "
            "VALUES (7, 'service_area', '2024', '2024-01-01', '', '', '2026-01-02 03:04:05')",
            "INSERT INTO team (id, ref, name, specialty, office_ref) VALUES (3, 'T1', 'W', '', '')",
            "INSERT INTO plan (id, name, boundary_set_id, status, effective_from, version, "
            "created_by, created_at) "
            "VALUES (5, 'Today', 7, 'published', '2024-01-01', 1, 'ada', '2026-01-02 03:04:05')",
            "INSERT INTO plan_unit (plan_id, unit, team_id) VALUES (5, '101', 3), (5, '102', NULL)",
        ):
            connection.execute(text(statement))
    assert migrate(engine) is True
    with reading(engine) as session:
        assert plans.units(session, 5) == {"101": "T1", "102": ""}
        plan = plans.get(session, 5)
        assert (plan.name, plan.status, plan.version) == ("Today", "published", 1)
        assert (plan.reason, plan.based_on_id, plan.proposed_at) == ("", None, None)
    with engine.connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        command.downgrade(config, "0002")
        kept = connection.execute(text("SELECT unit, team_id FROM plan_unit ORDER BY unit"))
        assert [tuple(row) for row in kept] == [("101", 3), ("102", None)]
    engine.dispose()


def test_plans_taken_back_before_the_sixth_revision_are_kept(empty_database_url: str) -> None:
    engine = open_engine(empty_database_url)
    config = _config()
    with engine.connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "0005")
        for statement in (
            "INSERT INTO boundary_set (id, kind, version, valid_from, source, credit, loaded_at) "
            "VALUES (7, 'service_area', '2024', '2024-01-01', '', '', '2026-01-02 03:04:05')",
            "INSERT INTO team (id, ref, name, specialty, office_ref) VALUES (3, 'T1', 'W', '', '')",
            "INSERT INTO plan (id, name, boundary_set_id, status, effective_from, version, "
            "created_by, created_at, withdrawn_by, withdrawn_at, withdrawn_why) "
            "VALUES (5, 'Old', 7, 'withdrawn', '2026-02-01', 1, 'ada', '2026-01-02 03:04:05', "
            "'ada', '2026-01-03 03:04:05', 'A mistake')",
            "INSERT INTO plan_unit (plan_id, unit, team_id) VALUES (5, '101', 3)",
        ):
            connection.execute(text(statement))
    assert migrate(engine) is True
    with reading(engine) as session:
        assert plans.get(session, 5).withdrawn_why == "A mistake"
        assert plans.units(session, 5) == {"101": "T1"}
        # Whom it concerned nobody wrote down: everybody is told.
        assert plan_states.concerned(session, 5) is None
        known = [(one.kind, one.by, one.why, one.day) for one in plan_steps.of_plan(session, 5)]
        assert known == [("taken_back", "ada", "A mistake", date(2026, 2, 1))]
    with engine.connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        command.downgrade(config, "0005")
        kept = connection.execute(text("SELECT name, withdrawn_why FROM plan"))
        assert [tuple(row) for row in kept] == [("Old", "A mistake")]
    engine.dispose()


def test_what_plans_say_of_themselves_before_the_seventh_revision_is_kept_as_steps(
    empty_database_url: str,
) -> None:
    engine = open_engine(empty_database_url)
    config = _config()
    asked = {"proposed_by": "ada", "proposed_at": "2026-01-03 03:04:05", "reason": "Fairer"}
    ended = {"withdrawn_by": "bob", "withdrawn_at": "2026-01-05 03:04:05", "withdrawn_why": "No"}
    day = {"proposed_from": "2026-02-01"}
    holds = day | {"effective_from": "2026-02-01"}
    approved = {"approved_by": "bob", "approved_at": "2026-01-04 03:04:05"}
    rows: list[tuple[str, dict[str, str]]] = [
        ("draft", {}),
        ("draft", asked | day | ended),
        ("proposed", asked | day),
        ("published", asked | holds | approved),
        ("published", asked | holds | {"approved_at": "2026-01-04 03:04:05"}),
        ("withdrawn", asked | holds | approved | ended),
        ("withdrawn", ended),
    ]
    with engine.connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "0006")
        connection.execute(
            text(
                "INSERT INTO boundary_set (id, kind, version, valid_from, source, credit, "
                "loaded_at) VALUES (7, 'service_area', '2024', '2024-01-01', '', '', "
                "'2026-01-02 03:04:05')"
            )
        )
        for number, (status, more) in enumerate(rows, 1):
            values = {
                "id": number, "name": f"Plan {number}", "boundary_set_id": 7, "status": status,
                "version": 1, "created_by": "ada", "created_at": "2026-01-02 03:04:05",
            } | more  # fmt: skip
            names = ", ".join(values)
            cells = ", ".join(f"'{value}'" for value in values.values())
            connection.execute(text(f"INSERT INTO plan ({names}) VALUES ({cells})"))
    proposed, sent_back = ("proposed", "ada", "Fairer"), ("sent_back", "bob", "No")
    wanted = [
        [],
        [proposed, sent_back],
        [proposed],
        [proposed, ("approved", "bob", "")],
        [("published", "ada", "Fairer")],
        [proposed, ("approved", "bob", ""), ("taken_back", "bob", "No")],
        [("deleted", "bob", "No")],
    ]
    for _ in ("upgraded", "and again after a downgrade"):
        assert migrate(engine) is True
        with reading(engine) as session:
            known = [plan_steps.of_plan(session, number) for number in range(1, len(rows) + 1)]
        assert [[(one.kind, one.by, one.why) for one in steps] for steps in known] == wanted
        assert {one.day for steps in known for one in steps} == {None, date(2026, 2, 1)}
        with engine.connect() as connection, connection.begin():
            config.attributes["connection"] = connection
            command.downgrade(config, "0006")
    engine.dispose()


@pytest.mark.filterwarnings("ignore:Did not recognize type 'geometry'")
def test_the_migrations_make_the_tables_of_the_models(engine: Engine) -> None:
    sqlite = engine.dialect.name == "sqlite"

    def is_ours(thing: object, name: str | None, kind: str, *_: object) -> bool:
        if kind == "table":
            return name != "spatial_ref_sys"
        # The models ask for spatial indexes on PostgreSQL only.
        return not (kind == "index" and sqlite and thing.dialect_options["postgresql"]["using"])

    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"compare_type": True, "compare_server_default": True, "include_object": is_ours},
        )
        assert compare_metadata(context, Base.metadata) == []


@pytest.mark.filterwarnings("ignore:Did not recognize type 'geometry'")
def test_a_difference_between_models_and_migrations_is_seen(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.execute(text("DROP INDEX ix_contact_client_id"))
        context = MigrationContext.configure(connection)
        found = [change[1].name for change in compare_metadata(context, Base.metadata)
                 if change[0] == "add_index"]  # fmt: skip
    assert "ix_contact_client_id" in found


@pytest.mark.postgis
def test_postgis_has_real_geometry_columns_with_spatial_indexes(postgis_server: str) -> None:
    engine = open_engine(postgis.database(postgis_server, postgis.SHARED))
    with engine.connect() as connection:
        columns = {
            tuple(row)
            for row in connection.execute(
                text("SELECT f_table_name, f_geometry_column, srid, type FROM geometry_columns")
            )
        }
        gist = set(
            connection.scalars(
                text("SELECT indexname FROM pg_indexes WHERE indexdef LIKE '%USING gist%'")
            )
        )
    engine.dispose()
    assert columns == {
        ("boundary", "geometry", 4326, "GEOMETRY"),
        ("venue", "geometry", 4326, "POINT"),
        ("geocode", "geometry", 4326, "POINT"),
        ("tour", "route", 4326, "LINESTRING"),
        ("stop", "geometry", 4326, "POINT"),
        ("outcome", "geometry", 4326, "POINT"),
    }
    assert {f"ix_{table}_{column}" for table, column, *_ in columns} == gist


def test_a_migration_that_fails_leaves_nothing(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = open_engine(empty_database_url)
    from geoteam.store.migrations import guards

    for name in ("SQLITE", "POSTGRESQL"):
        monkeypatch.setattr(guards, name, ("THIS IS NO SQL",))
    with pytest.raises(Exception, match="THIS IS NO SQL"):
        migrate(engine)
    tables = set(inspect(engine).get_table_names())
    assert not tables & set(Base.metadata.tables)
    monkeypatch.undo()
    assert migrate(engine) is True
    engine.dispose()


def test_a_database_of_a_newer_version_is_refused(engine: Engine) -> None:
    change = text("UPDATE alembic_version SET version_num = :version")
    with engine.begin() as connection:
        connection.execute(change, {"version": "9999"})
    try:
        with pytest.raises(WorkspaceError, match="newer version"):
            migrate(engine)
    finally:
        with engine.begin() as connection:
            connection.execute(change, {"version": newest_version()})


def test_a_transaction_is_all_or_nothing(engine: Engine, moment: object) -> None:
    def fail() -> None:
        with transaction(engine) as session:
            session.execute(insert(Setting), {"key": "a", "value": {}, "changed_at": moment})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with reading(engine) as session:
        assert session.scalars(select(Setting)).all() == []


def test_reading_sees_one_state_and_does_not_wait(engine: Engine, moment: object) -> None:
    with reading(engine) as before:
        assert before.scalars(select(Setting.key)).all() == []
        with transaction(engine) as session:
            session.execute(insert(Setting), {"key": "a", "value": {}, "changed_at": moment})
            with reading(engine) as inside:
                assert inside.scalars(select(Setting.key)).all() == []
        assert before.scalars(select(Setting.key)).all() == []
    with reading(engine) as after:
        assert after.scalars(select(Setting.key)).all() == ["a"]


def test_reading_cannot_write_and_leaves_no_trace(engine: Engine, moment: object) -> None:
    row = {"key": "a", "value": {}, "changed_at": moment}
    with pytest.raises(WorkspaceError), reading(engine) as session:
        session.execute(insert(Setting), row)
    with transaction(engine) as session:
        session.execute(insert(Setting), row)


def test_geometry_comes_back_as_it_went_in(engine: Engine) -> None:
    point = Point(-77.0365, 38.8977)
    row = {"ref": "V1", "category": "x", "name": "x", "address": "", "geometry": point}
    with transaction(engine) as session:
        session.execute(insert(VenueRow), row)
    with reading(engine) as session:
        assert session.scalars(select(VenueRow.geometry)).one().equals_exact(point, 0.0)


def test_sqlite_is_set_up_for_safety(tmp_path: Path) -> None:
    engine = open_engine(sqlite_url(tmp_path / "a b%c.db"))
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
    assert (tmp_path / "a b%c.db").is_file()
    engine.dispose()


def test_what_answers_is_named(engine: Engine) -> None:
    named = check_connection(engine)
    assert named.startswith(("SQLite 3.", "PostgreSQL 1"))
    assert ("PostGIS 3" in named) == (engine.dialect.name == "postgresql")


@pytest.mark.parametrize("url", ["mysql://u@h/d", "no url at all"])
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(WorkspaceError):
        open_engine(url)


def test_two_writers_do_not_wait_for_ever(tmp_path: Path, moment: object) -> None:
    url = sqlite_url(tmp_path / "g.db")
    first, second = open_engine(url), open_engine(url, busy_s=0.1)
    migrate(first)
    with transaction(first) as session:
        session.connection()
        busy = pytest.raises(WorkspaceBusyError, match="another process is writing")
        with busy, transaction(second) as other:
            # The first statement takes the lock, also when it only reads.
            other.scalars(select(Setting)).all()
    with transaction(second) as session:
        session.execute(insert(Setting), {"key": "a", "value": {}, "changed_at": moment})


def test_a_full_disk_is_named_and_loses_nothing(tmp_path: Path, moment: object) -> None:
    engine = open_engine(sqlite_url(tmp_path / "g.db"))
    migrate(engine)
    with transaction(engine) as session:
        session.execute(insert(Setting), {"key": "a", "value": {}, "changed_at": moment})
        pages = session.connection().exec_driver_sql("PRAGMA page_count").scalar_one()

    def fill() -> None:
        with transaction(engine) as session:
            # SQLite itself refuses to grow: the same code as on a full disk.
            session.connection().exec_driver_sql(f"PRAGMA max_page_count = {pages + 4}")
            value = {"text": "x" * 100_000}
            session.execute(insert(Setting), {"key": "b", "value": value, "changed_at": moment})

    with pytest.raises(WorkspaceError, match="disk is full") as caught:
        fill()
    assert "Free some space" in str(caught.value)
    with reading(engine) as session:
        assert session.scalars(select(Setting.key)).all() == ["a"]


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "g.db").write_bytes(b"not a database, and long enough to look like one" * 50)
    with pytest.raises(WorkspaceError, match="not a geoteam database"):
        migrate(open_engine(sqlite_url(tmp_path / "g.db")))


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="cannot be opened"):
        migrate(open_engine(sqlite_url(tmp_path / "nowhere" / "g.db")))


def test_a_read_only_folder_is_named(tmp_path: Path, moment: object) -> None:
    folder = tmp_path / "workspace"
    folder.mkdir()
    engine = open_engine(sqlite_url(folder / "g.db"))
    migrate(engine)
    engine.dispose()
    with (
        read_only(folder),
        pytest.raises(WorkspaceError, match=r"may not be written|cannot be opened") as caught,
        transaction(engine) as session,
    ):
        session.execute(insert(Setting), {"key": "a", "value": {}, "changed_at": moment})
    assert "workspace" in str(caught.value)


def test_a_server_that_is_not_there_is_named() -> None:
    engine = open_engine("postgresql://nobody:secret@127.0.0.1:1/nothing")
    with pytest.raises(WorkspaceError, match="cannot be reached") as caught:
        migrate(engine)
    assert "secret" not in str(caught.value)


@pytest.mark.postgis
def test_a_server_that_lets_nobody_more_in_is_named(postgis_server: str) -> None:
    admin = create_engine(postgis_server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with admin.connect() as connection:
        connection.execute(text("CREATE ROLE crowded LOGIN CONNECTION LIMIT 0"))
        try:
            url = make_url(postgis.database(postgis_server, postgis.SHARED))
            with pytest.raises(WorkspaceBusyError, match="no free connection"):
                migrate(open_engine(url.set(username="crowded").render_as_string()))
        finally:
            connection.execute(text("DROP ROLE crowded"))


@pytest.mark.postgis
def test_a_server_without_postgis_is_named(
    postgis_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from alembic import op

    name = "geoteam_without"
    postgis.create_database(postgis_server, name)
    execute = op.execute
    monkeypatch.setattr(
        op, "execute", lambda sql: execute(str(sql).replace("EXISTS postgis", "EXISTS postgisx"))
    )
    engine = open_engine(postgis.database(postgis_server, name))
    with pytest.raises(WorkspaceError, match="has no PostGIS"):
        migrate(engine)
    engine.dispose()
    postgis.drop_database(postgis_server, name)


@pytest.mark.postgis
def test_a_plain_postgresql_address_uses_psycopg_3(postgis_server: str) -> None:
    plain = postgis_server.replace("postgresql+psycopg://", "postgresql://")
    assert open_engine(plain).driver == "psycopg"
    assert create_engine(postgis_server).driver == "psycopg"

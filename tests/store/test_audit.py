"""The audit chain: whatever is done to it afterwards is found."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from geoteam.store import audit
from geoteam.store.engine import open_engine, reading, transaction
from tests import postgis

AT = datetime(2026, 6, 15, 12, tzinfo=UTC)


def write(engine: Engine, events: int = 5) -> None:
    for k in range(events):
        with transaction(engine) as session:
            audit.append(
                session,
                at=AT + timedelta(minutes=k),
                actor="ann",
                action="client.read",
                object_kind="client",
                object_ref=f"C{k}",
                purpose="supervision",
                detail={"fields": ["name", "address"], "rows": k, "share": 0.1},
            )


def faults(engine: Engine, anchor: audit.AuditAnchor | None = None) -> list[int]:
    with reading(engine) as session:
        return [fault.seq for fault in audit.verify(session, anchor=anchor)]


def tamper(engine: Engine, *statements: str) -> None:
    """Change the log as an owner of the database could: without its triggers."""
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("ALTER TABLE audit DISABLE TRIGGER ALL"))
            connection.execute(text("ALTER TABLE audit_head DISABLE TRIGGER ALL"))
        else:
            names = connection.scalars(text("SELECT name FROM sqlite_master WHERE type='trigger'"))
            for name in names.all():
                connection.execute(text(f"DROP TRIGGER {name}"))
        for statement in statements:
            connection.execute(text(statement))


def test_an_empty_log_and_a_good_log_hold(engine: Engine) -> None:
    assert faults(engine) == []
    write(engine)
    assert faults(engine) == []
    with reading(engine) as session:
        rows, total = audit.page(session, limit=2)
        assert audit.head(session).seq == 5
    assert total == 5
    assert [row["seq"] for row in rows] == [5, 4]
    assert rows[0]["at"] == AT + timedelta(minutes=4)
    assert rows[0]["detail"] == {"fields": ["name", "address"], "rows": 4, "share": 0.1}


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE audit SET actor = 'bob' WHERE seq = 3", [3]),
        ("UPDATE audit SET purpose = '' WHERE seq = 2", [2]),
        ("UPDATE audit SET detail = '{}' WHERE seq = 2", [2]),
        ("UPDATE audit SET hash = 'x' WHERE seq = 3", [3, 4]),
        ("DELETE FROM audit WHERE seq = 3", [3]),
        ("DELETE FROM audit WHERE seq > 3", [4]),
        ("DELETE FROM audit WHERE seq = 1", [1]),
        ("DELETE FROM audit", [1]),
        (
            "INSERT INTO audit SELECT 6, at, actor, action, object_kind, object_ref, purpose, "
            "detail, hash, hash FROM audit WHERE seq = 5",
            [6, 6],
        ),
        ("UPDATE audit_head SET seq = 4", [5]),
    ],
)
def test_tampering_is_found_where_it_stands(
    engine: Engine, statement: str, found: list[int]
) -> None:
    write(engine)
    tamper(engine, statement)
    assert faults(engine) == found


def test_two_events_that_change_places_are_found(engine: Engine) -> None:
    write(engine)
    tamper(
        engine,
        "UPDATE audit SET seq = 99 WHERE seq = 2",
        "UPDATE audit SET seq = 2 WHERE seq = 3",
        "UPDATE audit SET seq = 3 WHERE seq = 99",
    )
    assert faults(engine)


def test_a_chain_rewritten_from_the_start_is_found_by_an_anchor(engine: Engine) -> None:
    write(engine)
    with reading(engine) as session:
        anchor = audit.head(session)
    tamper(engine, "DELETE FROM audit", "DELETE FROM audit_head")
    assert faults(engine) == []
    assert faults(engine, anchor) == [5]
    with transaction(engine) as session:
        for _ in range(6):
            audit.append(session, at=AT, actor="x", action="y", object_kind="", object_ref="")
    assert faults(engine) == []
    assert faults(engine, anchor) == [5]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET actor = 'bob' WHERE seq = 3",
        "DELETE FROM audit WHERE seq = 5",
        "DELETE FROM audit_head",
        "UPDATE audit_head SET seq = 2",
        "INSERT INTO audit SELECT 9, at, actor, action, object_kind, object_ref, purpose, "
        "detail, hash, hash FROM audit WHERE seq = 5",
    ],
)
def test_the_database_refuses_changes(engine: Engine, statement: str) -> None:
    write(engine)
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(text(statement))
    assert faults(engine) == []


@pytest.mark.postgis
def test_postgresql_refuses_truncate(postgis_server: str) -> None:
    engine = open_engine(postgis.empty_shared(postgis_server))
    write(engine)
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(text("TRUNCATE audit"))
    engine.dispose()


def test_an_event_that_is_rolled_back_leaves_no_gap(engine: Engine) -> None:
    write(engine, 2)

    def fail() -> None:
        with transaction(engine) as session:
            audit.append(session, at=AT, actor="x", action="y", object_kind="", object_ref="")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    write(engine, 1)
    assert faults(engine) == []


def test_many_writers_make_one_chain(database_url: str) -> None:
    failures: list[BaseException] = []

    def work(name: str) -> None:
        engine = open_engine(database_url)
        try:
            for _ in range(10):
                with transaction(engine) as session:
                    audit.append(
                        session, at=AT, actor=name, action="x", object_kind="", object_ref=""
                    )
        except BaseException as error:  # noqa: BLE001  a thread's failure must reach the test
            failures.append(error)
        finally:
            engine.dispose()

    threads = [threading.Thread(target=work, args=(f"t{k}",)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    engine = open_engine(database_url)
    with reading(engine) as session:
        assert audit.head(session).seq == 40
        assert audit.verify(session) == []
    engine.dispose()


def test_strange_text_does_not_break_the_chain(engine: Engine) -> None:
    with transaction(engine) as session:
        audit.append(
            session,
            at=AT,
            actor="a\x00b\ud800",
            action="x",
            object_kind="",
            object_ref="ü\U0001f600",
            detail={"ü": "\u2028", "n": 2**60},
        )
    assert faults(engine) == []


def test_a_detail_that_json_cannot_hold_is_refused(engine: Engine) -> None:
    with pytest.raises((TypeError, ValueError)), transaction(engine) as session:
        audit.append(
            session,
            at=AT,
            actor="a",
            action="x",
            object_kind="",
            object_ref="",
            detail={"share": float("nan")},
        )


def test_events_are_found_by_actor_and_by_beginning_of_the_action(engine: Engine) -> None:
    write(engine, 3)
    with transaction(engine) as session:
        audit.append(
            session, at=AT, actor="bob", action="plan_x", object_kind="plan", object_ref="7"
        )
    with reading(engine) as session:
        assert audit.page(session, actor="bob")[1] == 1
        assert audit.page(session, action="client")[1] == 3
        # An underscore is no wildcard.
        assert audit.page(session, action="pla__x")[1] == 0
        assert audit.page(session, object_kind="plan", object_ref="7")[1] == 1

"""Accounts: sign-in, lock-out, sessions, and who may have one."""

from __future__ import annotations

import json
import stat
import statistics
import threading
import time

import pytest
from sqlalchemy import select

from geoteam.errors import DisclosureError, InputError, NotFoundError, SignInError
from geoteam.model import Role, User
from geoteam.services import accounts, passwords
from geoteam.services import audit as audit_service
from geoteam.services.demo_accounts import add_demo_users, demo_accounts
from geoteam.services.workspace import Workspace
from geoteam.store import audit, settings, users
from geoteam.store.tables import SessionRow, UserRow
from tests.services.conftest import Clock

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2 with small parameters: the tests are about what is done with the answer."""
    hasher = passwords.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", hasher)


@pytest.fixture
def ann(workspace: Workspace) -> Workspace:
    """The workspace with an account for officer O1."""
    accounts.add_user(
        workspace,
        "cli:root",
        username="Ann",
        name="Ann Lee",
        role=Role.OFFICER,
        password=PASSWORD,
        officer_ref="O1",
    )
    return workspace


def sign_in(workspace: Workspace, password: str = PASSWORD, username: str = "ann") -> str:
    return accounts.sign_in(workspace, username, password)[0]


def fail(workspace: Workspace, password: str = "wrong", username: str = "ann") -> str:
    with pytest.raises(SignInError) as caught:
        accounts.sign_in(workspace, username, password)
    return str(caught.value)


def actions(workspace: Workspace) -> list[str]:
    with workspace.reading() as session:
        assert audit.verify(session) == []
        return [row["action"] for row in audit.page(session, limit=500)[0]][::-1]


def test_sign_in_session_and_sign_out(ann: Workspace) -> None:
    token, user = accounts.sign_in(ann, " ANN ", PASSWORD)
    assert (user.username, user.role, user.officer_ref) == ("ann", Role.OFFICER, "O1")
    assert accounts.session_user(ann, token) == user
    accounts.sign_out(ann, token)
    accounts.sign_out(ann, token)
    assert accounts.session_user(ann, token) is None
    assert actions(ann) == ["account.add", "account.sign_in", "account.sign_out"]


def test_neither_password_nor_token_is_stored(ann: Workspace) -> None:
    token = sign_in(ann)
    with ann.reading() as session:
        stored = session.scalars(select(UserRow.password_hash)).one()
        hashed = session.scalars(select(SessionRow.token_hash)).one()
        events = json.dumps([r["detail"] for r in audit.page(session)[0]])
    assert stored.startswith("$argon2id$")
    assert PASSWORD not in stored + events
    assert token not in hashed + events
    assert len(hashed) == 64


def test_every_refusal_sounds_the_same(ann: Workspace) -> None:
    messages = {fail(ann), fail(ann, username="nobody"), fail(ann, username="x' OR 1=1 --")}
    for _ in range(6):
        messages.add(fail(ann))
    messages.add(fail(ann, PASSWORD))
    accounts.disable_user(ann, "cli:root", "ann")
    messages.add(fail(ann, PASSWORD))
    assert len(messages) == 1


def test_an_unknown_name_is_not_recorded(ann: Workspace) -> None:
    fail(ann, username="my-secret-password")
    with ann.reading() as session:
        assert "my-secret-password" not in str(audit.page(session))


def test_lock_out_doubles_and_ends(ann: Workspace, clock: Clock) -> None:
    for _ in range(5):
        fail(ann)
    sign_in(ann)
    for _ in range(6):
        fail(ann)
    fail(ann, PASSWORD)
    clock.advance(seconds=61)
    fail(ann)
    clock.advance(seconds=61)
    fail(ann, PASSWORD)
    clock.advance(seconds=60)
    sign_in(ann)
    assert actions(ann).count("account.lock") == 2


def test_a_lock_lasts_an_hour_at_most(ann: Workspace, clock: Clock) -> None:
    for _ in range(40):
        fail(ann)
        clock.advance(hours=1, seconds=1)
    sign_in(ann)


def test_tries_during_a_lock_do_not_lengthen_it(ann: Workspace, clock: Clock) -> None:
    for _ in range(50):
        fail(ann)
    clock.advance(seconds=61)
    sign_in(ann)


def test_guesses_at_the_same_time_all_count(ann: Workspace) -> None:
    def guess() -> None:
        try:
            accounts.sign_in(ann, "ann", "wrong")
        except SignInError:
            return

    threads = [threading.Thread(target=guess) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with ann.reading() as session:
        account = users.get(session, "ann")
    # Six are counted, then the account is locked and the rest are refused unread.
    assert account is not None
    assert account.failures == 6
    assert account.locked_until is not None


def test_a_session_ends_when_idle_and_when_old(ann: Workspace, clock: Clock) -> None:
    idle = sign_in(ann)
    clock.advance(minutes=31)
    assert accounts.session_user(ann, idle) is None
    used = sign_in(ann)
    for _ in range(12 * 3 - 1):
        clock.advance(minutes=20)
        assert accounts.session_user(ann, used) is not None
    clock.advance(minutes=20, seconds=1)
    assert accounts.session_user(ann, used) is None


def test_the_time_outs_are_settings(ann: Workspace, clock: Clock) -> None:
    with ann.transaction() as session:
        value = {"idle_minutes": 1, "absolute_hours": 1}
        settings.put(session, accounts.SESSION_SETTING, value, clock())
    token = sign_in(ann)
    for _ in range(3):
        clock.advance(seconds=40)
        assert accounts.session_user(ann, token) is not None
    clock.advance(seconds=61)
    assert accounts.session_user(ann, token) is None


def test_a_closed_account_has_no_session(ann: Workspace) -> None:
    token = sign_in(ann)
    accounts.disable_user(ann, "cli:root", "ANN")
    assert accounts.session_user(ann, token) is None
    fail(ann, PASSWORD)
    accounts.disable_user(ann, "cli:root", "ann", disabled=False)
    sign_in(ann)


def test_a_new_password_ends_sessions_and_lifts_the_lock(ann: Workspace) -> None:
    token = sign_in(ann)
    for _ in range(7):
        fail(ann)
    new = accounts.reset_password(ann, "cli:root", "ann")
    assert accounts.session_user(ann, token) is None
    fail(ann, PASSWORD)
    sign_in(ann, new)


@pytest.mark.parametrize("token", ["", "x", "\ud800", "a" * 10_000])
def test_a_made_up_token_is_nobody(ann: Workspace, token: str) -> None:
    assert accounts.session_user(ann, token) is None


def test_an_old_hash_is_renewed_at_sign_in(ann: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    stronger = passwords.PasswordHasher(time_cost=2, memory_cost=128, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", stronger)
    sign_in(ann)
    with ann.reading() as session:
        assert "t=2" in session.scalars(select(UserRow.password_hash)).one()
    sign_in(ann)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"username": "ann"}, "already an account"),
        ({"username": "a"}, "cannot be used"),
        ({"username": "a b"}, "cannot be used"),
        ({"name": " "}, "the person's name"),
        ({"password": "short"}, "12 to 1000 characters"),
        ({"officer_ref": ""}, "needs an officer"),
        ({"officer_ref": "O99"}, "no officer 'O99'"),
        ({"role": Role.SUPERVISOR, "officer_ref": ""}, "needs a team"),
        ({"role": Role.SUPERVISOR, "officer_ref": "", "team_refs": ("T9",)}, "no team 'T9'"),
        ({"role": Role.POLICE, "officer_ref": ""}, "needs a police partner"),
        ({"role": Role.COMMUNITY}, "cannot be an officer's"),
        ({"role": Role.OFFICER, "team_refs": ("*",)}, "cannot be a team's"),
    ],
)
def test_accounts_that_cannot_be(ann: Workspace, changes: dict[str, object], message: str) -> None:
    given = {"username": "bob", "name": "Bob", "role": Role.OFFICER, "officer_ref": "O2"} | changes
    with pytest.raises((InputError, NotFoundError), match=message):
        accounts.add_user(ann, "cli:root", **given)
    assert [row["username"] for row in accounts.list_users(ann)] == ["ann"]


def test_links_of_every_role(workspace: Workspace) -> None:
    add = {"workspace": workspace, "actor": "cli:root", "name": "X"}
    accounts.add_user(**add, username="sup", role=Role.SUPERVISOR, team_refs=["T1", "T1", "T2"])
    accounts.add_user(**add, username="pol", role=Role.POLICE, police_partner_ref="P1")
    accounts.add_user(**add, username="com", role=Role.COMMUNITY)
    rows = {row["username"]: row for row in accounts.list_users(workspace)}
    assert rows["sup"]["team_refs"] == ["T1", "T2"]
    assert (rows["pol"]["police_partner_ref"], rows["pol"]["district"]) == ("P1", "1")
    assert rows["com"]["role"] == "community"


def test_demo_accounts_are_made_once(workspace: Workspace) -> None:
    made = add_demo_users(workspace, "cli:root")
    assert {account.role for account in made} == {role.value for role in Role}
    assert len({account.password for account in made}) == len(Role)
    assert add_demo_users(workspace, "cli:root") == made == demo_accounts(workspace)
    for account in made:
        assert (
            accounts.sign_in(workspace, account.username, account.password)[1].role == account.role
        )
    mode = (workspace.folder / "demo-accounts.json").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_only_auditors_read_the_log(ann: Workspace) -> None:
    auditor = User(1, "eve", "Eve", Role.AUDITOR)
    page = audit_service.list_events(ann, auditor, action="account")
    assert (page.total, page.rows[0]["action"]) == (1, "account.add")
    for role in set(Role) - {Role.AUDITOR}:
        with pytest.raises(DisclosureError):
            audit_service.list_events(ann, User(1, "x", "X", role))


def test_a_check_of_the_log_leaves_an_anchor_outside_the_database(ann: Workspace) -> None:
    assert audit_service.verify(ann) == []
    note = json.loads((ann.folder / "audit-anchor.json").read_text())
    assert note["seq"] == 1
    fail(ann)
    assert audit_service.verify(ann) == []
    (ann.folder / "audit-anchor.json").write_text(json.dumps({"seq": 2, "hash": "0" * 64}))
    assert [fault.seq for fault in audit_service.verify(ann)] == [2]


@pytest.mark.slow
def test_an_unknown_name_takes_as_long_as_a_known_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = passwords.PasswordHasher()
    monkeypatch.setattr(passwords, "_HASHER", real)
    assert not passwords.is_outdated(passwords._NOBODY)
    known = real.hash(PASSWORD)

    def seconds(password_hash: str | None) -> float:
        started = time.process_time()
        assert not passwords.matches(password_hash, "wrong")
        return time.process_time() - started

    pairs = [(seconds(known), seconds(None)) for _ in range(5)]
    ratio = statistics.median(a for a, _ in pairs) / statistics.median(b for _, b in pairs)
    assert 0.5 < ratio < 2

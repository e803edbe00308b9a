import assert from "node:assert/strict";
import { test } from "node:test";
import { Editing } from "../src/editor/editing.ts";
import type { GroundJson } from "../src/editor/ground.ts";
import type { LoggedEdit } from "../src/editor/log.ts";
import { ended } from "../src/editor/sentence.ts";
import { editing, ground, painted, state } from "./grid.ts";

test("edits that wait stay on top of what others did; conflicts show theirs", () => {
  const plan = editing();
  painted(plan, [0, 1], 1);
  const [edit] = plan.log.waiting;
  const theirs: LoggedEdit = {
    key: "k",
    kind: "paint",
    undoes: "",
    by: "Bo",
    at: "",
    mine: false,
    seq: 1,
    changes: { "00": ["T1", "T3"], "08": ["T1", "T3"] },
  };
  let told: readonly { unit: number; wanted: number; now: number }[] = [];
  plan.on("conflict", (conflicts) => {
    told = conflicts;
  });
  const said: string[] = [];
  plan.on("say", (text) => said.push(text));
  const conflict = { key: edit?.key ?? "", unit: "00", wanted: "T2", from: "T1", now: "T3" };
  plan.taken(edit ? [edit] : [], {
    seq: 2,
    edits: [theirs],
    conflicts: [{ ...conflict, by: "Bo", at: "" }],
  });
  assert.deepEqual([...plan.of].slice(0, 3), [2, 1, 0]);
  assert.deepEqual(
    told.map(({ unit, wanted, now }) => [unit, wanted, now]),
    [[0, 1, 2]],
  );
  assert.equal(plan.log.waiting.length, 0);
  assert.equal(said.at(-1), "1 of 2 units saved. Decide whose change stands.");
  plan.undo();
  assert.deepEqual([...plan.of].slice(0, 3), [2, 0, 0]);
});

test("what is undecided is told again after a reload, until it is decided", () => {
  const theirs = { key: "k", kind: "paint", undoes: "", by: "Bo", at: "now", mine: false } as const;
  const log: LoggedEdit[] = [
    { ...theirs, seq: 1, changes: { "00": ["T1", "T3"], "01": ["T1", "T3"] } },
    // Nothing came of one's own: it is nothing to undo.
    { ...theirs, key: "m", mine: true, seq: 2, changes: {} },
  ];
  const plan = new Editing(ground(3, 3), state([2, 2, 0, 0, 0, 0, 0, 0, 0], log), () => 1);
  const one = { key: "m", unit: "00", wanted: "T2", from: "T1" };
  plan.doubt([one, { ...one, unit: "01" }, { ...one, unit: "gone" }]);
  const found = { key: "m", was: "", wanted: 1, from: 0, now: 2, by: "Bo", at: "now" };
  assert.deepEqual(plan.conflicts, [
    { ...found, id: "00", unit: 0 },
    { ...found, id: "01", unit: 1 },
  ]);
  assert.equal(plan.canUndo, false);
  // Painting it again decides it.
  painted(plan, [0], 0);
  assert.deepEqual(
    plan.undecided.kept.map(({ unit }) => unit),
    ["01"],
  );
  plan.decided();
  assert.deepEqual(plan.conflicts, []);
});

/** A ground whose first unit is split in two, and the log of that. */
function parted(teams: [string, string] = ["T1", "T1"]): [GroundJson, LoggedEdit[]] {
  const whole = ground(3, 1);
  const units = ["00-A", "00-B", "01"];
  const by = { undoes: "", by: "Bo", at: "now", mine: false } as const;
  const [west, east] = teams;
  return [
    { ...whole, set: 2, units, labels: units },
    [
      {
        ...by,
        key: "s",
        kind: "split",
        seq: 1,
        changes: { "00": ["T1", null], "00-A": [null, "T1"], "00-B": [null, "T1"] },
      },
      {
        ...by,
        key: "p",
        kind: "paint",
        seq: 2,
        changes: { "00-A": ["T1", west], "00-B": ["T1", east] },
      },
    ],
  ];
}

test("what was wanted of a unit that was split meanwhile is asked of each of its pieces", () => {
  const plan = new Editing(ground(3, 1), state([0, 0, 0]), () => 1);
  painted(plan, [0], 1);
  const [edit] = plan.log.waiting;
  const lost = { key: edit?.key ?? "", unit: "00", wanted: "T2", from: "T1" };
  const [after, log] = parted(["T1", "T3"]);
  plan.taken(edit ? [edit] : [], {
    seq: 2,
    edits: [],
    conflicts: [{ ...lost, now: null, by: "Bo", at: "" }],
  });
  plan.replace(after, state([0, 2, 0], log));
  const asked = () =>
    plan.conflicts.map(({ id, unit, was, wanted, now }) => [id, unit, was, wanted, now]);
  assert.deepEqual(asked(), [
    ["00-A<00", 0, "00", 1, 0],
    ["00-B<00", 1, "00", 1, 2],
  ]);
  assert.equal(ended(plan, "00"), "Unit 00 was split by Bo into Unit 00-A and Unit 00-B");
  // It is kept so, and told again after a reload.
  const again = new Editing(after, state([0, 2, 0], log), () => 1);
  again.doubt(plan.undecided.kept);
  assert.equal(again.conflicts.length, 2);
  // To paint one of them decides that one.
  painted(plan, [0], 2);
  assert.deepEqual(asked(), [["00-B<00", 1, "00", 1, 2]]);
  // Joined again by the other: it is asked of the whole.
  const joined: LoggedEdit = {
    ...(log[0] as LoggedEdit),
    key: "u",
    kind: "undo",
    undoes: "s",
    seq: 3,
    changes: { "00": [null, "T1"], "00-A": ["T1", null], "00-B": ["T3", null] },
  };
  plan.replace(ground(3, 1), state([0, 0, 0], [...log, joined]));
  assert.deepEqual(asked(), [["00", 0, "", 1, 0]]);
});

test("what was wanted of a piece that was joined meanwhile is asked of the whole", () => {
  const [before, log] = parted();
  const plan = new Editing(before, state([0, 0, 0], log), () => 1);
  plan.doubt([
    { key: "m", unit: "00-A", wanted: "T2", from: "T1" },
    { key: "m", unit: "00-B", wanted: "T3", from: "T1" },
  ]);
  const joined: LoggedEdit = {
    ...(log[0] as LoggedEdit),
    key: "u",
    kind: "undo",
    undoes: "s",
    seq: 3,
    changes: { "00": [null, "T1"], "00-A": ["T1", null], "00-B": ["T1", null] },
  };
  plan.replace(ground(3, 1), state([0, 0, 0], [...log, joined]));
  assert.deepEqual(
    plan.conflicts.map(({ id, unit, was, wanted }) => [id, unit, was, wanted]),
    [
      ["00<00-A", 0, "00-A", 1],
      ["00<00-B", 0, "00-B", 2],
    ],
  );
  assert.equal(ended(plan, "00-A"), "Unit 00-A was joined by Bo into Unit 00");
  plan.decided();
  assert.deepEqual(plan.undecided.kept, []);
});

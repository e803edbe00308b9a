import assert from "node:assert/strict";
import { test } from "node:test";
import { Editing } from "../src/editor/editing.ts";
import type { GroundJson } from "../src/editor/ground.ts";
import { percent } from "../src/editor/labels.ts";
import type { Edit, LoggedEdit } from "../src/editor/log.ts";
import { moment } from "../src/editor/panels/dom.ts";
import { type Finding, findings } from "../src/editor/panels/find.ts";
import { leftOpen } from "../src/editor/panels/sign-out.ts";
import { sentence } from "../src/editor/sentence.ts";
import { Shapes, thinned } from "../src/editor/shapes.ts";
import { editing, ground, painted, sent, state } from "./grid.ts";

test("a stroke is one edit, with the team of each unit before and after", () => {
  const plan = editing();
  plan.begin();
  plan.paint([0], 1);
  plan.paint([0, 1], 2);
  assert.deepEqual(plan.commit()?.changes, { "00": ["T1", "T3"], "01": ["T1", "T3"] });
  assert.equal(plan.tally.team(2).clients, 20);
  assert.equal(plan.tally.plan().transfers, 20);
});

test("what is painted back within a stroke is no edit", () => {
  const plan = editing();
  plan.begin();
  plan.paint([0], 1);
  plan.paint([0], 0);
  assert.equal(plan.commit(), null);
});

test("a locked team neither loses nor gains", () => {
  const plan = editing(3, 3, [0, 0, 0, 1, 1, 1, 2, 2, 2]);
  plan.setLocked([1], true);
  painted(plan, [0, 3, 6], 1);
  painted(plan, [3, 6], 0);
  assert.deepEqual([...plan.of], [0, 0, 0, 1, 1, 1, 0, 2, 2]);
});

test("a team that the user does not lead neither loses nor gains, whoever unlocks it", () => {
  const led = { ...state([0, 0, 0, 1, 1, 1, 2, 2, -1]), leads: [1, 2] };
  const plan = new Editing(ground(3, 3), led, () => 1);
  assert.equal(plan.brushTeam, 1);
  const said: string[] = [];
  plan.on("say", (text) => said.push(text));
  plan.brushTeam = 0;
  assert.equal(plan.brushTeam, 1);
  assert.deepEqual(said, ["Team 1 is locked: you do not lead it."]);
  plan.setLocked([0, 1, 2], true);
  plan.setLocked([0, 1, 2], false);
  assert.deepEqual([...plan.locked], [0]);
  painted(plan, [0, 6, 8], 1);
  assert.deepEqual([...plan.of], [0, 0, 0, 1, 1, 1, 1, 2, 1]);
});

test("a brush that takes from one team leaves the others alone", () => {
  const plan = editing(3, 1, [0, 1, -1]);
  plan.onlyFrom = -1;
  painted(plan, [0, 1, 2], 2);
  assert.deepEqual([...plan.of], [0, 1, 2]);
});

test("undo and redo go back and forth over all own edits, also after a reload", () => {
  const plan = editing();
  for (let unit = 0; unit < 9; unit++) painted(plan, [unit], 1);
  plan.undo();
  plan.undo();
  plan.redo();
  assert.deepEqual([...plan.of], [1, 1, 1, 1, 1, 1, 1, 1, 0]);
  const again = new Editing(ground(3, 3), state([...plan.of], sent(plan, 1)), () => 1);
  again.redo();
  assert.ok(!again.canRedo);
  for (let at = 0; at < 9; at++) again.undo();
  assert.deepEqual([...again.of], new Array(9).fill(0));
  assert.ok(!again.canUndo);
});

test("an undo leaves a unit that another has changed since, and says so", () => {
  const plan = editing();
  painted(plan, [0, 1], 1);
  const mine = sent(plan, 1);
  const theirs = { key: "k", kind: "paint", undoes: "", by: "Bo", at: "", mine: false } as const;
  plan.take(state([], [...mine, { ...theirs, seq: 2, changes: { "01": ["T2", "T3"] } }]));
  assert.deepEqual([...plan.of].slice(0, 3), [1, 2, 0]);
  const said: string[] = [];
  plan.on("say", (text) => said.push(text));
  plan.undo();
  assert.deepEqual([...plan.of].slice(0, 3), [0, 2, 0]);
  assert.equal(said.at(-1), "Undone: 1 unit. Unit 01 stays: it was changed since, by Bo.");
});

test("an undo that would change a locked team waits until it is unlocked", () => {
  const plan = editing();
  painted(plan, [0], 1);
  plan.setLocked([1], true);
  plan.undo();
  assert.equal(plan.of[0], 1);
  plan.setLocked([1], false);
  plan.undo();
  assert.equal(plan.of[0], 0);
});

test("another's edit during a stroke stays under it", () => {
  const plan = editing();
  plan.begin();
  plan.paint([0], 1);
  const theirs = { key: "k", kind: "paint", undoes: "", by: "Bo", at: "", mine: false } as const;
  plan.take(state([], [{ ...theirs, seq: 1, changes: { "00": ["T1", "T3"] } }]));
  assert.equal(plan.of[0], 1);
  plan.cancel();
  assert.equal(plan.of[0], 2);
});

test("a line that crosses itself holds both its loops", () => {
  const shapes = new Shapes(editing(4, 1).ground);
  const at = (unit: number) => [shapes.inside[2 * unit] ?? 0, shapes.inside[2 * unit + 1] ?? 0];
  const [x0 = 0, y = 0] = at(0);
  const [x3 = 0] = at(3);
  const size = shapes.typical / 4;
  // An eight: round the first two units one way, round the last two the other way.
  const west = [x0 - size, y + size, x0 - size, y - size];
  const east = [x3 + size, y + size, x3 + size, y - size];
  assert.deepEqual(shapes.inLasso([...west, ...east]).sort(), [0, 1, 2, 3]);
  // Round twice the same way holds what it goes round, and nothing beside.
  const once = [x0 - size, y + size, x0 - size, y - size, x0 + size, y - size, x0 + size, y + size];
  assert.deepEqual(shapes.inLasso([...once, ...once]), [0]);
});

test("a rectangle and a brush take the units whose middle they hold", () => {
  const shapes = new Shapes(editing().ground);
  const { typical: side, inside } = shapes;
  const x = inside[8] ?? 0;
  const y = inside[9] ?? 0;
  assert.deepEqual(shapes.brushed(x, y, x, y, 0), [4]);
  assert.deepEqual(shapes.brushed(x, y, x, y, 1.1 * side).sort(), [1, 3, 4, 5, 7]);
  const rect = { x0: x - 1.2 * side, y0: y - 0.2 * side, x1: x + 0.2 * side, y1: y + 0.2 * side };
  assert.deepEqual(shapes.inRectangle(rect), [3, 4]);
  // A quick pull over three units leaves none out.
  assert.deepEqual(shapes.brushed(x - side, y, x + side, y, 0).sort(), [3, 4, 5]);
});

test("arrow keys lead to the neighbour in that direction, and stay at the edge", () => {
  const shapes = new Shapes(editing().ground);
  assert.equal(shapes.next(4, 1, 0), 5);
  assert.equal(shapes.next(4, 0, -1), 7);
  assert.equal(shapes.next(5, 1, 0), 5);
});

test("teams have the colours and textures that the ground gives them", () => {
  const looks = editing().teams.map(({ colour, pattern }) => [colour, pattern]);
  assert.deepEqual(looks, ground(3, 3).fills);
});

test("times are the city's, as on every page, whatever the browser's zone", () => {
  const now = new Date("2026-03-03T20:00:00+00:00");
  const told = (iso: string) => moment(iso, "America/New_York", now);
  assert.equal(told("2026-03-03T19:05:00+00:00"), "14:05");
  assert.equal(told("2026-03-03T05:05:00+00:00"), "00:05");
  assert.equal(told("2026-03-03T04:05:00+00:00"), "2 Mar 2026 23:05");
});

test("the line for everybody says what was given to whom", () => {
  const plan = editing();
  painted(plan, [4], 1);
  assert.equal(sentence(plan, ["11"]), "Unit 11 given to Team 2: 10 clients, −67 %.");
  painted(plan, [0, 1], -1);
  assert.equal(
    sentence(plan, ["00", "01"]),
    "2 units taken from their teams: 2 units without a team.",
  );
  assert.equal(percent(0.031), "+3 %");
});

test("corners closer than a grain are one, the same both ways round", () => {
  const line = [0, 0, 0.1, 0.1, 1, 0, 2, 0, 2.05, 0, 3, 0, 3, 2];
  const kept = thinned(line, 0.5);
  assert.deepEqual(kept, [0, 0, 3, 0, 3, 2]);
  const pairs = (all: number[]) =>
    Array.from({ length: all.length / 2 }, (_, i) => all.slice(2 * i, 2 * i + 2));
  const back = pairs(line).reverse().flat();
  assert.deepEqual(pairs(thinned(back, 0.5)).reverse().flat(), kept);
  // Without a grain nothing moves.
  assert.deepEqual(thinned([0, 0, 0.1, 0.1, 1, 0], 0), [0, 0, 0.1, 0.1, 1, 0]);
  // There and back is no straight row.
  assert.deepEqual(thinned([0, 0, 2, 0, 1, 0], 1), [0, 0, 2, 0, 1, 0]);
});

test("a plan that is settled meanwhile is shown as it is; what waits stands aside", () => {
  const plan = editing();
  painted(plan, [0, 1], 1);
  painted(plan, [0], 2);
  const dropped: string[] = [];
  plan.on("dropped", (keys) => dropped.push(...keys));
  const settled = { ...state(new Array(9).fill(0)), status: "proposed", editable: false };
  plan.replace(ground(3, 3), { ...settled, why: "it waits" });
  assert.deepEqual([...plan.of], new Array(9).fill(0));
  assert.equal(plan.tally.plan().transfers, 0);
  assert.deepEqual(
    [...plan.log.wanted],
    [
      ["00", "T3"],
      ["01", "T2"],
    ],
  );
  // Opened anew it is the same.
  const again = new Editing(ground(3, 3), settled, () => 1);
  again.restore(plan.log.waiting);
  assert.deepEqual([...again.of], new Array(9).fill(0));
  // Sent back, it takes them.
  again.replace(ground(3, 3), state(new Array(9).fill(0)));
  assert.deepEqual([...again.of].slice(0, 3), [2, 1, 0]);
  plan.drop();
  assert.equal(plan.log.waiting.length, 0);
  assert.equal(dropped.length, 2);
});

test("a plan that was deleted stays as drawn, and is painted no more", () => {
  const plan = editing();
  painted(plan, [0], 1);
  plan.begin();
  plan.paint([3], 1);
  plan.close("Ada has deleted this plan");
  painted(plan, [1], 1);
  assert.deepEqual([...plan.of].slice(0, 4), [1, 0, 0, 0]);
  assert.equal(plan.log.waiting.length, 1);
});

test("undo and redo with nothing to do say so, and all left alone is nothing undone", () => {
  const plan = editing();
  const said: string[] = [];
  plan.on("say", (text) => said.push(text));
  plan.undo();
  plan.redo();
  painted(plan, [0], 1);
  const [edit] = sent(plan, 1);
  const bo = { seq: 2, key: "b", kind: "paint" as const, undoes: "", by: "Bo", at: "" };
  const theirs = { ...bo, mine: false, changes: { "00": ["T2", "T3"] as [string, string] } };
  const both = [edit as LoggedEdit, theirs];
  plan.take({ ...state([]), edits: both, seq: 2 });
  plan.undo();
  assert.deepEqual(said.slice(0, 2), [
    "You have nothing to undo.",
    "You have nothing to do again.",
  ]);
  assert.equal(said.at(-1), "Nothing undone: Unit 00 stays: it was changed since, by Bo.");
});

test("the farthest deviation keeps its sign", () => {
  const plan = editing(3, 1, [0, 0, 1]);
  assert.equal(percent(plan.tally.farthest()), "+100 %");
  painted(plan, [0, 1], 1);
  assert.equal(percent(plan.tally.farthest()), "+200 %");
  assert.equal(plan.tally.plan().worst_deviation, 2);
});

test("a team counts as over-loaded from the tolerance that the solver keeps", () => {
  const over = (plan: Editing) =>
    findings(plan).find(({ title }) => title.startsWith("Over-loaded")) as Finding;
  const plan = editing();
  assert.equal(over(plan).title, "Over-loaded by more than 5 %");
  assert.equal(over(plan).places.length, 1);
  plan.tolerance = 3;
  assert.equal(over(plan).title, "Over-loaded by more than 300 %");
  assert.equal(over(plan).places.length, 0);
});

test("a team of the whole city only gives its units away, and they are found", () => {
  const json = ground(3, 1);
  json.teams[0] = { ...json.teams[0], citywide: true, officers: 0 } as GroundJson["teams"][0];
  const plan = new Editing(json, state([0, 0, 1]), () => 1);
  const said: string[] = [];
  plan.on("say", (text) => said.push(text));
  assert.equal(plan.brushTeam, 1);
  plan.brushTeam = 0;
  assert.equal(plan.brushTeam, 1);
  const why = "Team 1 works in the whole city: give its units to other teams.";
  assert.deepEqual(said, [why]);
  const barred = () =>
    findings(plan).find(({ title }) => title === "Units of teams that may hold none") as Finding;
  assert.deepEqual(
    barred().places.map(({ units }) => units),
    [[0, 1]],
  );
  assert.equal(barred().places[0]?.text, "00, 01 of Team 1");
  painted(plan, [2], 0);
  assert.deepEqual([...plan.of], [0, 0, 1]);
  painted(plan, [0, 1], 1);
  assert.deepEqual([...plan.of], [1, 1, 1]);
  assert.equal(barred().places.length, 0);
  const idle = findings(plan).find(({ title }) => title === "Teams without any unit") as Finding;
  assert.deepEqual(
    idle.places.map(({ text }) => text),
    ["Team 3 has no unit"],
  );
  plan.undo();
  assert.equal(said.at(-1), why);
  assert.deepEqual([...plan.of], [1, 1, 1]);
});

test("who signs out is told of edits unsent and of units undecided", () => {
  const plan = editing();
  painted(plan, [0], 1);
  assert.deepEqual(leftOpen(plan), [
    "1 edit is not saved yet",
    "It stays in this browser, for your account only: open this plan here again, signed in as yourself, and it is saved then.",
  ]);
  const edit = plan.log.waiting[0] as Edit;
  const now = {
    unit: "00",
    wanted: "T2",
    from: "T1",
    now: "T3",
    by: "Bo",
    at: "2026-06-15T12:00:00Z",
  };
  const theirs: LoggedEdit = {
    key: "b",
    kind: "paint",
    undoes: "",
    changes: { "00": ["T1", "T3"] },
    detail: {},
    seq: 1,
    by: "Bo",
    at: now.at,
    mine: false,
  };
  plan.taken([edit], { seq: 2, conflicts: [{ key: edit.key, ...now }], edits: [theirs] });
  assert.deepEqual(leftOpen(plan), [
    "1 unit changed twice is not decided yet",
    "It stays in this browser, for your account only: open this plan here again, signed in as yourself, and decide then whose change stands.",
  ]);
  painted(plan, [1], 1);
  assert.equal(leftOpen(plan).length, 3);
});

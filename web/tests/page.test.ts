import assert from "node:assert/strict";
import { test } from "node:test";
import { step } from "../src/map/step.ts";
import { matches } from "../src/page/controls.ts";
import { lost, toldOf } from "../src/page/kept-edits.ts";
import { lookUp } from "../src/page/shortcuts.ts";

const all = [{ keys: "g m" }, { keys: "g c" }, { keys: "?" }];

test("a whole sequence of keys finds its shortcut", () => {
  assert.equal(lookUp("g c", all), all[1]);
  assert.equal(lookUp("?", all), all[2]);
});

test("the beginning of a sequence waits for the rest", () => {
  assert.equal(lookUp("g", all), true);
});

test("keys that begin nothing are forgotten", () => {
  assert.equal(lookUp("x", all), false);
  assert.equal(lookUp("g x", all), false);
  // "g" begins a sequence only as a whole key.
  assert.equal(lookUp("gg", [{ keys: "ggg m" }]), false);
});

test("a row matches when it holds all the words, in any order and case", () => {
  assert.ok(matches("Team A  Officer Dana", "dana team"));
  assert.ok(!matches("Team A", "team b"));
  assert.ok(matches("Team A", ""));
});

test("an arrow key leads some metres that way, whatever the latitude", () => {
  const [north, same] = step("ArrowUp", 38.9, -77, 5) ?? [0, 0];
  assert.ok(Math.abs((north - 38.9) * 111_320 - 5) < 1e-6);
  assert.equal(same, -77);
  const [, east] = step("ArrowRight", 60, -77, 50) ?? [0, 0];
  // At 60 degrees a degree of longitude is half as long.
  assert.ok(Math.abs((east + 77) * 111_320 - 100) < 1e-6);
  assert.equal(step("Tab", 0, 0, 5), null);
});

test("what one drew on a plan that is no more is told, and nobody else's", () => {
  const paint = (...units: [string, string][]) => ({
    key: "k",
    changes: Object.fromEntries(units.map(([unit, team]) => [unit, ["T1", team]])),
  });
  const kept: Record<string, string> = {
    "geoteam-edits/63/ann/a": JSON.stringify([paint(["301", "T2"]), paint(["302", ""])]),
    "geoteam-undecided/63/ann/303": JSON.stringify([{ key: "k", unit: "303", wanted: "T3" }]),
    "geoteam-edits/63/bob/b": JSON.stringify([paint(["304", "T2"])]),
    "geoteam-edits/7/ann/a": JSON.stringify([paint(["305", "T2"])]),
    "geoteam-locks/63/ann": "[]",
    "geoteam-edits/64/ann/a": "no JSON",
  };
  const found = lost(Object.keys(kept), (name) => kept[name] ?? null, "ann", new Set(["7"]));
  assert.deepEqual(
    found.map(({ names }) => names),
    [["geoteam-edits/63/ann/a", "geoteam-undecided/63/ann/303"], ["geoteam-edits/64/ann/a"]],
  );
  assert.match(
    toldOf(found[0] as never),
    /^Plan 63 is deleted\. .* 301 to T2, 302 to no team, 303 to T3\./,
  );
  assert.match(toldOf(found[1] as never), /could not save\. To use it/);
});

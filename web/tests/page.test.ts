import assert from "node:assert/strict";
import { test } from "node:test";
import { step } from "../src/map/step.ts";
import { matches } from "../src/page/controls.ts";
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

import assert from "node:assert/strict";
import test from "node:test";
import { type Change, inShort, kept, type Price } from "../src/day/words.ts";

const change: Change = {
  ref: "t",
  visits: [3, 4],
  departs: ["09:00", "09:00"],
  returns: ["11:00", "11:30"],
  road_min: [120, 150],
  drive_min: [40, 55],
  shifted: 0,
  left_out: [],
};
const price = (shifted: number): Price => ({
  refused: "",
  remedy: "",
  points: 0,
  notes: [],
  versions: {},
  changes: [{ ...change, shifted }],
});

test("a move that moves others as well says so before and after", () => {
  const letters = new Map([["t", "A"]]);
  assert.equal(inShort(price(0), letters), "A +30 min");
  assert.equal(inShort(price(2), letters), "A +30 min · 2 other visits at another place or time");
  assert.equal(kept(price(0)), "The visit is moved.");
  assert.equal(kept(price(1)), "The visit is moved. 1 other visit comes at another place or time.");
});

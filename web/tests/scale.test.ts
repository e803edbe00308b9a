import assert from "node:assert/strict";
import { test } from "node:test";
import { between } from "../src/map/scale.ts";

test("widths grow evenly between their zooms and stay at the ends", () => {
  const width = between([
    [10, 1],
    [14, 3],
    [18, 11],
  ]);
  assert.equal(width(8), 1);
  assert.equal(width(10), 1);
  assert.equal(width(12), 2);
  assert.equal(width(16), 7);
  assert.equal(width(20), 11);
});

test("without zooms a line is one pixel wide", () => {
  assert.equal(between([])(12), 1);
});

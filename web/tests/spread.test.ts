import assert from "node:assert/strict";
import test from "node:test";
import { type Place, spread } from "../src/day/spread.ts";

const GAP = 30;

function nearest(places: Place[]): number {
  let least = Number.POSITIVE_INFINITY;
  places.forEach((a, i) => {
    for (const b of places.slice(i + 1)) least = Math.min(least, Math.hypot(a.x - b.x, a.y - b.y));
  });
  return least;
}

test("marks that do not hide each other stay where they are", () => {
  const far = [
    { x: 0, y: 0 },
    { x: 31, y: 0 },
    { x: 0, y: 100 },
  ];
  assert.deepEqual(spread(far, GAP), far);
});

test("two that overlap each step aside by half", () => {
  const [a, b] = spread(
    [
      { x: 0, y: 0 },
      { x: 20, y: 0 },
    ],
    GAP,
  ) as [Place, Place];
  assert.deepEqual([a.x, a.y, b.x, b.y], [-5, 0, 25, 0]);
});

test("a mark that stays is stepped aside from", () => {
  const [a, b] = spread(
    [
      { x: 0, y: 0, stays: true },
      { x: 0, y: 10 },
    ],
    GAP,
  ) as [Place, Place];
  assert.deepEqual([a.x, a.y, b.x, b.y], [0, 0, 0, 30]);
});

test("many in one spot are told apart, and none goes far", () => {
  const crowd = Array.from({ length: 12 }, () => ({ x: 5, y: 5 }));
  const found = spread(crowd, GAP);
  assert.ok(nearest(found) > GAP * 0.9, `${nearest(found)}`);
  for (const { x, y } of found) assert.ok(Math.hypot(x - 5, y - 5) < GAP * 4);
  assert.deepEqual(crowd[0], { x: 5, y: 5 });
});

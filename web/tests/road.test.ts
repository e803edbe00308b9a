import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { inForce, overruled, reckon } from "../src/road/reckon.ts";
import type { TourJson, Word } from "../src/road/types.ts";

interface Case {
  name: string;
  plan: TourJson;
  now: string;
  words: Word[];
  standing: string;
  here: string;
  expected: [client: string, at: string, missed: boolean][];
  back_at: string | null;
  late_s: number;
  asks_at: string | null;
  help: boolean;
}

// The same cases as of the server (tests/services/test_road_state.py); tests run in web/.
const cases = JSON.parse(readFileSync("../tests/services/road_cases.json", "utf8")) as Case[];

for (const one of cases)
  test(`the phone reckons as the server: ${one.name}`, () => {
    const state = reckon(one.plan, one.words, Date.parse(one.now));
    assert.deepEqual(
      state.expected.map(({ client, at, missed }) => [client, at, missed]),
      one.expected.map(([client, at, missed]) => [client, Date.parse(at), missed]),
    );
    assert.equal(state.here, one.here);
    assert.equal(state.lateS, one.late_s);
    assert.equal(state.call !== null, one.help);
    assert.equal(state.over, one.standing === "done");
    assert.equal(state.asksAt, one.asks_at === null ? null : Date.parse(one.asks_at));
    if (one.back_at) assert.equal(state.backAt, Date.parse(one.back_at));
  });

test("of two words on one visit the later holds, in whatever order they come", () => {
  const word = (kind: Word["kind"], minute: number): Word => ({
    key: `${kind}${minute}`,
    kind,
    client: "A",
    at: new Date(minute * 60_000).toISOString(),
  });
  const made = word("made", 5);
  for (const words of [
    [word("not_home", 1), made],
    [made, word("not_home", 1)],
    [word("withdrawn", 3), made, word("refused", 2)],
  ])
    assert.equal(inForce(words).told.get("A"), made);
  assert.equal(inForce([made, word("withdrawn", 6)]).told.size, 0);
});

test("who said what does not hold is told of what does", () => {
  const word = (key: string, kind: Word["kind"], minute: number): Word => ({
    key,
    kind,
    client: "A",
    at: new Date(minute * 60_000).toISOString(),
  });
  const mine = word("mine", "made", 5);
  const theirs = word("theirs", "not_home", 9);
  assert.deepEqual(overruled([mine], [mine]), []);
  assert.deepEqual(overruled([mine], [theirs]), [{ word: mine, by: theirs }]);
  // Somebody else has taken it back, or it was taken back here.
  assert.deepEqual(overruled([mine], []), [{ word: mine, by: null }]);
  assert.deepEqual(overruled([mine, word("back", "withdrawn", 6)], []), []);
  // Only the last word said here counts, and signs of life are no words on a visit.
  const again = word("again", "moved", 10);
  assert.deepEqual(overruled([again, mine, word("in", "arrived", 11)], [again]), []);
});

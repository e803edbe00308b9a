// What is told of a run of the solver: nothing is called proven while it may still change.
import assert from "node:assert/strict";
import { test } from "node:test";
import { clock, going, type Job, title, worthSeeing } from "../src/editor/panels/solved.ts";

const BEST = { number: 1, gap: 0, bound: 1, balance: 0.047 };
const RUN: Job = {
  id: "x",
  state: "running",
  message: "",
  ready: true,
  seconds: 3.9,
  limit: 10,
  asked: "2026-03-02T14:05:00+00:00",
  by: "Ada Byron",
  mine: true,
  goal: "choices",
  best: null,
  found: [],
};

test("a run that looks for choices counts them by name and claims no proof", () => {
  assert.equal(going(RUN), "No plan found yet.");
  assert.equal(
    going({ ...RUN, best: BEST }),
    "A first plan, within 4.7 %. Looking for better ones.",
  );
  assert.equal(
    going({ ...RUN, best: BEST, found: ["Most compact"] }),
    "1 plan found: Most compact. Looking for more.",
  );
  for (const found of [[], ["Most compact", "Better balanced"]])
    assert.ok(!going({ ...RUN, best: BEST, found }).includes("none is better"));
});

test("a run for one plan tells how far it may be from the best", () => {
  const one: Job = { ...RUN, goal: "compact" };
  assert.equal(
    going({ ...one, best: { ...BEST, gap: 0.031 } }),
    "Best so far: within 4.7 %, at most 3.1 % from the best there can be.",
  );
  assert.equal(
    going({ ...one, best: BEST }),
    "Best so far: within 4.7 %. None can be better: about to end.",
  );
});

test("the clock counts the search, not the getting ready", () => {
  assert.equal(clock({ ...RUN, ready: false }), "Getting ready: 3 s");
  assert.equal(clock(RUN), "3 of 10 s");
  assert.equal(clock({ ...RUN, seconds: 10.2 }), "The time is over: taking what was found");
});

test("the clock of somebody else's run says whose it is", () => {
  const theirs: Job = { ...RUN, mine: false };
  assert.equal(clock(theirs), "Ada Byron asked for a proposal; running 3 of 10 s");
  assert.equal(
    clock({ ...theirs, ready: false }),
    "Ada Byron asked for a proposal; getting ready: 3 s",
  );
  assert.equal(
    clock({ ...theirs, seconds: 10.2 }),
    "Ada Byron asked for a proposal; the time is over: taking what was found",
  );
});

test("what ended is told by what came of it", () => {
  const done: Job = { ...RUN, state: "done" };
  assert.equal(title(done, 3, false), "3 choices");
  assert.equal(title(done, 1, false), "1 plan found");
  assert.equal(title({ ...done, mine: false }, 1, false), "Asked for by Ada Byron: 1 plan found");
  assert.equal(title(done, 0, false), "No plan found in this time");
  assert.equal(title({ ...done, state: "failed" }, 0, false), "No plan");
  assert.equal(title({ ...done, conflict: ["x"] }, 1, false), "No plan within these limits");
  assert.equal(worthSeeing({ ...done, state: "stopped" }), false);
  assert.equal(worthSeeing({ ...done, message: "Not found in the time." }), true);
  assert.equal(worthSeeing({ ...done, best: BEST }), true);
});

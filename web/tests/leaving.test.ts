import assert from "node:assert/strict";
import { test } from "node:test";
import { question } from "../src/page/sign-out.ts";
import { bare, type Waiting } from "../src/road/queue.ts";

const word: Waiting = {
  key: "k",
  who: "ann",
  ref: "t",
  refused: "its time is before the tour",
  word: {
    key: "k",
    kind: "made",
    client: "C1",
    at: "2026-06-15T12:00:00Z",
    note: "a knife",
    lon: 1,
    lat: 2,
  },
};

test("of a refused word no note and no place stay", () => {
  assert.deepEqual(bare(word), {
    ...word,
    word: { key: "k", kind: "made", client: "C1", at: "2026-06-15T12:00:00Z" },
  });
});

test("who signs out is told of words unsent and refused, and is not asked without", () => {
  assert.equal(question([], "ann"), "");
  assert.equal(question([word], "bob"), "");
  const unsent = { ...word, refused: "" };
  assert.equal(
    question([unsent, unsent, word], "ann"),
    "2 words from the road have not been sent; they stay on this phone, and only you can send them. 1 word was refused; what you wrote with it is removed from this phone. Sign out all the same?",
  );
  assert.match(question([word, word], "ann"), /^2 words were refused; what you wrote with them/);
});

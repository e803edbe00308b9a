import assert from "node:assert/strict";
import test from "node:test";
import { told, toldSpan } from "../src/page/time-words.ts";

test("a time of day is told so that morning and afternoon cannot be mixed up", () => {
  const cases: [string, string][] = [
    ["00:00", "midnight"],
    ["00:30", "12:30 at night"],
    ["08:00", "8:00 in the morning"],
    ["12:00", "noon"],
    ["12:30", "12:30 in the afternoon"],
    ["16:30", "4:30 in the afternoon"],
    ["20:05", "8:05 in the evening"],
    ["23:59", "11:59 at night"],
  ];
  for (const [time, words] of cases) assert.equal(told(time), words);
});

test("a stretch has its length, and says when it ends on the next day", () => {
  assert.equal(
    toldSpan("08:00", "16:30"),
    "8:00 in the morning to 4:30 in the afternoon: 8 h 30 min",
  );
  assert.equal(
    toldSpan("22:00", "06:00"),
    "10:00 at night to 6:00 in the morning the next day: 8 h",
  );
  assert.equal(
    toldSpan("08:00", "08:00"),
    "8:00 in the morning to 8:00 in the morning the next day: 24 h",
  );
  assert.equal(toldSpan("12:00", "12:20"), "noon to 12:20 in the afternoon: 20 min");
});

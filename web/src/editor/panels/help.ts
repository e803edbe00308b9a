// All keys and gestures on one sheet.
import { KEYS } from "../keys.ts";
import { byTouch } from "./cover.ts";
import { button, dialog, h } from "./dom.ts";

const GESTURES: readonly { keys: string; text: string }[] = [
  { keys: "One finger", text: "Use the tool in hand: paint, rectangle, lasso" },
  { keys: "Two fingers", text: "Move and zoom the map" },
  { keys: "Wheel", text: "Zoom the map" },
  { keys: "Click a team's name in the table", text: "Show the team on the map" },
  { keys: "Click a column's title", text: "Sort by it; again for the other way" },
];
const PANELS: readonly { keys: string; text: string }[] = [
  { keys: "N", text: "Next thing to mend" },
  { keys: "Shift + N", text: "The one before" },
  { keys: "Left and right arrow", text: "Next tab, while a tab is in focus" },
  { keys: "?", text: "This sheet" },
];
const LINE: readonly { keys: string; text: string }[] = [
  { keys: "Arrow keys", text: "Move the cross; with Shift in small steps" },
  { keys: "Space", text: "Set a point" },
  { keys: "Backspace", text: "Take the last point back" },
  { keys: "Enter", text: "Split" },
  { keys: "Escape", text: "Leave the unit whole" },
];

const OUTLINES: readonly { of: string; text: string }[] = [
  { of: "cursor", text: "Where the keyboard is: a double line of dashes" },
  { of: "found", text: "What Find shows, or the team of a row of the table: solid yellow" },
  { of: "hover", text: "What the pointer is on: solid white" },
];

export function help(): void {
  const parts = [
    part("Drawing", KEYS),
    part("Panels", PANELS),
    part("Splitting a unit", LINE),
    outlines(),
  ];
  // First what the hand can do here.
  parts.splice(byTouch() ? 0 : 1, 0, part("Pointer and touch", GESTURES));
  const box = dialog(
    "Keys and gestures",
    h("div", { class: "help-parts" }, ...parts),
    h("p", { class: "muted small" }, "Single keys can be turned off on any other page, under ?."),
    button("Close", () => box.close(), { class: "button button-primary" }),
  );
  box.classList.add("editor-help");
  box.showModal();
  // Read from the top: the only button is at its end.
  const title = box.querySelector("h2") as HTMLElement;
  title.tabIndex = -1;
  title.focus();
}

function outlines(): HTMLElement {
  return h(
    "section",
    {},
    h("h3", {}, "Outlines on the map"),
    h(
      "ul",
      { class: "help-outlines" },
      ...OUTLINES.map(({ of, text }) =>
        h("li", {}, h("span", { class: `outline-mark is-${of}` }), text),
      ),
    ),
  );
}

function part(title: string, rows: readonly { keys: string; text: string }[]): HTMLElement {
  return h(
    "section",
    {},
    h("h3", {}, title),
    h(
      "dl",
      { class: "help-keys" },
      ...rows.flatMap(({ keys, text }) => [h("dt", {}, h("kbd", {}, keys)), h("dd", {}, text)]),
    ),
  );
}

// Who else is here, and who changed what.
import type { Editing } from "../editing.ts";
import type { LoggedEdit } from "../log.ts";
import { button, h, moment } from "./dom.ts";

const MOST = 100;
const VERBS: Record<LoggedEdit["kind"], string> = {
  paint: "moved",
  undo: "took back",
  redo: "did again",
  split: "split into",
  join: "joined",
  solve: "took the solver's plan for",
  merge: "decided",
};

export class Changes {
  private readonly here = h("ul", { class: "present-list" });
  private readonly feed = h("ol", { class: "feed" });

  constructor(
    private readonly editing: Editing,
    root: HTMLElement,
  ) {
    root.append(h("h3", {}, "Here now"), this.here, h("h3", {}, "Changes"), this.feed);
    editing.on("present", () => this.people());
    editing.on("history", () => this.edits());
    editing.on("ground", () => this.edits());
    this.people();
    this.edits();
  }

  private people(): void {
    const others = this.editing.present.map(({ name, editing }) =>
      h(
        "li",
        {},
        h("strong", {}, name),
        " ",
        h(
          "span",
          { class: `badge${editing ? " badge-info" : ""}` },
          editing ? "draws" : "looks on",
        ),
      ),
    );
    this.here.replaceChildren(
      ...(others.length ? others : [h("li", { class: "muted" }, "Nobody else.")]),
    );
  }

  private edits(): void {
    const { edits, waiting } = this.editing.log;
    const rows = edits
      .filter(({ changes }) => Object.keys(changes).length)
      .slice(-MOST)
      .reverse()
      .map((edit) => this.row(edit));
    if (waiting.length)
      rows.unshift(
        h(
          "li",
          { class: "muted" },
          waiting.length === 1 ? "1 change is on its way." : `${waiting.length} are on their way.`,
        ),
      );
    this.feed.replaceChildren(...(rows.length ? rows : [h("li", { class: "muted" }, "None yet.")]));
  }

  private row(edit: LoggedEdit): HTMLLIElement {
    const { editing } = this;
    const codes = Object.keys(edit.changes);
    const units = codes.map((code) => editing.ground.unit(code)).filter((unit) => unit >= 0);
    const to = new Set(Object.values(edit.changes).map(([, after]) => after));
    const team = to.size === 1 ? editing.ground.team([...to][0] ?? "") : null;
    const where = team === null || edit.kind !== "paint" ? "" : ` to ${editing.teamName(team)}`;
    const text = `${VERBS[edit.kind]} ${editing.counted(codes.length)}${where}`;
    return h(
      "li",
      {},
      h("span", { class: "feed-time muted small" }, moment(edit.at)),
      h("span", {}, h("strong", {}, edit.mine ? "You" : edit.by), ` ${text}`),
      units.length
        ? button("Show", () => editing.zoomTo(units), {
            class: "link",
            "aria-label": `Show: ${text}`,
          })
        : null,
    );
  }
}

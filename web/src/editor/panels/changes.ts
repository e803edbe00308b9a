// Who else is here, and who changed what.
import type { Editing } from "../editing.ts";
import { type LoggedEdit, reshaped } from "../log.ts";
import { named } from "../sentence.ts";
import { button, count, h, moment, write } from "./dom.ts";

const MOST = 100;
const VERBS: Partial<Record<LoggedEdit["kind"], string>> = {
  paint: "moved",
  undo: "took back",
  redo: "did again",
  solve: "took the solver's plan for",
  merge: "decided",
};

export class Changes {
  private readonly here = h("ul", { class: "present-list" });
  private readonly feed = h("ol", { class: "feed" });
  private readonly wait = h("li", { class: "feed-wait muted" });

  constructor(
    private readonly editing: Editing,
    root: HTMLElement,
  ) {
    root.append(h("h3", {}, "Here now"), this.here, h("h3", {}, "Changes"), this.feed);
    editing.on("present", () => this.people());
    editing.on("history", () => this.edits());
    editing.on("ground", () => this.edits());
    editing.on("sync", () => this.waits());
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
    this.waits();
    if (waiting.length) rows.unshift(this.wait);
    this.feed.replaceChildren(...(rows.length ? rows : [h("li", { class: "muted" }, "None yet.")]));
  }

  private waits(): void {
    const { sync, log } = this.editing;
    const many = log.waiting.length;
    const one = many === 1;
    const away = sync.state === "saving" || sync.state === "saved";
    const where = away ? (one ? "on its way" : "on their way") : "kept here, not sent yet";
    write(this.wait, `${count(many, "change")} ${one ? "is" : "are"} ${where}.`);
  }

  private row(edit: LoggedEdit): HTMLLIElement {
    const { editing } = this;
    const codes = Object.keys(edit.changes);
    const units = codes.map((code) => editing.ground.unit(code)).filter((unit) => unit >= 0);
    const text = this.done(edit, codes);
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

  private done(edit: LoggedEdit, codes: string[]): string {
    const { editing } = this;
    const { gone, come } = reshaped(edit);
    if (come.length > 1)
      return `split ${named(editing, gone)} ${edit.kind === "redo" ? "again " : ""}into ${named(editing, come)}`;
    if (come.length) return `joined ${named(editing, gone)} into ${named(editing, come)}`;
    const what = codes.length === 1 ? named(editing, codes) : editing.counted(codes.length);
    const to = new Set(Object.values(edit.changes).map(([, after]) => after));
    const team = to.size === 1 ? editing.ground.team([...to][0] ?? "") : null;
    const where = team === null || edit.kind !== "paint" ? "" : ` to ${editing.teamName(team)}`;
    return `${VERBS[edit.kind]} ${what}${where}`;
  }
}

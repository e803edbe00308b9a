// Two people changed the same unit: mine or theirs, unit by unit, or mine as a plan of its own.

import { postJson } from "../api.ts";
import type { Conflict, Editing } from "../editing.ts";
import { reshaped } from "../log.ts";
import { ended, nameOf } from "../sentence.ts";
import { planPath, trying } from "./ask.ts";
import { button, count, dialog, field, h, moment } from "./dom.ts";

export class Conflicts {
  private readonly told = h("div", { class: "alert alert-warn conflict-told", role: "alert" });

  constructor(
    private readonly editing: Editing,
    root: HTMLElement,
  ) {
    this.told.hidden = true;
    root.prepend(this.told);
    editing.on("conflict", (all) => this.show(all));
  }

  private show(all: readonly Conflict[]): void {
    this.told.hidden = !all.length;
    if (!all.length) return;
    const { editing } = this;
    this.told.replaceChildren(
      h("p", {}, [...this.reshaped(all), ...this.changed(all)].join(" ")),
      button("Decide", () => this.ask(editing.conflicts), {
        class: "button button-small button-primary",
      }),
    );
  }

  /** What became of units that others have split or joined. */
  private reshaped(all: readonly Conflict[]): string[] {
    const { editing } = this;
    const gone = new Map(all.filter(({ was }) => was).map((one) => [one.was, one]));
    return [...gone.values()].map(({ was, wanted }) => {
      const want = wanted < 0 ? "took it from its team" : `gave it to ${editing.teamName(wanted)}`;
      return `${ended(editing, was)}; you ${want}.`;
    });
  }

  private changed(all: readonly Conflict[]): string[] {
    const twice = all.filter(({ was }) => !was);
    if (!twice.length) return [];
    const names = [...new Set(twice.map(({ by }) => by))].join(" and ");
    const what = count(twice.length, this.editing.ground.noun);
    const stand = twice.length === 1 ? "stands" : "stand";
    return [`${names} changed ${what} that you changed too. Theirs ${stand} until you decide.`];
  }

  /** Asks of each; `chosen` are the ids of those wanted, `news` those that have changed again. */
  private ask(
    all: Conflict[],
    chosen: ReadonlySet<string> = new Set(),
    news: readonly Conflict[] = [],
  ): void {
    const { editing } = this;
    const { ground } = editing;
    const shown = new Map(all.map(({ id, now }) => [id, ground.ref(now)]));
    const mine = new Map<string, HTMLInputElement>();
    const theirs = new Map<string, HTMLInputElement>();
    const rows = all.map((one) => {
      const name = `decide-${one.id}`;
      const option = (
        team: number,
        kept: Map<string, HTMLInputElement>,
        checked: boolean,
        by: string,
      ) => {
        const input = h("input", { type: "radio", name, checked });
        kept.set(one.id, input);
        const label = h("label", { class: "choice" }, input, editing.teamName(team));
        return h("td", {}, label, by && h("p", { class: "small muted" }, by));
      };
      return h(
        "tr",
        {},
        h(
          "th",
          { scope: "row" },
          button(editing.unitName(one.unit), () => editing.zoomTo([one.unit]), { class: "link" }),
          h("p", { class: "small muted" }, this.before(one)),
        ),
        option(one.wanted, mine, chosen.has(one.id), ""),
        option(one.now, theirs, !chosen.has(one.id), `${one.by}, ${moment(one.at)}`),
      );
    });
    // Of two that were wanted of one unit, mine is one.
    for (const { id, unit } of all)
      mine.get(id)?.addEventListener("change", () => {
        for (const other of all)
          if (other.unit === unit && other.id !== id)
            (theirs.get(other.id) as HTMLInputElement).checked = true;
      });
    const all_ = (kept: Map<string, HTMLInputElement>) => () => {
      for (const input of kept.values()) input.checked = true;
    };
    const said = h("p", { class: "field-error", role: "alert" });
    const name = h("input", { type: "text", maxlength: 100, value: `${editing.name}, mine` });
    const box = dialog(
      "Mine or theirs?",
      h("p", {}, "The same units were changed twice. Choose for each whose team it gets."),
      ...this.reshaped(all).map((text) => h("p", {}, text)),
      h(
        "p",
        { class: "alert alert-warn", role: "alert", hidden: !news.length },
        `Changed again while you were choosing: ${news.map(({ unit }) => editing.unitName(unit)).join(", ")}. Look at what is theirs now, and apply again.`,
      ),
      h(
        "div",
        { class: "table-wrap", tabindex: 0, role: "region", "aria-label": "Units changed twice" },
        h(
          "table",
          { class: "table table-compact decide-table" },
          h(
            "thead",
            {},
            h(
              "tr",
              {},
              ...["Unit", "Mine", "Theirs"].map((text) => h("th", { scope: "col" }, text)),
            ),
          ),
          h("tbody", {}, ...rows),
        ),
      ),
      h(
        "p",
        { class: "actions" },
        button("All mine", all_(mine)),
        button("All theirs", all_(theirs)),
      ),
      h(
        "p",
        { class: "actions" },
        button(
          "Apply",
          () => {
            const wanted = new Set(
              [...mine].filter(([, { checked }]) => checked).map(([id]) => id),
            );
            box.close();
            // Nobody decides on what they were not shown; positions may be others by now.
            const now = editing.conflicts;
            const again = now.filter(({ id, now }) => editing.ground.ref(now) !== shown.get(id));
            if (again.length) this.ask(now, wanted, again);
            else this.decide(now.filter(({ id }) => wanted.has(id)));
          },
          { class: "button button-primary" },
        ),
        button("Later", () => box.close(), { class: "button" }),
      ),
      h(
        "details",
        {},
        h("summary", {}, "Save mine as a new plan instead"),
        field("Name of the new plan", name),
        said,
        button("Save as a new plan", () => void this.fork(all, name.value.trim(), said)),
      ),
    );
    box.showModal();
  }

  /** What a unit was before both changed it. */
  private before({ was, from }: Conflict): string {
    const { editing } = this;
    if (!was) return `was ${editing.teamName(from)}`;
    const end = editing.log.ending(was);
    const isPiece = end !== undefined && reshaped(end).come.length > 1;
    const name = nameOf(editing, was);
    return isPiece ? `part of ${name}` : `holds ${name} now; mine is for all of it`;
  }

  private decide(mine: Conflict[]): void {
    const { editing } = this;
    const changes = mine.map(({ unit, wanted }): [number, number] => [unit, wanted]);
    const changed = changes.length ? editing.apply(changes, "merge") : [];
    editing.decided();
    editing.say(
      changed.length
        ? `${editing.counted(changed.length)} as you want, the rest as they are.`
        : "All stay as they are.",
    );
  }

  private async fork(all: Conflict[], name: string, said: HTMLElement): Promise<void> {
    const { editing } = this;
    said.textContent = name ? "" : "Give the plan a name.";
    if (!name) return;
    const { ground } = editing;
    const changes = Object.fromEntries(
      all.map(({ unit, wanted }) => [
        ground.units[unit],
        [ground.ref(editing.of[unit] as number), ground.ref(wanted)],
      ]),
    );
    const key = `fork-${all[0]?.key ?? ""}`;
    await trying(
      (why) => {
        said.textContent = why;
      },
      async () => {
        const made = await postJson<{ id: number }>(`${planPath()}/fork`, {
          name,
          edits: [{ key, kind: "merge", undoes: "", changes, detail: {} }],
        });
        editing.decided();
        location.assign(`/plans/${made.id}/edit`);
      },
    );
  }
}

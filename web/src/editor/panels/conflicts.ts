// Two people changed the same unit: mine or theirs, unit by unit, or mine as a plan of its own.

import { postJson } from "../api.ts";
import type { Conflict, Editing } from "../editing.ts";
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
    const names = [...new Set(all.map(({ by }) => by))].join(" and ");
    const { editing } = this;
    const { noun } = editing.ground;
    this.told.replaceChildren(
      h(
        "p",
        {},
        `${names} changed ${count(all.length, noun)} that you changed too. Theirs ${
          all.length === 1 ? "stands" : "stand"
        } until you decide.`,
      ),
      button("Decide", () => this.ask(editing.conflicts), {
        class: "button button-small button-primary",
      }),
    );
  }

  /** Asks of each; `chosen` are the units of those wanted, `news` those that have changed again. */
  private ask(all: Conflict[], chosen = new Set<number>(), news: readonly number[] = []): void {
    const { editing } = this;
    const shown = new Map(all.map(({ unit, now }) => [unit, now]));
    const mine = new Map<number, HTMLInputElement>();
    const theirs = new Map<number, HTMLInputElement>();
    const rows = all.map((one) => {
      const name = `decide-${one.unit}`;
      const option = (
        team: number,
        kept: Map<number, HTMLInputElement>,
        checked: boolean,
        by: string,
      ) => {
        const input = h("input", { type: "radio", name, checked });
        kept.set(one.unit, input);
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
          h("p", { class: "small muted" }, `was ${editing.teamName(one.from)}`),
        ),
        option(one.wanted, mine, chosen.has(one.unit), ""),
        option(one.now, theirs, !chosen.has(one.unit), `${one.by}, ${moment(one.at)}`),
      );
    });
    const all_ = (kept: Map<number, HTMLInputElement>) => () => {
      for (const input of kept.values()) input.checked = true;
    };
    const said = h("p", { class: "field-error", role: "alert" });
    const name = h("input", { type: "text", maxlength: 100, value: `${editing.name}, mine` });
    const box = dialog(
      "Mine or theirs?",
      h("p", {}, "The same units were changed twice. Choose for each whose team it gets."),
      h(
        "p",
        { class: "alert alert-warn", role: "alert", hidden: !news.length },
        `Changed again while you were choosing: ${news.map((unit) => editing.unitName(unit)).join(", ")}. Look at what is theirs now, and apply again.`,
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
            const wanted = all.filter(({ unit }) => mine.get(unit)?.checked);
            box.close();
            // Nobody decides on what they were not shown.
            const now = editing.conflicts;
            const again = now.filter((one) => one.now !== shown.get(one.unit));
            if (again.length)
              this.ask(
                now,
                new Set(wanted.map(({ unit }) => unit)),
                again.map(({ unit }) => unit),
              );
            else this.decide(wanted);
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

// Edits that the plan does not take: it was proposed, published or deleted meanwhile. The plan is shown
// as it is, and they become a plan of their own or go.

import { getJson, postForm, postJson, sentences } from "../api.ts";
import type { Editing, StateJson } from "../editing.ts";
import type { GroundJson } from "../ground.ts";
import { newKey } from "../log.ts";
import { planPath, trying } from "./ask.ts";
import { button, count, h } from "./dom.ts";

/** The longest name of a plan. */
const LONGEST = 120;
const END = ", my edits";

/** Where the new plan is, and how many units it could not keep. */
interface Made {
  path: string;
  left: number;
}

export class Aside {
  private readonly text = h("p");
  private readonly said = h("p", { class: "field-error", role: "alert" });
  private readonly save = button("", () => void this.run(), {
    class: "button button-small button-primary",
  });
  private readonly drop = button("Throw them away", () => {
    this.editing.drop();
    this.editing.say("Your edits that were not saved are thrown away.");
  });

  constructor(
    private readonly editing: Editing,
    private readonly root: HTMLElement,
  ) {
    root.append(this.text, this.said, h("p", { class: "actions" }, this.save, this.drop));
    editing.on("ground", () => this.show());
    editing.on("history", () => this.show());
    this.show();
  }

  private show(): void {
    const { editing } = this;
    const waiting = editing.log.waiting.length;
    const shown = editing.deleted || (waiting > 0 && !editing.editable);
    if (this.root.hidden !== !shown) this.root.hidden = !shown;
    if (!shown) return;
    const why = sentences(editing.why);
    this.text.textContent = editing.deleted
      ? `${why} What you see is on this page only.`
      : `${why} You see it as it is there, without ${count(waiting, "edit")} of yours that ${
          waiting === 1 ? "is" : "are"
        } not saved.`;
    this.save.textContent = editing.deleted
      ? "Save as a new plan"
      : waiting === 1
        ? "Save it as a new plan"
        : "Save them as a new plan";
    this.drop.textContent = waiting === 1 ? "Throw it away" : "Throw them away";
    this.drop.hidden = editing.deleted;
  }

  private async run(): Promise<void> {
    const { editing } = this;
    this.said.textContent = "";
    this.save.disabled = true;
    await trying(
      (why) => {
        this.said.textContent = why;
      },
      async () => {
        const made = await (editing.deleted ? this.anew() : this.fork());
        editing.drop();
        if (made.left) this.told(made);
        else location.assign(made.path);
      },
    );
    this.save.disabled = false;
  }

  /** A part could not be kept: that is read before the new plan is opened. */
  private told({ path, left }: Made): void {
    const { noun } = this.editing.ground;
    this.root.replaceChildren(
      h(
        "p",
        {},
        `Saved as a new plan, but for ${count(left, noun)} that ${left === 1 ? "was" : "were"} split or ${
          left === 1 ? "belongs" : "belong"
        } to teams that you do not lead. `,
        h("a", { href: path }, "Open the new plan"),
      ),
    );
  }

  private get name(): string {
    return this.editing.name.slice(0, LONGEST - END.length) + END;
  }

  /** A copy of the plan with the edits. */
  private async fork(): Promise<Made> {
    const { ground, log, of } = this.editing;
    const now = (code: string) => ground.ref(of[ground.unit(code)] ?? -1);
    const wanted = [...log.wanted].map(([code, team]) => [code, [now(code), team]]);
    const made = await postJson<{ id: number }>(`${planPath()}/fork`, {
      name: this.name,
      edits: [merged(Object.fromEntries(wanted))],
    });
    return { path: `/plans/${made.id}/edit`, left: 0 };
  }

  /** A new plan with what is on the screen, as far as the user leads its teams. */
  private async anew(): Promise<Made> {
    const { ground, of } = this.editing;
    const path = await postForm("/plans", {
      name: this.name,
      unit_kind: ground.unitKind,
      copy_of: "0",
    });
    const plan = path.replace(/\/edit$/, "");
    const [{ units }, state] = await Promise.all([
      getJson<GroundJson>(`${plan}/ground.json`),
      getJson<StateJson & { teams: string[] }>(`${plan}/state.json?since=0`),
    ]);
    const leads = new Set(["", ...(state.leads ?? []).map((team) => state.teams[team] ?? "")]);
    const changes: Record<string, [string, string]> = {};
    const there = new Map(units.map((code, at) => [code, state.teams[state.of?.[at] ?? -1] ?? ""]));
    let left = 0;
    ground.units.forEach((code, unit) => {
      const [now, mine] = [there.get(code), ground.ref(of[unit] as number)];
      if (now === mine) return;
      if (now !== undefined && leads.has(now) && leads.has(mine)) changes[code] = [now, mine];
      else left += 1;
    });
    if (Object.keys(changes).length)
      await postJson(`${plan}/edits`, { base: state.seq, edits: [merged(changes)] });
    return { path, left };
  }
}

function merged(changes: Record<string, unknown>): Record<string, unknown> {
  return { key: newKey(), kind: "merge", undoes: "", changes, detail: {} };
}

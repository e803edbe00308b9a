// Plans of the solver: what is asked, the best so far on the map, and choices to pick from.

import { getJson, postJson } from "../api.ts";
import type { Editing } from "../editing.ts";
import { planPath, trying } from "./ask.ts";
import { card } from "./card.ts";
import { button, choice, field, h, moment, percent, told, write } from "./dom.ts";
import { drawing } from "./preview.ts";
import { type Choice, clock, going, type Job, title, worthSeeing } from "./solved.ts";

const POLL_MS = 700;
/** Tolerances offered are rounded up to this, so that they hold. */
const STEP = 0.005;

export class Solve {
  private readonly form = h("form", { class: "stack solve-form" });
  private readonly run = h("div", { class: "solve-run", tabindex: -1 });
  private readonly bar = h("progress", { max: 1, value: 0 });
  private readonly clock = h("p", { class: "solve-clock" });
  private readonly told = h("p", { role: "status" });
  private readonly said = h("p", { class: "field-error", role: "alert" });
  private readonly offered = h("div", { class: "solve-choices" });
  private readonly locks = h("p", { class: "small muted" });
  private readonly live = h("input", { type: "checkbox", checked: true });
  private readonly goal = h(
    "select",
    {},
    h("option", { value: "choices" }, "A few choices to pick from"),
    h("option", { value: "compact" }, "The most compact plan"),
    h("option", { value: "fewest_moves" }, "The fewest clients whose home changes team area"),
  );
  private readonly weight = h(
    "select",
    {},
    h("option", { value: "workload" }, "Workload (points)"),
    h("option", { value: "caseload" }, "Caseload (clients)"),
  );
  private readonly tolerance = numeric({ min: 0, max: 1000, step: "any", value: 5 });
  private readonly limit = numeric({ min: 0, step: 1, placeholder: "no limit" });
  private readonly offices = h("input", { type: "checkbox" });
  private readonly seconds = h(
    "select",
    {},
    ...[
      [10, "10 seconds"],
      [60, "1 minute"],
      [300, "5 minutes"],
    ].map(([value, text]) =>
      h("option", { value: String(value), selected: value === 60 }, String(text)),
    ),
  );
  private readonly seed = numeric({ min: 0, max: 2 ** 31, step: 1, value: 0 });
  private readonly halt = button("Stop", () => void this.stop(), { class: "button button-danger" });
  private job = "";
  /** Runs that were shown here: none is taken up twice. */
  private readonly met = new Set<string>();
  private mine = false;
  private running = false;
  private timer = 0;
  private seen = 0;
  private best: Int32Array | null = null;

  constructor(
    private readonly editing: Editing,
    root: HTMLElement,
  ) {
    this.form.append(
      field("Look for", this.goal),
      field("Balance", this.weight),
      field(
        "Tolerance in percent",
        this.tolerance,
        "How far a team's load may be from its share, which follows its officers.",
      ),
      field("Most clients whose home changes team area", this.limit),
      choice(
        "Teams hold the area of their field office (a shared one: its first team)",
        this.offices,
      ),
      field(
        "Time to look",
        this.seconds,
        "The best found by then is kept. Getting ready comes first, for some seconds.",
      ),
      h(
        "details",
        {},
        h("summary", {}, "More"),
        field("Seed", this.seed, "The same seed, the same plan."),
      ),
      this.locks,
      this.said,
      h("button", { class: "button button-primary" }, "Find a plan"),
    );
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.start();
    });
    this.live.addEventListener("change", () => this.preview());
    this.run.append(
      this.bar,
      this.clock,
      this.told,
      choice("Show the best so far on the map", this.live),
      this.halt,
    );
    this.run.hidden = true;
    root.append(this.run, this.offered, this.form);
    editing.on("locks", () => this.lockedTeams());
    editing.on("ground", () => this.settle());
    editing.on("run", (job) => void this.meet(job));
    this.tolerance.addEventListener("input", () => {
      editing.tolerance = Math.max(0, this.tolerance.valueAsNumber || 0) / 100;
      editing.emit("tolerance", undefined);
    });
    this.lockedTeams();
    this.settle();
    void trying(
      () => {},
      async () => {
        // A run goes on when the page is left, and what came of it is kept.
        const { job } = await getJson<{ job: string | null }>(`${planPath()}/solve.json`);
        if (job) await this.meet(job);
      },
    );
  }

  /** Takes up a run: one that somebody has begun meanwhile, or that ended while the page was left. */
  private async meet(job: string): Promise<void> {
    if (this.met.has(job)) return;
    this.met.add(job);
    await trying(
      // It is told of again.
      () => this.met.delete(job),
      async () => {
        const found = await getJson<Job>(`/plans/jobs/${job}.json?seen=0`);
        if (found.state !== "running") {
          if (found.mine && this.editing.editable && worthSeeing(found)) this.offer(found);
          return;
        }
        if (!found.mine)
          this.editing.say(`${found.by} asked the solver for a proposal. See Solve.`);
        this.follow(job, found.mine);
      },
    );
  }

  private settle(): void {
    for (const one of this.form.elements)
      (one as HTMLInputElement).disabled = !this.editing.editable;
  }

  private lockedTeams(): void {
    const names = [...this.editing.locked].map((team) => this.editing.teamName(team)).sort();
    this.locks.textContent = names.length
      ? `Locked, so they keep exactly their units: ${names.join(", ")}.`
      : "Lock teams that should keep exactly their units.";
  }

  private async start(): Promise<void> {
    const { editing } = this;
    this.said.textContent = "";
    this.offered.replaceChildren();
    await trying(
      (why) => {
        this.said.textContent = why;
      },
      async () => {
        const { job } = await postJson<{ job: string }>(`${planPath()}/solve`, {
          objective: this.goal.value,
          weight: this.weight.value,
          tolerance: Number(this.tolerance.value) / 100,
          transfer_limit: this.limit.value ? Number(this.limit.value) : null,
          offices: this.offices.checked,
          locks: [...editing.locked].map((team) => editing.ground.ref(team)),
          seconds: Number(this.seconds.value),
          seed: Number(this.seed.value),
        });
        this.follow(job, true);
      },
    );
  }

  private follow(job: string, mine: boolean): void {
    if (this.running && job === this.job) return;
    const here = this.form.contains(document.activeElement);
    this.met.add(job);
    this.job = job;
    this.running = true;
    this.seen = 0;
    this.best = null;
    // What nobody here has asked for does not take the place of what is being drawn.
    this.live.checked = mine;
    this.form.hidden = true;
    this.run.hidden = false;
    this.bar.value = 0;
    write(this.clock, "Getting ready");
    write(this.told, "");
    this.halt.textContent = "Stop";
    this.halt.disabled = false;
    // Who was filling in the form is not left without a place.
    if (here) this.run.focus();
    void this.poll();
  }

  private async poll(): Promise<void> {
    if (!this.running) return;
    let found: Job | null = null;
    await trying(
      (why) => {
        this.told.textContent = why;
      },
      async () => {
        found = await getJson<Job>(`/plans/jobs/${this.job}.json?seen=${this.seen}`);
      },
    );
    if (found) this.take(found);
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.poll(), found ? POLL_MS : 4 * POLL_MS);
  }

  private take(job: Job): void {
    // It was stopped while this answer was on its way.
    if (!this.running || job.id !== this.job) return;
    this.bar.max = job.limit;
    this.bar.value = job.ready ? Math.min(job.seconds, job.limit) : 0;
    if (job.best?.units) {
      this.seen = job.best.number;
      this.best = drawing(this.editing, job.best.units);
      this.preview();
    }
    if (job.state === "running") {
      if (this.halt.disabled) return;
      this.halt.textContent = job.best ? "Stop and keep the best" : "Stop";
      write(this.clock, clock(job));
      // Read out when it says something new only.
      write(this.told, going(job));
      return;
    }
    // Who is drawing meanwhile keeps the keyboard.
    const here =
      this.run.contains(document.activeElement) || document.activeElement === document.body;
    this.running = false;
    this.editing.preview = null;
    this.form.hidden = false;
    this.run.hidden = true;
    const heading = this.end(job, false);
    if (here) heading.focus();
    this.editing.say(`The solver has ended: ${heading.textContent}. See Solve.`);
  }

  /** Shows what came of a run that ended while the plan was not open here. */
  private offer(job: Job): void {
    this.job = job.id;
    this.best = job.best?.units ? drawing(this.editing, job.best.units) : null;
    this.end(job, true);
    this.editing.say(`What the solver was asked for at ${moment(job.asked)} is ready: see Solve.`);
  }

  private preview(): void {
    this.editing.preview = this.live.checked && !this.run.hidden ? this.best : null;
  }

  private async stop(): Promise<void> {
    this.halt.disabled = true;
    write(this.told, "Stopping…");
    await trying(
      (why) => {
        this.halt.disabled = false;
        write(this.told, why);
      },
      async () => this.take(await postJson<Job>(`/plans/jobs/${this.job}/stop`, {})),
    );
  }

  private end(job: Job, again: boolean): HTMLElement {
    this.mine = job.mine;
    const choices = [...(job.choices ?? [])];
    if (!choices.length && job.best && this.best)
      choices.push({
        key: "best",
        label: "Best so far",
        units: codes(this.editing, this.best),
        gap: job.best.gap,
        warnings: job.best.warnings ?? [],
      });
    const heading = h("h3", { tabindex: -1 }, title(job, choices.length, again));
    const parts: HTMLElement[] = [heading];
    if (job.message)
      parts.push(
        h("div", { class: `alert ${choices.length ? "alert-warn" : "alert-bad"}` }, job.message),
      );
    const works = job.tolerance;
    if (works !== null && works !== undefined) {
      const rounded = Math.ceil(works / STEP) * STEP;
      parts.push(
        h(
          "p",
          { class: "actions" },
          button(`Use ${percent(rounded)}`, () => {
            this.tolerance.value = String(Number((rounded * 100).toFixed(2)));
            this.tolerance.dispatchEvent(new Event("input"));
            void this.start();
          }),
          told("finer")
            ? h("a", { class: "button button-small", href: "/plans#new" }, "Draw on finer units")
            : null,
        ),
      );
    }
    if (works !== null && works !== undefined && !told("finer"))
      parts.push(
        h(
          "p",
          { class: "small muted" },
          "No finer units are loaded: an administrator can load block groups with ",
          h("code", {}, "geoteam boundaries add"),
          ".",
        ),
      );
    parts.push(...choices.map((one) => this.card(one)));
    if (parts.length > 1)
      parts.push(
        h(
          "p",
          { class: "actions" },
          button(choices.length > 1 ? "Throw them away" : "Throw it away", () => {
            this.discard();
            this.editing.say("What the solver found is thrown away.");
          }),
        ),
      );
    this.offered.replaceChildren(...parts);
    return heading;
  }

  /** Forgets what came of a run; on the server too, so that it is not offered again. */
  private discard(): void {
    this.editing.preview = null;
    this.offered.replaceChildren();
    this.goal.focus();
    if (!this.mine) return;
    // Where the server cannot be reached it is offered again: nothing is lost by that.
    void trying(
      () => {},
      async () => {
        await postJson(`/plans/jobs/${this.job}/discard`, {});
      },
    );
  }

  private card(one: Choice): HTMLElement {
    const { editing } = this;
    const of = drawing(editing, one.units);
    const look = button("Show on map", () => {
      const on = editing.preview !== null && look.getAttribute("aria-pressed") === "true";
      for (const other of this.offered.querySelectorAll("[aria-pressed]"))
        other.setAttribute("aria-pressed", "false");
      editing.preview = on ? null : of;
      look.setAttribute("aria-pressed", String(!on));
    });
    look.setAttribute("aria-pressed", "false");
    return card(
      editing,
      one,
      of,
      look,
      button("Use this plan", () => this.use(one, of), {
        class: "button button-small button-primary",
        disabled: !editing.editable,
      }),
    );
  }

  private use(one: Choice, of: Int32Array): void {
    const { editing } = this;
    editing.preview = null;
    const changes: [number, number][] = [];
    of.forEach((team, unit) => {
      if (team !== editing.of[unit]) changes.push([unit, team]);
    });
    const changed = editing.apply(changes, "solve", { job: this.job, choice: one.key });
    const left = changes.length - changed.length;
    editing.say(
      `${one.label}: ${editing.counted(changed.length)} moved. Undo takes it back.${
        left ? ` ${editing.counted(left)} of locked teams stay.` : ""
      }`,
    );
    this.discard();
  }
}

function numeric(given: Record<string, string | number>): HTMLInputElement {
  return h("input", { type: "number", inputmode: "decimal", ...given });
}

function codes(editing: Editing, of: Int32Array): Record<string, string> {
  return Object.fromEntries(
    editing.ground.units.map((code, unit) => [code, editing.ground.ref(of[unit] as number)]),
  );
}

// What is wrong with the plan as drawn, to step through: n and Shift+n, or the buttons.
import type { Editing } from "../editing.ts";
import { button, count, h, signed, write } from "./dom.ts";

const WAIT_MS = 150;

export interface Place {
  units: number[];
  /** Where the whole team is meant. */
  team?: number;
  text: string;
}

export interface Finding {
  title: string;
  places: Place[];
}

/** Lists what is wrong, kind by kind. */
export function findings(editing: Editing): Finding[] {
  const { tally, teams, tolerance } = editing;
  const groups = partsByTeam(editing);
  const apart: Place[] = [];
  const empty: Place[] = [];
  const barred: Place[] = [];
  teams.forEach((team, at) => {
    const parts = groups.get(at) ?? [];
    if (team.citywide) {
      for (const units of parts)
        barred.push({ units, text: `${named(editing, units)} of ${team.name}` });
      return;
    }
    if (!parts.length)
      empty.push({ units: [], text: `${team.name} has no ${editing.ground.noun}` });
    for (const units of parts.slice(1))
      apart.push({ units, text: `${named(editing, units)} of ${team.name}, apart from the rest` });
  });
  const loads = teams.map((team, at) => ({ team, at, off: tally.team(at).deviation }));
  const loaded = (sign: 1 | -1): Place[] =>
    loads
      .filter(({ off, at }) => sign * off > tolerance && groups.has(at))
      .sort((a, b) => sign * (b.off - a.off))
      .map(({ team, at, off }) => ({
        units: (groups.get(at) ?? []).flat(),
        team: at,
        text: `${team.name}: ${signed(off)} for each officer`,
      }));
  const far = Number((100 * tolerance).toFixed(2));
  return [
    {
      title: "Units without a team",
      places: (groups.get(-1) ?? []).map((units) => ({ units, text: named(editing, units) })),
    },
    { title: "Units of teams that may hold none", places: barred },
    { title: "Parts apart from their team", places: apart },
    { title: "Holes", places: holes(editing, groups) },
    { title: `Over-loaded by more than ${far} %`, places: loaded(1) },
    { title: `Under-loaded by more than ${far} %`, places: loaded(-1) },
    { title: "Teams without any unit", places: empty },
  ];
}

/** Parts of each team, the one with most clients first, else with most units. */
function partsByTeam({ tally, ground, of }: Editing): Map<number, number[][]> {
  const units = new Map<number, number[]>();
  tally.partOf().forEach((part, unit) => {
    const group = units.get(part);
    if (group) group.push(unit);
    else units.set(part, [unit]);
  });
  const groups = new Map<number, number[][]>();
  for (const part of units.values()) {
    const team = of[part[0] as number] as number;
    groups.set(team, [...(groups.get(team) ?? []), part]);
  }
  const clients = (part: number[]) =>
    part.reduce((sum, unit) => sum + (ground.clients[unit] as number), 0);
  for (const parts of groups.values())
    parts.sort((a, b) => clients(b) - clients(a) || b.length - a.length);
  return groups;
}

/** Groups of units of others that a team encloses. */
function holes({ ground, teams, tally, of }: Editing, groups: Map<number, number[][]>): Place[] {
  const places: Place[] = [];
  const counts = tally.holes();
  teams.forEach((team, at) => {
    if (!counts[at] || !groups.has(at)) return;
    const seen = new Uint8Array(ground.size);
    for (let start = 0; start < ground.size; start++) {
      if (seen[start] || of[start] === at) continue;
      const group = [start];
      let open = false;
      seen[start] = 1;
      for (const unit of group) {
        open ||= ground.rim[unit] === 1;
        for (const other of ground.neighbours(unit))
          if (!seen[other] && of[other] !== at) {
            seen[other] = 1;
            group.push(other);
          }
      }
      if (!open)
        places.push({ units: group, text: `${counted(ground.noun, group)} inside ${team.name}` });
    }
  });
  return places;
}

function counted(noun: string, units: number[]): string {
  return count(units.length, noun);
}

function named({ ground }: Editing, units: number[]): string {
  const shown = units.slice(0, 4).map((unit) => ground.labels[unit] ?? "");
  const more = units.length > 4 ? ` and ${units.length - 4} more` : "";
  return shown.join(", ") + more;
}

export class Find {
  private found: Finding[] = [];
  private readonly at: number[] = [];
  private kind = -1;
  private readonly list = h("ul", { class: "find-list" });
  private readonly said = h("p", { class: "find-said", role: "status" });
  private timer = 0;

  constructor(
    private readonly editing: Editing,
    root: HTMLElement,
    private readonly badge: (count: number) => void,
  ) {
    root.append(
      h(
        "p",
        { class: "muted small" },
        "Step through what is not right yet. What is found has a solid yellow outline until the plan changes. ",
        h(
          "span",
          { class: "by-keys" },
          "Keys: ",
          h("kbd", {}, "n"),
          " next, ",
          h("kbd", {}, "Shift"),
          " + ",
          h("kbd", {}, "n"),
          " back.",
        ),
      ),
      this.said,
      this.list,
    );
    const later = () => {
      window.clearTimeout(this.timer);
      this.timer = window.setTimeout(() => this.refresh(), WAIT_MS);
    };
    editing.on("figures", later);
    editing.on("ground", later);
    editing.on("tolerance", later);
    this.refresh();
  }

  /** Goes on to the next place of any kind, or back. */
  step(by: 1 | -1): void {
    window.clearTimeout(this.timer);
    this.refresh();
    const sizes = this.found.map(({ places }) => places.length);
    const all = sizes.reduce((sum, size) => sum + size, 0);
    if (!all) {
      this.say("Nothing to mend: every unit has a team, and every team is in one piece.");
      return;
    }
    const starts = sizes.map((_, kind) => sizes.slice(0, kind).reduce((a, b) => a + b, 0));
    const here = this.kind < 0 ? -1 : (starts[this.kind] as number) + (this.at[this.kind] ?? -1);
    const next = here < 0 ? (by > 0 ? 0 : all - 1) : (here + by + all) % all;
    const kind = sizes.findIndex((size, one) => next < (starts[one] as number) + size);
    this.show(kind, next - (starts[kind] as number));
  }

  private go(kind: number, by: 1 | -1): void {
    window.clearTimeout(this.timer);
    this.refresh();
    const size = this.found[kind]?.places.length ?? 0;
    if (!size) return;
    const at = this.kind === kind ? (this.at[kind] ?? -1) : by > 0 ? -1 : size;
    this.show(kind, (at + by + size) % size);
  }

  private show(kind: number, at: number): void {
    const finding = this.found[kind] as Finding;
    const place = finding.places[at] as Place;
    this.kind = kind;
    this.at[kind] = at;
    this.say(`${at + 1} of ${finding.places.length}: ${place.text}`);
    if (place.units.length) {
      this.editing.zoomTo(place.units);
      this.editing.emit("found", place.units);
      this.editing.hover(-1, place.team ?? -1);
    }
  }

  private say(text: string): void {
    this.said.textContent = text;
  }

  private refresh(): void {
    this.found = findings(this.editing);
    if (!this.list.children.length)
      this.list.append(
        ...this.found.map((finding, kind) =>
          h(
            "li",
            {},
            h("span", { class: "find-title" }, finding.title),
            h("span", { class: "badge" }),
            button("‹", () => this.go(kind, -1)),
            button("›", () => this.go(kind, 1)),
          ),
        ),
      );
    let all = 0;
    this.found.forEach((finding, kind) => {
      const { places } = finding;
      const row = this.list.children[kind] as HTMLElement;
      write(row.firstElementChild as HTMLElement, finding.title);
      const badge = row.querySelector(".badge") as HTMLElement;
      all += places.length;
      badge.textContent = String(places.length);
      badge.classList.toggle("badge-good", !places.length);
      badge.classList.toggle("badge-warn", places.length > 0);
      for (const [at, one] of row.querySelectorAll("button").entries()) {
        one.disabled = !places.length;
        one.ariaLabel = `${finding.title}: ${at ? "next" : "previous"}`;
      }
      if (this.kind === kind && (this.at[kind] ?? 0) >= places.length) this.at[kind] = -1;
    });
    this.badge(all);
  }
}

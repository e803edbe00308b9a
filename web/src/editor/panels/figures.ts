// The figures of every team while it is drawn, tied to the map both ways.
import type { Editing } from "../editing.ts";
import { textureImage } from "../textures.ts";
import { button, count, h, hundredths, signed, tenths, whole, write } from "./dom.ts";
import { type Movers, People } from "./people.ts";

interface Row {
  name: string;
  units: number;
  clients: number;
  workload: number;
  officers: number;
  each: number;
  deviation: number;
  pieces: number;
  compact: number;
  movers: Movers;
}

interface Column {
  title: string;
  /** What the title does not say. */
  about: string;
  by: (row: Row) => number | string;
  text: (row: Row) => string;
  /** Room for the longest text, in digits. */
  room: number;
  total?: (editing: Editing, rows: Row[]) => string;
}

const sum = (rows: Row[], of: (row: Row) => number) => rows.reduce((all, row) => all + of(row), 0);

const COLUMNS: readonly Column[] = [
  { title: "Team", about: "", by: (r) => r.name, text: (r) => r.name, room: 0 },
  {
    title: "Officers",
    about: "Full-time shares",
    by: (r) => r.officers,
    text: (r) => tenths(r.officers),
    room: 5,
    total: (_, rows) => tenths(sum(rows, (r) => r.officers)),
  },
  {
    title: "Caseload",
    about: "Clients",
    by: (r) => r.clients,
    text: (r) => whole(r.clients),
    room: 6,
    total: (_, rows) => whole(sum(rows, (r) => r.clients)),
  },
  {
    title: "Workload",
    about: "Points; by default the contacts a month that a client's level requires",
    by: (r) => r.workload,
    text: (r) => whole(r.workload),
    room: 7,
    total: (_, rows) => whole(sum(rows, (r) => r.workload)),
  },
  {
    title: "Per officer",
    about: "Workload of each officer",
    by: (r) => r.each,
    text: (r) => tenths(r.each),
    room: 6,
    total: (editing) => tenths(editing.tally.idealPerOfficer),
  },
  {
    title: "Deviation",
    about: "Of the workload of an officer from that of all officers",
    by: (r) => r.deviation,
    text: (r) => signed(r.deviation),
    room: 15,
    total: (_, rows) => signed(rows.map((r) => r.deviation).reduce(farther, Number.NaN)),
  },
  {
    title: "Units",
    about: "",
    by: (r) => r.units,
    text: (r) => whole(r.units),
    room: 5,
    total: (_, rows) => whole(sum(rows, (r) => r.units)),
  },
  {
    title: "Pieces",
    about: "Parts that do not touch; one is best",
    by: (r) => r.pieces,
    text: (r) => whole(r.pieces),
    room: 3,
  },
  {
    title: "Compact",
    about: "Polsby–Popper; 1 is a circle",
    by: (r) => r.compact,
    text: (r) => hundredths(r.compact),
    room: 4,
  },
  {
    title: "Change team",
    about: "Clients who come and who go",
    by: (r) => r.movers.join + r.movers.leave,
    text: (r) =>
      r.movers.join + r.movers.leave ? `+${whole(r.movers.join)} −${whole(r.movers.leave)}` : "0",
    room: 13,
    total: (editing) => whole(editing.tally.plan().transfers),
  },
  {
    title: "Lose officer",
    about: "Clients of the team's officers who would get another",
    by: (r) => r.movers.lose,
    text: (r) => whole(r.movers.lose),
    room: 6,
    total: (editing) => whole(editing.tally.plan().lost_officer),
  },
];
const DEVIATION = COLUMNS.findIndex((column) => column.title === "Deviation");
const PIECES = COLUMNS.findIndex((column) => column.title === "Pieces");
/** Share at which the bar of a deviation is full. */
const FULL = 0.5;

interface Shown {
  row: HTMLTableRowElement;
  cells: HTMLElement[];
  bar: HTMLElement;
  texts: string[];
}

export class Figures {
  private people: People;
  private shown: Shown[] = [];
  private sortBy = 0;
  private falling = false;
  private readonly body = h("tbody");
  private readonly spare = h("tr", { class: "figures-spare" });
  private readonly total = h("tr");
  private readonly unplaced = h("tr", { class: "figures-spare" });
  private readonly heads: HTMLTableCellElement[];

  constructor(
    private readonly editing: Editing,
    root: HTMLElement,
  ) {
    this.people = new People(editing.ground);
    this.heads = COLUMNS.map((column, at) =>
      h(
        "th",
        { scope: "col", class: at ? "num" : "", title: column.about },
        h(
          "button",
          { type: "button", class: "sort", click: () => this.sort(at) },
          column.title,
          column.about ? h("span", { class: "visually-hidden" }, `: ${column.about}`) : null,
        ),
      ),
    );
    const table = h(
      "table",
      { class: "table table-compact figures" },
      h("caption", { class: "visually-hidden" }, "Figures of the teams as drawn"),
      h("thead", {}, h("tr", {}, ...this.heads)),
      this.body,
      h("tfoot", {}, this.spare, this.total, this.unplaced),
    );
    root.append(
      h(
        "div",
        { class: "table-wrap", tabindex: 0, role: "region", "aria-label": "Figures of the teams" },
        table,
      ),
    );
    this.rebuild();
    editing.on("figures", () => this.refresh());
    editing.on("ground", () => this.rebuild());
    editing.on("locks", () => this.marks());
    editing.on("brush", () => this.marks());
    editing.on("tolerance", () => {
      for (const one of this.shown) one.texts = [];
      this.refresh();
    });
    editing.on("hover", ({ team }) => {
      this.shown.forEach(({ row }, at) => {
        row.classList.toggle("is-hovered", at === team);
      });
    });
  }

  private rebuild(): void {
    const { editing } = this;
    this.people = new People(editing.ground);
    this.shown = editing.teams.map((team, at) => {
      const swatch = h("span", { class: "swatch" });
      swatch.style.backgroundColor = team.colour;
      swatch.style.backgroundImage = textureImage(team.pattern);
      const name = button(team.name, () => this.zoom(at), {
        class: "figures-name",
        title: `Show ${team.name} on the map`,
      });
      const lock = h("span", { class: "figures-lock" }, h("span", { class: "visually-hidden" }));
      const head = h("th", { scope: "row" }, swatch, name, lock);
      const bar = h("span", { class: "deviation-bar", "aria-hidden": "true" }, h("span"));
      // Each with a size of its own: a figure that changes lays out itself, not the table.
      const cells = COLUMNS.slice(1).map(({ room }) => {
        const cell = h("div", { class: "figures-cell" });
        cell.style.minWidth = `${room}ch`;
        return cell;
      });
      const row = h(
        "tr",
        {
          mouseenter: () => editing.hover(-1, at),
          mouseleave: () => editing.hover(-1, -1),
          focusin: () => editing.hover(-1, at),
          focusout: () => editing.hover(-1, -1),
          click: (event: MouseEvent) => {
            if (!(event.target as Element).closest("button")) this.zoom(at);
          },
        },
        head,
        ...cells.map((cell, at) => h("td", labelled(at + 1), cell)),
      );
      cells[DEVIATION - 1]?.append(bar, h("span"));
      return { row, cells, bar, texts: [] };
    });
    this.unplaced.hidden = !editing.ground.unplaced;
    const uncounted = { Team: "No known place", Caseload: editing.ground.unplaced };
    fill(this.unplaced, under(uncounted));
    this.refresh();
    this.order();
    this.marks();
  }

  private zoom(team: number): void {
    const units: number[] = [];
    this.editing.of.forEach((one, unit) => {
      if (one === team) units.push(unit);
    });
    if (units.length) this.editing.zoomTo(units);
    else this.editing.say(`${this.editing.teamName(team)} has no unit.`);
  }

  private rows(): Row[] {
    const movers = this.people.movers(this.editing.of);
    return this.editing.teams.map((team, at) => {
      const figures = this.editing.tally.team(at);
      return {
        name: team.name,
        units: figures.units,
        clients: figures.clients,
        workload: figures.workload,
        officers: figures.officers,
        each: figures.workload_per_officer,
        deviation: figures.deviation,
        pieces: figures.pieces,
        compact: figures.polsby_popper,
        movers: movers[at] as Movers,
      };
    });
  }

  private refresh(): void {
    const rows = this.rows();
    rows.forEach((row, at) => {
      const shown = this.shown[at] as Shown;
      COLUMNS.forEach((column, number) => {
        if (!number) return;
        const text = column.text(row);
        if (shown.texts[number] === text) return;
        shown.texts[number] = text;
        const cell = shown.cells[number - 1] as HTMLElement;
        if (number === DEVIATION)
          deviation(shown.bar, cell, row.deviation, text, this.editing.tolerance);
        else write(cell, text);
        if (number === PIECES) cell.classList.toggle("is-wrong", row.pieces > 1);
      });
    });
    this.foot(rows);
  }

  private foot(rows: Row[]): void {
    const { editing } = this;
    const none = editing.tally.team(-1);
    const texts = COLUMNS.map((column) => column.total?.(editing, rows) ?? "");
    texts[0] = count(rows.length, "team");
    fill(this.total, texts);
    if (this.spare.hidden !== !none.units) this.spare.hidden = !none.units;
    const { clients, workload, units } = none;
    fill(
      this.spare,
      under({ Team: "No team", Caseload: clients, Workload: workload, Units: units }),
    );
  }

  private sort(column: number): void {
    this.falling = this.sortBy === column ? !this.falling : column > 0;
    this.sortBy = column;
    this.order();
  }

  private order(): void {
    const rows = this.rows();
    const by = (COLUMNS[this.sortBy] as Column).by;
    const order = rows.map((_, at) => at);
    order.sort((a, b) => compare(by(rows[a] as Row), by(rows[b] as Row)) || a - b);
    if (this.falling) order.reverse();
    this.body.replaceChildren(...order.map((at) => (this.shown[at] as Shown).row));
    this.heads.forEach((head, at) => {
      if (at === this.sortBy)
        head.setAttribute("aria-sort", this.falling ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
  }

  private marks(): void {
    const { editing } = this;
    this.shown.forEach(({ row }, at) => {
      const lock = row.querySelector(".figures-lock");
      if (lock instanceof HTMLElement) {
        const locked = editing.locked.has(at);
        lock.classList.toggle("is-locked", locked);
        lock.title = locked ? "Locked" : "";
        write(lock.firstElementChild as HTMLElement, locked ? "locked" : "");
      }
      row.classList.toggle("is-selected", editing.editable && editing.brushTeam === at);
    });
  }
}

/** A row of what stands under the titles, '' for nothing. */
function under(of: Record<string, string | number>): string[] {
  return COLUMNS.map(({ title }) => {
    const found = of[title] ?? "";
    return typeof found === "number" ? whole(found) : found;
  });
}

/** The deviation that is farther from the ideal. */
function farther(a: number, b: number): number {
  return Number.isNaN(a) || Math.abs(b) > Math.abs(a) ? b : a;
}

/** A cell of a column; telephones show its title beside the figure. */
function labelled(column: number): { class: string; "data-label": string } {
  return { class: "num", "data-label": COLUMNS[column]?.title ?? "" };
}

function compare(a: number | string, b: number | string): number {
  if (typeof a === "string" || typeof b === "string")
    return String(a).localeCompare(String(b), "en", { numeric: true });
  // What has no value stands last.
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return a - b;
}

function deviation(
  bar: HTMLElement,
  cell: HTMLElement,
  share: number,
  text: string,
  tolerance: number,
): void {
  const inner = bar.firstElementChild as HTMLElement;
  const width = Number.isFinite(share) ? Math.min(1, Math.abs(share) / FULL) * 50 : 0;
  inner.style.width = `${width}%`;
  inner.style.left = `${share < 0 ? 50 - width : 50}%`;
  cell.classList.toggle("is-high", share > tolerance);
  cell.classList.toggle("is-low", share < -tolerance);
  write(cell.lastElementChild as HTMLElement, text);
}

function fill(row: HTMLTableRowElement, texts: readonly string[]): void {
  if (row.cells.length !== texts.length)
    row.replaceChildren(
      ...texts.map((_, at) =>
        at ? h("td", labelled(at), h("div", { class: "figures-cell" })) : h("th", { scope: "row" }),
      ),
    );
  texts.forEach((text, at) => {
    const cell = row.cells[at] as HTMLTableCellElement;
    write((cell.firstElementChild ?? cell) as HTMLElement, text);
  });
}

// Two plans beside each other: maps that move together, figures with differences, changed units.
import L from "leaflet";
import { basemap } from "../map/basemap.ts";
import { getJson } from "./api.ts";
import { Editing } from "./editing.ts";
import type { GroundJson } from "./ground.ts";
import { UnitLayer } from "./layer.ts";
import { Overlay } from "./overlay.ts";
import { button, count, h, hundredths, signed, tenths, whole } from "./panels/dom.ts";
import type { TeamFigures } from "./tally.ts";

interface PlanJson {
  id: number;
  name: string;
  status: string;
  units: Record<string, string>;
}

interface CompareJson {
  plan: PlanJson;
  other: PlanJson;
}

type Figures = Omit<TeamFigures, "holes">;

const COLUMNS: readonly {
  title: string;
  of: (team: Figures) => number;
  text: (value: number) => string;
}[] = [
  { title: "Caseload", of: (team) => team.clients, text: whole },
  { title: "Workload", of: (team) => team.workload, text: whole },
  { title: "Per officer", of: (team) => team.workload_per_officer, text: tenths },
  { title: "Deviation", of: (team) => team.deviation, text: signed },
  { title: "Units", of: (team) => team.units, text: whole },
  { title: "Pieces", of: (team) => team.pieces, text: whole },
  { title: "Compact", of: (team) => team.polsby_popper, text: hundredths },
];

class Side {
  readonly map: L.Map;

  constructor(
    box: HTMLElement,
    readonly editing: Editing,
  ) {
    this.map = L.map(box, {
      attributionControl: false,
      zoomControl: false,
      zoomAnimation: false,
      zoomSnap: 0.25,
      minZoom: 8,
      maxZoom: 19,
    });
    editing.map = this.map;
    for (const [name, level] of Object.entries({ units: 410, marks: 420 })) {
      const pane = this.map.createPane(name);
      pane.style.zIndex = String(level);
      pane.style.pointerEvents = "none";
    }
    basemap(editing.ground.basemap, "").addTo(this.map);
    const layer = new UnitLayer(editing, this.map);
    new Overlay(editing, this.map, layer);
    new ResizeObserver(() => this.map.invalidateSize({ animate: false })).observe(box);
    box.addEventListener("pointermove", (event) => {
      const at = layer.under(this.map.mouseEventToContainerPoint(event));
      editing.hover(layer.shapes.at(...at));
    });
    box.addEventListener("pointerleave", () => editing.hover(-1));
  }
}

class Compare {
  private readonly sides: [Side, Side];
  private readonly changed: number[];
  private moving = false;

  constructor(
    private readonly root: HTMLElement,
    ground: GroundJson,
    found: CompareJson,
  ) {
    const [mine, theirs] = [found.plan, found.other].map(({ units }) =>
      ground.units.map((code) => {
        const ref = units[code] ?? "";
        return ground.teams.findIndex((team) => team.ref === ref);
      }),
    ) as [number[], number[]];
    const editing = (plan: PlanJson, of: number[], now: number[]) =>
      new Editing(
        { ...ground, name: plan.name },
        {
          seq: 0,
          status: plan.status,
          editable: false,
          set: ground.set,
          of,
          now,
          edits: [],
        },
      );
    // Units that differ are hatched on both: "now" of each is the other.
    const boxes = ["theirs", "mine"].map((name) => this.find(`[data-map=${name}]`));
    const [left, right] = [editing(found.other, theirs, mine), editing(found.plan, mine, theirs)];
    // A team looks the same on both.
    left.teams = right.teams;
    this.sides = [
      new Side(boxes[0] as HTMLElement, left),
      new Side(boxes[1] as HTMLElement, right),
    ];
    this.changed = ground.units.map((_, unit) => unit).filter((at) => mine[at] !== theirs[at]);
    this.changed.sort(
      (a, b) => (ground.clients[b] as number) - (ground.clients[a] as number) || a - b,
    );
    this.together();
    this.table();
    this.list();
    this.views();
    this.zoom(ground.units.map((_, unit) => unit));
  }

  private get mine(): Editing {
    return this.sides[1].editing;
  }

  private get theirs(): Editing {
    return this.sides[0].editing;
  }

  private find<T extends HTMLElement = HTMLElement>(selector: string): T {
    return this.root.querySelector(selector) as T;
  }

  /** What one map does the other does too. */
  private together(): void {
    this.sides.forEach(({ map, editing }, at) => {
      const other = this.sides[1 - at] as Side;
      map.on("move", () => {
        if (this.moving) return;
        this.moving = true;
        other.map.setView(map.getCenter(), map.getZoom(), { animate: false });
        this.moving = false;
      });
      editing.on("hover", ({ unit, team }) => {
        other.editing.hover(unit, unit < 0 ? team : undefined);
        this.find("[data-under]").textContent = unit < 0 ? "" : this.about(unit);
        for (const row of this.root.querySelectorAll<HTMLElement>("tr[data-team]"))
          row.classList.toggle("is-hovered", Number(row.dataset.team) === team);
        for (const row of this.root.querySelectorAll<HTMLElement>("tr[data-unit]"))
          row.classList.toggle("is-hovered", Number(row.dataset.unit) === unit);
      });
    });
  }

  private about(unit: number): string {
    const before = this.theirs.of[unit] as number;
    const after = this.mine.of[unit] as number;
    const clients = count(this.mine.ground.clients[unit] as number, "client");
    const name = this.mine.unitName(unit);
    return before === after
      ? `${name}: ${this.mine.teamName(after)} in both, ${clients}`
      : `${name}: ${this.theirs.teamName(before)} in ${this.theirs.name}, ${this.mine.teamName(after)} in ${this.mine.name}, ${clients}`;
  }

  private zoom(units: number[]): void {
    if (!units.length) return;
    this.sides[1].map.fitBounds(this.mine.ground.corners(units), {
      animate: false,
      maxZoom: 16,
      padding: [12, 12],
    });
  }

  private table(): void {
    const body = this.find<HTMLTableElement>("[data-figures]").createTBody();
    this.mine.teams.forEach((team, at) => {
      const a = this.mine.tally.team(at);
      const b = this.theirs.tally.team(at);
      const units = () =>
        this.sides.flatMap(({ editing }) =>
          [...editing.of.keys()].filter((u) => editing.of[u] === at),
        );
      body.append(
        h(
          "tr",
          {
            "data-team": at,
            mouseenter: () => this.mine.hover(-1, at),
            mouseleave: () => this.mine.hover(-1),
          },
          h(
            "th",
            { scope: "row" },
            button(team.name, () => this.zoom(units()), { class: "link" }),
          ),
          ...COLUMNS.map(({ of, text }) =>
            h(
              "td",
              { class: "num" },
              text(of(a)),
              " ",
              h("span", { class: "difference" }, `(${difference(of(a), of(b), text)})`),
            ),
          ),
        ),
      );
    });
  }

  private list(): void {
    const { ground } = this.mine;
    const clients = this.changed.reduce((sum, unit) => sum + (ground.clients[unit] as number), 0);
    this.find("[data-changed]").textContent = this.changed.length
      ? `${this.mine.counted(this.changed.length)} with ${count(clients, "client")} ${this.changed.length === 1 ? "has" : "have"} another team. Hatched on the maps.`
      : "Every unit has the same team in both plans.";
    const body = this.find<HTMLTableElement>("[data-units]").createTBody();
    for (const unit of this.changed)
      body.append(
        h(
          "tr",
          {
            "data-unit": unit,
            mouseenter: () => this.mine.hover(unit),
            mouseleave: () => this.mine.hover(-1),
          },
          h(
            "th",
            { scope: "row" },
            button(ground.labels[unit] ?? "", () => this.zoom([unit]), { class: "link" }),
          ),
          h("td", {}, this.theirs.teamName(this.theirs.of[unit] as number)),
          h("td", {}, this.mine.teamName(this.mine.of[unit] as number)),
          h("td", { class: "num" }, whole(ground.clients[unit] as number)),
        ),
      );
    this.find("[data-units-card]").hidden = !this.changed.length;
  }

  private views(): void {
    const maps = this.find("[data-maps]");
    const slider = this.find<HTMLInputElement>("[data-slider]");
    const top = this.find("[data-frame=mine]");
    const swipe = () => {
      const swiping = maps.classList.contains("is-swipe");
      top.style.clipPath = swiping ? `inset(0 0 0 ${slider.value}%)` : "";
      this.find("[data-edge]").style.left = `${slider.value}%`;
      slider.setAttribute(
        "aria-valuetext",
        `${slider.value} % ${this.theirs.name}, the rest ${this.mine.name}`,
      );
    };
    slider.addEventListener("input", swipe);
    for (const choice of this.root.querySelectorAll<HTMLInputElement>("input[name=view]"))
      choice.addEventListener("change", () => {
        maps.classList.toggle("is-swipe", choice.value === "swipe");
        swipe();
        for (const { map } of this.sides) map.invalidateSize({ animate: false });
      });
  }
}

function difference(a: number, b: number, text: (value: number) => string): string {
  if (!Number.isFinite(a) || !Number.isFinite(b)) return "–";
  const size = text(Math.abs(a - b)).replace("+", "");
  if (!/[1-9]/.test(size)) return "=";
  return `${a > b ? "+" : "−"}${size}`;
}

async function start(root: HTMLElement): Promise<void> {
  const [ground, found] = await Promise.all([
    getJson<GroundJson>(root.dataset.ground ?? ""),
    getJson<CompareJson>(root.dataset.compare ?? ""),
  ]);
  new Compare(root, ground, found);
  root.querySelector("[data-loading]")?.remove();
  root.dataset.ready = "";
}

const root = document.querySelector<HTMLElement>("#compare");
if (root)
  start(root).catch((error: Error & { remedy?: string }) => {
    const place = root.querySelector("[data-loading]");
    if (place)
      place.textContent = `The plans cannot be shown: ${error.message}. ${error.remedy ?? ""}`;
  });

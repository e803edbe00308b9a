// What lies over the units: names of teams, the unit under the pointer or the keyboard, the team
// that a table row points at, and the tool at work.
import type L from "leaflet";
import type { Editing } from "./editing.ts";
import { type Label, placed } from "./labels.ts";
import type { UnitLayer } from "./layer.ts";
import { LEVEL } from "./shapes.ts";
import { Sheet } from "./sheet.ts";

const HALO = "#ffffff";
const DARK = "#10161c";
const MARK = "#ffd23f";

/** What a tool shows, in pixels of the shapes. */
export interface Trace {
  /** A closed line: rectangle or lasso. */
  line?: readonly number[];
  brush?: { x: number; y: number; radius: number };
}

export class Overlay {
  /** Unit of the keyboard; -1 while it is not used. */
  cursor = -1;
  trace: Trace = {};
  private hovered = { unit: -1, team: -1 };
  private readonly sheet: Sheet;
  private labels: Label[] = [];
  private waiting = false;

  constructor(
    private readonly editing: Editing,
    map: L.Map,
    private readonly layer: UnitLayer,
  ) {
    this.sheet = new Sheet(map, "marks");
    map.on("moveend viewreset resize", () => this.reset());
    editing.on("units", () => {
      this.place();
      this.draw();
    });
    editing.on("ground", () => this.reset());
    editing.on("locks", () => this.reset());
    editing.on("hover", (on) => {
      this.hovered = on;
      this.later();
    });
  }

  reset(): void {
    this.sheet.reset();
    this.place();
    this.draw();
  }

  /** Draws with the next frame. */
  later(): void {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => this.draw());
  }

  private place(): void {
    this.labels = this.layer.shown.labels
      ? placed(this.editing, this.layer.shapes, this.scale, this.sheet.context)
      : [];
  }

  private get scale(): number {
    return 2 ** (this.sheet.zoom - LEVEL);
  }

  private draw(): void {
    this.waiting = false;
    const { context, ratio, corner, canvas } = this.sheet;
    const { shapes } = this.layer;
    const { scale } = this;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    const dx = shapes.origin[0] * scale - corner.x;
    const dy = shapes.origin[1] * scale - corner.y;
    context.setTransform(scale * ratio, 0, 0, scale * ratio, dx * ratio, dy * ratio);
    context.lineJoin = "round";
    this.team(context, scale);
    if (this.hovered.unit >= 0)
      this.outline(context, shapes.units[this.hovered.unit] as Path2D, scale, HALO);
    if (this.cursor >= 0) this.outline(context, shapes.units[this.cursor] as Path2D, scale, MARK);
    this.tool(context, scale);
    context.setTransform(ratio, 0, 0, ratio, dx * ratio, dy * ratio);
    for (const label of this.labels) write(context, label);
  }

  /** The border of the team that a row of the table points at. */
  private team(context: CanvasRenderingContext2D, scale: number): void {
    const { unit, team } = this.hovered;
    if (unit >= 0 || team < 0) return;
    const { shapes } = this.layer;
    const { ground, of } = this.editing;
    const border = new Path2D();
    for (let one = 0; one < ground.size; one++) {
      if (of[one] !== team) continue;
      const others = ground.neighbours(one);
      ground.edgesOf(one).forEach((edge, i) => {
        const side = shapes.sides[edge];
        if (side && of[others[i] as number] !== team) border.addPath(side);
      });
      for (const { other, path } of shapes.loose[one] ?? [])
        if (other < 0 || of[other] !== team) border.addPath(path);
    }
    this.outline(context, border, scale, MARK);
  }

  private outline(
    context: CanvasRenderingContext2D,
    path: Path2D,
    scale: number,
    colour: string,
  ): void {
    context.strokeStyle = DARK;
    context.lineWidth = 6 / scale;
    context.stroke(path);
    context.strokeStyle = colour;
    context.lineWidth = 3 / scale;
    context.stroke(path);
  }

  private tool(context: CanvasRenderingContext2D, scale: number): void {
    const { line, brush } = this.trace;
    const path = new Path2D();
    if (line) {
      for (let i = 0; i + 1 < line.length; i += 2)
        path.lineTo(line[i] as number, line[i + 1] as number);
      path.closePath();
      context.fillStyle = "rgb(16 22 28 / 10%)";
      context.fill(path);
    }
    if (brush?.radius) path.arc(brush.x, brush.y, brush.radius, 0, 2 * Math.PI);
    if (!line && !brush?.radius) return;
    context.strokeStyle = HALO;
    context.lineWidth = 4 / scale;
    context.stroke(path);
    context.strokeStyle = DARK;
    context.lineWidth = 1.6 / scale;
    if (line) context.setLineDash([6 / scale, 4 / scale]);
    context.stroke(path);
    context.setLineDash([]);
  }
}

function write(context: CanvasRenderingContext2D, label: Label): void {
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineJoin = "round";
  for (const { text, font, y, colour } of label.lines) {
    context.font = font;
    context.strokeStyle = HALO;
    context.lineWidth = 4;
    context.strokeText(text, label.x, label.y + y);
    context.fillStyle = colour;
    context.fillText(text, label.x, label.y + y);
  }
}

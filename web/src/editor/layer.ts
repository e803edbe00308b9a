// Units and team borders on a canvas. A stroke clears and draws only the rectangle that it touched.
import type L from "leaflet";
import { onRatio } from "../map/ratio.ts";
import { NOBODY } from "./colours.ts";
import type { Editing } from "./editing.ts";
import { LEVEL, type Rect, Shapes } from "./shapes.ts";
import { Sheet } from "./sheet.ts";
import { hatch, texture } from "./textures.ts";

export interface Shown {
  streets: boolean;
  caseload: boolean;
  districts: boolean;
  changed: boolean;
  labels: boolean;
}

const BORDER = "#17212b";
/** Screen pixels that lines reach beyond a unit's box. */
const REACH = 4;
/** Screen pixels below which two corners are drawn as one. */
const GRAIN = 0.6;
/** Clients a dot, by steps; the fewest that keep the dots countable. */
const DOTS = 4000;

export class UnitLayer {
  shapes: Shapes;
  readonly shown: Shown = {
    streets: true,
    caseload: false,
    districts: false,
    changed: true,
    labels: true,
  };
  /** Clients that one dot stands for. */
  perDot = 1;
  private readonly sheet: Sheet;
  private dots: Float64Array[] = [];

  constructor(
    private readonly editing: Editing,
    private readonly map: L.Map,
  ) {
    this.shapes = new Shapes(editing.ground);
    this.sheet = new Sheet(map, "units");
    map.on("moveend viewreset resize", () => this.draw());
    onRatio(() => this.draw());
    editing.on("units", (units) => this.redraw(units));
    editing.on("ground", () => {
      if (this.shapes.ground !== editing.ground) {
        this.shapes = new Shapes(editing.ground);
        this.dots = [];
      }
      this.draw();
    });
  }

  /** Draws everything. */
  draw(): void {
    this.sheet.reset();
    this.shapes.refine(GRAIN / this.scale);
    this.paint(this.sheet.whole);
  }

  show(change: Partial<Shown>): void {
    Object.assign(this.shown, change);
    this.draw();
  }

  /** Screen pixels a pixel of the shapes. */
  get scale(): number {
    return this.map.getZoomScale(this.sheet.zoom, LEVEL);
  }

  /** Point of the shapes under a point of the map's container. */
  under(point: L.Point): [number, number] {
    const at = this.map.containerPointToLayerPoint(point).add(this.map.getPixelOrigin());
    const scale = this.map.getZoomScale(this.map.getZoom(), LEVEL);
    return [at.x / scale - this.shapes.origin[0], at.y / scale - this.shapes.origin[1]];
  }

  private redraw(units: readonly number[]): void {
    const { boxes } = this.shapes;
    const rect = { x0: Infinity, y0: Infinity, x1: -Infinity, y1: -Infinity };
    for (const unit of units) {
      rect.x0 = Math.min(rect.x0, boxes[4 * unit] as number);
      rect.y0 = Math.min(rect.y0, boxes[4 * unit + 1] as number);
      rect.x1 = Math.max(rect.x1, boxes[4 * unit + 2] as number);
      rect.y1 = Math.max(rect.y1, boxes[4 * unit + 3] as number);
    }
    const { a, dx, dy } = this.matrix();
    const reach = REACH * this.sheet.ratio;
    const { width, height } = this.sheet;
    const canvas = {
      x0: Math.max(0, Math.floor(rect.x0 * a + dx - reach)),
      y0: Math.max(0, Math.floor(rect.y0 * a + dy - reach)),
      x1: Math.min(width, Math.ceil(rect.x1 * a + dx + reach)),
      y1: Math.min(height, Math.ceil(rect.y1 * a + dy + reach)),
    };
    if (canvas.x0 < canvas.x1 && canvas.y0 < canvas.y1) this.paint(canvas);
  }

  /** From pixels of the shapes to pixels of the canvas. */
  private matrix(): { a: number; dx: number; dy: number } {
    const { ratio, corner } = this.sheet;
    const { scale } = this;
    const [x, y] = this.shapes.origin;
    return {
      a: scale * ratio,
      dx: (x * scale - corner.x) * ratio,
      dy: (y * scale - corner.y) * ratio,
    };
  }

  private paint(part: Rect): void {
    this.sheet.draw([part], (context, rect, x, y) => this.paintOn(context, rect, x, y));
  }

  private paintOn(context: CanvasRenderingContext2D, canvas: Rect, x: number, y: number): void {
    const { ratio } = this.sheet;
    const { shapes } = this;
    const { a, dx, dy } = this.matrix();
    context.setTransform(a, 0, 0, a, dx + x, dy + y);
    const reach = (REACH * ratio) / a;
    const units = shapes.within({
      x0: (canvas.x0 - dx) / a - reach,
      y0: (canvas.y0 - dy) / a - reach,
      x1: (canvas.x1 - dx) / a + reach,
      y1: (canvas.y1 - dy) / a + reach,
    });
    this.fills(context, units, a);
    this.lines(context, units, a / ratio);
    if (this.shown.caseload) this.dotted(context, units, a / ratio);
    if (this.shown.districts) {
      context.lineWidth = (2.4 * ratio) / a;
      context.strokeStyle = "#7a1f5c";
      context.setLineDash([(9 * ratio) / a, (5 * ratio) / a]);
      context.stroke(shapes.districts);
      context.setLineDash([]);
    }
  }

  private fills(context: CanvasRenderingContext2D, units: number[], a: number): void {
    const { editing, shapes } = this;
    const { now, teams } = editing;
    const { of } = editing;
    const alpha = this.shown.streets ? 0.66 : 0.9;
    for (const unit of units) {
      const team = teams[of[unit] as number];
      const path = shapes.unit(unit);
      context.globalAlpha = team ? alpha : 0.5;
      context.fillStyle = team ? team.colour : NOBODY;
      context.fill(path, "evenodd");
      context.globalAlpha = 1;
      if (team?.pattern) {
        context.fillStyle = texture(context, team.pattern, 1 / a);
        context.fill(path, "evenodd");
      }
      if (this.shown.changed && of[unit] !== now[unit]) {
        context.fillStyle = hatch(context, this.sheet.ratio, 1 / a);
        context.fill(path, "evenodd");
      }
    }
  }

  private lines(context: CanvasRenderingContext2D, units: number[], scale: number): void {
    const { editing, shapes } = this;
    const { ground } = editing;
    const { of } = editing;
    const thin: Path2D[] = [];
    const thick: Path2D[] = [];
    const drawn = new Set<number>();
    for (const unit of units) {
      const others = ground.neighbours(unit);
      ground.edgesOf(unit).forEach((edge, i) => {
        const side = shapes.side(edge);
        if (!side || drawn.has(edge)) return;
        drawn.add(edge);
        (of[unit] === of[others[i] as number] ? thin : thick).push(side);
      });
      for (const { other, path } of shapes.looseOf(unit))
        (other >= 0 && of[unit] === of[other] ? thin : thick).push(path);
    }
    context.lineJoin = "round";
    context.lineCap = "round";
    const span = shapes.typical * scale;
    // Lines between units of one team vanish where they would hide the units themselves.
    if (span > 5) {
      context.lineWidth = Math.min(1, span / 24 + 0.25) / scale;
      context.strokeStyle = span > 14 ? "rgb(23 33 43 / 45%)" : "rgb(255 255 255 / 60%)";
      for (const path of thin) context.stroke(path);
    }
    context.lineWidth = (span > 14 ? 2.6 : 2) / scale;
    context.strokeStyle = BORDER;
    for (const path of thick) context.stroke(path);
  }

  private dotted(context: CanvasRenderingContext2D, units: number[], scale: number): void {
    const { ground } = this.editing;
    const all = ground.clients.reduce((sum, count) => sum + count, 0);
    this.perDot = [1, 2, 5, 10, 20, 50, 100].find((step) => all / step <= DOTS) ?? 200;
    const size = 2.4 / scale;
    context.fillStyle = "#10161c";
    for (const unit of units) {
      this.dots[unit] ??= this.shapes.dots(
        unit,
        Math.round((ground.clients[unit] as number) / this.perDot),
      );
      const dots = this.dots[unit] as Float64Array;
      for (let i = 0; i + 1 < dots.length; i += 2)
        context.fillRect(
          (dots[i] as number) - size / 2,
          (dots[i + 1] as number) - size / 2,
          size,
          size,
        );
    }
  }
}

// What lies over the units: names of teams, the unit under the pointer or the keyboard, the team
// that a table row points at, and the tool at work.
import type L from "leaflet";
import { onRatio } from "../map/ratio.ts";
import type { Editing } from "./editing.ts";
import { type Label, LOCK, placed } from "./labels.ts";
import type { UnitLayer } from "./layer.ts";
import { LEVEL, type Rect } from "./shapes.ts";
import { common, Sheet } from "./sheet.ts";

const HALO = "#ffffff";
const DARK = "#10161c";
const MARK = "#ffd23f";
/** Colour, width and dashes of each line of the keyboard's outline, the lowest first. */
const CURSOR: readonly (readonly [string, number, readonly number[]])[] = [
  [HALO, 12, []],
  [DARK, 10, [9, 6]],
  [HALO, 4, []],
];
/** How far a halo reaches. */
const ROUND = 2;
const MOST_WORDS = 1000;
/** Width that a lock takes behind a name. */
const LOCK_ROOM = 13;

/** What a tool shows, in pixels of the shapes. */
export interface Trace {
  /** A closed line: rectangle or lasso. */
  line?: readonly number[];
  brush?: { x: number; y: number; radius: number; down: boolean };
}

export class Overlay {
  /** Unit of the keyboard; -1 while it is not used. */
  cursor = -1;
  trace: Trace = {};
  private hovered = { unit: -1, team: -1 };
  private found: readonly number[] = [];
  /** The line around them, made once. */
  private foundLine: Path2D | null = null;
  private readonly sheet: Sheet;
  private labels: Label[] = [];
  private readonly words = new Map<string, HTMLCanvasElement>();
  private stale = false;
  /** What labels that changed covered and cover, in pixels of the sheet. */
  private changed: Rect[] = [];
  /** Whether the line of a tool is drawn. */
  private lined = false;
  /** Measures letters. */
  private readonly pen = document
    .createElement("canvas")
    .getContext("2d") as CanvasRenderingContext2D;
  private readonly ring = document.createElement("div");

  constructor(
    private readonly editing: Editing,
    private readonly map: L.Map,
    private readonly layer: UnitLayer,
  ) {
    this.sheet = new Sheet(map, "marks");
    this.ring.className = "editor-ring";
    map.getPane("marks")?.append(this.ring);
    map.on("moveend viewreset resize", () => this.reset());
    onRatio(() => this.reset());
    editing.on("units", () => {
      this.relabel();
    });
    editing.on("ground", () => this.reset());
    for (const news of ["locks", "comments", "tolerance"] as const)
      editing.on(news, () => this.reset());
    editing.on("found", (units) => this.find(units));
    editing.on("history", () => this.find([]));
    editing.on("hover", (on) => {
      this.hovered = on;
      this.stale = true;
    });
    editing.on("frame", () => {
      this.round();
      if (this.stale) this.draw();
      else if (this.changed.length) this.paint(this.changed.splice(0));
    });
  }

  reset(): void {
    this.sheet.reset();
    this.foundLine = null;
    this.place();
    this.draw();
    this.round();
  }

  /** Draws with the next frame. */
  later(): void {
    this.stale ||= this.lined || this.trace.line !== undefined;
    this.editing.soon();
  }

  private place(): void {
    this.labels = this.layer.shown.labels
      ? placed(this.editing, this.layer.shapes, this.scale, this.pen)
      : [];
  }

  /** Places the labels anew and remembers where others stand than before. */
  private relabel(): void {
    const before = new Map(this.labels.map((label) => [JSON.stringify(label), label]));
    this.place();
    for (const label of this.labels)
      if (!before.delete(JSON.stringify(label))) this.changed.push(this.around(label));
    for (const label of before.values()) this.changed.push(this.around(label));
  }

  private around({ x, y, lines }: Label): Rect {
    const { ratio } = this.sheet;
    const [dx, dy] = this.origin();
    const rect = { x0: Infinity, y0: Infinity, x1: -Infinity, y1: -Infinity };
    for (const line of lines) {
      const { width, height } = this.word(line);
      const left = Math.round(dx * ratio) + Math.round(x * ratio - width / 2);
      const top = Math.round(dy * ratio) + Math.round((y + line.y) * ratio - height / 2);
      rect.x0 = Math.min(rect.x0, left);
      rect.y0 = Math.min(rect.y0, top);
      rect.x1 = Math.max(rect.x1, left + width);
      rect.y1 = Math.max(rect.y1, top + height);
    }
    return rect;
  }

  /** Screen pixels from the sheet's corner to the origin of the shapes. */
  private origin(): [number, number] {
    const { corner } = this.sheet;
    const { origin } = this.layer.shapes;
    return [origin[0] * this.scale - corner.x, origin[1] * this.scale - corner.y];
  }

  /** Outlines units that were looked for, until the plan changes. */
  private find(units: readonly number[]): void {
    if (!units.length && !this.found.length) return;
    this.found = units;
    this.foundLine = null;
    this.stale = true;
    this.editing.soon();
  }

  private get scale(): number {
    return 2 ** (this.sheet.zoom - LEVEL);
  }

  private draw(): void {
    this.stale = false;
    this.changed = [];
    this.lined = this.trace.line !== undefined;
    this.paint([this.sheet.whole]);
  }

  private paint(parts: readonly Rect[]): void {
    const { ratio } = this.sheet;
    const { shapes } = this.layer;
    const { scale } = this;
    const [dx, dy] = this.origin();
    const boxes = this.labels.map((label) => this.around(label));
    this.sheet.draw(parts, (context, part, x, y) => {
      context.setTransform(scale * ratio, 0, 0, scale * ratio, dx * ratio + x, dy * ratio + y);
      context.lineJoin = "round";
      if (this.hovered.unit >= 0 && this.hovered.unit !== this.cursor)
        this.outline(context, shapes.unit(this.hovered.unit), scale, HALO);
      if (this.cursor >= 0) this.dashed(context, shapes.unit(this.cursor), scale);
      // Last, so that what was looked for is marked under the keyboard too.
      this.team(context, scale);
      this.tool(context, scale);
      context.setTransform(1, 0, 0, 1, Math.round(dx * ratio) + x, Math.round(dy * ratio) + y);
      this.labels.forEach((label, at) => {
        if (common(boxes[at] as Rect, part)) this.write(context, label);
      });
    });
  }

  /** The border of what was looked for, and of the team that a row of the table points at. */
  private team(context: CanvasRenderingContext2D, scale: number): void {
    if (this.found.length) {
      const found = new Set(this.found);
      this.foundLine ??= this.border((one) => found.has(one));
      this.outline(context, this.foundLine, scale, MARK);
    }
    const { unit, team } = this.hovered;
    if (unit >= 0 || team < 0) return;
    const { of } = this.editing;
    this.outline(
      context,
      this.border((one) => of[one] === team),
      scale,
      MARK,
    );
  }

  /** The line around units. */
  private border(within: (unit: number) => boolean): Path2D {
    const { shapes } = this.layer;
    const { ground } = this.editing;
    const border = new Path2D();
    for (let one = 0; one < ground.size; one++) {
      if (!within(one)) continue;
      const others = ground.neighbours(one);
      ground.edgesOf(one).forEach((edge, i) => {
        const side = shapes.side(edge);
        if (side && !within(others[i] as number)) border.addPath(side);
      });
      for (const { other, path } of shapes.looseOf(one))
        if (other < 0 || !within(other)) border.addPath(path);
    }
    return border;
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

  /** A double line of dashes: told apart from the others by more than its colour. */
  private dashed(context: CanvasRenderingContext2D, path: Path2D, scale: number): void {
    for (const [colour, width, dash] of CURSOR) {
      context.setLineDash(dash.map((length) => length / scale));
      context.strokeStyle = colour;
      context.lineWidth = width / scale;
      context.stroke(path);
    }
  }

  /** Moves the ring of the brush: an element, so that nothing is drawn anew for it. */
  private round(): void {
    const { brush } = this.trace;
    this.ring.hidden = !brush?.radius;
    if (!brush?.radius) return;
    const { scale } = this;
    const { origin } = this.layer.shapes;
    const { x, y } = this.map.getPixelOrigin();
    const radius = brush.radius * scale;
    const left = (origin[0] + brush.x) * scale - x - radius;
    const top = (origin[1] + brush.y) * scale - y - radius;
    const size = `${2 * radius}px`;
    if (this.ring.style.width !== size) {
      this.ring.style.width = size;
      this.ring.style.height = size;
    }
    this.ring.classList.toggle("is-down", brush.down);
    this.ring.style.transform = `translate(${left}px, ${top}px)`;
  }

  private tool(context: CanvasRenderingContext2D, scale: number): void {
    const { line } = this.trace;
    if (!line) return;
    const path = new Path2D();
    for (let i = 0; i + 1 < line.length; i += 2)
      path.lineTo(line[i] as number, line[i + 1] as number);
    path.closePath();
    context.fillStyle = "rgb(16 22 28 / 10%)";
    context.fill(path);
    context.strokeStyle = HALO;
    context.lineWidth = 4 / scale;
    context.stroke(path);
    context.strokeStyle = DARK;
    context.lineWidth = 1.6 / scale;
    context.setLineDash([6 / scale, 4 / scale]);
    context.stroke(path);
    context.setLineDash([]);
  }

  private write(context: CanvasRenderingContext2D, label: Label): void {
    const { ratio } = this.sheet;
    for (const line of label.lines) {
      const word = this.word(line);
      // On whole pixels, or letters blur.
      const x = Math.round(label.x * ratio - word.width / 2);
      context.drawImage(word, x, Math.round((label.y + line.y) * ratio - word.height / 2));
    }
  }

  private word(line: Label["lines"][number]): HTMLCanvasElement {
    const { ratio } = this.sheet;
    const key = `${ratio} ${line.font} ${line.colour} ${line.text}`;
    let word = this.words.get(key);
    if (!word) {
      word = written(line, ratio);
      // Figures change with every stroke: what is no longer shown is forgotten now and then.
      if (this.words.size > MOST_WORDS) this.words.clear();
      this.words.set(key, word);
    }
    return word;
  }
}

/** Text with its halo, drawn once: outlines of letters are slow. */
function written(line: Label["lines"][number], ratio: number): HTMLCanvasElement {
  const { font, colour } = line;
  const locked = line.text.endsWith(LOCK);
  const text = locked ? line.text.slice(0, -LOCK.length) : line.text;
  const room = locked ? LOCK_ROOM : 0;
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d") as CanvasRenderingContext2D;
  context.font = font;
  const size = Number.parseFloat(/([\d.]+)px/.exec(font)?.[1] ?? "16");
  canvas.width = Math.ceil((context.measureText(text).width + room + 2 * ROUND) * ratio);
  canvas.height = Math.ceil((1.5 * size + 2 * ROUND) * ratio);
  context.scale(ratio, ratio);
  context.font = font;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineJoin = "round";
  context.strokeStyle = HALO;
  context.lineWidth = 2 * ROUND;
  const x = (canvas.width / ratio - room) / 2;
  const y = canvas.height / ratio / 2;
  context.strokeText(text, x, y);
  context.fillStyle = colour;
  context.fillText(text, x, y);
  if (locked) lock(context, canvas.width / ratio - ROUND - 9, y - 6);
  return canvas;
}

/** Draws a lock of 9 by 11 pixels with its halo. */
function lock(context: CanvasRenderingContext2D, x: number, y: number): void {
  for (const [colour, wide] of [
    [HALO, 2 * ROUND],
    [DARK, 0],
  ] as const) {
    context.strokeStyle = colour;
    context.fillStyle = colour;
    context.lineWidth = 1.6 + wide;
    context.beginPath();
    context.moveTo(x + 1.8, y + 5);
    context.arc(x + 4.5, y + 4, 2.7, Math.PI, 0);
    context.lineTo(x + 7.2, y + 5);
    context.stroke();
    context.fillRect(x - wide / 2, y + 5 - wide / 2, 9 + wide, 6 + wide);
  }
}

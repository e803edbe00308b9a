// Splitting a unit along a drawn line: by mouse, by touch, or by keys that move a cross.

import { postJson } from "../api.ts";
import type { Editing } from "../editing.ts";
import { newKey } from "../log.ts";
import { planPath, trying } from "./ask.ts";
import { byTouch, type Cover, cover, moved, pickUnit, unitField } from "./cover.ts";
import { button, count, dialog, field, h } from "./dom.ts";

/** A pointer that moves less than this has clicked. */
const STILL_PX = 5;
type Point = [number, number];

/** Asks which unit, then for the line. */
export function split(editing: Editing): void {
  const unit = unitField(editing);
  const said = h("p", { class: "field-error", role: "alert" });
  const { noun } = editing.ground;
  const box = dialog(
    `Split a ${noun}`,
    h(
      "p",
      {},
      `Draw a line across a ${noun}: its parts become units of this plan only, and can go to ` +
        "different teams. Undo joins them again.",
    ),
    field(`${noun.charAt(0).toUpperCase()}${noun.slice(1)}`, unit.field),
    unit.list,
    said,
    h(
      "p",
      { class: "actions" },
      button(
        "Draw the line",
        () => {
          const at = unit.unit();
          said.textContent = unit.lacks();
          if (at < 0) return;
          box.close();
          new Line(editing, at);
        },
        { class: "button button-primary" },
      ),
      button(
        "Point at it on the map",
        async () => {
          box.close();
          const at = await pickUnit(editing, " to split");
          if (at >= 0) new Line(editing, at);
        },
        { class: "button" },
      ),
      button("Cancel", () => box.close(), { class: "button" }),
    ),
  );
  box.showModal();
}

class Line {
  private readonly points: Point[] = [];
  private cross: Point;
  private readonly sheet: Cover;
  private readonly canvas = h("canvas", { "aria-hidden": "true" });
  private readonly said = h("span", { class: "split-said", role: "alert" });
  private pressed: Point | null = null;

  constructor(
    private readonly editing: Editing,
    private readonly unit: number,
  ) {
    const name = editing.unitName(unit);
    this.sheet = cover(
      editing,
      byTouch()
        ? `Drag a line across ${name}, or tap its points.`
        : `Draw a line across ${name}: drag, or click point by point. Keys: arrows move the cross, Space sets a point, Backspace takes it back, Enter splits.`,
      () => this.end(),
    );
    const { box, bar } = this.sheet;
    this.cross = [box.clientWidth / 2, box.clientHeight / 2];
    box.append(this.canvas);
    bar.append(
      button("Take a point back", () => this.back()),
      button("Split", () => void this.send(), { class: "button button-small button-primary" }),
      this.said,
    );
    // A telephone has the bar below the map.
    editing.zoomTo([unit], bar.offsetTop > box.offsetTop ? 0 : bar.offsetHeight);
    box.addEventListener("pointerdown", (event) => {
      box.setPointerCapture(event.pointerId);
      this.pressed = [event.offsetX, event.offsetY];
      this.add(this.pressed);
    });
    box.addEventListener("pointermove", (event) => {
      this.cross = [event.offsetX, event.offsetY];
      this.draw();
    });
    box.addEventListener("pointerup", (event) => {
      const [x, y] = this.pressed ?? [event.offsetX, event.offsetY];
      this.pressed = null;
      if (Math.hypot(event.offsetX - x, event.offsetY - y) > STILL_PX)
        this.add([event.offsetX, event.offsetY]);
    });
    box.addEventListener("keydown", (event) => this.key(event));
    editing.hover(unit);
    this.told();
  }

  private end(): void {
    this.editing.hover(-1);
  }

  private key(event: KeyboardEvent): void {
    const next = moved(event, this.cross, this.sheet.box);
    if (next) {
      this.cross = next;
      this.draw();
    } else if (event.key === " ") this.add(this.cross);
    else if (event.key === "Backspace") this.back();
    else if (event.key === "Enter") void this.send();
    else return;
    event.preventDefault();
  }

  private add(point: Point): void {
    this.points.push(point);
    this.told();
  }

  /** Takes the last point back. */
  private back(): void {
    this.points.pop();
    this.told();
  }

  private told(): void {
    this.said.textContent = this.points.length
      ? count(this.points.length, "point")
      : "No point yet";
    this.draw();
  }

  private draw(): void {
    const { canvas } = this;
    const { box } = this.sheet;
    canvas.width = box.clientWidth;
    canvas.height = box.clientHeight;
    const context = canvas.getContext("2d") as CanvasRenderingContext2D;
    const line = [...this.points, ...(this.points.length ? [this.cross] : [])];
    for (const [colour, width] of [
      ["#ffffff", 6],
      ["#a4161a", 3],
    ] as const) {
      context.strokeStyle = colour;
      context.lineWidth = width;
      context.beginPath();
      for (const [x, y] of line) context.lineTo(x, y);
      context.stroke();
      context.beginPath();
      const [x, y] = this.cross;
      context.moveTo(x - 10, y);
      context.lineTo(x + 10, y);
      context.moveTo(x, y - 10);
      context.lineTo(x, y + 10);
      context.stroke();
    }
    context.fillStyle = "#a4161a";
    for (const [x, y] of this.points) context.fillRect(x - 4, y - 4, 8, 8);
  }

  private async send(): Promise<void> {
    const { editing } = this;
    if (this.points.length < 2) {
      this.said.textContent = "A line has two points or more.";
      return;
    }
    const line = this.points.map((point) => {
      const { lat, lng } = editing.map.containerPointToLatLng(point);
      return [lng, lat];
    });
    await trying(
      // The line stays, to be mended.
      (why) => {
        this.said.textContent = why;
      },
      async () => {
        const { pieces } = await postJson<{ pieces: string[] }>(`${planPath()}/split`, {
          unit: editing.ground.units[this.unit],
          line,
          key: newKey(),
          base: editing.log.seq,
        });
        this.sheet.lift();
        this.end();
        await editing.refresh();
        editing.say(`Split into ${pieces.join(" and ")}.`);
      },
    );
  }
}

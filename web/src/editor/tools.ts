// What pointer and finger do on the map.
import L from "leaflet";
import type { Editing } from "./editing.ts";
import { gains } from "./gains.ts";
import type { UnitLayer } from "./layer.ts";
import type { Overlay } from "./overlay.ts";
import { sentence } from "./sentence.ts";

export type Tool = "brush" | "rectangle" | "lasso" | "pick" | "pan";

export const TOOLS: readonly Tool[] = ["brush", "rectangle", "lasso", "pick", "pan"];
/** Screen pixels from the middle of the brush to its edge; the first takes one unit at a time. */
export const SIZES: readonly number[] = [0, 14, 30, 60];
/** Screen pixels between two corners of a lasso. */
const LASSO_STEP = 3;
/** A second finger this soon after the first means zoom, not paint. */
const SECOND_FINGER_MS = 300;

export class Tools {
  size = 0;
  private chosen: Tool = "brush";
  /** Corners set by the keyboard, in pixels of the shapes. */
  private corners: number[] = [];
  private held: {
    id: number;
    tool: Tool;
    at: number;
    last: [number, number];
    line: number[];
    painted: number;
  } | null = null;
  private readonly fingers = new Set<number>();
  /** Where the map stands on the page. Asking lays the page out: not at every move. */
  private origin = { left: 0, top: 0 };

  constructor(
    private readonly editing: Editing,
    private readonly map: L.Map,
    private readonly layer: UnitLayer,
    private readonly overlay: Overlay,
  ) {
    const box = map.getContainer();
    const stand = () => {
      this.origin = box.getBoundingClientRect();
    };
    box.addEventListener("pointerenter", stand);
    map.on("resize", stand);
    box.addEventListener("pointerdown", (event) => {
      stand();
      this.down(event);
    });
    box.addEventListener("pointermove", (event) => this.move(event));
    // Of a stroke neither the browser nor Leaflet needs to know: no text is marked on the way, and
    // no style changes with it.
    for (const type of ["mousedown", "mousemove"])
      box.addEventListener(type, (event) => this.ours(event), { capture: true });
    box.addEventListener("pointerup", (event) => this.up(event));
    box.addEventListener("pointercancel", (event) => this.up(event));
    box.addEventListener("pointerleave", () => this.leave());
    box.addEventListener("contextmenu", (event) => event.preventDefault());
    this.tool = "brush";
  }

  get tool(): Tool {
    return this.chosen;
  }

  set tool(tool: Tool) {
    this.drop();
    this.chosen = tool;
    if (tool === "pan") this.map.dragging.enable();
    else this.map.dragging.disable();
    this.map.getContainer().dataset.tool = tool;
    this.editing.emit("brush", undefined);
  }

  /** Larger or smaller by one step. */
  resize(step: number): void {
    this.size = Math.min(SIZES.length - 1, Math.max(0, this.size + step));
    this.editing.emit("brush", undefined);
    this.overlay.later();
  }

  /** Radius of the brush in pixels of the shapes. */
  get radius(): number {
    return (SIZES[this.size] ?? 0) / this.layer.scale;
  }

  /** Makes the team of a unit the one that paints. */
  pick(unit: number): void {
    const { editing } = this;
    const team = editing.of[unit] as number;
    editing.brushTeam = team;
    if (!gains(editing, team)) return;
    editing.say(
      team < 0
        ? `${editing.unitName(unit)} has no team: painting takes units from their team.`
        : `${editing.teamName(team)} paints now.`,
    );
  }

  /** What the tool does at the unit of the keyboard. */
  use(unit: number): void {
    const { shapes } = this.layer;
    const x = shapes.inside[2 * unit] as number;
    const y = shapes.inside[2 * unit + 1] as number;
    if (this.tool === "pick") this.pick(unit);
    else if (this.tool === "pan") this.map.panTo(this.place(x, y));
    else if (this.tool === "brush") this.once(shapes.brushed(x, y, x, y, this.radius));
    else this.corner(x, y);
  }

  private corner(x: number, y: number): void {
    const again = this.corners.at(-2) === x && this.corners.at(-1) === y;
    if (!again) this.corners.push(x, y);
    const corners = this.corners.length / 2;
    if (this.tool === "rectangle" && corners === 2) this.close(this.corners);
    else if (this.tool === "lasso" && again && corners > 2) this.close(this.corners);
    else {
      this.overlay.trace = { line: this.corners };
      this.overlay.later();
      this.editing.say(
        this.tool === "rectangle"
          ? "First corner set. Go to the opposite corner and press Enter."
          : `Corner ${corners} set. Press Enter twice at the last one to close the line.`,
      );
    }
  }

  /** Ends whatever is under way, as if it had not been. */
  drop(): boolean {
    const busy = this.held !== null || this.corners.length > 0;
    this.editing.cancel();
    this.held = null;
    this.corners = [];
    this.overlay.trace = {};
    this.overlay.later();
    return busy;
  }

  private down(event: PointerEvent): void {
    if (event.pointerType === "touch") {
      this.fingers.add(event.pointerId);
      if (this.fingers.size > 1) {
        this.secondFinger(event);
        return;
      }
    }
    if (event.button !== 0 || this.held || (event.target as Element).closest(".leaflet-control"))
      return;
    this.overlay.cursor = -1;
    const tool = event.altKey ? "pick" : event.shiftKey ? "rectangle" : this.tool;
    if (tool === "pan") return;
    const at = this.under(event);
    if (tool === "pick") {
      const unit = this.layer.shapes.at(...at);
      if (unit >= 0) this.pick(unit);
      return;
    }
    if (!this.editing.editable) {
      this.editing.say("This plan cannot be edited.");
      return;
    }
    this.map.getContainer().setPointerCapture(event.pointerId);
    this.held = {
      id: event.pointerId,
      tool,
      at: event.timeStamp,
      last: at,
      line: [...at],
      painted: 0,
    };
    this.hover(at);
    this.overlay.later();
    if (tool !== "brush") return;
    this.editing.begin();
    this.stroke(at);
  }

  private ours(event: Event): void {
    if (!this.held) return;
    event.preventDefault();
    event.stopPropagation();
    const box = this.map.getContainer();
    if (document.activeElement !== box) box.focus({ preventScroll: true });
  }

  private move(event: PointerEvent): void {
    const at = this.under(event);
    if (event.pointerType !== "touch" || this.held) this.hover(at);
    const { held } = this;
    if (!held || held.id !== event.pointerId) return;
    const all = event.getCoalescedEvents?.() ?? [];
    for (const one of all.length ? all : [event]) this.follow(held, this.under(one));
    this.overlay.later();
  }

  private follow(held: NonNullable<Tools["held"]>, at: [number, number]): void {
    if (held.tool === "brush") {
      this.stroke(at);
      return;
    }
    if (held.tool === "rectangle") {
      held.last = at;
      this.overlay.trace = { line: box([...held.line.slice(0, 2), ...at]) };
      return;
    }
    const far = Math.hypot(at[0] - held.last[0], at[1] - held.last[1]);
    if (far * this.layer.scale < LASSO_STEP) return;
    held.line.push(...at);
    held.last = at;
    this.overlay.trace = { line: held.line };
  }

  private stroke(to: [number, number]): void {
    const { held } = this;
    if (!held) return;
    const units = this.layer.shapes.brushed(...held.last, ...to, this.radius);
    held.painted += this.editing.paint(units).length;
    held.last = to;
  }

  private up(event: PointerEvent): void {
    this.fingers.delete(event.pointerId);
    const { held } = this;
    if (!held || held.id !== event.pointerId) return;
    this.held = null;
    this.overlay.trace = {};
    this.overlay.later();
    if (event.pointerType !== "touch") this.hover(this.under(event));
    if (event.type === "pointercancel") this.editing.cancel();
    else if (held.tool === "brush") {
      const edit = this.editing.commit();
      if (edit) this.editing.say(sentence(this.editing, Object.keys(edit.changes)));
      else this.why(this.layer.shapes.at(...held.last));
    } else if (held.tool === "rectangle")
      this.close([...held.line.slice(0, 2), ...held.last], "rectangle");
    else this.close(held.line, "lasso");
  }

  /** Fills a rectangle of two corners, or a lasso. */
  private close(line: readonly number[], tool: Tool = this.tool): void {
    const { shapes } = this.layer;
    const [x0, y0, x1, y1] = line as number[] as [number, number, number, number];
    const units =
      tool === "rectangle"
        ? shapes.inRectangle({
            x0: Math.min(x0, x1),
            y0: Math.min(y0, y1),
            x1: Math.max(x0, x1),
            y1: Math.max(y0, y1),
          })
        : shapes.inLasso(line);
    this.corners = [];
    this.overlay.trace = {};
    this.overlay.later();
    this.once(units);
  }

  /** One stroke that takes all its units at once. */
  private once(units: number[]): void {
    const { editing } = this;
    if (!editing.editable) {
      editing.say("This plan cannot be edited.");
      return;
    }
    editing.begin();
    editing.paint(units);
    const edit = editing.commit();
    if (edit) editing.say(sentence(editing, Object.keys(edit.changes)));
    else if (units.length) this.why(units[0] as number);
    else editing.say(`No ${editing.ground.noun} has its middle in there.`);
  }

  /** Says why nothing was painted. */
  private why(unit: number): void {
    const { editing } = this;
    if (unit < 0) return;
    const team = editing.of[unit] as number;
    const to = editing.brushTeam;
    const name = editing.unitName(unit);
    if (team === to) editing.say(`${name} is with ${editing.teamName(team)} already.`);
    else if (editing.locked.has(to)) editing.say(editing.whyLocked(to));
    else if (editing.locked.has(team)) editing.say(`${name} stays: ${editing.whyLocked(team)}`);
    else if (editing.onlyFrom !== null)
      editing.say(`${name} stays: painting takes from ${editing.teamName(editing.onlyFrom)} only.`);
  }

  /** Two fingers move the map; what the first has painted by then was not meant. */
  private secondFinger(event: PointerEvent): void {
    const { held } = this;
    if (!held) return;
    this.held = null;
    this.overlay.trace = {};
    if (event.timeStamp - held.at < SECOND_FINGER_MS) this.editing.cancel();
    else this.editing.commit();
  }

  private hover(at: [number, number]): void {
    this.overlay.trace.brush =
      this.tool === "brush" && this.size
        ? { x: at[0], y: at[1], radius: this.radius, down: this.held !== null }
        : (undefined as never);
    // While a tool draws, what it changes is shown, not what lies under it.
    this.editing.hover(this.held ? -1 : this.layer.shapes.at(...at));
  }

  private leave(): void {
    if (this.held) return;
    this.overlay.trace = {};
    this.editing.hover(-1);
  }

  private under(event: MouseEvent): [number, number] {
    const { left, top } = this.origin;
    return this.layer.under(L.point(event.clientX - left, event.clientY - top));
  }

  private place(x: number, y: number): L.LatLng {
    const [lon, lat] = this.layer.shapes.place(x, y);
    return L.latLng(lat, lon);
  }
}

function box([x0, y0, x1, y1]: number[]): number[] {
  return [x0, y0, x1, y0, x1, y1, x0, y1] as number[];
}

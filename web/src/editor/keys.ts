// The keyboard: everything that the pointer can do.
import type L from "leaflet";
import type { Editing } from "./editing.ts";
import { gains } from "./gains.ts";
import type { UnitLayer } from "./layer.ts";
import type { Overlay } from "./overlay.ts";
import { figures } from "./sentence.ts";
import type { Tool, Tools } from "./tools.ts";

/** For the help sheet, in its order. */
export const KEYS: readonly { keys: string; text: string }[] = [
  { keys: "Arrow keys", text: "Go to the neighbouring unit (on the map)" },
  { keys: "Enter or Space", text: "Paint the unit, or set a corner of the rectangle or lasso" },
  { keys: "Shift + arrow keys", text: "Go and paint" },
  { keys: "Escape", text: "Drop the stroke, rectangle or lasso under way" },
  { keys: "1 to 9", text: "Paint with the first to ninth team" },
  { keys: "[ and ]", text: "Paint with the team before or after; No team is the last" },
  { keys: "0 or X", text: "Take units from their team" },
  { keys: "E", text: "Paint with the team of this unit" },
  { keys: "O", text: "Take from the team of this unit only, or again from all" },
  { keys: "B, R, S, P, V", text: "Brush, rectangle, lasso, pick a team, move the map" },
  { keys: "+ and −", text: "Larger or smaller brush" },
  { keys: "Page Up and Page Down", text: "Zoom in or out (on the map)" },
  { keys: "Home", text: "Show the whole plan (on the map)" },
  { keys: "Ctrl + Z, Ctrl + Y", text: "Undo, redo your own edits" },
  { keys: "L", text: "Lock or unlock the team that paints" },
  { keys: "Shift + L", text: "Lock or unlock all teams" },
  { keys: "M", text: "Go to the map" },
  { keys: "Alt + click", text: "Paint with the team of the unit clicked" },
  { keys: "Shift + drag", text: "Paint a rectangle" },
];

const OFF = "geoteam-shortcuts-off";
const STEPS: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
const TOOL_KEYS: Record<string, Tool> = {
  b: "brush",
  r: "rectangle",
  s: "lasso",
  p: "pick",
  v: "pan",
};

export class Keys {
  private readonly box: HTMLElement;

  constructor(
    private readonly editing: Editing,
    private readonly map: L.Map,
    private readonly layer: UnitLayer,
    private readonly overlay: Overlay,
    private readonly tools: Tools,
    private readonly whole: () => void,
  ) {
    this.box = map.getContainer();
    this.box.addEventListener("keydown", (event) => this.onMap(event));
    // Before the shortcuts of every page: some of these keys begin theirs.
    document.addEventListener("keydown", (event) => this.anywhere(event), { capture: true });
    // Who comes by the keyboard sees at once where they are.
    this.box.addEventListener("keyup", (event) => {
      if (event.key === "Tab" && this.here < 0) this.start();
    });
    this.box.addEventListener("blur", () => this.leave());
  }

  private get here(): number {
    return this.overlay.cursor;
  }

  private onMap(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = STEPS[event.key];
    if (step) {
      this.go(...step);
      if (event.shiftKey) this.tools.use(this.here);
    } else if (event.key === "Enter" || event.key === " ") {
      if (this.here < 0) this.start();
      else this.tools.use(this.here);
    } else if (event.key === "PageUp") this.map.zoomIn();
    else if (event.key === "PageDown") this.map.zoomOut();
    else if (event.key === "Home") this.whole();
    else return;
    event.preventDefault();
  }

  private anywhere(event: KeyboardEvent): void {
    const target = event.target as HTMLElement;
    if (document.querySelector("dialog[open]")) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (event.ctrlKey || event.metaKey) {
      if (target.closest("input, textarea")) return;
      if (key === "z" && !event.shiftKey) this.editing.undo();
      else if (key === "y" || key === "z") this.editing.redo();
      else return;
    } else {
      if (
        event.altKey ||
        target.closest("input:not([type=checkbox], [type=radio]), select, textarea")
      )
        return;
      if (key === "Escape" ? !this.tools.drop() : !this.letter(key, event.shiftKey)) return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  /** Single keys, unless they are turned off. */
  private letter(key: string, shift: boolean): boolean {
    if (key.length > 1 || window.localStorage.getItem(OFF) === "1") return false;
    const { editing, tools } = this;
    const tool = TOOL_KEYS[key];
    if (tool) {
      tools.tool = tool;
    } else if (key >= "1" && key <= "9") this.choose(Number(key) - 1);
    else if (key === "0" || key === "x") this.choose(-1);
    else if (key === "[" || key === "]") {
      // In the order of the list: "No team" is its last.
      const led = editing.teams.map(({ at }) => at).filter((team) => gains(editing, team));
      led.push(-1);
      const at = led.indexOf(editing.brushTeam) + (key === "]" ? 1 : -1);
      this.choose(led[(at + led.length) % led.length] ?? -1);
    } else if (key === "+" || key === "=") tools.resize(1);
    else if (key === "-") tools.resize(-1);
    else if (key === "e" && this.here >= 0) tools.pick(this.here);
    else if (key === "o") this.only();
    else if (key === "l") this.lock(shift);
    else if (key === "m") this.enter();
    else return false;
    return true;
  }

  private enter(): void {
    this.box.focus();
    if (this.here < 0) this.start();
  }

  private choose(team: number): void {
    if (team >= this.editing.teams.length) return;
    this.editing.brushTeam = team;
    if (!gains(this.editing, team)) return;
    this.editing.say(
      team < 0
        ? "Painting takes units from their team."
        : `${figures(this.editing, team)}. This team paints now.`,
    );
  }

  private only(): void {
    const { editing } = this;
    const team = this.here >= 0 ? (editing.of[this.here] as number) : null;
    editing.onlyFrom = editing.onlyFrom === null ? team : null;
    editing.say(
      editing.onlyFrom === null
        ? "Painting takes from every team."
        : `Painting takes from ${editing.teamName(editing.onlyFrom)} only.`,
    );
  }

  private lock(all: boolean): void {
    const { editing } = this;
    const every = editing.teams.map((_, at) => at);
    const teams = all ? every : [editing.brushTeam].filter((team) => team >= 0);
    const lock = !teams.every((team) => editing.locked.has(team));
    editing.setLocked(teams, lock);
    const what = all ? "All teams" : editing.teamName(editing.brushTeam);
    editing.say(`${what} ${lock ? "locked" : "unlocked"}.`);
  }

  private go(dx: number, dy: number): void {
    if (this.here < 0) this.start();
    else this.show(this.layer.shapes.next(this.here, dx, dy));
  }

  /** Begins with the unit nearest to the middle of the view. */
  private start(): void {
    const { inside } = this.layer.shapes;
    const [x, y] = this.layer.under(this.map.getSize().divideBy(2));
    let best = 0;
    let least = Infinity;
    for (let unit = 0; unit < this.editing.ground.size; unit++) {
      const far = Math.hypot(
        (inside[2 * unit] as number) - x,
        (inside[2 * unit + 1] as number) - y,
      );
      if (far < least) [best, least] = [unit, far];
    }
    this.show(best);
  }

  private show(unit: number): void {
    const { editing, map } = this;
    this.overlay.cursor = unit;
    const { inside } = editing.ground;
    const at: L.LatLngTuple = [inside[2 * unit + 1] as number, inside[2 * unit] as number];
    if (!map.getBounds().pad(-0.1).contains(at)) map.panTo(at, { animate: false });
    const team = editing.of[unit] as number;
    const count = editing.ground.clients[unit] as number;
    editing.hover(unit);
    editing.say(
      `${editing.unitName(unit)}, ${editing.teamName(team)}, ${count} ${count === 1 ? "client" : "clients"}`,
    );
  }

  private leave(): void {
    if (this.overlay.cursor < 0) return;
    this.overlay.cursor = -1;
    this.editing.hover(-1);
  }
}

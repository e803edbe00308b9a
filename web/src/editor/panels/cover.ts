// A clear cover over the map: it takes every click, touch and key until it is lifted, so that a
// place can be pointed at without painting.
import type { Editing } from "../editing.ts";
import { button, h, write } from "./dom.ts";

/** Screen pixels that an arrow key moves the cross by, and with Shift. */
const STEP_PX = 12;
const SMALL_PX = 2;
const STEPS: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Whether fingers are all there is to point with: no keys are named then. */
export function byTouch(): boolean {
  return window.matchMedia("(hover: none) and (pointer: coarse)").matches;
}

/** Where an arrow key moves the cross to within the cover; null for other keys. */
export function moved(
  event: KeyboardEvent,
  [x, y]: readonly [number, number],
  box: HTMLElement,
): [number, number] | null {
  const way = STEPS[event.key];
  if (!way) return null;
  const step = event.shiftKey ? SMALL_PX : STEP_PX;
  const within = (at: number, most: number) => Math.min(most, Math.max(0, at));
  return [within(x + way[0] * step, box.clientWidth), within(y + way[1] * step, box.clientHeight)];
}

export interface Cover {
  box: HTMLElement;
  bar: HTMLElement;
  lift: () => void;
}

/** `told` says what to do; Escape and the button lift it and call `ended`. */
export function cover(editing: Editing, told: string, ended: () => void): Cover {
  const before = document.activeElement as HTMLElement | null;
  // A telephone: the map takes the room of the panels meanwhile.
  const page = document.querySelector("#editor");
  const open = page?.classList.contains("is-open") ?? false;
  page?.classList.remove("is-open");
  page?.classList.add("is-covered");
  editing.map.invalidateSize({ animate: false });
  const box = h("div", {
    class: "editor-cover",
    tabindex: 0,
    role: "application",
    "aria-label": told,
  });
  const lift = () => {
    box.remove();
    bar.remove();
    editing.map.off("resize", place);
    page?.classList.remove("is-covered");
    page?.classList.toggle("is-open", open);
    editing.map.invalidateSize({ animate: false });
    before?.focus();
  };
  const bar = h(
    "div",
    { class: "editor-cover-bar", role: "status" },
    h("span", {}, told),
    button("Cancel", () => {
      lift();
      ended();
    }),
  );
  box.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key !== "Escape") return;
    lift();
    ended();
  });
  const map = editing.map.getContainer();
  // Beside the map's own element, which listens to all that happens within.
  map.after(box, bar);
  const place = () => {
    box.style.left = `${map.offsetLeft}px`;
    box.style.top = `${map.offsetTop}px`;
    box.style.width = `${map.offsetWidth}px`;
    box.style.height = `${map.offsetHeight}px`;
    bar.style.left = `${map.offsetLeft}px`;
    // A telephone: over the tools, which wait meanwhile, and not over the map.
    const below = window.matchMedia("(max-width: 52rem)").matches ? map.offsetHeight : 0;
    bar.style.top = `${map.offsetTop + below}px`;
    bar.style.width = `${map.offsetWidth}px`;
  };
  place();
  editing.map.on("resize", place);
  box.focus();
  return { box, bar, lift };
}

/** The unit under a point of the cover, -1 for none. */
export function unitAt(editing: Editing, x: number, y: number): number {
  const { lat, lng } = editing.map.containerPointToLatLng([x, y]);
  for (let unit = 0; unit < editing.ground.size; unit++)
    if (editing.ground.holds(unit, lng, lat)) return unit;
  return -1;
}

/** Lets a unit be pointed at, with pointer, finger or keys, `why` it is; -1 when that is cancelled. */
export function pickUnit(editing: Editing, why = ""): Promise<number> {
  const { noun } = editing.ground;
  const told = byTouch()
    ? `Tap the ${noun}${why}.`
    : `Click the ${noun}${why}. Keys: arrows move the cross, Enter takes what is under it, Escape leaves.`;
  return new Promise((resolve) => {
    const end = (unit: number) => {
      editing.hover(-1);
      resolve(unit);
    };
    const { box, bar, lift } = cover(editing, told, () => end(-1));
    const cross = h("div", { class: "editor-cross", "aria-hidden": "true" });
    const under = h("strong", { class: "editor-cover-under" });
    box.append(cross);
    bar.append(under);
    let at: [number, number] = [box.clientWidth / 2, box.clientHeight / 2];
    const show = (to: [number, number]): number => {
      at = to;
      cross.style.left = `${at[0]}px`;
      cross.style.top = `${at[1]}px`;
      const unit = unitAt(editing, ...at);
      const team = unit < 0 ? "" : `, ${editing.teamName(editing.of[unit] as number)}`;
      editing.hover(unit);
      write(under, unit < 0 ? `No ${noun} here` : `${editing.unitName(unit)}${team}`);
      return unit;
    };
    const take = (unit: number) => {
      if (unit < 0) return;
      lift();
      end(unit);
    };
    box.addEventListener("pointermove", (event) => show([event.offsetX, event.offsetY]));
    box.addEventListener("click", (event) => take(show([event.offsetX, event.offsetY])));
    box.addEventListener("keydown", (event) => {
      const next = moved(event, at, box);
      if (next) show(next);
      else if (event.key === "Enter" || event.key === " ") take(unitAt(editing, ...at));
      else return;
      event.preventDefault();
    });
    if (!byTouch()) show(at);
    else cross.hidden = true;
  });
}

/** A field in which a unit is named, with a button to point at it instead. */
export function unitField(editing: Editing): {
  field: HTMLInputElement;
  list: HTMLElement;
  point: HTMLElement;
  unit: () => number;
  /** Why there is no unit; empty when there is one. */
  lacks: () => string;
  set: (unit: number) => void;
} {
  const { ground } = editing;
  const list = h("datalist", { id: `units-${Math.random().toString(36).slice(2)}` });
  if (ground.size <= 1000)
    list.append(...ground.labels.map((label) => h("option", { value: label })));
  const field = h("input", { type: "text", list: list.id, autocomplete: "off" });
  const set = (unit: number) => {
    field.value = editing.ground.labels[unit] ?? "";
  };
  const unit = () => {
    const { labels } = editing.ground;
    const at = labels.indexOf(field.value.trim());
    return at >= 0 ? at : editing.ground.unit(field.value.trim());
  };
  return {
    field,
    list,
    set,
    unit,
    lacks: () => {
      const { noun } = editing.ground;
      const named = field.value.trim();
      if (unit() >= 0) return "";
      return named ? `There is no ${noun} ${named}.` : `Say which ${noun}.`;
    },
    point: button("Point at it on the map", async () => {
      const unit = await pickUnit(editing);
      if (unit >= 0) set(unit);
    }),
  };
}

// A clear cover over the map: it takes every click, touch and key until it is lifted, so that a
// place can be pointed at without painting.
import type { Editing } from "../editing.ts";
import { button, h } from "./dom.ts";

export interface Cover {
  box: HTMLElement;
  bar: HTMLElement;
  lift: () => void;
}

/** `told` says what to do; Escape and the button lift it and call `ended`. */
export function cover(editing: Editing, told: string, ended: () => void): Cover {
  const before = document.activeElement as HTMLElement | null;
  const box = h("div", {
    class: "editor-cover",
    tabindex: 0,
    role: "application",
    "aria-label": told,
  });
  const lift = () => {
    box.remove();
    bar.remove();
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
    bar.style.top = `${map.offsetTop}px`;
    bar.style.width = `${map.offsetWidth}px`;
  };
  place();
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

/** Lets a unit be pointed at; -1 when that is cancelled. */
export function pickUnit(editing: Editing, told: string): Promise<number> {
  return new Promise((resolve) => {
    const { box, lift } = cover(editing, told, () => resolve(-1));
    box.addEventListener("pointermove", (event) => {
      editing.hover(unitAt(editing, event.offsetX, event.offsetY));
    });
    box.addEventListener("click", (event) => {
      const unit = unitAt(editing, event.offsetX, event.offsetY);
      if (unit < 0) return;
      lift();
      resolve(unit);
    });
  });
}

/** A field in which a unit is named, with a button to point at it instead. */
export function unitField(editing: Editing): {
  field: HTMLInputElement;
  list: HTMLElement;
  point: HTMLElement;
  unit: () => number;
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
  return {
    field,
    list,
    set,
    unit: () => {
      const { labels } = editing.ground;
      const at = labels.indexOf(field.value.trim());
      return at >= 0 ? at : editing.ground.unit(field.value.trim());
    },
    point: button("Point at it on the map", async () => {
      const unit = await pickUnit(editing, `Click the ${ground.noun}, or press Escape`);
      if (unit >= 0) set(unit);
    }),
  };
}

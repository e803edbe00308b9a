// The panels around the map: figures, find, comments, who is here, the solver, splitting, help.
import type { Editing } from "../editing.ts";

/** Where the panels go; the page gives empty elements. */
export interface Places {
  /** Wide and low: the table of figures. */
  table: HTMLElement;
  /** Narrow and high: find, comments, edits, as tabs. */
  side: HTMLElement;
  /** Buttons: propose a plan, split, help. */
  actions: HTMLElement;
}

export function panels(_editing: Editing, _places: Places): void {}

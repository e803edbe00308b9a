// The panels around the map: figures, find, comments, who is here, the solver, splitting, help.
import type { Editing } from "../editing.ts";
import { Aside } from "./aside.ts";
import { planPath } from "./ask.ts";
import { Changes } from "./changes.ts";
import { Comments } from "./comments.ts";
import { Conflicts } from "./conflicts.ts";
import { button, h } from "./dom.ts";
import { Figures } from "./figures.ts";
import { Find } from "./find.ts";
import { help } from "./help.ts";
import { signOut } from "./sign-out.ts";
import { Solve } from "./solve.ts";
import { split } from "./split.ts";

/** Where the panels go; the page gives empty elements. */
export interface Places {
  /** Wide and low: the table of figures. */
  table: HTMLElement;
  /** Narrow and high: find, comments, edits, as tabs. */
  side: HTMLElement;
  /** Buttons: split, compare, help. */
  actions: HTMLElement;
  /** Above the map: what became of edits that the plan does not take. */
  aside: HTMLElement;
}

const OFF = "geoteam-shortcuts-off";
/** The first holds the table of figures where there is no room for it below the map. */
const TABS = ["Teams", "Solve", "Find", "Comments", "Changes"] as const;

export function panels(editing: Editing, places: Places): void {
  new Figures(editing, places.table);
  const tabs = new Tabs(places.side);
  new Conflicts(editing, places.side);
  new Aside(editing, places.aside);
  signOut(editing);
  new Solve(editing, tabs.panel("Solve"));
  const find = new Find(editing, tabs.panel("Find"), (count) => tabs.badge("Find", count));
  new Comments(
    editing,
    tabs.panel("Comments"),
    (count) => tabs.badge("Comments", count),
    () => tabs.show("Comments"),
  );
  new Changes(editing, tabs.panel("Changes"));
  const cut = button("Split…", () => split(editing), { title: "Split a unit" });
  const forward = h(
    "a",
    { class: "button button-small button-primary", href: `${planPath()}#propose` },
    "Propose for approval",
  );
  const actions = h(
    "div",
    { class: "editor-actions" },
    cut,
    h("a", { class: "button button-small", href: "compare" }, "Compare…"),
    button("Keys", help, { "aria-keyshortcuts": "?", title: "Keys and gestures" }),
    h("a", { class: "button button-small", href: "impact" }, "What would change"),
    forward,
  );
  const settle = () => {
    forward.hidden = !editing.editable;
    cut.disabled = !editing.editable;
    actions.hidden = editing.deleted;
  };
  editing.on("ground", settle);
  settle();
  // A telephone has no room for them above the map.
  const narrow = window.matchMedia("(max-width: 52rem)");
  const belowMap = document.createComment("");
  places.table.before(belowMap);
  const place = () => {
    (narrow.matches ? places.side : places.actions).append(actions);
    if (narrow.matches) tabs.panel("Teams").append(places.table);
    else belowMap.after(places.table);
    tabs.offer("Teams", narrow.matches);
  };
  narrow.addEventListener("change", place);
  place();
  // Before the shortcuts of every page, whose help is about pages.
  document.addEventListener(
    "keydown",
    (event) => {
      const at = event.target as HTMLElement;
      if (
        event.ctrlKey ||
        event.metaKey ||
        event.altKey ||
        window.localStorage.getItem(OFF) === "1"
      )
        return;
      if (document.querySelector("dialog[open]")) return;
      if (at.closest("input:not([type=checkbox], [type=radio]), select, textarea")) return;
      if (event.key === "?") help();
      else if (event.key.toLowerCase() === "n") {
        tabs.show("Find");
        find.step(event.shiftKey ? -1 : 1);
      } else return;
      event.preventDefault();
      event.stopPropagation();
    },
    { capture: true },
  );
}

type Tab = (typeof TABS)[number];

class Tabs {
  private readonly tabs = new Map<Tab, HTMLButtonElement>();
  private readonly bodies = new Map<Tab, HTMLElement>();

  constructor(root: HTMLElement) {
    const list = h("div", { class: "panel-tabs", role: "tablist", "aria-label": "Panels" });
    root.append(list);
    for (const name of TABS) {
      const id = `panel-${name.toLowerCase()}`;
      const tab = h(
        "button",
        {
          type: "button",
          role: "tab",
          id: `${id}-tab`,
          "aria-controls": id,
          click: () => this.show(name),
          keydown: (event: KeyboardEvent) => this.key(event, name),
        },
        name,
        h("span", { class: "badge badge-warn", hidden: true }),
      );
      const body = h("div", {
        id,
        role: "tabpanel",
        "aria-labelledby": tab.id,
        tabindex: 0,
        class: "panel-body",
      });
      list.append(tab);
      root.append(body);
      this.tabs.set(name, tab);
      this.bodies.set(name, body);
    }
  }

  /** Shows a tab for choosing, and chooses it; or hides it. */
  offer(name: Tab, offered: boolean): void {
    (this.tabs.get(name) as HTMLElement).hidden = !offered;
    this.show(this.offered()[0] as Tab);
  }

  panel(name: Tab): HTMLElement {
    return this.bodies.get(name) as HTMLElement;
  }

  badge(name: Tab, count: number): void {
    const badge = this.tabs.get(name)?.querySelector(".badge") as HTMLElement;
    badge.textContent = String(count);
    badge.hidden = !count;
  }

  show(name: Tab): void {
    for (const [one, tab] of this.tabs) {
      const on = one === name;
      tab.setAttribute("aria-selected", String(on));
      tab.tabIndex = on ? 0 : -1;
      (this.bodies.get(one) as HTMLElement).hidden = !on;
    }
  }

  private offered(): Tab[] {
    return TABS.filter((name) => !this.tabs.get(name)?.hidden);
  }

  private key(event: KeyboardEvent, name: Tab): void {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    const all = this.offered();
    const next = all[(all.indexOf(name) + step + all.length) % all.length] as Tab;
    this.show(next);
    this.tabs.get(next)?.focus();
    event.preventDefault();
  }
}

// The buttons and fields around the map.
import type { Editing } from "./editing.ts";
import { percent } from "./labels.ts";
import type { Shown, UnitLayer } from "./layer.ts";
import type { Overlay } from "./overlay.ts";
import { count, whole, write } from "./panels/dom.ts";
import { textureImage } from "./textures.ts";
import { SIZES, TOOLS, type Tool, type Tools } from "./tools.ts";

const NOBODY = "-1";
const ALL = "all";

export class Toolbar {
  private readonly team: HTMLSelectElement;
  private readonly from: HTMLSelectElement;

  constructor(
    private readonly root: HTMLElement,
    private readonly editing: Editing,
    private readonly layer: UnitLayer,
    private readonly overlay: Overlay,
    private readonly tools: Tools,
  ) {
    this.team = this.find("select[name=team]");
    this.from = this.find("select[name=from]");
    this.listen();
    for (const name of ["history", "locks", "brush", "sync"] as const)
      editing.on(name, () => this.update());
    editing.on("ground", () => this.fill());
    editing.on("figures", () => this.summary());
    editing.on("say", (text) => {
      this.find("[data-say]").textContent = text;
    });
    editing.on("hover", ({ unit }) => {
      write(this.find("[data-under]"), unit < 0 ? "" : this.about(unit));
    });
    editing.on("present", (present) => {
      const names = present.map(
        ({ name, editing: draws }) => `${name}${draws ? "" : " (looking)"}`,
      );
      this.find("[data-present]").textContent = names.length
        ? `Also here: ${names.join(", ")}`
        : "";
    });
    this.fill();
  }

  /** Shows which tool is in hand. */
  update(): void {
    const { editing } = this;
    const { tools } = this;
    for (const name of TOOLS) this.press(`[data-tool=${name}]`, tools.tool === name);
    SIZES.forEach((_, at) => {
      this.press(`[data-size="${at}"]`, tools.size === at);
    });
    this.find("[data-sizes]").classList.toggle("is-off", tools.tool !== "brush");
    this.able("[data-do=undo]", editing.canUndo);
    this.able("[data-do=redo]", editing.canRedo);
    this.team.value = String(editing.brushTeam);
    this.from.value = editing.onlyFrom === null ? ALL : String(editing.onlyFrom);
    const team = editing.teams[editing.brushTeam];
    const swatch = this.find("[data-swatch]");
    swatch.style.backgroundColor = team?.colour ?? "transparent";
    swatch.style.backgroundImage = textureImage(team?.pattern ?? 0);
    const locked = editing.locked.has(editing.brushTeam);
    this.press("[data-do=lock]", locked);
    write(this.find("[data-do=lock] span"), locked ? "Locked" : "Lock");
    this.able("[data-do=lock]", team !== undefined);
    const all = editing.locked.size === editing.teams.length;
    this.press("[data-do=lock-all]", all);
    const sync = this.find("[data-sync]");
    write(sync, editing.sync.text);
    sync.dataset.sync = editing.sync.state;
    this.find("[data-plan-page]").toggleAttribute("hidden", editing.deleted);
    this.find("[data-sign-in]").toggleAttribute("hidden", editing.sync.state !== "signed-out");
    this.root.classList.toggle("is-fixed", !editing.editable);
  }

  private listen(): void {
    const { root, editing } = this;
    root.addEventListener("click", (event) => {
      const button = (event.target as Element).closest<HTMLElement>("button");
      if (button?.dataset.tool) this.tools.tool = button.dataset.tool as Tool;
      if (button?.dataset.size) this.tools.resize(Number(button.dataset.size) - this.tools.size);
      const what = button?.dataset.do;
      const off = button?.getAttribute("aria-disabled") === "true";
      // With nothing to take back, they say so.
      if (what && (!off || what === "undo" || what === "redo")) this.run(what);
    });
    this.team.addEventListener("change", () => {
      editing.brushTeam = Number(this.team.value);
    });
    this.from.addEventListener("change", () => {
      editing.onlyFrom = this.from.value === ALL ? null : Number(this.from.value);
    });
    for (const box of root.querySelectorAll<HTMLInputElement>("input[data-part]"))
      box.addEventListener("change", () => {
        root.classList.toggle(`no-${box.dataset.part}`, !box.checked);
      });
    for (const box of root.querySelectorAll<HTMLInputElement>("input[data-show]"))
      box.addEventListener("change", () => {
        this.layer.show({ [box.dataset.show as keyof Shown]: box.checked });
        this.overlay.reset();
        root.classList.toggle("no-streets", !this.layer.shown.streets);
        const { perDot } = this.layer;
        write(
          this.find("[data-dots]"),
          perDot === 1 ? "1 dot: 1 client" : `1 dot: ${perDot} clients`,
        );
        this.find("[data-dots-told]").toggleAttribute("hidden", !this.layer.shown.caseload);
      });
  }

  private run(what: string): void {
    const { editing } = this;
    const all = editing.teams.map((_, at) => at);
    if (what === "undo") editing.undo();
    else if (what === "redo") editing.redo();
    else if (what === "lock") {
      const lock = !editing.locked.has(editing.brushTeam);
      editing.setLocked([editing.brushTeam], lock);
      editing.say(`${editing.teamName(editing.brushTeam)} ${lock ? "locked" : "unlocked"}.`);
    } else if (what === "lock-all") {
      const lock = editing.locked.size < editing.teams.length;
      editing.setLocked(all, lock);
      editing.say(`All teams ${lock ? "locked" : "unlocked"}.`);
    } else if (what === "unassign") editing.brushTeam = -1;
    else if (what === "panel") this.root.classList.toggle("is-open");
  }

  private fill(): void {
    const { editing } = this;
    const { teams } = editing;
    const named = teams.map(({ name }, at) => {
      const led = editing.leads(at);
      const one = new Option(led ? name : `${name} (locked: not yours)`, String(at));
      one.disabled = !led;
      return one;
    });
    const offered = named.filter((_, at) => !teams[at]?.citywide);
    this.team.replaceChildren(...offered, new Option("No team (take away)", NOBODY));
    this.from.replaceChildren(
      new Option("every team", ALL),
      ...named.map((one) => one.cloneNode(true) as HTMLOptionElement),
      new Option("units without a team", NOBODY),
    );
    this.update();
    this.summary();
  }

  private summary(): void {
    const plan = this.editing.tally.plan();
    const set = (name: string, text: string) => write(this.find(`[data-figure=${name}]`), text);
    set("worst", percent(this.editing.tally.farthest()));
    set("unassigned", whole(plan.unassigned_units));
    set("transfers", whole(plan.transfers));
    set("lost", whole(plan.lost_officer));
    this.find("[data-figure=unassigned]").parentElement?.classList.toggle(
      "is-wrong",
      plan.unassigned_units > 0,
    );
  }

  private about(unit: number): string {
    const { editing } = this;
    const { ground, of, now } = editing;
    const clients = ground.clients[unit] as number;
    const team = of[unit] as number;
    const was = now[unit] === team ? "" : `, now with ${editing.teamName(now[unit] as number)}`;
    const points = Math.round(ground.workload[unit] as number);
    return `${editing.unitName(unit)}: ${editing.teamName(team)}${was}, ${count(clients, "client")}, ${count(points, "workload point")}`;
  }

  private find<T extends HTMLElement = HTMLElement>(selector: string): T {
    const found = this.root.querySelector<T>(selector);
    if (!found) throw new Error(`the page has no ${selector}`);
    return found;
  }

  private press(selector: string, pressed: boolean): void {
    this.find(selector).setAttribute("aria-pressed", String(pressed));
  }

  private able(selector: string, able: boolean): void {
    this.find(selector).setAttribute("aria-disabled", String(!able));
  }
}

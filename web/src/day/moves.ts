// A visit is dragged onto another tour, or moved in a window by the keyboard; either way the cost
// stands there before it is kept.
import { isSignedOut, postJson, Refusal } from "../editor/api.ts";
import { inShort, kept, type Price, priced } from "./words.ts";

interface Visit {
  client: string;
  name: string;
  source: string;
}

type Tell = (text: string, tone: "good" | "warn" | "bad") => void;

export class Moves {
  private dragged: Visit | null = null;
  private visit: Visit | null = null;
  private asked = 0;
  private price: Price | null = null;
  private readonly known = new Map<string, Promise<Price>>();
  private readonly dialog = document.querySelector<HTMLDialogElement>(
    "#day-move",
  ) as HTMLDialogElement;

  constructor(
    private readonly root: () => HTMLElement,
    private readonly refresh: (client?: string) => Promise<void>,
    private readonly tell: Tell,
  ) {
    for (const select of [this.target, this.place])
      select.addEventListener("change", () => {
        if (select === this.target) this.places();
        void this.ask();
      });
    this.dialog.addEventListener("close", () => {
      if (this.dialog.returnValue === "keep") void this.keep();
      else this.visit = null;
    });
  }

  /** Whether somebody is in the middle of a move. */
  get busy(): boolean {
    return this.dragged !== null || this.visit !== null;
  }

  private get target(): HTMLSelectElement {
    return this.dialog.querySelector("#day-target") as HTMLSelectElement;
  }

  private get place(): HTMLSelectElement {
    return this.dialog.querySelector("#day-place") as HTMLSelectElement;
  }

  private get keeper(): HTMLButtonElement {
    return this.dialog.querySelector("[data-keep]") as HTMLButtonElement;
  }

  /** Makes the visits of a page that was just shown movable. */
  begin(): void {
    this.known.clear();
    const root = this.root();
    if (!("open" in root.dataset)) return;
    for (const visit of root.querySelectorAll<HTMLElement>("[data-visit]")) {
      visit.draggable = true;
      visit.addEventListener("dragstart", (event) => this.lift(visit, event));
      visit.addEventListener("dragend", () => this.drop());
    }
    for (const button of root.querySelectorAll<HTMLElement>("[data-move]"))
      button.addEventListener("click", () => this.open(read(button)));
    for (const card of root.querySelectorAll<HTMLElement>("section[data-tour]")) this.receive(card);
  }

  private lift(visit: HTMLElement, event: DragEvent): void {
    this.dragged = read(visit);
    // No name leaves the page, should it be dropped elsewhere.
    event.dataTransfer?.setData("text/plain", "visit");
    if (event.dataTransfer) event.dataTransfer.effectAllowed = "move";
    visit.classList.add("is-dragged");
  }

  private drop(): void {
    this.dragged = null;
    for (const one of this.root().querySelectorAll(".is-dragged, .is-over"))
      one.classList.remove("is-dragged", "is-over");
    for (const cost of this.root().querySelectorAll<HTMLElement>("[data-cost]")) cost.hidden = true;
  }

  private receive(card: HTMLElement): void {
    const target = card.dataset.tour ?? "";
    let depth = 0;
    card.addEventListener("dragenter", (event) => {
      if (!this.dragged || this.dragged.source === target) return;
      event.preventDefault();
      depth += 1;
      if (depth === 1) void this.show(card, this.dragged, target);
    });
    card.addEventListener("dragover", (event) => {
      if (this.dragged && this.dragged.source !== target) event.preventDefault();
    });
    card.addEventListener("dragleave", () => {
      depth = Math.max(0, depth - 1);
      if (depth > 0) return;
      card.classList.remove("is-over");
      const cost = card.querySelector<HTMLElement>("[data-cost]");
      if (cost) cost.hidden = true;
    });
    card.addEventListener("drop", (event) => {
      const visit = this.dragged;
      depth = 0;
      if (!visit) return;
      event.preventDefault();
      this.drop();
      this.open(visit, target);
    });
  }

  private async show(card: HTMLElement, visit: Visit, target: string): Promise<void> {
    const cost = card.querySelector<HTMLElement>("[data-cost]");
    if (!cost) return;
    card.classList.add("is-over");
    cost.className = "day-cost";
    cost.textContent = "Working it out…";
    cost.hidden = false;
    try {
      const price = await this.worth(visit, target, 0);
      if (this.dragged !== visit) return;
      cost.textContent = inShort(price, this.letters());
      cost.classList.toggle("is-refused", price.refused !== "");
    } catch (error) {
      cost.textContent = error instanceof Refusal ? error.told : "The server cannot be reached.";
      cost.classList.add("is-refused");
    }
  }

  private worth(visit: Visit, target: string, place: number): Promise<Price> {
    const { client, source } = visit;
    const key = JSON.stringify([client, source, target, place]);
    let price = this.known.get(key);
    if (!price) {
      const body = { client, source, target, place, versions: this.versions() };
      price = postJson<Price>(this.root().dataset.price ?? "", body);
      price.catch(() => this.known.delete(key));
      this.known.set(key, price);
    }
    return price;
  }

  /** The tours' versions as the page shows them; a tour that somebody changed since is refused. */
  private versions(): Record<string, number> {
    return Object.fromEntries(
      this.cards().map(({ dataset }) => [dataset.tour, Number(dataset.version)]),
    );
  }

  private cards(): HTMLElement[] {
    return [...this.root().querySelectorAll<HTMLElement>("section[data-version]")];
  }

  private letters(): Map<string, string> {
    return new Map(this.cards().map((one) => [one.dataset.tour ?? "", one.dataset.letter ?? ""]));
  }

  /** Opens the window in which a move is looked at and kept. */
  private open(visit: Visit, target?: string): void {
    this.visit = visit;
    const title = this.dialog.querySelector("h2");
    if (title) title.textContent = `Move ${visit.name}’s visit`;
    const others = this.cards().filter((card) => card.dataset.tour !== visit.source);
    const own = this.cards().filter((card) => card.dataset.tour === visit.source);
    const options = [...others, ...own].map((card) => {
      const where = card.dataset.tour === visit.source ? ", another place" : "";
      return option(
        card.dataset.tour ?? "",
        `Tour ${card.dataset.letter}, ${card.dataset.officer}${where}`,
      );
    });
    if (visit.source) options.push(option("", "Off the tour: due and on none"));
    this.target.replaceChildren(...options);
    if (target !== undefined) this.target.value = target;
    this.places();
    this.dialog.returnValue = "";
    this.dialog.showModal();
    void this.ask();
  }

  private places(): void {
    const card = this.cards().find((one) => one.dataset.tour === this.target.value);
    const own = this.visit?.source === this.target.value;
    const count = (card?.querySelectorAll("[data-visit]").length ?? 0) + (own ? 0 : 1);
    this.place.replaceChildren(
      option("0", "The best"),
      ...Array.from({ length: card ? count : 0 }, (_, at) =>
        option(String(at + 1), `Stop ${at + 1}`),
      ),
    );
    this.place.disabled = !card;
  }

  private async ask(): Promise<void> {
    const { visit } = this;
    const box = this.dialog.querySelector<HTMLElement>("[data-price-told]");
    if (!visit || !box) return;
    this.asked += 1;
    const now = this.asked;
    this.keeper.disabled = true;
    box.textContent = "Working it out…";
    try {
      const price = await this.worth(visit, this.target.value, Number(this.place.value));
      if (now !== this.asked) return;
      this.price = price;
      box.replaceChildren(...priced(price, this.letters()));
      this.keeper.disabled = price.refused !== "";
    } catch (error) {
      if (now !== this.asked) return;
      const told = error instanceof Refusal ? error.told : "The server cannot be reached.";
      if (error instanceof Refusal && error.status === 409) {
        // Somebody changed the tours: how they are is seen first.
        this.dialog.close();
        await this.refresh(visit.client);
        this.tell(told, "warn");
        return;
      }
      box.textContent = told;
    }
  }

  private async keep(): Promise<void> {
    const { visit, price } = this;
    this.visit = null;
    if (!visit || !price) return;
    const body = {
      client: visit.client,
      source: visit.source,
      target: this.target.value,
      place: Number(this.place.value),
      versions: price.versions,
    };
    await this.send(this.root().dataset.moves ?? "", body, kept(price), visit.client);
  }

  async undo(): Promise<void> {
    const tours = this.cards().map((card) => card.dataset.tour);
    await this.send(this.root().dataset.undone ?? "", { tours }, "Your last move is taken back.");
  }

  private async send(path: string, body: unknown, done: string, client = ""): Promise<void> {
    try {
      await postJson(path, body);
      await this.refresh(client);
      this.tell(done, "good");
    } catch (error) {
      if (isSignedOut(error)) {
        this.tell("You are no longer signed in. Load the page again.", "bad");
        return;
      }
      const told = error instanceof Refusal ? error.told : "The server cannot be reached.";
      if (error instanceof Refusal) await this.refresh(client);
      this.tell(told, "bad");
    }
  }
}

function read(element: HTMLElement): Visit {
  const { client = "", name = "", source = "" } = element.dataset;
  return { client, name, source };
}

function option(value: string, text: string): HTMLOptionElement {
  const made = document.createElement("option");
  made.value = value;
  made.textContent = text;
  return made;
}

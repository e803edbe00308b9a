// The parts of the page that the server sent, by name, and what was last drawn into them.
export class Parts {
  /** Of the city's time zone once the tour is known. */
  private clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
  private drawn: Record<string, string> = {};

  constructor(readonly root: HTMLElement) {}

  get<T extends HTMLElement = HTMLElement>(name: string): T {
    return this.root.querySelector<T>(`[data-${name}]`) as T;
  }

  box(id: string): HTMLInputElement {
    return this.root.querySelector<HTMLInputElement>(`#${id}`) as HTMLInputElement;
  }

  time(at: string | number): string {
    return this.clock.format(new Date(at));
  }

  /** A day, and the time on it. */
  moment(at: string): string {
    const { timeZone } = this.clock.resolvedOptions();
    const day = new Date(at).toLocaleDateString("en-US", {
      month: "long",
      day: "numeric",
      timeZone,
    });
    return `${day}, ${this.time(at)}`;
  }

  /** The day of a moment, such as 2026-06-15. */
  day(at: number): string {
    const { timeZone } = this.clock.resolvedOptions();
    return new Date(at).toLocaleDateString("en-CA", { timeZone });
  }

  /** Another tour is shown, with times of a zone. */
  renew(zone: string): void {
    this.drawn = {};
    this.clock = new Intl.DateTimeFormat("en-GB", {
      hour: "2-digit",
      minute: "2-digit",
      timeZone: zone,
    });
  }

  /** Whether a part has to be drawn anew. */
  changed(name: string, value: string): boolean {
    if (this.drawn[name] === value) return false;
    this.drawn[name] = value;
    return true;
  }
}

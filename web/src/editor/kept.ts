// Edits that the server has not taken yet, and what is undecided between two people, kept in this
// browser: unit codes and team refs only. Each tab keeps its own edits; sending one twice is
// harmless, so a tab may adopt those of another that was closed. What is undecided is all tabs', and
// so are the teams that are locked.
import type { Edit } from "./log.ts";
import { idOf, type Undecided } from "./undecided.ts";

export class Kept {
  private readonly prefix: string;
  private readonly own: string;
  private readonly doubts: string;
  private readonly locked: string;
  /** Names of what this tab knows to be undecided. */
  private known = new Set<string>();

  /** `who` tells users of one computer apart. */
  constructor(plan: number, who: string) {
    this.prefix = `geoteam-edits/${plan}/${who}/`;
    this.doubts = `geoteam-undecided/${plan}/${who}/`;
    this.locked = `geoteam-locks/${plan}/${who}`;
    const tab = window.sessionStorage.getItem("geoteam-tab") ?? Math.random().toString(36).slice(2);
    window.sessionStorage.setItem("geoteam-tab", tab);
    this.own = this.prefix + tab;
  }

  /** Everything that waits in this browser for the plan. */
  all(): Edit[] {
    return named(this.prefix).flatMap((name) => read<Edit>(name));
  }

  /** What is undecided in this browser for the plan. */
  undecided(): Undecided[] {
    return named(this.doubts).flatMap((name) => read<Undecided>(name));
  }

  /** Keeps what is undecided now, and forgets what this tab knows to be decided. */
  doubt(open: readonly Undecided[]): void {
    const now = new Map(open.map((one) => [this.doubts + idOf(one), one]));
    for (const name of this.known) if (!now.has(name)) window.localStorage.removeItem(name);
    this.known = new Set(now.keys());
    for (const [name, one] of now) write(name, [one]);
  }

  /** Refs of the teams that are locked. */
  locks(): string[] {
    return read<string>(this.locked);
  }

  /** Keeps which teams are locked. */
  lock(refs: readonly string[]): void {
    write(this.locked, refs);
  }

  /** Keeps what waits now. False where the browser keeps nothing. */
  keep(waiting: readonly Edit[]): boolean {
    return write(this.own, waiting);
  }

  /** Forgets edits of other tabs that the server has taken. */
  settle(keys: ReadonlySet<string>): void {
    for (const name of named(this.prefix))
      if (name !== this.own)
        write(
          name,
          read<Edit>(name).filter((edit) => !keys.has(edit.key)),
        );
  }
}

function named(prefix: string): string[] {
  return Object.keys(window.localStorage).filter((name) => name.startsWith(prefix));
}

function write(name: string, all: readonly unknown[]): boolean {
  try {
    if (all.length) window.localStorage.setItem(name, JSON.stringify(all));
    else window.localStorage.removeItem(name);
    return true;
  } catch {
    return false;
  }
}

function read<T>(name: string): T[] {
  try {
    return JSON.parse(window.localStorage.getItem(name) ?? "[]") as T[];
  } catch {
    return [];
  }
}

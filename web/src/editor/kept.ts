// Edits that the server has not taken yet, kept in this browser: unit codes and team refs only.
// Each tab keeps its own; sending one edit twice is harmless, so a tab may adopt those of another
// that was closed.
import type { Edit } from "./log.ts";

export class Kept {
  private readonly prefix: string;
  private readonly own: string;

  /** `who` tells users of one computer apart. */
  constructor(plan: number, who: string) {
    this.prefix = `geoteam-edits/${plan}/${who}/`;
    const tab = window.sessionStorage.getItem("geoteam-tab") ?? Math.random().toString(36).slice(2);
    window.sessionStorage.setItem("geoteam-tab", tab);
    this.own = this.prefix + tab;
  }

  /** Everything that waits in this browser for the plan. */
  all(): Edit[] {
    return this.names().flatMap((name) => read(name));
  }

  /** Keeps what waits now. False where the browser keeps nothing. */
  keep(waiting: readonly Edit[]): boolean {
    try {
      if (waiting.length) window.localStorage.setItem(this.own, JSON.stringify(waiting));
      else window.localStorage.removeItem(this.own);
      return true;
    } catch {
      return false;
    }
  }

  /** Forgets edits of other tabs that the server has taken. */
  settle(keys: ReadonlySet<string>): void {
    for (const name of this.names()) {
      if (name === this.own) continue;
      const left = read(name).filter((edit) => !keys.has(edit.key));
      if (left.length) window.localStorage.setItem(name, JSON.stringify(left));
      else window.localStorage.removeItem(name);
    }
  }

  private names(): string[] {
    return Object.keys(window.localStorage).filter((name) => name.startsWith(this.prefix));
  }
}

function read(name: string): Edit[] {
  try {
    return JSON.parse(window.localStorage.getItem(name) ?? "[]") as Edit[];
  } catch {
    return [];
  }
}

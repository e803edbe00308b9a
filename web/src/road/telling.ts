// How numbers and words from the road are told.
import type { Kind } from "./types.ts";

const METRES_PER_MILE = 1609.344;

export const SAID: Readonly<Record<Kind, string>> = {
  made: "made",
  not_home: "not home",
  moved: "moved",
  refused: "refused",
  unsafe: "unsafe",
  withdrawn: "taken back",
  begun: "tour started",
  arrived: "arrived",
  left: "left",
  ok: "all right",
  help: "call for help",
  settled: "help settled",
  ended: "tour ended",
  promised: "client told the time",
  unpromised: "client not told the time",
};

export function counted(many: number, what: string): string {
  return `${many} ${what}${many === 1 ? "" : "s"}`;
}

export function span(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  const hours = Math.floor(minutes / 60);
  return hours ? `${hours} h ${minutes % 60} min` : counted(minutes, "minute");
}

export function far(metres: number): string {
  if (metres < 1) return "";
  const miles = metres >= 161 ? ` (${(metres / METRES_PER_MILE).toFixed(1)} mi)` : "";
  return `${metres} m${miles}`;
}

// How numbers are told.
const METRES_PER_MILE = 1609.344;

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

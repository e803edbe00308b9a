// What a move costs, in words.

export interface Change {
  ref: string;
  visits: [number, number];
  departs: [string, string];
  returns: [string, string];
  road_min: [number, number];
  drive_min: [number, number];
  /** Other visits of the tour that come at another place or time. */
  shifted: number;
  left_out: { name: string; reason: string }[];
}

export interface Price {
  refused: string;
  remedy: string;
  points: number;
  notes: string[];
  versions: Record<string, number>;
  changes: Change[];
}

const many = (count: number, one: string) => `${count} ${one}${count === 1 ? "" : "s"}`;

/** A difference with its sign; a true minus, as in print. */
export function signed(value: number): string {
  return value === 0 ? "±0" : value > 0 ? `+${value}` : `−${-value}`;
}

function sentence(text: string): string {
  const said = text.charAt(0).toUpperCase() + text.slice(1);
  return !said || /[.!?]$/.test(said) ? said : `${said}.`;
}

/** How many other visits come at another place or time. */
export function shifted({ changes }: Price): number {
  return changes.reduce((sum, one) => sum + one.shifted, 0);
}

/** What was done, once a move is kept. */
export function kept(price: Price): string {
  const others = shifted(price);
  const more = `${many(others, "other visit")} ${others === 1 ? "comes" : "come"} at another place or time.`;
  return others ? `The visit is moved. ${more}` : "The visit is moved.";
}

/** One line, while a visit is dragged. */
export function inShort(price: Price, letters: Map<string, string>): string {
  if (price.refused) return `Cannot be: ${sentence(price.refused)}`;
  const parts = price.changes.map(
    ({ ref, road_min: [was, is] }) => `${letters.get(ref) ?? ""} ${signed(is - was)} min`,
  );
  if (price.points)
    parts.push(`${signed(price.points)} ${Math.abs(price.points) === 1 ? "point" : "points"}`);
  const out = price.changes.reduce((sum, one) => sum + one.left_out.length, 0);
  if (out) parts.push(`${many(out, "visit")} left out`);
  const others = shifted(price);
  if (others) parts.push(`${many(others, "other visit")} at another place or time`);
  return parts.join(" · ");
}

/** The whole of it: a table of both tours, points, who is left out, what else is to be known. */
export function priced(price: Price, letters: Map<string, string>): HTMLElement[] {
  if (price.refused) {
    const told = made(
      "p",
      `It cannot be moved there. ${sentence(price.refused)} ${sentence(price.remedy)}`,
    );
    told.className = "alert alert-bad";
    return [told];
  }
  const table = document.createElement("table");
  table.className = "table table-compact";
  const head = table.createTHead().insertRow();
  for (const text of ["Tour", "Visits", "Leaves", "Back", "On the road", "Driving"]) {
    const cell = made("th", text);
    cell.setAttribute("scope", "col");
    head.append(cell);
  }
  const body = table.createTBody();
  for (const one of price.changes) {
    const row = body.insertRow();
    const name = made("th", letters.get(one.ref) ?? "");
    name.setAttribute("scope", "row");
    row.append(
      name,
      made("td", arrow(one.visits)),
      made("td", arrow(one.departs)),
      made("td", arrow(one.returns)),
      made("td", `${signed(one.road_min[1] - one.road_min[0])} min`),
      made("td", `${signed(one.drive_min[1] - one.drive_min[0])} min`),
    );
  }
  const wrap = document.createElement("div");
  wrap.className = "table-wrap";
  wrap.append(table);
  const points = price.points
    ? `The day ${price.points > 0 ? "gains" : "loses"} ${many(Math.abs(price.points), "priority point")}.`
    : "The day neither gains nor loses priority points.";
  const found: HTMLElement[] = [wrap, made("p", points)];
  for (const { left_out } of price.changes)
    for (const { name, reason } of left_out) {
      const told = made("p", `No longer visited: ${name}. ${reason}`);
      told.className = "alert alert-warn";
      found.push(told);
    }
  for (const note of price.notes) found.push(made("p", note));
  return found;
}

function arrow<T>([was, is]: [T, T]): string {
  return was === is ? String(is) : `${was} → ${is}`;
}

function made(kind: string, text: string): HTMLElement {
  const element = document.createElement(kind);
  element.textContent = text;
  return element;
}

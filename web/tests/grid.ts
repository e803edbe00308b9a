// A small made city in squares, and a plan that is drawn on it.
import { Editing, type StateJson } from "../src/editor/editing.ts";
import type { GroundJson } from "../src/editor/ground.ts";
import type { LoggedEdit } from "../src/editor/log.ts";

/** A canvas path is not known outside a browser; what lies where is counted without it. */
class NoPath {
  moveTo() {}
  lineTo() {}
  closePath() {}
}
Object.assign(globalThis, { Path2D: NoPath });

const STEP = 1000;

/** Squares in rows from the south; unit "21" is in row 2, column 1. */
export function ground(columns: number, rows: number, teams = 3): GroundJson {
  const units: string[] = [];
  const shapes: number[][][] = [];
  const edges: number[] = [];
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const at = units.length;
      units.push(`${row}${column}`);
      shapes.push([[column * STEP, row * STEP, STEP, 0, 0, STEP, -STEP, 0]]);
      if (column + 1 < columns) edges.push(at, at + 1);
      if (row + 1 < rows) edges.push(at, at + columns);
    }
  const each = <T>(value: T) => units.map(() => value);
  const rim = units.map((_, at) => {
    const [row, column] = [Math.floor(at / columns), at % columns];
    return row && column && row < rows - 1 && column < columns - 1 ? 0 : 1;
  });
  return {
    plan: 1,
    name: "Trial",
    set: 1,
    unit_kind: "service_area",
    noun: "unit",
    units,
    labels: units,
    parents: each(""),
    origin: [10, 0],
    scale: 1e6,
    shapes,
    area_m2: each(100),
    outline_m: each(40),
    edges,
    shared_m: Array.from({ length: edges.length / 2 }, () => 10),
    sides: Array.from({ length: edges.length / 2 }, () => []),
    rim: rim as (0 | 1)[],
    hull: { x_m: [], y_m: [], unit: [] },
    clients: each(10),
    unplaced: 4,
    workload: each(20),
    by_team: units.map((_, at) => [at, 0, 10]),
    by_officer: units.map((_, at) => [at, 0, 9]),
    teams: Array.from({ length: teams }, (_, at) => ({
      ref: `T${at + 1}`,
      name: `Team ${at + 1}`,
      officers: 1,
      citywide: false,
      office: null,
    })),
    fills: Array.from({ length: teams }, (_, at) => [`#00000${at % 10}`, at % 4]),
    address: "",
  };
}

export function state(of: number[], edits: LoggedEdit[] = []): StateJson {
  const seq = edits.at(-1)?.seq ?? 0;
  return { seq, status: "draft", editable: true, set: 1, of, now: of, edits };
}

export function editing(columns = 3, rows = 3, of = new Array(columns * rows).fill(0)): Editing {
  return new Editing(ground(columns, rows), state(of), () => 1);
}

export function painted(plan: Editing, units: number[], team: number): void {
  plan.begin();
  plan.paint(units, team);
  plan.commit();
}

export const sent = (plan: Editing, seq: number): LoggedEdit[] =>
  plan.log.waiting.map((edit, at) => ({ ...edit, seq: seq + at, by: "Ada", at: "", mine: true }));

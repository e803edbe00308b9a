// One plan of the solver, to choose or not: what it is best in, what it costs, its figures.
import type { Editing } from "../editing.ts";
import { Tally } from "../tally.ts";
import { count, h, hundredths, percent, whole } from "./dom.ts";
import { type Choice, proof } from "./solved.ts";

export function card(
  editing: Editing,
  one: Choice,
  of: Int32Array,
  ...actions: HTMLElement[]
): HTMLElement {
  const tally = new Tally(editing.ground, of);
  const plan = tally.plan();
  const compact = editing.teams
    .map((_, team) => tally.team(team).polsby_popper)
    .filter((value) => Number.isFinite(value));
  const mean = compact.reduce((sum, value) => sum + value, 0) / compact.length;
  const differ = of.reduce((sum, team, unit) => sum + Number(team !== editing.of[unit]), 0);
  const fact = (name: string, text: string) => [h("dt", {}, name), h("dd", {}, text)];
  return h(
    "section",
    { class: "card solve-choice", "aria-label": one.label },
    h("h4", {}, one.label),
    h("p", { class: "small muted" }, one.about ?? sentence(proof(one.gap))),
    ...(one.warnings ?? []).map(({ kind, text }) =>
      // What is so today is no reason to choose otherwise.
      h("p", { class: kind === "office_stays_outside" ? "small muted" : "solve-loss" }, text),
    ),
    h(
      "dl",
      { class: "solve-facts" },
      ...fact("Balance: within", percent(plan.worst_deviation)),
      ...fact("Compactness", hundredths(mean)),
      ...fact("Clients whose home changes team area", whole(plan.transfers)),
      ...fact("Clients who lose their officer", whole(plan.lost_officer)),
      ...fact("Differs from the drawing in", count(differ, editing.ground.noun)),
    ),
    h("p", { class: "actions" }, ...actions),
  );
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

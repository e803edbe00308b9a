// What is told of a run of the solver, while it works and when it has ended.
import { count, moment, percent, whole } from "./dom.ts";

export interface Best {
  number: number;
  units?: Record<string, string>;
  gap: number;
  bound: number;
  balance: number;
  warnings?: Loss[];
}

/** What teams lose by a plan: services/plan_solve.py. */
export interface Loss {
  kind: "keeps_none" | "office_outside" | "office_stays_outside";
  teams: string[];
  text: string;
}

export interface Choice {
  key: string;
  label: string;
  about?: string;
  units: Record<string, string>;
  gap: number;
  /** Not of a run that was kept from before they were told. */
  warnings?: Loss[];
}

export interface Job {
  id: string;
  state: "running" | "done" | "stopped" | "failed";
  message: string;
  /** Whether it has begun to search. */
  ready: boolean;
  /** Since it began to search; before, since it was asked for. */
  seconds: number;
  limit: number;
  /** When it was asked for. */
  asked: string;
  /** Who asked for it. */
  by: string;
  /** Whether the user has asked for it. */
  mine: boolean;
  goal: "choices" | "compact" | "fewest_moves";
  best: Best | null;
  /** Names of the choices so far. */
  found: string[];
  /** Rules that cannot hold together. */
  conflict?: string[];
  tolerance?: number | null;
  choices?: Choice[];
}

/** Two figures this close, as a share, are the same. */
const SAME = 1e-6;

/** "12 of 60 s"; where somebody else has asked, "Ada Byron asked for a proposal: 12 of 60 s". */
export function clock({ ready, seconds, limit, mine, by }: Job): string {
  const passed = whole(Math.floor(seconds));
  const told = !ready
    ? `Getting ready: ${passed} s`
    : seconds < limit
      ? `${passed} of ${whole(limit)} s`
      : "The time is over: taking what was found";
  if (mine) return told;
  const running = ready && seconds < limit;
  return `${by} asked for a proposal; ${running ? `running ${told}` : lower(told)}`;
}

/** How far a run is. It is not at its end: nothing is called proven but what no later plan can change. */
export function going({ ready, goal, best, found }: Job): string {
  if (!ready) return "";
  if (!best) return "No plan found yet.";
  const within = `within ${percent(best.balance)}`;
  if (goal === "choices")
    return found.length
      ? `${count(found.length, "plan")} found: ${found.join(", ")}. Looking for more.`
      : `A first plan, ${within}. Looking for better ones.`;
  if (best.gap <= SAME) return `Best so far: ${within}. None can be better: about to end.`;
  return `Best so far: ${within}, ${proof(best.gap)}.`;
}

/** What is proven of a plan that a run ended with. */
export function proof(gap: number): string {
  if (gap >= 1) return "not proven to be the best";
  return gap <= SAME
    ? "proven: none is better"
    : `at most ${percent(gap)} from the best there can be`;
}

/** Title of what came of a run; `again` when the plan is opened after it. */
export function title(job: Job, many: number, again: boolean): string {
  const what =
    job.state === "failed" && !many
      ? "No plan"
      : job.state === "stopped" && !many
        ? "Stopped before a plan was found"
        : job.conflict
          ? "No plan within these limits"
          : !many
            ? "No plan found in this time"
            : many === 1
              ? "1 plan found"
              : `${many} choices`;
  if (again) return `Asked for at ${moment(job.asked)}: ${lower(what)}`;
  return job.mine ? what : `Asked for by ${job.by}: ${lower(what)}`;
}

function lower(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** Whether somebody who comes back has something to see. */
export function worthSeeing(job: Job): boolean {
  return Boolean(job.best || job.choices?.length || job.message || job.conflict);
}

// Draws the stops still to come and those that are done.
import { button, h } from "../editor/panels/dom.ts";
import type { Whereabouts } from "./link.ts";
import type { Parts } from "./parts.ts";
import type { Expected, State } from "./reckon.ts";
import { SAID } from "./telling.ts";
import type { StopJson, TourJson, Word } from "./types.ts";

export interface ListActs {
  choose(client: string): void;
  promise(client: string, promised: boolean): void;
}

export interface Listed {
  /** The client whose stop is shown above. */
  next: string;
  whereabouts(key: string): Whereabouts;
}

export function drawLists(
  parts: Parts,
  tour: TourJson,
  state: State,
  listed: Listed,
  acts: ListActs,
): void {
  const coming = state.over ? [] : tour.stops.filter((one) => !state.told.has(one.client_ref));
  const done = [...state.told.values()];
  const key = JSON.stringify([
    state.expected.map((one) => [one.client, parts.time(one.at), one.missed]),
    done.map((one) => [one.key, one.at, one.note, listed.whereabouts(one.key).at]),
    coming.map((one) => one.fixed),
    listed.next,
    state.over,
  ]);
  if (!parts.changed("lists", key)) return;
  const held = document.activeElement?.getAttribute("data-held");
  parts.get("coming").hidden = !coming.length;
  parts.get("done").hidden = !done.length;
  const all = tour.may.includes("all");
  parts.get("coming-list").replaceChildren(
    ...coming.map((stop) => {
      const expected = state.expected.find((one) => one.client === stop.client_ref);
      const isNext = stop.client_ref === listed.next;
      return ahead(parts, stop, expected, { isNext, begun: state.begun, all }, acts);
    }),
  );
  parts.get("done-list").replaceChildren(
    ...done.map((word) => {
      const stop = tour.stops.find((one) => one.client_ref === word.client);
      const where = listed.whereabouts(word.key);
      return behind(parts, word, stop, where, all && !state.over ? acts : null);
    }),
  );
  if (held) parts.root.querySelector<HTMLElement>(`[data-held="${held}"]`)?.focus();
}

function ahead(
  parts: Parts,
  stop: StopJson,
  expected: Expected | undefined,
  how: { isNext: boolean; begun: boolean; all: boolean },
  acts: ListActs,
): HTMLElement {
  const planned = parts.time(stop.arrives_at);
  const at = how.begun && expected ? parts.time(expected.at) : planned;
  const held = `stop-${stop.number}`;
  const show = button("Show", () => acts.choose(stop.client_ref), { "data-held": held });
  show.append(h("span", { class: "visually-hidden" }, ` stop ${stop.number}`));
  const tick = h("input", { type: "checkbox", "data-held": `${held}-told`, checked: stop.fixed });
  tick.addEventListener("change", () => acts.promise(stop.client_ref, tick.checked));
  const told = h(
    "label",
    { class: "choice small" },
    tick,
    h("span", {}, `The client was told ${planned}`),
  );
  return h(
    "li",
    { value: stop.number, class: how.isNext ? "is-next" : "" },
    h("p", {}, h("strong", {}, at), ` ${stop.address ?? ""}`),
    expected?.missed ? h("p", { class: "badge badge-bad" }, "too late") : null,
    h("div", { class: "actions" }, how.isNext ? null : show, how.all ? told : null),
  );
}

function behind(
  parts: Parts,
  word: Word,
  stop: StopJson | undefined,
  where: Whereabouts,
  acts: ListActs | null,
): HTMLElement {
  const change = button("Change or add a note", () => acts?.choose(word.client), {
    "data-held": `done-${stop?.number ?? 0}`,
  });
  change.append(h("span", { class: "visually-hidden" }, `, stop ${stop?.number ?? ""}`));
  const sent = where.at === "sent";
  return h(
    "li",
    stop ? { value: stop.number } : {},
    h(
      "p",
      {},
      h("strong", {}, parts.time(word.at)),
      ` ${SAID[word.kind]} `,
      h(
        "span",
        { class: `badge ${sent ? "badge-good" : "badge-warn"}` },
        sent ? "sent" : "not sent yet",
      ),
    ),
    h("p", { class: "small muted" }, stop?.address ?? "", word.note ? ` · ${word.note}` : ""),
    acts && stop ? change : null,
  );
}

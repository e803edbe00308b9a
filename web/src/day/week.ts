// The page of a team's week while it is being planned: how far it is, and the result when it is done.
import { getJson } from "../editor/api.ts";

const LOOK_AGAIN_MS = 1500;

interface Progress {
  state: string;
  share: number;
  seconds: number;
  tours: number;
  visits: number;
}

async function follow(box: HTMLElement): Promise<void> {
  const share = box.querySelector<HTMLProgressElement>("[data-share]");
  const said = box.querySelector<HTMLElement>("[data-said]");
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    let now: Progress;
    try {
      now = await getJson<Progress>(box.dataset.week ?? "");
    } catch {
      continue;
    }
    if (now.state !== "running") {
      window.location.reload();
      return;
    }
    if (share) share.value = now.share;
    const text = `${now.tours} ${now.tours === 1 ? "tour" : "tours"} with ${now.visits} visits found so far.`;
    if (said && said.textContent !== text) said.textContent = text;
  }
}

const box = document.querySelector<HTMLElement>("[data-week]");
if (box) void follow(box);

// The way to the server: words are kept in the phone first, sent when there is a connection, and
// dropped here only when the server says that it has them.
import { getJson, isSignedOut, postJson, Refusal, renewToken } from "../editor/api.ts";
import { forget } from "./keep.ts";
import * as queue from "./queue.ts";
import { type Overruled, overruled } from "./reckon.ts";
import type { Kind, NowJson, TourJson, Word } from "./types.ts";

interface Taken {
  taken: string[];
  refused: Record<string, string>;
  now: NowJson;
}

const BATCH = 100;
/** As of the server, which corrects the times of a phone whose clock is off by more. */
const CLOCK_OFF_S = 120;

/** Where a word is: in this phone alone, with the server, or in this phone because the server will
 * never take it, with why. */
export interface Whereabouts {
  at: "here" | "sent" | "refused";
  why: string;
}

export type LinkState = "linked" | "offline" | "signed-out" | "other-user" | "gone";

/** By how many seconds this phone's clock is ahead of what the server has told just now; 0 when it is
 * near enough. */
function clockOff(now: NowJson): number {
  const off = (Date.now() - Date.parse(now.at)) / 1000;
  return Math.abs(off) > CLOCK_OFF_S ? off : 0;
}

export class Link {
  state: LinkState = "linked";
  now: NowJson | null = null;
  /** This user's words of this tour that the server has not taken. */
  waiting: queue.Waiting[] = [];
  /** What was said on this page, or waited when it was opened, with its notes: the server tells notes only when a tour is opened. */
  readonly said: Word[] = [];
  /** How many words of others wait in this phone: they are never sent or shown by this user. */
  others = 0;
  /** By how much this phone's clock is ahead of the server's; 0 when it is near enough. */
  clockOffS = 0;
  /** Keys of words that the server has taken from this page. */
  private readonly taken = new Set<string>();
  private busy: Promise<void> | null = null;

  constructor(
    readonly ref: string,
    readonly who: string,
    readonly page: string,
    private readonly turned: () => void,
    /** What the server tells is kept before the words that it has are dropped here. */
    private readonly heard: () => Promise<void>,
  ) {}

  async load(): Promise<void> {
    const found = await queue.all().catch(() => []);
    this.waiting = found.filter((one) => one.who === this.who && one.ref === this.ref);
    this.others = found.filter((one) => one.who !== this.who).length;
    const known = new Set(this.said.map((one) => one.key));
    for (const { key, word, refused } of this.waiting)
      if (!refused && !known.has(key)) this.said.push(word);
  }

  /** What was said on this page of each visit, where a later word of somebody else holds. */
  overruled(): Overruled[] {
    const taken = this.said.filter((one) => this.taken.has(one.key));
    return overruled(taken, this.now?.told ?? []);
  }

  async tour(): Promise<TourJson> {
    return this.told(await getJson<TourJson>(`${this.page}/tour.json`));
  }

  /** Refuses what the server tells somebody else who has signed in on this phone. */
  private mine(now: NowJson): NowJson {
    if (now.who !== this.who) throw new Refusal(403, "Somebody else is signed in.", "");
    return now;
  }

  async replan(version: number): Promise<TourJson> {
    return this.told(await postJson<TourJson>(`${this.page}/replan`, { version }));
  }

  /** A tour with how wrong the clock was when the server told it: one that is kept is older. */
  private told(tour: TourJson): TourJson {
    const { now } = tour;
    this.mine(now);
    this.clockOffS = now.clock_off_s ?? clockOff(now);
    return { ...tour, now: { ...now, clock_off_s: this.clockOffS } };
  }

  /** Keeps a word in this phone; it counts from then on. `undoes` is the key of one it takes back. */
  async say(kind: Kind, client: string, more: Partial<Word>, undoes = ""): Promise<Word> {
    const key = crypto.randomUUID();
    const word: Word = { key, kind, client, at: new Date().toISOString(), ...more };
    const waiting = { key, who: this.who, ref: this.ref, word, refused: "" };
    await queue.add(undoes ? { ...waiting, undoes } : waiting);
    this.said.push(word);
    await this.load();
    return word;
  }

  whereabouts(key: string): Whereabouts {
    const found = this.waiting.find((one) => one.key === key);
    if (!found) return { at: "sent", why: "" };
    return { at: found.refused ? "refused" : "here", why: found.refused };
  }

  async discard(key: string): Promise<void> {
    await queue.remove([key]);
    await this.load();
    this.turned();
  }

  /** Sends what waits, then asks what is new; one turn at a time. */
  turn(): Promise<void> {
    this.busy ??= this.once().finally(() => {
      this.busy = null;
      // Said while the last turn was on its way.
      if (this.state === "linked" && this.unsent) window.setTimeout(() => void this.turn(), 1000);
    });
    return this.busy;
  }

  /** How many words of this tour the server does not know of yet. */
  get unsent(): number {
    return this.waiting.filter((one) => !one.refused).length;
  }

  private async once(): Promise<void> {
    try {
      await this.send();
      this.now = this.mine(await getJson<NowJson>(`${this.page}/now.json`));
      this.clockOffS = clockOff(this.now);
      await this.heard();
      this.state = "linked";
    } catch (error) {
      await this.fault(error);
    }
    this.turned();
  }

  private async send(): Promise<void> {
    const mine = (await queue.all()).filter((one) => one.who === this.who && !one.refused);
    // This tour's first; those of others too, which may never be opened again.
    const refs = new Set([this.ref, ...mine.map((one) => one.ref)]);
    try {
      for (const ref of refs) await this.sendOf(ref, mine);
    } finally {
      // What the server has answered so far is known, also when the next answer is lost.
      await this.load();
    }
  }

  private async sendOf(ref: string, mine: readonly queue.Waiting[]): Promise<void> {
    const words = mine.filter((one) => one.ref === ref).map((one) => one.word);
    try {
      for (let first = 0; first < words.length; first += BATCH)
        await this.post(ref, words.slice(first, first + BATCH));
    } catch (error) {
      // A tour that is no more, or not theirs any more, must not hold up this one.
      if (ref === this.ref || !(error instanceof Refusal)) throw error;
    }
  }

  private async post(ref: string, words: Word[]): Promise<void> {
    const body = { who: this.who, sent_at: new Date().toISOString(), words };
    const done = await postJson<Taken>(`/road/${ref}/words`, body);
    if (ref === this.ref) {
      this.now = done.now;
      await this.heard();
    }
    await queue.refuse(done.refused);
    await queue.remove(done.taken);
    for (const key of done.taken) this.taken.add(key);
  }

  private async fault(error: unknown): Promise<void> {
    if (isSignedOut(error)) this.state = "signed-out";
    else if (error instanceof Refusal && error.status === 403) this.state = "other-user";
    else if (error instanceof Refusal && error.status === 404) {
      this.state = "gone";
      await forget((one) => one.ref === this.ref).catch(() => undefined);
    } else if (error instanceof Refusal && error.status === 400)
      // Signed in again elsewhere: this page's token is of the session before.
      this.state = (await renewToken(this.who)) === "renewed" ? "linked" : "signed-out";
    else this.state = "offline";
  }
}

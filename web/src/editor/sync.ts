// Sends edits as they are made, in order, and asks what others have done. While the server is out of
// reach, edits wait in this browser.
import { getJson, isSignedOut, postJson, Refusal, renewToken } from "./api.ts";
import type { Editing, StateJson, SyncState } from "./editing.ts";
import type { GroundJson } from "./ground.ts";
import { Kept } from "./kept.ts";
import type { ConflictJson, Edit, LoggedEdit } from "./log.ts";

interface Answer {
  seq: number;
  set: number;
  conflicts: ConflictJson[];
  edits: LoggedEdit[];
}

export interface Addresses {
  ground: string;
  state: string;
  edits: string;
}

const EDITOR_MS = 1500;
const VIEWER_MS = 3000;
const RETRY_MS = 2000;
const STROKE_MS = 20;
/** Edits in one call. */
const BATCH = 50;
/** What sending again cannot mend: a unit or team that is no more, or that is not theirs to move. */
const TAKEN_BY_NOBODY = new Set([403, 422]);

export class Sync {
  private busy = false;
  private readonly kept: Kept;
  private set: number;
  private timer = 0;
  private problem: SyncState["state"] | null = null;
  private told = "";
  /** Why the last edit was not taken, until another one is made. */
  private lost = "";
  /** Whether somebody else is signed in in this browser now. */
  private other = false;
  private before: ReadonlySet<string> = new Set();

  constructor(
    private readonly editing: Editing,
    private readonly at: Addresses,
    plan: number,
    private readonly who: string,
  ) {
    this.set = editing.ground.set;
    this.kept = new Kept(plan, who);
    editing.restore(this.kept.all());
    editing.on("conflict", () => {
      this.kept.doubt(editing.undecided.kept);
      this.tell();
    });
    editing.doubt(this.kept.undecided());
    editing.setLocked(
      this.kept
        .locks()
        .map((ref) => editing.ground.team(ref))
        .filter((team) => team >= 0),
      true,
    );
    editing.on("locks", () => {
      const own = [...editing.locked].filter((team) => editing.leads(team));
      this.kept.lock(own.map((team) => editing.ground.ref(team)));
    });
    editing.on("dropped", (keys) => this.kept.settle(keys));
    editing.refresh = () => this.turn();
    editing.on("history", () => this.changed());
    window.addEventListener("online", () => void this.turn());
    window.addEventListener("focus", () => void this.turn());
    window.addEventListener("beforeunload", () => this.kept.keep(editing.log.waiting));
    this.changed();
    this.later();
  }

  /** Sends what waits, then asks what is new. */
  async turn(): Promise<void> {
    if (this.busy || this.editing.deleted) return;
    this.busy = true;
    try {
      while (await this.send());
      await this.ask();
      if (this.problem === "offline" || this.problem === "signed-out") this.problem = null;
    } catch (error) {
      await this.fault(error);
    } finally {
      this.busy = false;
      this.tell();
      this.later();
    }
    if (!this.problem && this.sends) void this.turn();
  }

  private changed(): void {
    const { waiting } = this.editing.log;
    this.kept.keep(waiting);
    if (waiting.some(({ key }) => !this.before.has(key))) this.lost = "";
    this.tell();
    if (this.sends && !this.busy && !this.problem) void this.turn();
  }

  /** Whether something waits that the plan may take. */
  private get sends(): boolean {
    return this.editing.editable && this.editing.log.waiting.length > 0;
  }

  private async send(): Promise<boolean> {
    const { editing } = this;
    const batch = editing.log.waiting.slice(0, BATCH);
    if (!batch.length || !editing.editable || this.problem === "refused") return false;
    let sent = batch;
    let answer: Answer;
    try {
      answer = await this.post(sent);
    } catch (error) {
      if (!(error instanceof Refusal) || !TAKEN_BY_NOBODY.has(error.status)) throw error;
      // One of them cannot be taken: find out which by sending the first alone.
      sent = batch.slice(0, 1);
      answer = await this.post(sent).catch((again: unknown) => this.giveUp(sent[0] as Edit, again));
    }
    await this.between();
    const own = sent.filter((edit) => editing.log.reshapes(edit)).at(-1);
    editing.taken(sent, answer);
    this.kept.settle(new Set(sent.map((edit) => edit.key)));
    if (answer.set === this.set) return true;
    await this.reload();
    if (own) editing.say(own.kind === "redo" ? "Split again." : "The pieces are joined again.");
    return true;
  }

  private post(edits: readonly Edit[]): Promise<Answer> {
    return postJson<Answer>(this.at.edits, { base: this.editing.log.seq, edits });
  }

  /** Drops an edit that the server will never take, and says so: a team or unit is no more. */
  private async giveUp(edit: Edit, error: unknown): Promise<Answer> {
    if (!(error instanceof Refusal) || !TAKEN_BY_NOBODY.has(error.status)) throw error;
    const not = { undo: "Not undone.", redo: "Not done again." }[edit.kind as string];
    this.editing.say(`${not ?? "This edit was not saved."} ${error.told}`);
    // Nothing is lost: a split may be taken back later, when what stands in the way is gone.
    if (this.editing.log.reshapes(edit)) edit.undoes = "";
    else this.lost = `${not ?? "The last edit was not saved."} ${error.told}`;
    edit.changes = {};
    this.before = new Set(this.editing.log.waiting.map(({ key }) => key));
    await this.reload();
    const { seq } = this.editing.log;
    return { seq, set: this.set, conflicts: [], edits: [] };
  }

  private async ask(): Promise<void> {
    const { editing } = this;
    const query = `since=${editing.log.seq}&editing=${editing.editable ? 1 : 0}`;
    const state = await getJson<StateJson>(`${this.at.state}?${query}`);
    await this.between();
    if (state.set !== this.set || state.status !== editing.status) return this.reload();
    editing.take(state);
    if (state.run) editing.emit("run", state.run);
  }

  /** What is new is taken in between two strokes: it would hold up the one under way. */
  private async between(): Promise<void> {
    while (this.editing.painting) await new Promise((go) => window.setTimeout(go, STROKE_MS));
  }

  /** The units, the teams or what may be done are new. */
  private async reload(): Promise<void> {
    const [ground, state] = await Promise.all([
      getJson<GroundJson>(this.at.ground),
      getJson<StateJson>(`${this.at.state}?since=0`),
    ]);
    this.set = ground.set;
    if (state.editable && this.problem === "refused") this.problem = null;
    this.editing.replace(ground, state);
  }

  private async fault(error: unknown): Promise<void> {
    this.other = false;
    if (isSignedOut(error)) this.problem = "signed-out";
    // Signed in again elsewhere: this page's token is of the session before.
    else if (error instanceof Refusal && error.status === 400) {
      const found = await renewToken(this.who);
      this.other = found === "other";
      this.problem = found === "renewed" ? null : "signed-out";
    } else if (error instanceof Refusal && error.status === 404) {
      await this.between();
      this.problem = "deleted";
      // Only the state tells who has deleted it.
      const found = await getJson(`${this.at.state}?since=0`).catch((why: unknown) => why);
      this.editing.close(found instanceof Refusal ? found.message : error.message);
    } else if (error instanceof Refusal && error.status < 500 && error.status !== 429) {
      this.problem = "refused";
      this.told = error.told;
      // Settled for good, or only busy: what the plan is now tells, and a draft is tried again.
      if (error.status === 409) await this.reload().catch(() => undefined);
    } else this.problem = "offline";
  }

  private tell(): void {
    const { editing } = this;
    const waiting = editing.log.waiting.length;
    const here = `${waiting} ${waiting === 1 ? "edit" : "edits"} kept here`;
    const open = editing.editable ? editing.undecided.kept.length : 0;
    const aside = waiting > 0 && !editing.editable;
    const state =
      this.problem ??
      (aside ? "refused" : null) ??
      (waiting ? "saving" : this.lost ? "lost" : open ? "undecided" : "saved");
    const text = {
      saved: editing.editable ? "All changes saved" : upper(editing.why || "not to be edited"),
      saving: "Saving…",
      lost: this.lost,
      undecided: `Saved, but for ${editing.counted(open)} changed twice`,
      offline: waiting ? `Offline: ${here}` : "Offline",
      "signed-out": `${this.other ? "Somebody else is signed in" : "Signed out"}${waiting ? `: ${here}` : ""}. Sign in again.`,
      refused: aside
        ? `Not saved: ${here}`
        : waiting
          ? `Not saved: ${here}. ${this.told}`
          : this.told,
      deleted: upper(editing.why),
    }[state];
    if (editing.sync.text === text && editing.sync.state === state) return;
    editing.sync = { state, waiting, text };
    editing.emit("sync", editing.sync);
  }

  private later(): void {
    window.clearTimeout(this.timer);
    const wait = this.problem ? RETRY_MS : this.editing.editable ? EDITOR_MS : VIEWER_MS;
    this.timer = window.setTimeout(() => void this.turn(), wait);
  }
}

function upper(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

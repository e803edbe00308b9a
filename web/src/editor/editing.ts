// One plan while it is drawn: what tools, panels and the map share. Whatever changes the plan goes
// through here; whoever shows it listens here.
import type { Map as LeafletMap } from "leaflet";
import { placed, type Team } from "./colours.ts";
import { gains, whyNot } from "./gains.ts";
import { Ground, type GroundJson } from "./ground.ts";
import {
  type Changes,
  type ConflictJson,
  type Edit,
  type Kind,
  Log,
  type LoggedEdit,
  newKey,
  unitsOf,
} from "./log.ts";
import { reversed } from "./reversed.ts";
import { Tally } from "./tally.ts";
import type { Comment, Conflict, Events, Present, StateJson, SyncState } from "./told.ts";
import { Open, type Undecided } from "./undecided.ts";

export type { Comment, Conflict, Events, Present, StateJson, SyncState } from "./told.ts";

type Listener<N extends keyof Events> = (event: Events[N]) => void;

export class Editing {
  ground: Ground;
  teams: Team[];
  /** Team of each unit, -1 for none. */
  readonly locked = new Set<number>();
  /** Team of each unit in the plan in force, -1 for none. */
  now: Int32Array;
  name: string;
  /** draft, proposed, published or withdrawn. */
  status: string;
  editable: boolean;
  /** Why it is not editable. */
  why: string;
  /** Whether it is deleted: it is still on the screen, and nowhere else. */
  deleted = false;
  /** A team farther off its load is over- or under-loaded; the solver's. */
  tolerance = 0.05;
  comments: readonly Comment[] = [];
  present: readonly Present[] = [];
  sync: SyncState = { state: "saved", waiting: 0, text: "All changes saved" };
  readonly log: Log;
  /** Set when the page is built. */
  map!: LeafletMap;
  /** Asks the server at once what is new; set by sync. */
  refresh: () => Promise<void> = async () => {};

  /** What one wanted of units that others had changed before. */
  readonly undecided = new Open();

  /** Teams that the user does not lead: locked for good. */
  private foreign: ReadonlySet<number> = new Set();
  private own: Tally;
  /** Another drawing that is shown in place of the plan; drawing on ends that. */
  private looked: Tally | null = null;
  private brush = 0;
  private source: number | null = null;
  private stroke: { kind: Kind; from: Map<number, number> } | null = null;
  private readonly dirty = new Set<number>();
  private frame = 0;
  private pointed = { unit: -1, team: -1, told: true };
  private readonly listeners = new Map<keyof Events, Set<Listener<never>>>();

  constructor(
    ground: GroundJson,
    state: StateJson,
    private readonly nextFrame: (run: () => void) => number = (run) => requestAnimationFrame(run),
  ) {
    this.ground = new Ground(ground);
    const of = Int32Array.from(state.of ?? new Array(ground.units.length).fill(-1));
    this.now = Int32Array.from(state.now ?? of);
    this.name = this.ground.name;
    this.why = state.why ?? "";
    this.status = state.status;
    this.editable = state.editable;
    this.log = new Log(this.ground, of);
    this.log.aside = !state.editable;
    this.log.recall(state.edits, state.seq);
    this.own = new Tally(this.ground, of);
    this.teams = placed(this.ground.teams);
    this.comments = state.comments ?? [];
    this.present = state.present ?? [];
    this.lead(state);
  }

  private lead({ leads }: StateJson): void {
    this.foreign = new Set(leads && [...this.teams.keys()].filter((at) => !leads.includes(at)));
    this.setLocked(this.foreign, true);
    if (!gains(this, this.brush)) this.brush = this.teams.findIndex((_, at) => gains(this, at));
  }

  /** Figures of what is shown: the plan, or another drawing in its place. */
  get tally(): Tally {
    return this.looked ?? this.own;
  }

  /** Team of each unit, -1 for none. */
  get of(): Int32Array {
    return this.tally.of;
  }

  /** Another drawing that is shown in place of the plan; null for the plan itself. */
  get preview(): Int32Array | null {
    return this.looked?.of ?? null;
  }

  set preview(of: Int32Array | null) {
    if (of && this.stroke) return;
    const before = this.of;
    this.looked = of && new Tally(this.ground, of);
    for (const [unit, team] of this.of.entries()) if (team !== before[unit]) this.dirty.add(unit);
    if (this.dirty.size) this.soon();
  }

  on<N extends keyof Events>(name: N, listener: Listener<N>): () => void {
    const all = this.listeners.get(name) ?? new Set();
    this.listeners.set(name, all.add(listener as Listener<never>));
    return () => all.delete(listener as Listener<never>);
  }

  emit<N extends keyof Events>(name: N, event: Events[N]): void {
    for (const listener of this.listeners.get(name) ?? []) (listener as Listener<N>)(event);
  }

  say(text: string): void {
    this.emit("say", text);
  }

  /** The team that painting gives units to; -1 takes them from their team. */
  get brushTeam(): number {
    return this.brush;
  }

  set brushTeam(team: number) {
    if (gains(this, team)) this.brush = team;
    else this.say(whyNot(this, team));
    this.emit("brush", undefined);
  }

  /** Painting takes units from this team only (-1: only units without a team); null from all. */
  get onlyFrom(): number | null {
    return this.source;
  }

  set onlyFrom(team: number | null) {
    this.source = team;
    this.emit("brush", undefined);
  }

  teamName(team: number): string {
    return this.teams[team]?.name ?? "no team";
  }

  /** "Tract 201"; a label that names the kind of unit itself stands alone. */
  unitName(unit: number): string {
    const { labels, noun } = this.ground;
    const label = labels[unit] ?? "";
    if (label.toLowerCase().includes(noun)) return label;
    return `${noun.charAt(0).toUpperCase()}${noun.slice(1)} ${label}`;
  }

  /** Whether a locked team would lose or gain the unit. */
  isLocked(unit: number, team: number): boolean {
    return !gains(this, team) || this.locked.has(team) || this.locked.has(this.of[unit] as number);
  }

  /** Whether the user may move its units: no team is everybody's. */
  leads(team: number): boolean {
    return !this.foreign.has(team);
  }

  whyLocked(team: number): string {
    return `${this.teamName(team)} is locked${this.leads(team) ? "" : ": you do not lead it"}.`;
  }

  setLocked(teams: Iterable<number>, locked: boolean): void {
    for (const team of teams) {
      if (locked) this.locked.add(team);
      else if (this.leads(team)) this.locked.delete(team);
    }
    this.emit("locks", undefined);
  }

  /** Starts a stroke: what is painted until commit() is one edit. */
  begin(kind: Kind = "paint"): void {
    if (this.stroke) this.commit();
    this.preview = null;
    if (this.editable) this.stroke = { kind, from: new Map() };
  }

  /** Gives units to a team within the stroke; gives those that changed. */
  paint(units: Iterable<number>, team = this.brush): number[] {
    const painted: number[] = [];
    if (!this.stroke) return painted;
    for (const unit of units) {
      const old = this.of[unit] as number;
      if (old === team || this.isLocked(unit, team)) continue;
      if (this.source !== null && old !== this.source) continue;
      if (!this.stroke.from.has(unit)) this.stroke.from.set(unit, old);
      this.move(unit, team);
      painted.push(unit);
    }
    return painted;
  }

  /** Ends the stroke; gives the edit, or null when nothing has changed. */
  commit(detail: Record<string, unknown> = {}): Edit | null {
    const stroke = this.stroke;
    this.stroke = null;
    if (!stroke) return null;
    const changes: Changes = {};
    for (const [unit, from] of stroke.from)
      if (this.of[unit] !== from)
        changes[this.ground.units[unit] as string] = [
          this.ground.ref(from),
          this.ground.ref(this.of[unit] as number),
        ];
    return Object.keys(changes).length ? this.record(stroke.kind, "", changes, detail) : null;
  }

  /** Ends the stroke as if it had not been. */
  cancel(): void {
    const stroke = this.stroke;
    this.stroke = null;
    for (const [unit, from] of stroke?.from ?? []) this.move(unit, from);
  }

  get painting(): boolean {
    return this.stroke !== null;
  }

  /** Makes one edit at once, in spite of `onlyFrom` but not of locks; gives the units changed. */
  apply(
    changes: Iterable<[unit: number, team: number]>,
    kind: Kind = "paint",
    detail: Record<string, unknown> = {},
  ): number[] {
    const source = this.source;
    const changed: number[] = [];
    this.source = null;
    this.begin(kind);
    for (const [unit, team] of changes) changed.push(...this.paint([unit], team));
    this.commit(detail);
    this.source = source;
    return changed;
  }

  get canUndo(): boolean {
    return this.editable && this.log.last !== undefined;
  }

  get canRedo(): boolean {
    return this.editable && this.log.undone !== undefined;
  }

  /** Takes back one's own last edit; units that another has changed since stay as they are. */
  undo(): void {
    this.takeBack("undo");
  }

  redo(): void {
    this.takeBack("redo");
  }

  /** Tells everybody what the pointer or the keyboard is on; -1 for nothing. */
  hover(unit: number, team = unit < 0 ? -1 : (this.of[unit] as number)): void {
    if (unit === this.pointed.unit && team === this.pointed.team) return;
    this.pointed = { unit, team, told: false };
    this.soon();
  }

  /** Brings units into view, below a bar of so many pixels. */
  zoomTo(units: readonly number[], above = 0): void {
    if (!units.length) return;
    this.map.fitBounds(this.ground.corners(units), {
      maxZoom: 16,
      paddingTopLeft: [40, 40 + above],
      paddingBottomRight: [40, 40],
    });
  }

  /** Takes in what the server says is new. */
  take(state: StateJson): void {
    const mine = new Set(this.log.waiting.map((edit) => edit.key));
    const others = state.edits.filter((edit) => !edit.mine && !mine.has(edit.key));
    this.log.learn(state.edits);
    this.log.seq = Math.max(this.log.seq, state.seq);
    if (state.edits.length) {
      this.rebase();
      this.emit("history", undefined);
      const last = others.at(-1);
      if (last)
        this.say(`${last.by} has changed ${this.counted(Object.keys(last.changes).length)}.`);
    }
    if (state.comments) {
      this.comments = state.comments;
      this.emit("comments", this.comments);
    }
    if (state.present) {
      this.present = state.present;
      this.emit("present", this.present);
    }
  }

  /** The server has taken edits, but for conflicts. */
  taken(
    sent: readonly Edit[],
    answer: { seq: number; conflicts: ConflictJson[]; edits: LoggedEdit[] },
  ): void {
    const wanted = unitsOf(sent);
    this.log.learn(answer.edits);
    this.log.taken(sent, answer.conflicts, answer.seq);
    this.rebase();
    this.doubt(answer.conflicts);
    this.emit("history", undefined);
    if (answer.conflicts.length)
      this.say(`${unitsOf(sent)} of ${this.counted(wanted)} saved. Decide whose change stands.`);
  }

  /** Changes that were not made because others came first, by position. */
  get conflicts(): Conflict[] {
    return this.undecided.conflicts(this.log, this.ground, this.own.of);
  }

  /** Remembers what was wanted until it is decided. */
  doubt(found: readonly Undecided[]): void {
    if (this.undecided.add(found)) this.emit("conflict", this.conflicts);
  }

  /** All is decided, as the plan is now. */
  decided(): void {
    this.undecided.settle();
    this.emit("conflict", []);
  }

  /** Takes new units or teams; locks and the brush stay with their teams. */
  replace(json: GroundJson, state: StateJson): void {
    this.cancel();
    const refs = [...this.locked].map((team) => this.ground.ref(team));
    const brush = this.ground.ref(this.brush);
    this.ground = new Ground(json);
    const of = Int32Array.from(state.of ?? []);
    this.now = Int32Array.from(state.now ?? of);
    this.status = state.status;
    this.editable = state.editable;
    this.why = state.why ?? "";
    this.log.restart(this.ground, of);
    this.log.aside = !state.editable;
    this.log.recall(state.edits, state.seq);
    this.own = new Tally(this.ground, this.log.assignment());
    this.looked = null;
    this.teams = placed(this.ground.teams);
    this.locked.clear();
    for (const ref of refs) if (this.ground.team(ref) >= 0) this.locked.add(this.ground.team(ref));
    this.brush = brush ? Math.max(0, this.ground.team(brush)) : -1;
    this.source = null;
    this.lead(state);
    this.dirty.clear();
    for (const news of ["ground", "figures", "history"] as const) this.emit(news, undefined);
    this.emit("conflict", this.conflicts);
  }

  /** Somebody has deleted the plan: it stays on the screen, and is painted no more. */
  close(why: string): void {
    this.cancel();
    this.deleted = true;
    this.editable = false;
    this.why = why;
    this.emit("ground", undefined);
  }

  /** Throws away what waits, unsent. */
  drop(): void {
    const gone = this.log.waiting.splice(0);
    this.rebase();
    this.emit("dropped", new Set(gone.map(({ key }) => key)));
    this.emit("history", undefined);
  }

  /** Puts edits that waited in this browser before on top of what the server has. */
  restore(waiting: readonly Edit[]): void {
    const known = new Set([...this.log.edits, ...this.log.waiting].map(({ key }) => key));
    this.log.waiting.push(...waiting.filter((edit) => !known.has(edit.key)));
    this.rebase();
    this.emit("history", undefined);
  }

  counted(units: number): string {
    return units === 1 ? `1 ${this.ground.noun}` : `${units} ${this.ground.noun}s`;
  }

  /** Tells what is new with the next frame. */
  soon(): void {
    if (!this.frame) this.frame = this.nextFrame(() => this.flush());
  }

  private flush(): void {
    this.frame = 0;
    const units = [...this.dirty];
    this.dirty.clear();
    if (units.length) this.emit("units", units);
    if (units.length) this.emit("figures", undefined);
    if (!this.pointed.told) this.emit("hover", this.pointed);
    this.pointed.told = true;
    this.emit("frame", undefined);
  }

  private move(unit: number, team: number): void {
    this.own.move(unit, team);
    this.dirty.add(unit);
    this.soon();
  }

  private record(kind: Kind, undoes: string, changes: Changes, detail: Edit["detail"]): Edit {
    const edit = { key: newKey(), kind, undoes, changes, detail };
    this.log.waiting.push(edit);
    if (this.undecided.settle(Object.keys(changes))) this.emit("conflict", this.conflicts);
    this.emit("history", undefined);
    return edit;
  }

  private takeBack(kind: "undo" | "redo"): void {
    if (this.stroke) this.commit();
    this.preview = null;
    const edit = kind === "undo" ? this.log.last : this.log.undone;
    if (!this.editable) return;
    const { changes, said } = reversed(this, edit, kind);
    if (edit && changes) {
      for (const [code, [, to]] of Object.entries(changes))
        this.move(this.ground.unit(code), this.ground.team(to ?? ""));
      this.record(kind, edit.key, changes, {});
    }
    this.say(said);
  }

  /** Brings units and figures in line with the log; a stroke under way stays on top. */
  private rebase(): void {
    const of = this.log.assignment();
    for (const unit of this.stroke?.from.keys() ?? []) {
      this.stroke?.from.set(unit, of[unit] as number);
      of[unit] = this.own.of[unit] as number;
    }
    for (let unit = 0; unit < of.length; unit++)
      if (of[unit] !== this.own.of[unit]) this.move(unit, of[unit] as number);
  }
}

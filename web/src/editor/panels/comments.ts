// Comments pinned to units: a list, a form, and marks on the map.
import { divIcon, layerGroup, marker } from "leaflet";
import { postJson } from "../api.ts";
import type { Comment, Editing } from "../editing.ts";
import { named, nameOf } from "../sentence.ts";
import { planPath, trying } from "./ask.ts";
import { unitField } from "./cover.ts";
import { button, choice, count, field, h, moment } from "./dom.ts";

export class Comments {
  private readonly list = h("ul", { class: "comment-list" });
  private readonly said = h("p", { class: "field-error", role: "alert" });
  private readonly all = h("input", { type: "checkbox", change: () => this.show() });
  private readonly text = h("textarea", { rows: 3, maxlength: 2000, required: true });
  private readonly unit;
  private readonly marks = layerGroup();

  constructor(
    private readonly editing: Editing,
    root: HTMLElement,
    private readonly badge: (count: number) => void,
    private readonly open: () => void,
  ) {
    const { noun } = editing.ground;
    this.unit = unitField(editing);
    const named = noun.charAt(0).toUpperCase() + noun.slice(1);
    root.append(
      h(
        "form",
        {
          class: "stack",
          submit: (event: SubmitEvent) => {
            event.preventDefault();
            void this.add();
          },
        },
        field(named, this.unit.field),
        this.unit.list,
        this.unit.point,
        field("Comment", this.text, "About the area, never about a person: no names."),
        this.said,
        h("button", { class: "button button-small button-primary" }, "Add comment"),
      ),
      choice("Show resolved ones too", this.all),
      this.list,
    );
    this.marks.addTo(editing.map);
    editing.on("comments", () => this.show());
    editing.on("ground", () => this.show());
    this.show();
  }

  private async add(): Promise<void> {
    const { editing } = this;
    const unit = this.unit.unit();
    const text = this.text.value.trim();
    this.said.textContent = this.unit.lacks() || (text ? "" : "Write what the comment is to say.");
    if (unit < 0 || !text) return;
    await trying(
      (why) => {
        this.said.textContent = why;
      },
      async () => {
        await postJson(`${planPath()}/comments`, { unit: editing.ground.units[unit], text });
        this.text.value = "";
        await editing.refresh();
        editing.say("Comment added.");
      },
    );
  }

  private async resolve(comment: Comment): Promise<void> {
    await trying(
      (why) => {
        this.said.textContent = why;
      },
      async () => {
        await postJson(`${planPath()}/comments/${comment.id}/resolve`, {});
        await this.editing.refresh();
        this.editing.say("Comment resolved.");
      },
    );
  }

  private show(): void {
    const { editing } = this;
    const open = editing.comments.filter((one) => !one.resolved_at);
    const shown = this.all.checked ? editing.comments : open;
    this.badge(open.length);
    this.list.replaceChildren(
      ...(shown.length
        ? shown.map((one) => this.item(one))
        : [h("li", { class: "muted" }, "No comments.")]),
    );
    this.mark(open);
  }

  private item(comment: Comment): HTMLLIElement {
    const { editing } = this;
    const units = this.lies(comment);
    const codes = units.map((unit) => editing.ground.units[unit] as string);
    const there = codes.includes(comment.unit);
    const where = button(
      named(editing, codes),
      () => {
        editing.zoomTo(units);
        editing.hover(units[0] as number);
      },
      { class: "link" },
    );
    const done = comment.resolved_at
      ? h("p", { class: "muted small" }, `Resolved by ${comment.resolved_by}`)
      : button("Resolve", () => void this.resolve(comment));
    return h(
      "li",
      { class: comment.resolved_at ? "is-resolved" : "" },
      h(
        "p",
        { class: "comment-head" },
        there ? null : h("strong", {}, nameOf(editing, comment.unit)),
        units.length && !there ? ", now " : null,
        units.length ? where : null,
        h("span", { class: "muted small" }, ` ${comment.by}, ${moment(comment.at)}`),
      ),
      h("p", { class: "comment-text" }, comment.text),
      done,
    );
  }

  /** The unit that it is pinned to, or those that this lies in since it was split or joined. */
  private lies({ unit }: Comment): number[] {
    const { ground, log } = this.editing;
    const codes = ground.unit(unit) < 0 ? log.heirs(unit) : [unit];
    return codes.map((code) => ground.unit(code));
  }

  private mark(open: readonly Comment[]): void {
    const { ground } = this.editing;
    const counts = new Map<number, number>();
    for (const comment of open) {
      const at = this.lies(comment)[0];
      if (at !== undefined) counts.set(at, (counts.get(at) ?? 0) + 1);
    }
    this.marks.clearLayers();
    for (const [unit, many] of counts) {
      const title = `${count(many, "comment")} on ${this.editing.unitName(unit)}`;
      marker([ground.inside[2 * unit + 1] as number, ground.inside[2 * unit] as number], {
        icon: divIcon({ className: "comment-mark", html: String(many), iconSize: [24, 24] }),
        title,
        alt: title,
      })
        .on("click", () => {
          this.open();
          this.unit.set(unit);
          this.list.scrollIntoView({ block: "nearest" });
        })
        .addTo(this.marks);
    }
  }
}

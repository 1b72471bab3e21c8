/** Texts side by side: three environments and a policy, or a request with its gates and its pipeline. */

import { Editor, type Mark, type Range } from "./editor";
import { byId, h } from "./dom";
import type { Text } from "./engine";

/** A text to begin with. */
export interface Spec extends Text {
  /** Which text it is: `staging`, `policy`. */
  id: string;
  /** What names of dropped files speak of it. */
  speaks: RegExp;
}

/** One text with its head: name, what it is, how much is wrong in it. */
export class Pane {
  readonly editor: Editor;
  readonly card: HTMLElement;
  readonly tab: HTMLButtonElement;
  private readonly title = h("span", { class: "pane-name" });
  private readonly note = h("span", { class: "pane-note" });
  private readonly counts = h("span", { class: "pane-counts" });
  private readonly tabCounts = h("span", { class: "tab-count" });

  constructor(
    readonly id: string,
    readonly speaks: RegExp,
    public name: string,
    text: string,
    key: number,
    changed: () => void,
  ) {
    const host = h("div", { class: "editor" });
    const load = h("input", { type: "file", class: "hidden-file", tabindex: "-1", "aria-hidden": "true" });
    load.addEventListener("change", async () => {
      const file = load.files?.[0];
      if (file) this.open(file.name, await file.text());
      load.value = "";
    });
    const open = h("button", { type: "button", class: "pane-open", onclick: () => load.click() }, "Open…");
    this.card = h(
      "article",
      { class: "pane card", id: `pane-${id}`, "aria-label": id },
      h("header", { class: "pane-head" }, this.title, this.note, this.counts, open, load),
      host,
    );
    this.tab = h("button", { type: "button", class: "tab", role: "tab", id: `tab-${id}`, "aria-controls": `pane-${id}`, title: `Alt+${key}` }, h("span", { class: "tab-name" }), this.tabCounts);
    this.editor = new Editor(host, name, text, changed);
    open.setAttribute("aria-label", `Open a file as ${id}`);
    this.rename();
  }

  get content(): Text {
    return { name: this.name, text: this.editor.text };
  }

  /** Shows another file. */
  open(name: string, text: string): void {
    this.name = name;
    this.editor.replace(name, text);
    this.rename();
  }

  /** Says what the text is, and how much is wrong in it. */
  show(note: string, marks: Mark[]): void {
    this.note.textContent = note;
    this.editor.mark(marks);
    const count = (severity: string) => new Set(marks.filter((mark) => mark.severity === severity).map((mark) => mark.title + mark.message)).size;
    const [errors, warnings] = [count("error"), count("warning")];
    const badges = () => [
      errors ? h("span", { class: "count error", title: `${errors} errors` }, String(errors)) : null,
      warnings ? h("span", { class: "count warning", title: `${warnings} warnings` }, String(warnings)) : null,
    ];
    this.counts.replaceChildren(...badges().filter((badge) => badge !== null));
    this.tabCounts.replaceChildren(...badges().filter((badge) => badge !== null));
  }

  private rename(): void {
    this.title.textContent = this.name;
    const label = this.tab.querySelector(".tab-name");
    if (label) label.textContent = this.id;
  }
}

/** All panes of a view; on a narrow page one is shown at a time. */
export class Panes {
  readonly all: Pane[];

  /** Puts panes and their tabs into the elements of these ids. */
  constructor(specs: Spec[], cards: string, tabs: string, changed: () => void) {
    this.all = specs.map(({ id, speaks, name, text }, at) => new Pane(id, speaks, name, text, at + 1, changed));
    byId(cards).append(...this.all.map((pane) => pane.card));
    byId(tabs).append(...this.all.map((pane) => pane.tab));
    this.all.forEach((pane, at) => {
      pane.tab.addEventListener("click", () => this.select(pane));
      pane.tab.addEventListener("keydown", (event) => {
        const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
        const next = this.all[(at + step + this.all.length) % this.all.length];
        if (step && next) {
          this.select(next);
          next.tab.focus();
        }
      });
    });
    const first = this.all[0];
    if (first) this.select(first);
  }

  /** The pane of that id, which there is. */
  get(id: string): Pane {
    const pane = this.all.find((pane) => pane.id === id);
    if (!pane) throw new Error(`there is no pane ${id}`);
    return pane;
  }

  /** Shows a pane where only one is shown. */
  select(selected: Pane): void {
    for (const pane of this.all) {
      const is = pane === selected;
      pane.tab.setAttribute("aria-selected", String(is));
      pane.tab.tabIndex = is ? 0 : -1;
      pane.card.classList.toggle("is-selected", is);
    }
  }

  /** The pane that shows a document. */
  of(document: string | undefined): Pane | undefined {
    return this.all.find((pane) => pane.name === document);
  }

  /** Follows places to their lines: each pane shows its own. The first gets the focus where that is wanted. */
  follow(places: (Range & { document: string })[], focus: boolean): void {
    for (const pane of this.all) pane.editor.unfollow();
    let first = true;
    for (const place of places) {
      const pane = this.of(place.document);
      if (!pane) continue;
      if (first) this.select(pane);
      pane.editor.follow(place, focus && first);
      first = false;
    }
  }
}

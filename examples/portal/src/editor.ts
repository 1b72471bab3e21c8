/** One text in an editor, with what is wrong in it underlined at its place. */

import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { HighlightStyle, StreamLanguage, bracketMatching, syntaxHighlighting } from "@codemirror/language";
import { properties } from "@codemirror/legacy-modes/mode/properties";
import { type Diagnostic as Lint, lintGutter, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, StateEffect, StateField } from "@codemirror/state";
import {
  Decoration,
  type DecorationSet,
  EditorView,
  drawSelection,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { h, prose } from "./dom";

/** A place in a text, as reports give it: lines and columns from 1, columns in Unicode characters. */
export interface Range {
  line: number;
  column: number;
  endLine: number;
  endColumn: number;
}

/** Something to underline. */
export interface Mark extends Range {
  severity: "error" | "warning" | "info";
  title: string;
  message: string;
  help?: string | undefined;
}

const flash = StateEffect.define<{ from: number; to: number } | null>();

/** The lines that were just followed to. */
const flashed = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(lines, transaction) {
    for (const effect of transaction.effects) {
      if (effect.is(flash)) {
        lines = effect.value
          ? Decoration.set([Decoration.line({ class: "cm-followed" }).range(effect.value.from)])
          : Decoration.none;
      }
    }
    return lines.map(transaction.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

const look = EditorView.theme({
  "&": { height: "100%", fontSize: "13px", backgroundColor: "transparent", color: "var(--ink)" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.6" },
  ".cm-content": { padding: "8px 0 24px", caretColor: "var(--accent)" },
  "&.cm-focused": { outline: "none" },
  ".cm-cursor": { borderLeftColor: "var(--accent)", borderLeftWidth: "2px" },
  ".cm-gutters": { backgroundColor: "transparent", color: "var(--ink-3)", border: "none", paddingLeft: "4px" },
  ".cm-activeLine": { backgroundColor: "var(--line-active)" },
  ".cm-activeLineGutter": { backgroundColor: "var(--line-active)", color: "var(--ink-2)" },
  "&:not(.cm-focused) .cm-activeLine, &:not(.cm-focused) .cm-activeLineGutter": { backgroundColor: "transparent" },
  ".cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground": {
    backgroundColor: "var(--selection)",
  },
  ".cm-followed": { backgroundColor: "var(--followed)" },
  ".cm-lintRange": { backgroundImage: "none", paddingBottom: "0" },
  ".cm-lintRange-error": { textDecoration: "underline wavy var(--error) 1.3px", textUnderlineOffset: "4px" },
  ".cm-lintRange-warning": { textDecoration: "underline wavy var(--warning) 1.3px", textUnderlineOffset: "4px" },
  ".cm-lintRange-info": { textDecoration: "underline dotted var(--info) 1.6px", textUnderlineOffset: "4px" },
  ".cm-lintPoint:after": { borderBottomColor: "var(--error)" },
  ".cm-gutter-lint": { width: "14px" },
  ".cm-gutter-lint .cm-gutterElement": { padding: "0" },
  ".cm-lint-marker": { content: "''", width: "8px", height: "8px", borderRadius: "50%", margin: "6px 2px 0 4px" },
  ".cm-lint-marker-error": { backgroundColor: "var(--error)" },
  ".cm-lint-marker-warning": { backgroundColor: "var(--warning)" },
  ".cm-lint-marker-info": { backgroundColor: "var(--info)" },
  ".cm-tooltip": {
    backgroundColor: "var(--raised)",
    color: "var(--ink)",
    border: "1px solid var(--border-2)",
    borderRadius: "8px",
    boxShadow: "var(--shadow-2)",
    overflow: "hidden",
    maxWidth: "min(46ch, 80vw)",
  },
  ".cm-tooltip-lint": { padding: "0" },
  ".cm-diagnostic": { padding: "8px 12px", borderLeft: "3px solid var(--info)", fontFamily: "var(--sans)", fontSize: "13px", lineHeight: "1.45" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--error)" },
  ".cm-diagnostic-warning": { borderLeftColor: "var(--warning)" },
  ".tip-title": { display: "block", fontSize: "11.5px", color: "var(--ink-2)", fontFamily: "var(--mono)", marginBottom: "2px" },
  ".tip-help": { display: "block", color: "var(--ink-2)", marginTop: "4px" },
  ".cm-diagnostic code": { fontFamily: "var(--mono)", fontSize: "12px", background: "var(--code)", padding: "0 3px", borderRadius: "3px" },
  ".cm-panels": { backgroundColor: "var(--raised)", color: "var(--ink)" },
});

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName), tags.definition(tags.variableName)], color: "var(--code-key)" },
  { tag: [tags.string, tags.special(tags.string), tags.quote], color: "var(--code-text)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--code-number)" },
  { tag: [tags.comment], color: "var(--ink-3)", fontStyle: "italic" },
  { tag: [tags.punctuation, tags.separator, tags.bracket], color: "var(--ink-3)" },
  { tag: [tags.keyword, tags.labelName, tags.typeName], color: "var(--accent)" },
]);

/** What a screen reader says of the text, which the Tab key reaches and leaves. */
const spoken = (name: string) => EditorView.contentAttributes.of({ "aria-label": name, tabindex: "0" });

/** How the text under a name is coloured. */
function language(name: string) {
  return /\.(ya?ml|json)$/.test(name) ? yaml() : StreamLanguage.define(properties);
}

/** The styles of editors go into a shadow root, as a constructed sheet: the page's policy allows no inline style. */
export class Editor {
  readonly view: EditorView;
  private readonly language = new Compartment();
  private readonly label = new Compartment();

  constructor(host: HTMLElement, name: string, text: string, changed: () => void) {
    const root = host.attachShadow({ mode: "open" });
    this.view = new EditorView({
      root,
      parent: root as unknown as HTMLElement,
      state: EditorState.create({
        doc: text,
        extensions: [
          lineNumbers(),
          lintGutter(),
          history(),
          drawSelection(),
          bracketMatching(),
          highlightActiveLine(),
          highlightActiveLineGutter(),
          highlightSelectionMatches(),
          flashed,
          keymap.of([...defaultKeymap, ...historyKeymap, ...searchKeymap]),
          this.language.of(language(name)),
          this.label.of(spoken(name)),
          syntaxHighlighting(colours),
          look,
          EditorView.updateListener.of((update) => {
            if (update.docChanged) changed();
          }),
        ],
      }),
    });
  }

  get text(): string {
    return this.view.state.doc.toString();
  }

  /** Shows another text under another name. */
  replace(name: string, text: string): void {
    this.view.dispatch({
      changes: { from: 0, to: this.view.state.doc.length, insert: text },
      effects: [
        this.language.reconfigure(language(name)),
        this.label.reconfigure(spoken(name)),
      ],
    });
  }

  /** Underlines what is wrong. */
  mark(marks: Mark[]): void {
    const lints = marks.map((mark): Lint => {
      const { from, to } = this.offsets(mark);
      return {
        from,
        to,
        severity: mark.severity,
        message: mark.message,
        renderMessage: () =>
          h("div", {}, h("span", { class: "tip-title" }, mark.title), prose(mark.message), mark.help ? h("span", { class: "tip-help" }, prose(mark.help)) : null),
      };
    });
    this.view.dispatch(setDiagnostics(this.view.state, lints));
  }

  /** Brings a place into view, and lights its line up. */
  follow(range: Range, focus: boolean): void {
    const { from, to } = this.offsets(range);
    const line = this.view.state.doc.lineAt(from);
    this.view.dispatch({
      ...(focus ? { selection: { anchor: from, head: to } } : {}),
      effects: [EditorView.scrollIntoView(from, { y: "center" }), flash.of({ from: line.from, to: line.to })],
    });
    if (focus) this.view.focus();
  }

  /** Lights nothing up any more. */
  unfollow(): void {
    this.view.dispatch({ effects: flash.of(null) });
  }

  /** Offsets in UTF-16 units, as the editor counts. */
  private offsets(range: Range): { from: number; to: number } {
    const from = this.offset(range.line, range.column);
    const to = this.offset(range.endLine, range.endColumn);
    if (to > from) return { from, to };
    // A place without a length, such as a secret's: the rest of its line is meant.
    const line = this.view.state.doc.lineAt(from);
    return { from, to: Math.max(line.to, Math.min(from + 1, this.view.state.doc.length)) };
  }

  private offset(line: number, column: number): number {
    const { doc } = this.view.state;
    const at = doc.line(Math.min(Math.max(line, 1), doc.lines));
    let offset = 0;
    for (let left = column - 1; left > 0 && offset < at.length; left--) {
      offset += (at.text.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1;
    }
    return at.from + offset;
  }
}

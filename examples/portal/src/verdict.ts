/** The verdict in the page's head: it speaks of the view that is shown. */

import { byId, h } from "./dom";

/** Says how it ended; screen readers hear it where it is another than before. */
export function said(verdict: string, title: string, more: string): void {
  const element = byId("verdict");
  const text = `${title}|${more}`;
  if (element.dataset["said"] === text && element.dataset["verdict"] === verdict) return;
  element.dataset["said"] = text;
  element.dataset["verdict"] = verdict;
  element.replaceChildren(h("strong", {}, title), h("span", {}, more));
}

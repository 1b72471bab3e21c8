/** Files dropped onto the page: each goes to the pane that it is dropped on, or that its name speaks of. */

import { byId } from "./dom";
import type { Pane, Panes } from "./panes";

/** The pane that a file's name speaks of. */
function spoken(panes: Panes, name: string): Pane | undefined {
  return panes.all.find((pane) => pane.speaks.test(name));
}

/** Shows files in panes. `on` is the pane that they were dropped on. */
async function take(panes: Panes, files: File[], on: Pane | undefined): Promise<void> {
  const free = new Set(panes.all);
  for (const file of files) {
    const pane = (files.length === 1 && on) || spoken(panes, file.name) || [...free][0];
    if (!pane) continue;
    free.delete(pane);
    // Two panes can't show files of one name: reports speak of files by their names.
    const taken = panes.all.some((other) => other !== pane && other.name === file.name);
    pane.open(taken ? `${pane.id}/${file.name}` : file.name, await file.text());
    panes.select(pane);
  }
}

/** Takes files that are dropped onto the page into the panes that are shown then. */
export function acceptDrops(shown: () => Panes): void {
  const zone = byId("dropzone");
  const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
  const under = (event: DragEvent) => shown().all.find((pane) => event.composedPath().includes(pane.card));
  let depth = 0;
  const light = (pane: Pane | undefined) => {
    for (const other of shown().all) other.card.classList.toggle("is-target", other === pane);
  };
  addEventListener("dragenter", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    depth += 1;
    zone.hidden = false;
  });
  addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    light(under(event));
  });
  addEventListener("dragleave", (event) => {
    if (!hasFiles(event)) return;
    depth -= 1;
    if (depth <= 0) {
      zone.hidden = true;
      light(undefined);
    }
  });
  // Before the editors see it: they would insert the text where it fell.
  addEventListener(
    "drop",
    (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      event.stopPropagation();
      depth = 0;
      zone.hidden = true;
      light(undefined);
      void take(shown(), [...(event.dataTransfer?.files ?? [])], under(event));
    },
    true,
  );
}

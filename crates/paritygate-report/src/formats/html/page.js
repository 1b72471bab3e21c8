"use strict";
// Without this script the page shows everything; with it, the page can be narrowed down.
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const form = document.querySelector(".filters");

function hide(element, hidden) {
  // What does not change costs no layout.
  if (element.hidden !== hidden) element.hidden = hidden;
}

if (form) {
  const findings = all("article[data-group]").map((element) => ({
    element,
    ...element.dataset,
    environments: element.dataset.environments.split(" "),
    text: element.textContent.toLowerCase(),
  }));
  const rows = all("tr[data-findings]").map((element) => ({
    element,
    // A row is shown as long as one of its findings is.
    findings: element.dataset.findings.split(" ").map((at) => findings[at]),
  }));
  const groups = all(".group").map((element) => ({ element, ones: all(".one", element) }));
  const said = form.querySelector("output");

  const narrow = () => {
    const asked = new FormData(form);
    const statuses = new Set(asked.getAll("group"));
    const is = (name, value) => !asked.get(name) || [value].flat().includes(asked.get(name));
    const words = asked.get("text").toLowerCase().split(/\s+/).filter(Boolean);
    for (const finding of findings) {
      finding.shown =
        statuses.has(finding.group) &&
        ["severity", "rule"].every((name) => is(name, finding[name])) &&
        is("environment", finding.environments) &&
        words.every((word) => finding.text.includes(word));
      hide(finding.element, !finding.shown);
    }
    for (const row of rows) hide(row.element, !row.findings.some((finding) => finding.shown));
    for (const group of groups) hide(group.element, group.ones.every((one) => one.hidden));
    const shown = findings.filter((finding) => finding.shown).length;
    const total = `${findings.length} finding${findings.length === 1 ? "" : "s"}`;
    said.textContent = shown === findings.length ? total : `${shown} of ${total}`;
  };

  // Whoever types fast does not wait for each letter; and a form that is being reset has its former content until then.
  let timer;
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(narrow, 50);
  };

  form.hidden = false;
  form.addEventListener("input", soon);
  form.addEventListener("reset", soon);
  form.addEventListener("submit", (event) => event.preventDefault());
  // A browser may have kept what was asked for before the page was loaded anew.
  addEventListener("pageshow", narrow);
}

const themes = ["auto", "light", "dark"];
const button = document.querySelector("#theme");
button.hidden = false;
button.addEventListener("click", () => {
  const { dataset } = document.documentElement;
  dataset.theme = themes[(themes.indexOf(dataset.theme) + 1) % themes.length];
  button.textContent = `Theme: ${dataset.theme}`;
});

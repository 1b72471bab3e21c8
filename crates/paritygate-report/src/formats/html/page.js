"use strict";
// Without this script the page shows everything; with it, the page can be narrowed down.
const form = document.querySelector(".filters");
const said = form.querySelector("output");
const things = [...document.querySelectorAll("[data-group]")].map((element) => ({
  element,
  group: element.dataset.group,
  rules: JSON.parse(element.dataset.rules),
  environments: JSON.parse(element.dataset.environments),
  text: element.textContent.toLowerCase(),
  isFinding: element.matches("article"),
}));
const groups = [...document.querySelectorAll("[data-of]")];

function narrow() {
  const asked = new FormData(form);
  const shown = new Set(asked.getAll("group"));
  const rule = asked.get("rule") ?? "";
  const environment = asked.get("environment") ?? "";
  const words = (asked.get("text") ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  let all = 0;
  for (const thing of things) {
    const fits =
      shown.has(thing.group) &&
      (rule === "" || thing.rules.includes(rule)) &&
      (environment === "" || thing.environments.includes(environment)) &&
      words.every((word) => thing.text.includes(word));
    thing.element.hidden = !fits;
    if (thing.isFinding) {
      all += 1;
      count += fits ? 1 : 0;
    }
  }
  for (const heading of groups) {
    const { of, where } = heading.dataset;
    heading.hidden = !document.querySelector(`${where}[data-group="${of}"]:not([hidden])`);
  }
  said.textContent = count === all ? `${all} findings` : `${count} of ${all} findings`;
}

form.hidden = false;
form.addEventListener("input", narrow);
form.addEventListener("reset", () => setTimeout(narrow));
form.addEventListener("submit", (event) => event.preventDefault());
narrow();

const themes = ["auto", "light", "dark"];
const button = document.querySelector("#theme");
button.hidden = false;
button.addEventListener("click", () => {
  const root = document.documentElement;
  const next = themes[(themes.indexOf(root.dataset.theme) + 1) % themes.length];
  root.dataset.theme = next;
  button.textContent = `Theme: ${next}`;
});

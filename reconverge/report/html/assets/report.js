"use strict";
/* The page around the pictures: filters, copying, and when a picture is drawn. */

const scenarios = [...document.querySelectorAll(".scenario")];

/* Filters: all words must occur; only what is shown counts. */
const search = document.getElementById("search");
const choices = [...document.querySelectorAll("[data-verdict-choice]")];
const pickers = ["feature", "tag"].map((id) => document.getElementById(id)).filter(Boolean);
const texts = new Map(scenarios.map((one) => [one, ""]));

function textOf(scenario) {
  if (!texts.get(scenario)) {
    const words = scenario.querySelectorAll(".title, .file, .tag, .words, .reason, .promise, .evidence");
    texts.set(scenario, [...words].map((one) => one.textContent).join(" ").toLowerCase());
  }
  return texts.get(scenario);
}

function isWanted(scenario) {
  const verdicts = choices.filter((one) => one.getAttribute("aria-pressed") === "true");
  const [feature, tag] = ["feature", "tag"].map((id) => document.getElementById(id)?.value ?? "");
  return verdicts.some((one) => one.dataset.verdictChoice === scenario.dataset.verdict)
    && (!feature || scenario.dataset.file === feature)
    && (!tag || scenario.dataset.tags.split(" ").includes(tag))
    && search.value.toLowerCase().split(/\s+/).every((word) => textOf(scenario).includes(word));
}

function filter() {
  let shown = 0;
  for (const scenario of scenarios) {
    scenario.hidden = !isWanted(scenario);
    shown += !scenario.hidden;
  }
  document.getElementById("none").hidden = shown > 0 || !scenarios.length;
  document.getElementById("shown").textContent =
    shown === scenarios.length ? `${shown} scenario${shown === 1 ? "" : "s"}` : `${shown} of ${scenarios.length}`;
}
for (const choice of choices)
  choice.addEventListener("click", () => {
    choice.setAttribute("aria-pressed", String(choice.getAttribute("aria-pressed") !== "true"));
    filter();
  });
for (const one of [search, ...pickers]) one.addEventListener("input", filter);
document.querySelector(".filters").addEventListener("submit", (event) => event.preventDefault());

/* Copying: a page from a CI artefact may not be allowed the clipboard's newer way. */
async function copy(text) {
  try { await navigator.clipboard.writeText(text); }
  catch {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}
document.addEventListener("click", async (event) => {
  const button = event.target.closest(".copy");
  if (!button) return;
  const label = button.textContent;
  await copy(button.dataset.copy);
  button.textContent = "Copied";
  setTimeout(() => { button.textContent = label; }, 1500);
});

/* A picture is drawn when its scenario is opened, not before: three hundred would take seconds. */
function draw(scenario) {
  const figure = scenario.querySelector(".picture");
  if (figure && scenario.open) drawPicture(figure);
}
for (const scenario of scenarios) {
  scenario.addEventListener("toggle", () => draw(scenario));
  draw(scenario);
}

function openNamed() {
  const scenario = document.getElementById(location.hash.slice(1));
  if (!scenario?.classList.contains("scenario")) return;
  if (scenario.hidden) { search.value = ""; for (const one of choices) one.setAttribute("aria-pressed", "true"); for (const one of pickers) one.value = ""; filter(); }
  scenario.open = true;
  scenario.scrollIntoView();
}
addEventListener("hashchange", openNamed);
openNamed();

/* On paper the red ones are open, and a picture is as wide as the page. */
let opened = [];
addEventListener("beforeprint", () => {
  opened = scenarios.filter((one) => !one.open && !one.hidden && one.dataset.verdict !== "HELD");
  for (const one of opened) one.open = true;
  redrawAll(680);
});
addEventListener("afterprint", () => {
  for (const one of opened) one.open = false;
  redrawAll();
});

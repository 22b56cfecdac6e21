"use strict";
/* Pointing at a picture, with a mouse, a finger or the keyboard: the same words in the same box. */

const tip = document.getElementById("tip");

function listen(state) {
  const { plot } = state;
  plot.addEventListener("pointermove", (event) => point(state, event.target.closest("[data-event],[data-text],[data-strip]"), event));
  plot.addEventListener("pointerdown", (event) => point(state, event.target.closest("[data-event],[data-text],[data-strip]"), event));
  plot.addEventListener("pointerleave", () => hide(state));
  plot.addEventListener("blur", () => hide(state));
  plot.addEventListener("keydown", (event) => steer(state, event));
}

function wordsOf(state, item) {
  const { picture } = state;
  if (item.dataset.event !== undefined) return eventWords(picture, picture.events[item.dataset.event], item.dataset.span);
  if (item.dataset.strip !== undefined) return stripWords(picture.strips[item.dataset.strip]);
  const [begin, end] = item.dataset.span.split(" ").map(Number);
  return { when: `${amount(begin)} to ${amount(end)}, for ${amount(end - begin)}`, said: item.dataset.text, meta: [] };
}

function eventWords(picture, event, span) {
  const meta = [];
  if (event.author) meta.push(event.is_audited ? `written by ${event.author}, says the audit log` : `fields last written by ${event.author}`);
  if (event.version) meta.push(`resourceVersion ${event.version}${event.stamp ? `, server's stamp ${event.stamp}` : ""}`);
  meta.push(`record #${event.entry}${event.late_s >= 0.01 ? `, waited ${amount(event.late_s)} here` : ""}`);
  let when = `${amount(event.at_s)}${wall(picture, event.at_s)}`;
  if (picture.fault_s !== undefined && event.at_s >= picture.fault_s) when += `, ${amount(event.at_s - picture.fault_s)} after the fault`;
  if (span) { const [begin, end] = span.split(" ").map(Number); meta.unshift(`so for ${amount(end - begin)}`); }
  return { when, said: `${event.of ? `${event.of}: ` : ""}${event.text}`, meta };
}

function stripWords(strip) {
  const meta = strip.deadline ? [`deadline ${strip.deadline}`] : [];
  const when = strip.instant_s === undefined ? `decided at ${amount(strip.end_s)}` : `settled at ${amount(strip.instant_s)}, decided at ${amount(strip.end_s)}`;
  return { when: `${strip.verdict}, ${when}`, said: strip.sentence, meta: strip.why ? [strip.why, ...meta] : meta };
}

function wall(picture, second) {
  if (!picture.started) return "";
  const at = new Date(Date.parse(picture.started) + second * 1000);
  return ` (${at.toISOString().slice(11, 23)} UTC)`;
}

function point(state, item, event) {
  if (!item) return hide(state);
  show(state, item);
  place(event.clientX, event.clientY);
}

function show(state, item) {
  if (state.shown === item && !tip.hidden) return;
  state.shown = item;
  const words = wordsOf(state, item);
  tip.replaceChildren(
    Object.assign(document.createElement("div"), { className: "when", textContent: words.when }),
    Object.assign(document.createElement("div"), { className: "said", textContent: words.said }),
    ...words.meta.map((text) => Object.assign(document.createElement("div"), { className: "meta", textContent: text })));
  tip.hidden = false;
  for (const step of state.figure.closest(".body").querySelectorAll(".step"))
    step.classList.toggle("pointed", step.dataset.step === item.dataset.step);
}

function place(x, y) {
  const box = tip.getBoundingClientRect();
  const left = Math.min(Math.max(8, x + 14), innerWidth - box.width - 8);
  const above = y - box.height - 14;
  tip.style.left = `${Math.max(8, left)}px`;
  tip.style.top = `${above > 8 ? above : Math.min(y + 18, innerHeight - box.height - 8)}px`;
}

function hide(state) {
  tip.hidden = true;
  state.shown = null;
  state.svg?.querySelector(".cursor")?.remove();
  for (const step of state.figure.closest(".body").querySelectorAll(".pointed")) step.classList.remove("pointed");
}

/* The keyboard walks: left and right along a row, up and down to what is next in time there. */
function steer(state, event) {
  if (event.key === "+" || event.key === "=") return zoomBy(state, 2);
  if (event.key === "-") return zoomBy(state, 0.5);
  if (event.key === "Escape") return hide(state);
  const move = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0], Home: [0, -Infinity], End: [0, Infinity] }[event.key];
  if (!move) return;
  event.preventDefault();
  const rows = walk(state);
  if (!rows.length) return;
  let [row, column] = state.at ?? [-1, 0];
  if (row < 0) [row, column] = [0, 0];
  else if (move[0]) {
    const x = rows[row][column].x;
    row = Math.min(rows.length - 1, Math.max(0, row + move[0]));
    column = rows[row].reduce((best, one, n) => (Math.abs(one.x - x) < Math.abs(rows[row][best].x - x) ? n : best), 0);
  } else column = Math.min(rows[row].length - 1, Math.max(0, column + move[1]));
  state.at = [row, column];
  arrive(state, rows[row][column].item);
}

function walk(state) {
  return [...state.svg.querySelectorAll("g")]
    .map((g) => [...g.querySelectorAll("[data-event],[data-text],[data-strip]")]
      .map((item) => ({ item, x: item.getBBox().x })).sort((one, other) => one.x - other.x))
    .filter((row) => row.length);
}

function arrive(state, item) {
  const box = item.getBBox();
  state.svg.querySelector(".cursor")?.remove();
  make("rect", { class: "cursor", x: box.x - 2, y: box.y - 1, width: box.width + 4, height: box.height + 2, rx: 3 }, state.svg);
  const { plot } = state;
  if (box.x < plot.scrollLeft || box.x > plot.scrollLeft + plot.clientWidth) plot.scrollLeft = box.x - plot.clientWidth / 3;
  show(state, item);
  const on = item.getBoundingClientRect();
  place(Math.max(on.left, plot.getBoundingClientRect().left), on.top);
  state.said.textContent = [...tip.children].map((one) => one.textContent).join(". ");
}

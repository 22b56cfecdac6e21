"use strict";
/* Draws a scenario's picture from the numbers that lie in its figure.

   What is shown was decided in Python (picture.py); here it gets a place. Rows stand below each
   other: flags, steps, acts, promises, then nodes and owners with a lane for each life. Labels are
   text in a column of their own, so that they stay while the plot is scrolled; where there is no
   room for a column (a telephone), each stands above its row. */

const SVG = "http://www.w3.org/2000/svg";
const SIDE = 14; // room at both ends of the time axis
const COLUMN = 272; // of labels, 17rem
const NARROW = 560; // below it, labels go above their rows
const ZOOM_MAX = 64;
const HEIGHTS = { created: 5, scheduled: 7, started: 9, ready: 13, "not ready": 11, terminating: 9, succeeded: 9, failed: 11 };
const TEXTURED = new Set(["terminating", "not ready"]);
const pictures = new Map(); // figure → its numbers, zoom and rows

async function unpacked(text) {
  const bytes = Uint8Array.from(atob(text.trim()), (one) => one.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).json();
}

async function drawPicture(figure) {
  if (pictures.has(figure)) return;
  const state = { figure, zoom: 1, at: null };
  pictures.set(figure, state);
  state.picture = await unpacked(figure.querySelector("script").textContent);
  furnish(state);
  layOut(state);
  let width = figure.clientWidth;
  new ResizeObserver(() => {
    if (figure.clientWidth && figure.clientWidth !== width) layOut(state);
    width = figure.clientWidth || width;
  }).observe(figure);
}

function redrawAll(width) {
  for (const state of pictures.values()) if (state.picture) layOut(state, width);
}

/* Small tools. */
function make(name, attributes = {}, parent = null) {
  const one = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined) one.setAttribute(key, value);
  parent?.append(one);
  return one;
}
function html(name, attributes = {}, ...inside) {
  const one = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) one.setAttribute(key, value);
  one.append(...inside);
  return one;
}
const amount = (seconds) => `${seconds.toFixed(seconds < 10 ? 2 : 1).replace(/\.?0+$/, "")} s`;
const cssName = (state) => state.replace(" ", "-");

/* What stands around the plot and stays: frame, legend, zoom. */
function furnish(state) {
  const { figure, picture } = state;
  state.labels = html("div", { class: "labels" });
  state.plot = html("div", {
    class: "plot", tabindex: "0", role: "application", "aria-roledescription": "timeline",
    "aria-label": `${summary(picture)} Arrow keys move between events, plus and minus zoom.`,
  });
  state.said = html("p", { class: "unseen", "aria-live": "polite" });
  const zoom = html("div", { class: "zoom", role: "group", "aria-label": "Zoom" },
    ...[["−", "Zoom out", 0.5], ["Fit", "Show all of it", 0], ["+", "Zoom in", 2]].map(([text, label, factor]) => {
      const button = html("button", { type: "button", "aria-label": label }, text);
      button.addEventListener("click", () => zoomBy(state, factor));
      return button;
    }));
  const frame = html("div", { class: "frame" }, state.labels, state.plot);
  figure.append(frame, html("div", { class: "tools" }, legend(picture), zoom), state.said);
  listen(state);
}

function summary(picture) {
  const lanes = picture.groups?.reduce((sum, group) => sum + (group.lanes?.length ?? 0), 0) ?? 0;
  const fault = picture.fault_s === undefined ? "no fault" : `the fault at ${amount(picture.fault_s)}`;
  return `${lanes} lanes over ${amount(picture.end_s)}, ${fault}.`;
}

function zoomBy(state, factor) {
  const middle = (state.plot.scrollLeft + state.plot.clientWidth / 2) / state.width;
  state.zoom = factor ? Math.min(ZOOM_MAX, Math.max(1, state.zoom * factor)) : 1;
  layOut(state);
  state.plot.scrollLeft = middle * state.width - state.plot.clientWidth / 2;
}

function legend(picture) {
  const states = new Set(picture.groups?.flatMap((group) => group.lanes ?? []).flatMap((lane) => lane.spans ?? []).map((span) => span.state));
  const box = html("div", { class: "legend", "aria-hidden": "true" });
  for (const [name, height] of Object.entries(HEIGHTS)) {
    if (!states.has(name)) continue;
    const swatch = make("svg", { width: 18, height: 14 });
    const y = 7 - height / 2;
    make("rect", { x: 1, y, width: 16, height, class: `state-${cssName(name)}`, fill: fillOf(name, "legend") }, swatch);
    if (TEXTURED.has(name)) texture(swatch, name, "legend");
    box.append(html("span", {}, swatch, name));
  }
  return box;
}

/* A hatch for states that must not be told by colour alone. Ids are the document's, so each its own. */
function fillOf(name, id) { return TEXTURED.has(name) ? `url(#${id}-${cssName(name)})` : undefined; }
function texture(svg, name, id) {
  const pattern = make("pattern", { id: `${id}-${cssName(name)}`, width: 5, height: 5, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" });
  make("rect", { width: 5, height: 5, fill: `var(--${cssName(name)})`, opacity: name === "terminating" ? 0.3 : 0.55 }, pattern);
  make("rect", { width: 2.2, height: 5, fill: `var(--${cssName(name)})` }, pattern);
  svg.prepend(pattern);
}

/* Rows: each has a height, a label, and draws itself below `y`. */
function rowsOf(picture) {
  const rows = [{ height: 34, draw: drawAxis }];
  if (picture.steps?.length) rows.push({ height: 20, label: "steps", kind: "aside", draw: drawSteps });
  rows.push({ height: 20, label: "faults and acts", kind: "aside", draw: drawActs });
  for (const strip of picture.strips ?? [])
    rows.push({ height: 18, label: strip.sentence, kind: `strip ${strip.verdict}`, draw: drawStrip, of: strip });
  for (const group of picture.groups ?? []) {
    if (!group.lanes?.length && !group.counts?.length && !group.unseen) continue;
    const last = group.counts?.at(-1);
    const note = last ? `${last.ready ?? 0}/${last.wanted ?? 0} ready` : "";
    if (group.lanes?.length) rows.push({ height: group.counts?.length ? 38 : 24, label: group.title, more: group.kind, note, kind: "group", draw: drawCounts, of: group, gap: 6 });
    for (const lane of group.lanes ?? [])
      rows.push({ height: lane.kind === "container" ? 18 : 20, label: lane.name, note: lane.note, kind: `${lane.kind}${lane.is_target ? " target" : ""}`, draw: drawLane, of: lane });
    if (group.unseen) rows.push({ height: 18, gap: group.lanes?.length ? 0 : 4, label: group.unseen, kind: "aside", draw: () => {} });
  }
  return rows;
}

function layOut(state, forced) {
  const { figure, picture, plot, labels } = state;
  const room = forced ?? figure.clientWidth;
  if (!room) return; // it is closed
  const stacked = room < NARROW;
  figure.classList.toggle("stacked", stacked);
  const seen = Math.max(240, room - (stacked ? 0 : COLUMN) - 2);
  state.width = Math.round(seen * (forced ? 1 : state.zoom));
  const span = picture.end_s - (picture.begin_s ?? 0) || 1;
  state.x = (second) => SIDE + ((second - (picture.begin_s ?? 0)) / span) * (state.width - 2 * SIDE);
  state.id = figure.id;
  const rows = rowsOf(picture);
  let y = 0;
  for (const row of rows) {
    row.above = stacked && row.label ? 13 : 0;
    y += row.gap ?? 0;
    row.y = y;
    y += row.height + row.above;
  }
  state.height = y + 6;
  state.rows = rows;
  paint(state);
  labels.replaceChildren(...rows.filter((row) => row.label).map((row) => label(row, stacked)));
  labels.style.height = `${state.height}px`;
  plot.style.maxWidth = `${seen}px`;
}

function label(row, stacked) {
  const inside = [html("span", { class: "what", title: row.label }, row.label)];
  if (row.more) inside.push(html("span", { class: "more-of-it" }, row.more));
  if (row.note) inside.push(html("span", { class: "note", title: row.note }, row.note));
  const one = html("div", { class: row.kind }, ...inside);
  one.style.top = `${row.y}px`;
  if (!stacked) one.style.height = `${row.height}px`;
  return one;
}

function paint(state) {
  const { picture, width, height, x } = state;
  const svg = make("svg", { width, height, "aria-hidden": "true" });
  for (const name of TEXTURED) texture(svg, name, state.id);
  outage(svg, state.id);
  state.svg = svg;
  const top = state.rows[1]?.y ?? 0;
  for (const second of ticks(state)) make("line", { class: "grid", x1: x(second), x2: x(second), y1: 16, y2: height }, svg);
  for (const band of picture.bands ?? []) {
    const attributes = { x: x(band.begin_s), y: top, width: Math.max(1, x(band.end_s) - x(band.begin_s)), height: height - top, "data-text": band.text, "data-span": `${band.begin_s} ${band.end_s}` };
    make("rect", { ...attributes, class: `band-${band.kind}`, fill: band.kind === "outage" ? `url(#${state.id}-outage)` : undefined }, svg);
  }
  state.moments = momentsOf(picture);
  for (const moment of state.moments) make("line", { class: `${moment.kind === "missed" ? "violated" : moment.kind}-line`, x1: x(moment.at_s), x2: x(moment.at_s), y1: 30, y2: height }, svg);
  for (const row of state.rows) row.draw(make("g", {}, svg), row, state, row.y + row.above);
  state.plot.replaceChildren(svg);
  state.at = null;
}

function outage(svg, id) {
  const pattern = make("pattern", { id: `${id}-outage`, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(-45)" });
  make("rect", { width: 1.5, height: 6, fill: "var(--soft)", opacity: 0.5 }, pattern);
  svg.prepend(pattern);
}

/* The instants that matter: drawn as lines through all rows, and named above the axis. */
function momentsOf(picture) {
  const found = [];
  if (picture.fault_s !== undefined) found.push({ kind: "fault", at_s: picture.fault_s, text: "fault" });
  const since = (at_s) => picture.fault_s === undefined ? amount(at_s) : `after ${amount(Math.max(0, at_s - picture.fault_s))}`;
  const after = picture.fault_s ?? -1;
  for (const strip of picture.strips ?? []) {
    if (strip.verdict === "BROKEN" && strip.instant_s !== undefined) found.push({ kind: "violated", at_s: strip.instant_s, text: `violated ${since(strip.instant_s)}` });
    else if (strip.verdict === "BROKEN" && strip.deadline_s !== undefined && strip.deadline_s <= picture.end_s) found.push({ kind: "missed", at_s: strip.deadline_s, text: "deadline" });
    else if (strip.is_convergence && strip.verdict === "HELD" && strip.instant_s >= after) found.push({ kind: "converged", at_s: strip.instant_s, text: `converged ${since(strip.instant_s)}` });
  }
  return found.sort((one, other) => one.at_s - other.at_s);
}

function ticks({ picture, width }) {
  const span = picture.end_s - (picture.begin_s ?? 0);
  const wished = span / Math.max(2, width / 90);
  const size = 10 ** Math.floor(Math.log10(wished || 1));
  const step = [1, 2, 5, 10].map((one) => one * size).find((one) => one >= wished) ?? size * 10;
  const found = [];
  for (let n = Math.ceil((picture.begin_s ?? 0) / step); n * step <= picture.end_s; n++) found.push(Number((n * step).toFixed(6)));
  return found;
}

function drawAxis(g, row, state) {
  for (const second of ticks(state)) make("text", { x: state.x(second), y: 12, "text-anchor": "middle" }, g).textContent = amount(second);
  let until = -Infinity;
  for (const moment of state.moments) {
    const x = state.x(moment.at_s), wide = moment.text.length * 6.2;
    const isLeft = x + wide > state.width - 4;
    const begin = isLeft ? x - wide : x;
    if (begin < until) continue; // what two flags would overlap on, the lines and rows still show
    const text = make("text", { class: `flag flag-${moment.kind}`, x: x + (isLeft ? -3 : 3), y: 28, "text-anchor": isLeft ? "end" : "start" }, g);
    text.textContent = moment.text;
    until = begin + wide + 8;
  }
}

function drawSteps(g, row, state, y) {
  for (const step of state.picture.steps) {
    const x = state.x(step.begin_s), wide = Math.max(1, state.x(step.end_s) - x);
    make("rect", { class: `step-span${step.is_failed ? " failed" : ""}`, x, y: y + 2, width: wide, height: 15, rx: 2, "data-text": `${step.keyword} ${step.text}`, "data-span": `${step.begin_s} ${step.end_s}`, "data-step": step.number ?? 0 }, g);
    if (wide > step.keyword.length * 6 + 6) make("text", { class: "step-word", x: x + 4, y: y + 13 }, g).textContent = step.keyword;
  }
}

function drawActs(g, row, state, y) {
  const middle = y + 10;
  const shapes = {
    inject: (x) => `M${x - 6} ${middle - 6}h12l-6 11z`,
    rollback: (x) => `M${x - 5} ${middle + 4}h10l-5 -9z`,
    challenge: (x) => `M${x} ${middle - 4}l4 4l-4 4l-4 -4z`,
    probe: (x) => `M${x - 3} ${middle}a3 3 0 1 0 6 0a3 3 0 1 0 -6 0z`,
  };
  const order = ["probe", "challenge", "rollback", "inject"];
  for (const act of [...(state.picture.acts ?? [])].sort((one, other) => order.indexOf(one.word) - order.indexOf(other.word)))
    make("path", { class: `act-${act.word}`, d: shapes[act.word](state.x(act.at_s)), "data-event": act.event ?? 0 }, g);
}

/* A thin line while something is awaited, a thick one from when it is true; red where it is not. */
function drawStrip(g, row, state, y) {
  const strip = row.of, middle = y + 9, x = state.x;
  const bar = (from, to, thick, name, fill) => make("rect", { class: name, fill, x: x(from), y: middle - thick / 2, width: Math.max(1.5, x(to) - x(from)), height: thick, rx: Math.min(2, thick / 2) }, g);
  const { verdict, begin_s, end_s, instant_s, deadline_s } = strip;
  const isAwaited = deadline_s !== undefined;
  if (verdict === "UNKNOWN") bar(begin_s, end_s, 8, "strip-unknown", `url(#${state.id}-not-ready)`);
  else if (verdict === "BROKEN") {
    const since = instant_s ?? (isAwaited ? Math.min(deadline_s, end_s) : begin_s);
    if (since > begin_s) bar(begin_s, since, isAwaited ? 2 : 8, isAwaited ? "strip-waits" : "strip-true");
    bar(since, Math.max(end_s, since), 8, "strip-false");
  } else if (isAwaited && instant_s !== undefined) {
    bar(begin_s, instant_s, 2, "strip-waits");
    bar(instant_s, end_s, 8, "strip-true");
  } else bar(begin_s, end_s, 8, "strip-true");
  if (instant_s !== undefined) make("circle", { class: `instant${verdict === "BROKEN" ? " false" : ""}`, cx: x(instant_s), cy: middle, r: 4 }, g);
  if (isAwaited) limit(g, state, strip, middle);
  const from = x(begin_s), to = Math.max(x(end_s), isAwaited && deadline_s <= state.picture.end_s ? x(deadline_s) : 0);
  make("rect", { class: "hit", x: from, y: middle - 8, width: Math.max(8, to - from), height: 16, "data-strip": state.picture.strips.indexOf(strip) }, g);
}

function limit(g, state, strip, middle) {
  const text = amount(strip.deadline_s - strip.asked_s);
  const isSeen = strip.deadline_s <= state.picture.end_s;
  const x = isSeen ? state.x(strip.deadline_s) : state.width - 5;
  make("path", { class: "deadline", d: isSeen ? `M${x} ${middle - 6}v12` : `M${x - 4} ${middle - 3}l4 3l-4 3`, fill: "none" }, g);
  if (!isSeen && state.x(strip.end_s) < x - 50) make("text", { x: x - 8, y: middle + 4, "text-anchor": "end" }, g).textContent = `≤ ${text}`;
}

function drawCounts(g, row, state, y) {
  const rule = row.y - 3;
  make("line", { class: "rule-line", x1: 0, x2: state.width, y1: rule, y2: rule }, g);
  const counts = row.of.counts ?? [];
  if (!counts.length) return;
  const top = Math.max(1, ...counts.map((one) => Math.max(one.ready ?? 0, one.wanted ?? 0)));
  const base = y + row.height - 4, tall = row.height - 16;
  const level = (value) => base - (value / top) * tall;
  const line = (key) => counts.map((one, n) => {
    const from = state.x(one.at_s), to = state.x(counts[n + 1]?.at_s ?? state.picture.end_s);
    return `${n ? "V" : `M${from} `}${level(one[key] ?? 0)}H${to}`;
  }).join("");
  const first = state.x(counts[0].at_s), last = state.x(state.picture.end_s);
  make("path", { class: "count-area", d: `${line("ready")}V${base}H${first}Z` }, g);
  make("path", { class: "count-wanted", d: line("wanted") }, g);
  make("path", { class: "count-line", d: line("ready") }, g);
  let until = -Infinity;
  counts.forEach((one, n) => {
    const x = state.x(one.at_s), next = state.x(counts[n + 1]?.at_s ?? state.picture.end_s);
    if (next - x < 12 || x < until) return;
    make("text", { class: "count", x: Math.min(x + 3, last - 8), y: level(one.ready ?? 0) - 3 }, g).textContent = one.ready ?? 0;
    until = x + 12;
  });
}

function drawLane(g, row, state, y) {
  const lane = row.of, middle = y + row.height / 2, spans = lane.spans ?? [];
  const scale = lane.kind === "container" ? 0.75 : 1;
  for (const span of spans) {
    const tall = (HEIGHTS[span.state] ?? 8) * scale, x = state.x(span.begin_s);
    const wide = Math.max(1.5, state.x(span.end_s) - x);
    make("rect", { class: `state-${cssName(span.state)}`, fill: fillOf(span.state, state.id), x, y: middle - tall / 2, width: wide, height: tall, rx: 1.5 }, g);
    make("rect", { class: "hit", x: x - Math.max(0, 3 - wide / 2), y, width: Math.max(6, wide), height: row.height, "data-event": span.event ?? 0, "data-span": `${span.begin_s} ${span.end_s}` }, g);
  }
  const end = spans.at(-1)?.end_s;
  for (const place of lane.marks ?? []) {
    const event = state.picture.events[place], x = state.x(event.at_s);
    const isGone = event.at_s === end && end < state.picture.end_s;
    if (isGone) make("path", { class: "gone", d: `M${x - 3} ${middle - 3}l6 6m0 -6l-6 6` }, g);
    else make("line", { class: "tick", x1: x, x2: x, y1: middle - 5, y2: middle + 5 }, g);
    make("rect", { class: "hit", x: x - 4, y, width: 8, height: row.height, "data-event": place }, g);
  }
}

// The map: each county a button. Colours are steps of rank, so that one big county does not wash out the rest;
// names, values and a pattern say the same without colour.
import { byId, el, fill } from "./dom.js";
import { changeText, direction, shortText, t } from "./words.js";

const STEPS = 6;
const svg = byId("map");
const tip = byId("map-tip");
const edge = byId("map-edge"); // drawn last, so that no neighbour cuts the outline of the county looked at
const labels = new Map([...svg.querySelectorAll(".label")].map((label) => [label.dataset.label, label]));
const marks = byId("map-marks"); // the same for counties that are chosen or not complete
const shapes = [...svg.querySelectorAll(".county")];
let rows = new Map();

/** Step 0..5 of each value, by rank among the different values. */
export function steps(values) {
  const different = [...new Set(values)].sort((a, b) => a - b);
  const most = Math.max(different.length - 1, 1);
  const step = (value) => Math.round((different.indexOf(value) / most) * (STEPS - 1));
  return new Map(different.map((value) => [value, different.length === 1 ? STEPS - 2 : step(value)]));
}

const COMMA = document.documentElement.lang.startsWith("zh") ? "，" : ", ";

function spoken(row, name, behind, metric) {
  const parts = [name, row ? row.value.text : t("no_figure")];
  if (row && row.rank) parts.push(t("of_rank", { rank: row.rank }));
  if (row && row.value.change !== null) parts.push(`${direction(row.value)[1]} ${changeText(row.value, metric)}`);
  if (behind) parts.push(t("not_complete"));
  return parts.join(COMMA);
}

/** Colours every county by its row: `bySlug` gives {value, rank}, `behind` the slugs not complete. */
export function drawMap(bySlug, metric, chosen, behind) {
  rows = bySlug;
  const values = [...bySlug.values()].map((row) => row.value.value).filter((value) => value !== null);
  const stepOf = steps(values);
  for (const shape of shapes) {
    const slug = shape.dataset.slug;
    const row = bySlug.get(slug);
    const known = row && row.value.value !== null;
    shape.dataset.step = known ? stepOf.get(row.value.value) : "none";
    shape.classList.toggle("behind", behind.includes(slug));
    shape.setAttribute("aria-pressed", chosen.includes(slug));
    shape.setAttribute("aria-label", spoken(row, shape.dataset.name, behind.includes(slug), metric));
    const label = labels.get(slug);
    label.dataset.step = shape.dataset.step;
    label.querySelector(".county-value").textContent = row ? shortText(row.value, metric) : "";
  }
  marks.replaceChildren(
    ...shapes.filter((shape) => behind.includes(shape.dataset.slug)).map((shape) => outline(shape, "late")),
    ...shapes.filter((shape) => chosen.includes(shape.dataset.slug)).map((shape) => outline(shape, "chosen"))
  );
  legend(bySlug, stepOf, metric);
}

function outline(shape, mark) {
  const line = shape.querySelector("path").cloneNode();
  line.setAttribute("class", mark);
  return line;
}

function legend(bySlug, stepOf, metric) {
  const groups = Array.from({ length: STEPS }, () => []);
  const known = [...bySlug.values()].filter((row) => row.value.value !== null);
  known.sort((a, b) => a.value.value - b.value.value);
  known.forEach((row) => groups[stepOf.get(row.value.value)].push(shortText(row.value, metric)));
  const items = groups.flatMap((texts, step) =>
    texts.length ? [item(step, texts[0] === texts.at(-1) ? texts[0] : `${texts[0]} – ${texts.at(-1)}`)] : []
  );
  if ([...bySlug.values()].some((row) => row.value.hidden)) items.push(item("none", `* ${t("hidden")}`));
  else if (known.length < bySlug.size || !known.length) items.push(item("none", t("no_figure")));
  fill(byId("legend"), items);
}

function item(step, text) {
  return el("li", {}, el("span", { class: "swatch", "data-step": step, "aria-hidden": "true" }), text);
}

/** The shape nearest in the direction of an arrow key: little sideways counts for much. */
function neighbour(from, key) {
  const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
  let best = null;
  for (const shape of shapes) {
    const [x, y] = [shape.dataset.x - from.dataset.x, shape.dataset.y - from.dataset.y];
    const [ahead, aside] = [x * dx + y * dy, Math.abs(x * dy) + Math.abs(y * dx)];
    if (shape === from || ahead <= 0) continue;
    const far = ahead + 2.5 * aside;
    if (!best || far < best.far) best = { shape, far };
  }
  return best ? best.shape : from;
}

function reach(shape, { focus = true } = {}) {
  shapes.forEach((one) => one.setAttribute("tabindex", one === shape ? "0" : "-1"));
  if (focus) shape.focus({ preventScroll: true });
}

function showTip(shape) {
  const row = rows.get(shape.dataset.slug);
  const [box, outline] = [svg.parentElement.getBoundingClientRect(), shape.getBoundingClientRect()];
  tip.textContent = shape.getAttribute("aria-label");
  tip.hidden = !row;
  tip.style.left = `${outline.left + outline.width / 2 - box.left}px`;
  tip.style.top = `${outline.top + outline.height / 2 - box.top}px`;
  edge.setAttribute("d", shape.querySelector("path").getAttribute("d"));
  edge.classList.toggle("focus", shape.matches(":focus-visible"));
}

function hideTip() {
  tip.hidden = true;
  edge.removeAttribute("d");
}

/** Wires mouse and keyboard; `pick(slug)` is called for a county that was chosen or dropped. */
export function wireMap(pick) {
  if (!shapes.length) return;
  reach(shapes[0], { focus: false });
  const order = [...shapes];
  for (const shape of shapes) {
    shape.addEventListener("click", () => {
      reach(shape);
      pick(shape.dataset.slug);
    });
    shape.addEventListener("pointerenter", () => showTip(shape));
    shape.addEventListener("pointerleave", hideTip);
    shape.addEventListener("focus", () => showTip(shape));
    shape.addEventListener("blur", hideTip);
    shape.addEventListener("keydown", (event) => {
      if (event.key.startsWith("Arrow")) reach(neighbour(shape, event.key));
      else if (event.key === "Home") reach(order[0]);
      else if (event.key === "End") reach(order.at(-1));
      else if (event.key === "Escape") hideTip();
      else if (event.key === "Enter" || event.key === " ") pick(shape.dataset.slug);
      else return;
      event.preventDefault();
    });
  }
}

// The figure over time, by the drawing library of the page's own site, and the same as a table. The library is
// fetched once the page stands, for it is a thousand times as heavy.
import { byId, el, fill } from "./dom.js";
import { axisOf, changeText, handed, metricName, t } from "./words.js";

const chart = byId("series-chart");
const DASHES = ["solid", "dash", "dot", "dashdot", "longdash", "longdashdot"];
let library = null;
let last = null;

function load() {
  library ??= new Promise((done, failed) => {
    const script = el("script", { src: handed.charts });
    script.addEventListener("load", () => done(window.Plotly));
    script.addEventListener("error", () => {
      library = null; // asked for again at the next turn
      script.remove();
      failed(new Error(t("no_connection")));
    });
    document.head.append(script);
  });
  return library;
}

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** `lines`: [{name, points: [{first, last, value}]}], the first the one that `before` belongs to. */
export async function drawSeries(drawn) {
  last = drawn;
  table(drawn);
  const Plotly = await load();
  if (last !== drawn) return;
  await Plotly.react(chart, traces(drawn), layout(drawn), { displayModeBar: false, responsive: true, showTips: false });
  chart.dataset.points = drawn.lines[0] ? drawn.lines[0].points.length : 0;
}

export function redrawSeries() {
  if (last) drawSeries(last);
}

/** What a value is held against: its target where it has one, else the days before. */
const reference = (value) => (value.target === null ? value.before : value.target);

function axis({ metric, lines }) {
  return axisOf(metric, lines.flatMap((line) => line.points.flatMap(({ value }) => [value.value, reference(value)])));
}

function traces(drawn) {
  const [divisor] = axis(drawn);
  const part = (value) => (value === null ? null : value / divisor);
  const many = drawn.lines.length > 1;
  const palette = ["--accent", "--second", "--link", "--good", "--bad", "--soft"].map(colour);
  const found = drawn.lines.map((line, index) => ({
    type: "scatter", mode: line.points.length > 62 ? "lines" : "lines+markers", name: line.name,
    x: line.points.map((point) => point.first), y: line.points.map((point) => part(point.value.value)),
    text: line.points.map((point) => point.value.text), hovertemplate: "%{x|%Y-%m-%d}  %{text}<extra>%{fullData.name}</extra>",
    line: { color: palette[index % palette.length], width: many ? 2 : 3, dash: DASHES[many ? index % DASHES.length : 0] },
    marker: { size: 6 }, connectgaps: false,
    ...(many ? {} : { fill: "tozeroy", fillcolor: `${palette[0]}22` }),
  }));
  const [main] = drawn.lines;
  if (!many && main && drawn.compared && main.points.some((point) => reference(point.value) !== null)) {
    found.push({
      type: "scatter", mode: "lines", name: drawn.compared, x: main.points.map((point) => point.first),
      y: main.points.map((point) => part(reference(point.value))), hoverinfo: "y+name",
      line: { color: palette[1], width: 2, dash: "dot" },
    });
  }
  return found;
}

function layout(drawn) {
  const [, unit] = axis(drawn);
  const ink = colour("--soft");
  return {
    margin: { l: 56, r: 12, t: 28, b: 34 }, autosize: true,
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: getComputedStyle(document.body).fontFamily, size: 12, color: ink },
    xaxis: { type: "date", tickformat: drawn.step === "month" || drawn.step === "quarter" ? "%Y-%m" : "%m-%d", gridcolor: colour("--grid"), linecolor: colour("--line"), nticks: 10 },
    yaxis: { rangemode: "tozero", gridcolor: colour("--grid"), zerolinecolor: colour("--line"), tickformat: ",~r", nticks: 6 },
    annotations: unit ? [{ text: unit, xref: "paper", yref: "paper", x: 0, y: 1, xanchor: "right", yanchor: "bottom", yshift: 8, showarrow: false }] : [],
    showlegend: true, legend: { orientation: "h", x: 1, xanchor: "right", y: 1.02, yanchor: "bottom" },
    hovermode: "x unified", hoverlabel: { bgcolor: colour("--panel"), font: { color: colour("--ink") } }, dragmode: false,
  };
}

function table({ metric, lines, compared }) {
  const [main] = lines;
  if (!main || !main.points.length) return fill(byId("series-table"), [el("p", { text: t("nothing") })]);
  const many = lines.length > 1;
  const days = (point) => (point.first === point.last || !point.last ? point.first : `${point.first} – ${point.last}`);
  const text = (value) => (value ? (value.hidden ? "*" : value.text) : "–");
  const head = many
    ? lines.map((line) => line.name)
    : [metricName(metric), ...(compared ? [t("change")] : [])];
  const rest = (index) =>
    many
      ? lines.map((line) => text(line.points[index] && line.points[index].value))
      : [text(main.points[index].value), ...(compared ? [changeText(main.points[index].value, metric) || "–"] : [])];
  const rows = main.points.map((point, index) =>
    el("tr", {}, el("th", { scope: "row", text: days(point) }), ...rest(index).map((one) => el("td", { class: "number", text: one })))
  );
  return fill(byId("series-table"), [
    el("table", {},
      el("caption", { class: "aside", text: `${t("series")}: ${metricName(metric)}` }),
      el("thead", {}, el("tr", {}, el("th", { scope: "col", text: t("day") }),
        ...head.map((name) => el("th", { scope: "col", class: "number", text: name })))),
      el("tbody", {}, ...rows)),
  ]);
}

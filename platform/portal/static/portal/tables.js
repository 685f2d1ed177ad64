// The ranking of the counties and the table of trades: bars that are tables.
import { byId, el, fill } from "./dom.js";
import { changeNode, TILES } from "./tiles.js";
import { metricName, shortText, t } from "./words.js";

function bar(value, most) {
  const node = el("span", { class: "bar", "aria-hidden": "true" });
  node.style.setProperty("--part", most > 0 && value > 0 ? String(Math.min(value / most, 1)) : "0");
  return node;
}

/** The order of a column, biggest first or last; what has no figure comes last either way. */
export function sorted(rows, code, descending) {
  const of = (row) => row.values.get(code).value;
  return [...rows].sort((a, b) => {
    if (of(a) === null || of(b) === null) return (of(a) === null) - (of(b) === null);
    return descending ? of(b) - of(a) : of(a) - of(b);
  });
}

const order = { code: null, descending: true };

function heading(code, metric, redraw) {
  const on = order.code === code;
  const sort = on ? (order.descending ? "descending" : "ascending") : "none";
  const turn = () => {
    order.descending = on ? !order.descending : true;
    order.code = code;
    redraw();
  };
  const mark = on ? (order.descending ? " ▼" : " ▲") : "";
  return el(
    "th", { scope: "col", "aria-sort": sort, class: "number" },
    el("button", { type: "button", class: "sort", "data-key": `sort-${code}`, on: { click: turn } }, metricName(metric),
      el("span", { "aria-hidden": "true", text: mark }))
  );
}

/** Ranks `rows` ({slug, name, values}) by the metric looked at, with the key figures beside it. */
export function drawRanking({ rows, total, metric, dictionary, chosen, behind, more, pick }) {
  if (order.code !== metric.code && order.metric !== metric.code) {
    Object.assign(order, { code: metric.code, descending: metric.good >= 0 });
  }
  order.metric = metric.code;
  const codes = [metric.code, ...TILES.filter((code) => code !== metric.code && dictionary.has(code))];
  const redraw = () => drawRanking({ rows, total, metric, dictionary, chosen, behind, more, pick });
  const most = Math.max(0, ...rows.map((row) => row.values.get(metric.code).value || 0));
  const body = sorted(rows, order.code, order.descending).map((row, index) => {
    const known = row.values.get(order.code).value !== null;
    const toggle = el("button", {
      type: "button", class: "pick", "data-key": `pick-${row.slug}`, "aria-pressed": String(chosen.includes(row.slug)),
      on: { click: () => pick(row.slug) }, text: row.name,
    });
    const late = behind.includes(row.slug) ? el("span", { class: "late", text: ` ${t("not_complete")}` }) : null;
    return el(
      "tr", { class: chosen.includes(row.slug) ? "chosen" : "" },
      el("td", { class: "rank", text: known ? index + 1 : "–" }),
      el("th", { scope: "row" }, toggle, late),
      ...codes.flatMap((code) => cells(row.values.get(code), dictionary.get(code), code === metric.code ? most : undefined))
    );
  });
  const table = el(
    "table", { class: "ranked" },
    el("caption", { class: "aside", text: `${t("ranking")}: ${metricName(metric)}` }),
    el("thead", {}, el("tr", {},
      el("th", { scope: "col", text: t("rank"), class: "rank" }), el("th", { scope: "col", text: t("county") }),
      ...codes.flatMap((code) => [
        heading(code, dictionary.get(code), redraw),
        code === metric.code ? el("th", { scope: "col", class: "number", text: t("change") }) : null,
      ]))),
    el("tbody", {}, ...body),
    el("tfoot", {}, el("tr", {},
      el("td"), el("th", { scope: "row", text: chosen.length ? t("total_chosen") : t("total") }),
      ...codes.flatMap((code) => cells(total.get(code), dictionary.get(code), code === metric.code ? null : undefined))))
  );
  const rest = more ? el("p", { class: "small", text: t("more_rows", { count: rows.length }) }) : null;
  fill(byId("ranking-table"), [table, rest].filter(Boolean));
}

/** The cell of a value; with `most`, the longest bar of its column, one of these and the change beside it. */
function cells(value, metric, most) {
  const figure = el("span", { class: "figure", text: shortText(value, metric), title: value.hidden ? t("hidden") : value.text });
  if (most === undefined) return [el("td", { class: "number" }, figure)];
  return [
    el("td", { class: "number barred" }, most === null ? null : bar(value.value, most), figure),
    changeNode(value, metric, "td"),
  ];
}

/** One figure by trade, biggest first. */
export function drawTrades({ rows, metric, chosen, more, pick }) {
  const box = byId("trades-table");
  if (!rows.length) return fill(box, [el("p", { class: "small", text: t("nothing") })]);
  const most = Math.max(0, ...rows.map((row) => row.value.value || 0));
  const body = rows.map((row) =>
    el("tr", { class: row.code === chosen ? "chosen" : "" },
      el("th", { scope: "row" }, el("button", {
        type: "button", class: "pick", "data-key": `trade-${row.code}`, "aria-pressed": String(row.code === chosen),
        on: { click: () => pick(row.code) }, text: row.name,
      })),
      ...cells(row.value, metric, most))
  );
  const table = el(
    "table", { class: "ranked" },
    el("caption", { class: "aside", text: `${t("trades")}: ${metricName(metric)}` }),
    el("thead", {}, el("tr", {}, el("th", { scope: "col", text: t("trade") }),
      el("th", { scope: "col", class: "number", text: metricName(metric) }),
      el("th", { scope: "col", class: "number", text: t("change") }))),
    el("tbody", {}, ...body)
  );
  const rest = more ? el("p", { class: "small", text: t("more_rows", { count: rows.length }) }) : null;
  return fill(box, [table, rest].filter(Boolean));
}

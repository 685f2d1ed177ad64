// The key figures: each a button that puts its figure on the map and into the charts.
import { byId, el, fill } from "./dom.js";
import { changeText, direction, judged, metricName, shortText, t } from "./words.js";

export const TILES = [
  "orders_posted", "orders_settled", "fill_rate_bp", "fill_p50", "workers", "wages_fen", "insured_orders_bp", "arrears_fen",
];

/** A change with its arrow; what screen readers hear says up or down. */
export function changeNode(value, metric, name = "span") {
  const text = changeText(value, metric);
  if (!text) return el(name, { class: "change" });
  const [arrow, word] = direction(value);
  return el(
    name,
    { class: `change ${judged(value, metric)}` },
    el("span", { "aria-hidden": "true", text: `${arrow} ` }),
    el("span", { class: "aside", text: `${word} ` }),
    text
  );
}

export function drawTiles(values, dictionary, chosen, pick) {
  const tiles = TILES.filter((code) => dictionary.has(code) && values.has(code)).map((code) => {
    const [metric, value] = [dictionary.get(code), values.get(code)];
    return el(
      "button",
      {
        type: "button", class: "tile", "data-key": code, "data-metric": code,
        "aria-pressed": String(code === chosen), on: { click: () => pick(code) },
      },
      el("span", { class: "tile-name", text: metricName(metric) }),
      el("span", { class: "tile-value", text: shortText(value, metric), title: value.hidden ? t("hidden") : value.text }),
      changeNode(value, metric)
    );
  });
  fill(byId("tiles"), tiles);
}

// What the page was handed, its texts, and numbers as people read them.
export const handed = JSON.parse(document.getElementById("handed").textContent);
export const ZH = handed.lang === "zh";

/** A text by name, with `{places}` filled in. */
export function t(name, places = {}) {
  return handed.texts[name].replace(/\{(\w+)\}/g, (_, place) => String(places[place]));
}

const LOCALE = ZH ? "zh-CN" : "en-GB";
const ZONE = "Asia/Shanghai";
const whole = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });
const fine = new Intl.NumberFormat(LOCALE, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const hour = new Intl.DateTimeFormat(LOCALE, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false, timeZone: ZONE });
const longDay = new Intl.DateTimeFormat(LOCALE, { dateStyle: "full", timeZone: ZONE });

export const clockTime = (moment) => hour.format(new Date(moment));
export const fullDay = (moment) => longDay.format(new Date(moment));
export const number = (value) => whole.format(value);

/** A share of basis points as a signed percentage: 1234 -> "+12.3%". */
export function signedPercent(bp) {
  return `${bp > 0 ? "+" : ""}${fine.format(bp / 100)}%`;
}

/** How a value changed, in words: shares in points, the rest in percent of what it was; "" when not known. */
export function changeText(value, metric) {
  if (value.change === null) return "";
  if (metric.unit === "basis points") {
    return `${value.change > 0 ? "+" : ""}${fine.format(value.change / 100)} ${t("points")}`;
  }
  if (value.changeBp !== null) return signedPercent(value.changeBp);
  return value.change > 0 ? `+${number(value.change)}` : number(value.change);
}

/** "better", "worse" or "" for a change of a metric, whose `good` says which way is better. */
export function judged(value, metric) {
  if (!value.change || !metric.good) return "";
  return value.change > 0 === metric.good > 0 ? "better" : "worse";
}

/** Arrow and spoken word of a change. */
export function direction(value) {
  if (value.change === null) return ["", ""];
  if (value.change > 0) return ["▲", t("up")];
  return value.change < 0 ? ["▼", t("down")] : ["＝", t("same")];
}

/** How an axis shows a metric's values: a divisor and what the result is counted in. */
export function axisOf(metric, values) {
  const most = Math.max(0, ...values.filter((value) => value !== null).map(Math.abs));
  switch (metric.unit) {
    case "fen":
      return most >= 100_000_00 ? [1_000_000, t("unit_ten_thousand_yuan")] : [100, t("unit_yuan")];
    case "basis points":
      return [100, t("unit_percent")];
    case "seconds":
      if (most >= 3 * 3600) return [3600, t("unit_hours")];
      return most >= 180 ? [60, t("unit_minutes")] : [1, t("unit_seconds")];
    default:
      return [1, ""];
  }
}

export const nameOf = (thing) => (ZH ? thing.name : thing.nameEn);

/** A metric's name for a heading; what stands after a semicolon is a remark for the dictionary. */
export const metricName = (metric) => (ZH ? metric.zh : metric.en).split(/[;；]/)[0];

const compact = (value) => new Intl.NumberFormat(LOCALE, { maximumSignificantDigits: value >= 1_000 ? 4 : 3 }).format(value);

/** A value for a narrow place: money in big units, shares with one decimal, signs for words; else the door's own text. */
export function shortText(value, metric) {
  if (value.hidden) return "*";
  if (value.value === null) return "–";
  if (metric.unit === "basis points") return `${fine.format(value.value / 100)}%`;
  if (metric.unit === "seconds") return value.text.replace(/^within /, "≤ ").replace(/^over /, "> ");
  if (metric.unit !== "fen") return value.text;
  const yuan = Math.abs(value.value) / 100;
  const sign = value.value < 0 ? "-" : "";
  if (ZH) return yuan >= 10_000 ? `${sign}${compact(yuan / 10_000)} 万元` : `${sign}${whole.format(yuan)} 元`;
  if (yuan >= 1_000_000) return `${sign}¥${compact(yuan / 1_000_000)}M`;
  return yuan >= 10_000 ? `${sign}¥${compact(yuan / 1_000)}k` : `${sign}¥${whole.format(yuan)}`;
}

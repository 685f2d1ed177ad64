// What is looked at: all of it stands in the address, so a link shows another the same, and a wall starts with it.
import { handed } from "./words.js";

const DAY = 86_400_000;
const ZONE_AHEAD = 8 * 3_600_000; // Asia/Shanghai; no summer time since 1991
export const PERIODS = ["today", "week", "month", "last-month", "quarter", "year", "last-year", "days"];
export const COMPARES = ["previous", "year", "target", "none"];
export const STEPS = ["auto", "day", "week", "month", "quarter"];
export const USUAL = Object.freeze({
  period: "month", first: "", last: "", metric: "orders_settled", trade: "", counties: [], compare: "previous",
  by: "auto", cumulative: false, today: false, wall: false,
});
const LOADED_AT = Date.now();

/** The market's time by now; it is real time outside of demonstrations. */
export function marketNow() {
  return Date.parse(handed.marketNow) + (Date.now() - LOADED_AT);
}

const iso = (day) => new Date(day).toISOString().slice(0, 10);
const isDay = (text) => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));

/** First and last day looked at, as ISO dates. A running period ends today. */
export function daysOf(state) {
  const today = Math.floor((marketNow() + ZONE_AHEAD) / DAY) * DAY;
  const [year, month] = [new Date(today).getUTCFullYear(), new Date(today).getUTCMonth()];
  switch (state.period) {
    case "today": return [iso(today), iso(today)];
    case "week": return [iso(today - 6 * DAY), iso(today)];
    case "last-month": return [iso(Date.UTC(year, month - 1, 1)), iso(Date.UTC(year, month, 0))];
    case "quarter": return [iso(Date.UTC(year, month - (month % 3), 1)), iso(today)];
    case "year": return [iso(Date.UTC(year, 0, 1)), iso(today)];
    case "last-year": return [iso(Date.UTC(year - 1, 0, 1)), iso(Date.UTC(year - 1, 11, 31))];
    case "days": return [state.first, state.last];
    default: return [iso(Date.UTC(year, month, 1)), iso(today)];
  }
}

/** The step of the series that fits so many days, unless one was chosen. */
export function stepOf(state) {
  if (state.by !== "auto") return state.by;
  const [first, last] = daysOf(state).map((day) => Date.parse(day));
  const days = (last - first) / DAY + 1;
  if (days <= 62) return "day";
  if (days <= 200) return "week";
  return days <= 1_500 ? "month" : "quarter";
}

/** The state that an address asks for; what it does not know falls back to the usual. */
export function read(search = location.search) {
  const asked = new URLSearchParams(search);
  const one = (name, among) => (among.includes(asked.get(name)) ? asked.get(name) : USUAL[name]);
  const state = {
    period: one("period", PERIODS), first: asked.get("first") || "", last: asked.get("last") || "",
    metric: asked.get("metric") || USUAL.metric, trade: asked.get("trade") || "",
    counties: (asked.get("counties") || "").split(",").filter(Boolean),
    compare: one("compare", COMPARES), by: one("by", STEPS),
    cumulative: asked.has("cumulative"), today: asked.has("today"), wall: asked.has("wall"),
  };
  if (state.period === "days" && !(isDay(state.first) && isDay(state.last) && state.first <= state.last)) {
    state.period = USUAL.period;
  }
  const known = new Set(handed.counties.map((county) => county.slug));
  state.counties = state.counties.filter((slug) => known.has(slug));
  return state;
}

/** The address of a state: only what differs from the usual, and whatever else stood there (theme). */
export function write(state, { replace = false } = {}) {
  const address = new URL(location.href);
  const put = (name, value) => (value ? address.searchParams.set(name, value) : address.searchParams.delete(name));
  for (const name of ["period", "metric", "trade", "compare", "by"]) {
    put(name, state[name] === USUAL[name] ? "" : state[name]);
  }
  put("first", state.period === "days" ? state.first : "");
  put("last", state.period === "days" ? state.last : "");
  put("counties", state.counties.join(","));
  for (const name of ["cumulative", "today", "wall"]) put(name, state[name] ? "1" : "");
  address.search = address.search.replaceAll("%2C", ",");
  if (address.href === location.href) return;
  history[replace ? "replaceState" : "pushState"](null, "", address);
}

// The dashboard: reads the address, asks the city's public GraphQL door, draws, and asks again.
import { COMPARES, daysOf, marketNow, PERIODS, read, STEPS, stepOf, USUAL, write } from "./address.js";
import { ask, Refused, signOut } from "./ask.js";
import { byId, el, fill, say } from "./dom.js";
import { drawMap, wireMap } from "./map.js";
import { drawSeries, redrawSeries } from "./series.js";
import { drawRanking, drawTrades } from "./tables.js";
import { startTicker } from "./ticker.js";
import { drawTiles, TILES } from "./tiles.js";
import { setWall, wholeScreen } from "./wall.js";
import { startWatch } from "./watch.js";
import { clockTime, fullDay, handed, metricName, nameOf, t, ZH } from "./words.js";

const FRESH_EVERY = 30_000;
const SERIES_OF_COUNTIES = 6; // more lines than this cannot be told apart
const RANKED = 200;
const filters = byId("filters");
let state = read();
let dictionary = new Map();
let trades = [];
let asking = null;
let shownAt = null;

const metric = () => dictionary.get(state.metric);
const name = (slug) => (handed.counties.find((county) => county.slug === slug) || { name: slug }).name;
const valuesOf = (row) => new Map(row.values.map((value) => [value.metric, value]));

// ------------------------------------------------------------------------------------------------ asking

function variables(more) {
  const [first, last] = daysOf(state);
  return {
    first, last, trades: state.trade ? [state.trade] : null,
    compare: state.compare === "none" ? null : state.compare.toUpperCase(),
    boundaries: state.today ? "TODAY" : "AS_WERE", ...more,
  };
}

function figures(more, signal) {
  return ask("portal-figures", variables(more), { signal }).then((data) => data.figures);
}

/** Everything shown, asked at once; an answer that a newer question overtook is dropped. */
async function refresh() {
  if (asking) asking.abort();
  const mine = (asking = new AbortController());
  document.body.setAttribute("aria-busy", "true");
  try {
    const chosen = state.counties.length ? state.counties : null;
    const codes = [...new Set([state.metric, ...TILES.filter((code) => dictionary.has(code))])];
    const many = state.counties.length > 1 && state.counties.length <= SERIES_OF_COUNTIES;
    const step = stepOf(state).toUpperCase();
    const [everywhere, together, line, lines, byTrade] = await Promise.all([
      figures({ metrics: codes, groupBy: ["COUNTY"], orderBy: state.metric, limit: RANKED }, mine.signal),
      chosen ? figures({ metrics: codes, counties: chosen, limit: 1 }, mine.signal) : null,
      figures({ metrics: [state.metric], counties: chosen, groupBy: [step], cumulative: state.cumulative }, mine.signal),
      many
        ? figures({ metrics: [state.metric], counties: chosen, groupBy: [step, "COUNTY"], cumulative: state.cumulative }, mine.signal)
        : null,
      figures({ metrics: [state.metric], counties: chosen, groupBy: ["TRADE"], orderBy: state.metric, limit: 15 }, mine.signal),
    ]);
    if (mine.signal.aborted) return;
    show({ everywhere, together: together || everywhere, line, lines, byTrade });
    shownAt = Date.now();
    say(byId("trouble"), "");
  } catch (fault) {
    if (!mine.signal.aborted) trouble(fault);
  } finally {
    if (asking === mine) document.body.removeAttribute("aria-busy");
  }
}

/** What went wrong stays in sight, beside figures that may be old by now. */
function trouble(fault) {
  if (fault instanceof Refused && fault.signedOut) {
    say(byId("trouble"), t("signed_out"));
    setTimeout(() => location.reload(), 3_000);
  } else if (fault instanceof Refused) {
    say(byId("trouble"), t("failed", { reason: fault.message }));
  } else if (shownAt) {
    say(byId("trouble"), t("stale", { at: clockTime(shownAt) }));
  } else {
    say(byId("trouble"), t("failed", { reason: t("no_connection") }));
  }
}

// ------------------------------------------------------------------------------------------------ showing

function show({ everywhere, together, line, lines, byTrade }) {
  const rows = everywhere.rows
    .filter((row) => row.county)
    .map((row) => ({ slug: row.county.slug, name: nameOf(row.county), values: valuesOf(row) }));
  const total = valuesOf(together.total);
  const here = metric();
  document.querySelectorAll(".of-figure").forEach((node) => (node.textContent = metricName(here)));
  drawTiles(total, dictionary, state.metric, (code) => change({ metric: code }));
  drawMap(ranked(rows), here, state.counties, everywhere.behind);
  drawRanking({
    rows, total, metric: here, dictionary, chosen: state.counties, behind: everywhere.behind, more: everywhere.more,
    pick: toggleCounty,
  });
  drawTrades({
    rows: byTrade.rows.filter((row) => row.trade).map((row) => ({ code: row.trade.code, name: nameOf(row.trade) || "–", value: row.values[0] })),
    metric: here, chosen: state.trade, more: byTrade.more,
    pick: (code) => change({ trade: code === state.trade ? "" : code }),
  });
  drawSeries({
    metric: here, step: stepOf(state), lines: linesOf(line, lines),
    compared: line.compared || state.compare === "target" ? t(`compare_${state.compare}`) : "",
  }).catch(trouble);
  banner(everywhere);
  about(here);
}

/** Value and rank by county; the best is first, which for some figures is the smallest. */
function ranked(rows) {
  const known = rows.filter((row) => row.values.get(state.metric).value !== null);
  const way = metric().good < 0 ? 1 : -1;
  known.sort((a, b) => way * (a.values.get(state.metric).value - b.values.get(state.metric).value));
  const ranks = new Map(known.map((row, index) => [row.slug, index + 1]));
  return new Map(rows.map((row) => [row.slug, { value: row.values.get(state.metric), rank: ranks.get(row.slug) }]));
}

function linesOf(line, lines) {
  const points = (rows) => rows.map((row) => ({ first: row.first, last: row.last, value: row.values[0] }));
  const together = points(line.rows);
  if (!lines) return [{ name: state.counties.length ? t("total_chosen") : t("total"), points: together }];
  return state.counties.map((slug) => {
    const own = new Map(lines.rows.filter((row) => row.county && row.county.slug === slug).map((row) => [row.first, row]));
    const none = { value: null, text: "–", before: null, change: null, changeBp: null, target: null, hidden: false };
    return {
      name: name(slug),
      points: together.map((point) => ({ ...point, value: own.has(point.first) ? own.get(point.first).values[0] : none })),
    };
  });
}

/** Names every county whose figures are not complete, those that stand still together; the status line says
 *  when figures last came. */
function banner(answer) {
  const comma = ZH ? "、" : ", ";
  const late = answer.freshness.filter((one) => answer.behind.includes(one.county));
  const still = late.filter((one) => one.foldedAt !== null && !one.waitingFacts);
  const each = late
    .filter((one) => !still.includes(one))
    .map((one) => one.foldedAt === null
      ? t("missing_one", { county: nameOf(one) })
      : t("behind_one", { county: nameOf(one), count: one.waitingFacts }));
  if (still.length) {
    const at = clockTime(still.map((one) => one.foldedAt).sort()[0]);
    each.push(t("behind_still", { county: still.map(nameOf).join(comma), at }));
  }
  say(byId("behind"), each.length ? t("behind", { counties: each.join(comma) }) : "");
  const folded = answer.freshness.map((one) => one.foldedAt).filter(Boolean).sort();
  const at = folded.length ? t("as_of", { at: clockTime(folded.at(-1)) }) : "";
  say(byId("as-of"), answer.complete ? `${t("complete")} · ${at}` : at);
}

function about(here) {
  const pairs = [[t("formula"), here.formula], [t("event"), here.event], [t("day_cut"), here.dayCut]];
  fill(byId("about-list"), pairs.flatMap(([term, text]) => [el("dt", { text: term }), el("dd", { text })]));
}

// ------------------------------------------------------------------------------------------------ choosing

function change(part, { replace = false } = {}) {
  state = { ...state, ...part };
  write(state, { replace });
  controls();
  refresh();
}

function toggleCounty(slug) {
  const rest = state.counties.filter((one) => one !== slug);
  change({ counties: rest.length === state.counties.length ? [...rest, slug] : rest });
}

function options(select, pairs) {
  fill(select, pairs.map(([value, text]) => el("option", { value, text })));
}

/** Puts the choices that never change into the controls. */
function furnish() {
  options(filters.period, PERIODS.map((one) => [one, t(`period_${one}`)]));
  options(filters.compare, COMPARES.map((one) => [one, t(`compare_${one}`)]));
  options(filters.by, STEPS.map((one) => [one, t(`step_${one}`)]));
  options(filters.trade, [["", t("all_trades")], ...trades.map((trade) => [trade.code, nameOf(trade)])]);
  const groups = new Map();
  for (const entry of dictionary.values()) {
    const group = ZH ? entry.groupZh : entry.groupEn;
    groups.set(group, [...(groups.get(group) || []), el("option", { value: entry.code, text: metricName(entry) })]);
  }
  fill(filters.metric, [...groups].map(([label, entries]) => el("optgroup", { label }, ...entries)));
  fill(byId("counties"), handed.counties.map((county) =>
    el("label", { class: "tick" }, el("input", { type: "checkbox", name: "county", value: county.slug }), ` ${county.name}`)
  ));
}

/** Shows the state in the controls. */
function controls() {
  for (const field of ["period", "metric", "trade", "compare", "by"]) filters[field].value = state[field];
  for (const field of ["cumulative", "today"]) filters[field].checked = state[field];
  const [first, last] = daysOf(state);
  Object.assign(filters.first, { value: first, max: last });
  Object.assign(filters.last, { value: last, min: first });
  filters.classList.toggle("own-days", state.period === "days");
  const boxes = [...byId("counties").querySelectorAll("input")];
  boxes.forEach((box) => (box.checked = state.counties.includes(box.value)));
  byId("counties-said").textContent =
    state.counties.length === 0
      ? t("all_counties")
      : state.counties.length <= 2 ? state.counties.map(name).join(ZH ? "、" : ", ") : t("some_counties", { count: state.counties.length });
  byId("counties-all").disabled = state.counties.length === 0;
  const other = new URL(location.href);
  other.searchParams.set("lang", byId("language").lang);
  byId("language").href = other.search;
  setWall(state.wall, { turn: nextFigure, texts: { enter: t("wall"), leave: t("wall_leave") } });
}

function nextFigure() {
  const codes = TILES.filter((code) => dictionary.has(code));
  change({ metric: codes[(codes.indexOf(state.metric) + 1) % codes.length] }, { replace: true });
}

function chosen(event) {
  const { name: field, value, checked } = event.target;
  if (field === "county") {
    const picked = [...byId("counties").querySelectorAll("input:checked")].map((box) => box.value);
    change({ counties: picked });
  } else if (field === "first" || field === "last") {
    if (filters.first.value && filters.last.value && filters.first.value <= filters.last.value) {
      change({ period: "days", first: filters.first.value, last: filters.last.value });
    }
  } else if (field === "period" && value === "days") {
    const [first, last] = daysOf(state);
    change({ period: "days", first, last });
  } else if (field === "cumulative" || field === "today") {
    change({ [field]: checked });
  } else if (field) {
    change({ [field]: value });
  }
}

function themeName() {
  byId("theme").textContent = document.documentElement.dataset.theme === "dark" ? t("theme_light") : t("theme_dark");
}

function turnTheme() {
  const root = document.documentElement.dataset;
  root.theme = root.theme === "dark" ? "light" : "dark";
  root.chosen = "1";
  try {
    localStorage.setItem("linggong-theme", root.theme);
  } catch {
    // it holds for this visit, then
  }
  document.dispatchEvent(new Event("theme"));
}

async function turnWall() {
  const on = !state.wall;
  await wholeScreen(on);
  change({ wall: on });
}

// ------------------------------------------------------------------------------------------------ living

function tick() {
  byId("clock").textContent = clockTime(marketNow());
  byId("market-day").textContent = fullDay(marketNow());
}

function wire() {
  filters.addEventListener("change", chosen);
  filters.addEventListener("submit", (event) => event.preventDefault());
  byId("counties-all").addEventListener("click", () => change({ counties: [] }));
  byId("theme").addEventListener("click", turnTheme);
  byId("wall").addEventListener("click", turnWall);
  byId("sign-out").addEventListener("click", () => signOut().catch(trouble));
  document.addEventListener("theme", () => {
    themeName();
    redrawSeries();
  });
  document.addEventListener("fullscreenchange", () => {
    if (!document.fullscreenElement && state.wall) change({ wall: false });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && state.wall) change({ wall: false });
  });
  document.addEventListener("click", (event) => {
    const menu = byId("counties-menu");
    if (menu.open && !menu.contains(event.target)) menu.open = false;
  });
  byId("counties-menu").addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      byId("counties-menu").open = false;
      byId("counties-menu").querySelector("summary").focus();
    }
  });
  document.querySelectorAll(".to-table").forEach((button) => {
    const table = byId(button.getAttribute("aria-controls"));
    button.addEventListener("click", () => {
      const on = table.hidden;
      table.hidden = !on;
      byId("series-chart").hidden = on;
      button.setAttribute("aria-pressed", String(on));
      if (!on) redrawSeries();
    });
  });
  addEventListener("popstate", () => {
    state = read();
    if (!dictionary.has(state.metric)) state.metric = USUAL.metric;
    controls();
    refresh();
  });
  addEventListener("beforeprint", () => {
    byId("printed").textContent = t("printed", { at: `${fullDay(marketNow())} ${clockTime(marketNow())}` });
  });
  wireMap(toggleCounty);
}

async function begin() {
  tick();
  setInterval(tick, 1_000);
  themeName();
  wire();
  const page = await ask("portal-page");
  dictionary = new Map(page.dictionary.map((entry) => [entry.code, entry]));
  trades = page.trades;
  if (!dictionary.has(state.metric)) state.metric = USUAL.metric;
  furnish();
  controls();
  startTicker();
  startWatch(handed.mayClose);
  setInterval(() => document.hidden || refresh(), FRESH_EVERY);
  document.addEventListener("visibilitychange", () => document.hidden || refresh());
  await refresh();
}

begin().catch(trouble);

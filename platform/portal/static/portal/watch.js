// What deserves a look, with its reason; who may, acknowledges it with a note or closes it.
import { ask, Refused } from "./ask.js";
import { byId, el, fill } from "./dom.js";
import { nameOf, t, ZH } from "./words.js";

const EVERY = 30_000;
const SHOWN = 20;
const dialog = byId("note-dialog");
let mayClose = false;
let asked = null;

function open(alert, act) {
  asked = { alert, act };
  byId("note-title").textContent = t(act === "close" ? "close_alert" : "acknowledge");
  byId("note-about").textContent = alert.reason;
  byId("note-text").value = "";
  byId("note-said").textContent = "";
  dialog.showModal();
}

async function send(event) {
  event.preventDefault();
  const document = asked.act === "close" ? "portal-close-alert" : "portal-acknowledge-alert";
  try {
    await ask(document, { id: asked.alert.id, note: byId("note-text").value.trim() });
    dialog.close();
    await turn();
  } catch (fault) {
    byId("note-said").textContent = fault instanceof Refused ? fault.message : t("no_connection");
  }
}

function line(alert) {
  const act = (name, label) =>
    el("button", { type: "button", "data-key": `${name}-${alert.id}`, on: { click: () => open(alert, name) }, text: t(label) });
  const isOpen = alert.state === "OPEN";
  const acts = mayClose
    ? el("p", { class: "acts" }, isOpen ? act("acknowledge", "acknowledge") : null, act("close", "close_alert"))
    : null;
  const where = [alert.county, alert.otherCounty].filter(Boolean).map(nameOf).join(ZH ? "、" : ", ");
  const days = alert.first === alert.last ? alert.first : `${alert.first} – ${alert.last}`;
  return el("li", { "data-alert": alert.id, class: isOpen ? "" : "seen" },
    el("p", { class: "what" }, el("span", { text: where }), ` · ${alert.title}`),
    el("p", { class: "why", text: alert.reason }),
    el("p", { class: "small", text: isOpen ? days : `${days} · ${t("acknowledged")}` }),
    acts);
}

async function turn() {
  const { open: fresh, acknowledged } = await ask("portal-watch", { first: SHOWN });
  const alerts = [...fresh.edges, ...acknowledged.edges].map((edge) => edge.node);
  const more = fresh.pageInfo.hasNextPage || acknowledged.pageInfo.hasNextPage;
  byId("watch-count").textContent = alerts.length ? `${alerts.length}${more ? "+" : ""}` : "";
  const lines = alerts.length ? alerts.map(line) : [el("li", { class: "small none", text: t("watch_none") })];
  fill(byId("watch"), more ? [...lines, el("li", { class: "small none", text: t("watch_more") })] : lines);
}

export function startWatch(may) {
  mayClose = may;
  byId("note-form").addEventListener("submit", send);
  byId("note-cancel").addEventListener("click", () => dialog.close());
  const again = () => turn().catch(() => {}).finally(() => setTimeout(again, EVERY));
  again();
}

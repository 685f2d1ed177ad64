// Wall mode: the whole screen, no controls, another figure every twenty seconds until somebody touches it.
import { byId } from "./dom.js";

const TURN = 20_000;
let timer = null;

/** Shows or leaves the wall mode. `turn()` puts the next figure up. */
export function setWall(on, { turn, texts }) {
  document.body.classList.toggle("on-wall", on);
  const button = byId("wall");
  button.textContent = on ? texts.leave : texts.enter;
  byId("rotates").hidden = !on;
  clearInterval(timer);
  timer = on ? setInterval(turn, TURN) : null;
}

/** Asks the browser for the whole screen, which it grants only after a person's own act. */
export async function wholeScreen(on) {
  try {
    if (on && !document.fullscreenElement) await document.documentElement.requestFullscreen();
    if (!on && document.fullscreenElement) await document.exitFullscreen();
  } catch {
    // a browser that keeps its bars shows the same page between them
  }
}

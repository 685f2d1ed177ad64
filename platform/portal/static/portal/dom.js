// Making elements. Text is always text: nothing that came over the wire is ever read as markup.

/** An element; `attributes` may hold `class`, `text`, `on` ({event: handler}) and anything else as attributes. */
export function el(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "text") node.textContent = value;
    else if (key === "on") Object.entries(value).forEach(([event, handler]) => node.addEventListener(event, handler));
    else if (key === "class") node.className = value;
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined)); // null: a child left out
  return node;
}

export const byId = (id) => document.getElementById(id);

/** Puts `children` in place of what was in `node`, keeping the keyboard's place by `data-key`. */
export function fill(node, children) {
  const held = node.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  node.replaceChildren(...children);
  if (held !== undefined) {
    const again = [...node.querySelectorAll("[data-key]")].find((one) => one.dataset.key === held);
    if (again) again.focus({ preventScroll: true });
  }
}

/** Only text that changed is written, so that a screen reader is not told the same twice. */
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
  node.hidden = !text;
}

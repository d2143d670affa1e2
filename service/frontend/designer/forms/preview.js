// The form as the official will see it, drawn by the server with the macros of his page, at the field that is being changed.
import { h, redraw } from "../dom.js";
import { ask } from "../server.js";

const PAUSE = 300;
const MARGIN = 20;
let timer = 0;
let asked = 0;

export default function preview(part, room, form, field) {
  clearTimeout(timer);
  timer = setTimeout(() => show(part, room, form, field), PAUSE);
}

async function show(part, room, form, field) {
  const mine = (asked += 1);
  const title = h("h3", {}, "办理时的样子");
  try {
    const { html, faults } = await ask(room.addresses.preview, { form }, room.token);
    if (mine !== asked) return;
    const { scrollTop } = part;
    if (faults)
      redraw(
        part,
        {},
        title,
        h(
          "ul",
          { class: "found" },
          faults.map((each) => h("li", { class: "error" }, each)),
        ),
      );
    else redraw(part, {}, title, filled(form, html));
    part.scrollTop = scrollTop;
    if (field) bringIntoSight(part, part.querySelector(`[data-key="${CSS.escape(field)}"]`));
  } catch (refusal) {
    if (mine === asked) redraw(part, {}, title, h("p", { class: "bad" }, `没有预览：${refusal.message}`));
  }
}

// The markup is the server's own, with everything typed escaped. The page's scripts are hung up in it as in any new part.
function filled(form, html) {
  const shell = h("form", { class: "padded", "data-module": "visible", onsubmit: (event) => event.preventDefault() });
  shell.innerHTML = html;
  const card = h("section", { class: "card" }, h("header", {}, h("h2", {}, form.title ?? "")), shell);
  setTimeout(() => shell.dispatchEvent(new CustomEvent("htmx:load", { bubbles: true })));
  return card;
}

function bringIntoSight(part, shown) {
  if (!shown) return; // a form with errors is not drawn
  const fold = shown.closest("details");
  if (fold) fold.open = true;
  const [box, place] = [part.getBoundingClientRect(), shown.getBoundingClientRect()];
  if (place.top < box.top || place.bottom > box.bottom) part.scrollTop += place.top - box.top - MARGIN;
}

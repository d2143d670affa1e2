// What the server finds while one draws: marks on the canvas, and a list that leads to each of them.
import { button, h, redraw } from "./dom.js";
import example from "./example.js";
import { goTo, markers } from "./modeler.js";
import { ask } from "./server.js";

const PAUSE = 400;
const NAMES = { error: "错误", warning: "提醒" };

export default function findings(part, room) {
  const { modeler } = room;
  let timer = 0;
  let asked = 0;
  const marks = markers(modeler);
  const stepping = example(room);

  function touch() {
    clearTimeout(timer);
    timer = setTimeout(check, PAUSE);
  }

  async function check() {
    const mine = (asked += 1);
    try {
      const { findings: found, proof } = await ask(room.addresses.findings, await room.collect(), room.token);
      if (mine === asked) show(found, proof); // an older answer may come later
    } catch (refusal) {
      if (mine === asked)
        redraw(part, "findings", h("h2", {}, "检查结果"), h("p", { class: "bad" }, `没有检查：${refusal.message}`));
    }
  }

  function show(found, proof) {
    stepping.end();
    mark(found);
    const errors = found.filter((each) => each.severity === "error").length;
    const words = found.length === 0 ? "没有发现问题" : `${errors} 个错误，${found.length - errors} 个提醒`;
    const proven = proof
      ? h("p", { class: `verdict ${proof.verdict}` }, proof.sentence)
      : h("p", { class: "hint" }, "改正错误以后才能证明闭环。");
    redraw(
      part,
      "findings",
      h("h2", {}, `检查结果：${words}`),
      proven,
      h(
        "ul",
        {},
        found.map((each) => row(each, proof)),
      ),
    );
  }

  function row(finding, proof) {
    const fault = proof?.faults.find((each) => each.rule === finding.rule && each.message === finding.message);
    const way =
      fault?.example.length > 0
        ? button("在图上逐步看", () => room.openDrawing(() => stepping.begin(fault)), { class: "button small" })
        : null;
    return h(
      "li",
      { class: finding.severity },
      button(finding.message, () => lead(finding.element_id), { class: "said" }),
      way,
    );
  }

  function lead(id) {
    if (id.startsWith("form:")) room.openForm(...id.slice(5).split("/"));
    else room.openDrawing(() => goTo(modeler, id));
  }

  function mark(found) {
    const overlays = modeler.get("overlays");
    const known = modeler.get("elementRegistry");
    marks.clear();
    overlays.remove({ type: "finding" });
    for (const [id, each] of worst(found)) {
      if (!known.get(id)?.parent) continue;
      marks.add([id], `has-${each.severity}`);
      overlays.add(id, "finding", { position: { top: -10, left: -10 }, html: badge(each) });
    }
  }

  return { touch, check };
}

const badge = ({ severity, message }) =>
  h("span", { class: `finding ${severity}`, title: `${NAMES[severity]}：${message}` }, severity === "error" ? "!" : "?");

// One mark an element: an error rather than a warning, with all that is said there.
function worst(found) {
  const at = new Map();
  for (const each of found) {
    const before = at.get(each.element_id);
    at.set(each.element_id, before ? { severity: before.severity, message: `${before.message}\n${each.message}` } : { ...each });
  }
  return at;
}

// A counter-example of the proof, walked through on the canvas: act by act, where the case went and where it stands.
import { button, h } from "./dom.js";
import { goTo } from "./modeler.js";

export default function example(room) {
  const { modeler } = room;
  let bar = null;
  let marked = [];

  function clear() {
    const known = modeler.get("elementRegistry");
    for (const [id, name] of marked) if (known.get(id)) modeler.get("canvas").removeMarker(id, name);
    marked = [];
  }

  function mark(ids, name) {
    const known = modeler.get("elementRegistry");
    for (const id of ids) {
      if (!known.get(id)?.parent) continue;
      modeler.get("canvas").addMarker(id, name);
      marked.push([id, name]);
    }
  }

  const nameOf = (id) => {
    const object = modeler.get("elementRegistry").get(id)?.businessObject;
    return `“${object?.name || id}”`;
  };

  function begin(fault) {
    end();
    bar = h("div", { class: "walk", role: "group", "aria-label": "反例的走法" });
    modeler.get("canvas").getContainer().append(bar);
    step(fault, 0);
  }

  function step(fault, place) {
    const stops = fault.example;
    const stop = stops[place];
    clear();
    for (const before of stops.slice(0, place)) mark([before.element_id, ...before.passed, ...before.flows], "is-passed");
    mark([stop.element_id, ...stop.passed, ...stop.flows], "is-latest");
    mark(stop.tokens, "is-token");
    const where = stop.tokens.length > 0 ? `之后停在${stop.tokens.map(nameOf).join("、")}` : "之后全部走完";
    const last = place === stops.length - 1;
    bar.replaceChildren(
      h("p", { class: "fault" }, fault.message),
      h("p", { role: "status" }, `第 ${place + 1} 步，共 ${stops.length} 步：${told(stop)}，${where}。`),
      h(
        "div",
        { class: "buttons" },
        button("上一步", () => step(fault, place - 1), { class: "button small", disabled: place === 0 }),
        button("下一步", () => step(fault, place + 1), { class: "button small", disabled: last }),
        button("结束", end, { class: "button small" }),
      ),
    );
    goTo(modeler, stop.tokens[0] ?? stop.passed.at(-1) ?? stop.element_id);
  }

  function told({ element_id: id, passed, flows }) {
    const type = modeler.get("elementRegistry").get(id)?.type ?? "";
    const act = type === "bpmn:StartEvent" ? "开始" : type.endsWith("Event") ? `${nameOf(id)}到时` : `办完${nameOf(id)}`;
    const named = [...passed, ...flows].filter(
      (each) => each !== id && modeler.get("elementRegistry").get(each)?.businessObject.name,
    );
    return named.length > 0 ? `${act}，经${named.map(nameOf).join("、")}` : act;
  }

  function end() {
    clear();
    bar?.remove();
    bar = null;
  }

  return { begin, end };
}

// A counter-example of the proof, walked through on the canvas: act by act, where the case went and where it stands.
import { button, h } from "./dom.js";
import { goTo, markers } from "./modeler.js";

export default function example({ modeler }) {
  const known = modeler.get("elementRegistry");
  const marks = markers(modeler);
  let bar = null;

  function begin(fault) {
    end();
    bar = h("div", { class: "walk", role: "group", "aria-label": "反例的走法" });
    modeler.get("canvas").getContainer().append(bar);
    step(fault, 0);
  }

  function end() {
    marks.clear();
    bar?.remove();
    bar = null;
  }

  function step(fault, place) {
    const { example: stops, message } = fault;
    const stop = stops[place];
    paint(stops, place);
    bar.replaceChildren(
      h("p", { class: "fault" }, message),
      h("p", { role: "status" }, `第 ${place + 1} 步，共 ${stops.length} 步：${told(stop)}。`),
      h(
        "div",
        { class: "buttons" },
        button("上一步", () => step(fault, place - 1), { class: "button small", disabled: place === 0 }),
        button("下一步", () => step(fault, place + 1), { class: "button small", disabled: place === stops.length - 1 }),
        button("结束", end, { class: "button small" }),
      ),
    );
    const fresh = stop.tokens.find((id) => !stops[place - 1]?.tokens.includes(id));
    goTo(modeler, fresh ?? stop.passed.at(-1) ?? stop.element_id, bar.offsetHeight);
  }

  function paint(stops, place) {
    const way = ({ element_id: id, passed, flows }) => [id, ...passed, ...flows];
    marks.clear();
    marks.add(stops.slice(0, place).flatMap(way), "is-passed");
    marks.add(way(stops[place]), "is-latest");
    marks.add(stops[place].tokens, "is-token");
  }

  // 办完“整改实施”，经“合格”，之后停在“验收”.
  function told({ element_id: id, passed, flows, tokens }) {
    const named = [...passed, ...flows].filter((each) => each !== id && objectOf(each)?.name);
    const where = tokens.length > 0 ? `之后停在${namesOf(tokens)}` : "之后全部走完";
    return [actOf(id), named.length > 0 ? `经${namesOf(named)}` : "", where].filter(Boolean).join("，");
  }

  function actOf(id) {
    const type = known.get(id)?.type ?? "";
    if (type === "bpmn:StartEvent") return "开始";
    return type.endsWith("Event") ? `${namesOf([id])}到时` : `办完${namesOf([id])}`;
  }

  const objectOf = (id) => known.get(id)?.businessObject;
  const namesOf = (ids) => ids.map(nameOf).join("、");

  // By its name, else by what it hangs on or stands behind, as the findings say it.
  function nameOf(id) {
    const name = objectOf(id)?.name;
    if (name) return `“${name}”`;
    const host = known.get(id)?.host;
    if (host) return `${nameOf(host.id)}边框上的定时`;
    const before = known.get(id)?.incoming?.map(({ source }) => source.businessObject.name).find(Boolean);
    return before ? `“${before}”后面的图形` : "没有名称的图形";
  }

  return { begin, end };
}

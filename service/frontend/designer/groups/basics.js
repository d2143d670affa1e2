// What every element has: name, number, remarks, colour.
import { getBusinessObject, is } from "bpmn-js/lib/util/ModelUtil";

import { button, folded, h, text } from "../dom.js";
import { subject } from "../extensions.js";

const COLOURS = [
  ["默认", undefined, undefined],
  ["蓝", "#e8f0fa", "#0b4f9e"],
  ["绿", "#e6f4ea", "#1a6637"],
  ["橙", "#fff4de", "#855000"],
  ["红", "#fdecec", "#b3151b"],
  ["灰", "#eceff3", "#4d5866"],
];

export function called(room, element) {
  const modeling = room.modeler.get("modeling");
  const object = getBusinessObject(element);
  if (is(element, "bpmn:Collaboration")) return h("p", { class: "hint" }, "点选图中的图形，在这里设置它。");
  if (is(element, "bpmn:TextAnnotation"))
    return text({
      label: "文字",
      value: object.text,
      lines: 3,
      set: (value) => modeling.updateProperties(element, { text: value }),
    });
  return text({
    label: "名称",
    value: object.name,
    set: (name) => modeling.updateProperties(element, { name: name || undefined }),
  });
}

export function more(room, element) {
  const remark = getBusinessObject(element).documentation?.[0]?.text ?? "";
  const remarks = text({
    label: "说明",
    value: remark,
    lines: 2,
    hint: "写给以后看图的人，办理时不显示。",
    set: (value) => document(room, element, value),
  });
  return folded("编号、说明和颜色", number(room, element), remarks, element.parent ? colours(room, [element]) : null);
}

// Ids stand in cases, findings and conditions: a new one must be free and fit into XML.
function number(room, element) {
  const { id } = getBusinessObject(element);
  return text({
    label: "编号",
    value: id,
    hint: "系统内部使用，发布后不要改。字母开头，可用字母、数字、下划线。",
    set(value) {
      const isTaken = value !== id && room.modeler.get("elementRegistry").get(value);
      if (!/^[A-Za-z_][\w-]*$/.test(value) || isTaken) {
        room.say(isTaken ? `编号“${value}”已被别的图形使用，没有修改。` : "编号须以字母开头，只用字母、数字、下划线，没有修改。");
        return room.refresh();
      }
      return room.modeler.get("modeling").updateProperties(element, { id: value });
    },
  });
}

function document(room, element, value) {
  const object = subject(element);
  const made = value ? [room.modeler.get("bpmnFactory").create("bpmn:Documentation", { text: value })] : [];
  room.modeler.get("modeling").updateModdleProperties(element, object, { documentation: made });
}

export function colours(room, elements) {
  const paint = (fill, stroke) => room.modeler.get("modeling").setColor(elements, { fill, stroke });
  const swatches = COLOURS.map(([name, fill, stroke]) =>
    button(name, () => paint(fill, stroke), { class: `button swatch ${fill ? `c${fill.slice(1)}` : ""}` }),
  );
  return h("div", { class: "swatches", role: "group", "aria-label": "颜色" }, swatches);
}

// An arrow: when it is taken. Chosen from what was decided before, or said freely.
import { getBusinessObject, isAny } from "bpmn-js/lib/util/ModelUtil";

import builder from "../builder.js";
import { checkbox, group, h } from "../dom.js";
import { setExpression } from "../extensions.js";
import { sourcesOf } from "../sources.js";

export function condition(room, flow) {
  const gateway = flow.source;
  if (!isAny(gateway, ["bpmn:ExclusiveGateway", "bpmn:InclusiveGateway"])) {
    return group("条件", h("p", { class: "hint" }, "只有排他网关和包容网关后面的箭头可以有条件。"));
  }
  const isDefault = getBusinessObject(gateway).default === getBusinessObject(flow);
  const setDefault = (isOn) => {
    if (isOn) write(room, flow, "");
    room.modeler.get("modeling").updateProperties(gateway, { default: isOn ? getBusinessObject(flow) : undefined });
  };
  const otherwise = checkbox({ label: "默认走这条（其余条件都不符合时）", value: isDefault, set: setDefault });
  return group("条件", otherwise, isDefault ? null : chosen(room, flow));
}

const chosen = (room, flow) =>
  builder({
    label: "看什么",
    none: "没有条件",
    hint: "前面表单里勾了“用于流程判断”的项，和系统给出的结论。",
    body: getBusinessObject(flow).conditionExpression?.body ?? "",
    sources: sourcesOf(flow.source, room.forms, room.words),
    write: (body) => write(room, flow, body),
  });

const write = (room, flow, body) =>
  setExpression(room.modeler, flow, getBusinessObject(flow), { conditionExpression: body });

// An arrow: when it is taken. Chosen from what was decided before, or said freely.
import { getBusinessObject, is, isAny } from "bpmn-js/lib/util/ModelUtil";

import { checkbox, group, h, select, text } from "../dom.js";
import * as conditions from "../conditions.js";
import { sourcesOf } from "../sources.js";

const FREE = "free";
const ALWAYS = "";

export function condition(room, flow) {
  const { source } = flow;
  if (!isAny(source, ["bpmn:ExclusiveGateway", "bpmn:InclusiveGateway"])) {
    return group("条件", h("p", { class: "hint" }, "只有排他网关和包容网关后面的箭头可以有条件。"));
  }
  const modeling = room.modeler.get("modeling");
  const isDefault = getBusinessObject(source).default === getBusinessObject(flow);
  const setDefault = (isOn) => {
    if (isOn) write(room, flow, "");
    modeling.updateProperties(source, { default: isOn ? getBusinessObject(flow) : undefined });
  };
  const otherwise = checkbox({ label: "默认走这条（其余条件都不符合时）", value: isDefault, set: setDefault });
  return group("条件", otherwise, isDefault ? null : chosen(room, flow));
}

function chosen(room, flow) {
  const sources = sourcesOf(flow, room.forms, room.words);
  const body = getBusinessObject(flow).conditionExpression?.body ?? "";
  const now = body ? conditions.read(body) : {};
  const isFree = now.free !== undefined || (body !== "" && !sources.some((each) => each.code === now.source));
  const set = (changes) => write(room, flow, conditions.write({ ...now, ...changes }));
  const choose = (code) => {
    if (code === ALWAYS) return write(room, flow, "");
    if (code === FREE) return write(room, flow, body || "True");
    const first = sources.find((each) => each.code === code);
    return write(room, flow, conditions.write({ source: code, comparison: "==", value: first.values[0]?.code ?? "0" }));
  };
  const asked = [[ALWAYS, "没有条件"], ...sources.map(({ code, name }) => [code, name]), [FREE, "自己写表达式"]];
  const controls = [select({ label: "看什么", value: isFree ? FREE : now.source ?? ALWAYS, choices: asked, set: choose, hint: "前面表单里勾了“用于流程判断”的项，和系统给出的结论。" })];
  if (isFree) {
    controls.push(text({ label: "表达式", value: body, lines: 2, set: (value) => write(room, flow, value), hint: "如 decision == 'accept' and not one_person()。" }));
  } else if (body) {
    controls.push(...comparison(sources.find((each) => each.code === now.source), now, set));
    controls.push(h("p", { class: "hint" }, `${conditions.tell(body, sources)} 时走这条。`));
  }
  return controls;
}

function comparison({ values }, now, set) {
  const isChoice = values.length > 0;
  const known = isChoice ? conditions.COMPARISONS.slice(0, 2) : conditions.COMPARISONS;
  return [
    select({ label: "怎样比", value: now.comparison, choices: known, set: (to) => set({ comparison: to }) }),
    isChoice
      ? select({ label: "与什么比", value: now.value, choices: values.map(({ code, name }) => [code, name]), set: (value) => set({ value }) })
      : text({ label: "与什么比", value: now.value, set: (value) => set({ value: /^-?\d+(\.\d+)?$/.test(value) ? value : "0" }), hint: "填一个数字。" }),
  ];
}

function write(room, flow, body) {
  const made = body ? room.modeler.get("bpmnFactory").create("bpmn:FormalExpression", { body }) : undefined;
  if (made && is(flow.source, "bpmn:ExclusiveGateway") && getBusinessObject(flow.source).default === getBusinessObject(flow)) {
    room.modeler.get("modeling").updateProperties(flow.source, { default: undefined });
  }
  room.modeler.get("modeling").updateProperties(flow, { conditionExpression: made });
}

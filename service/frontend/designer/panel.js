// The panel beside the canvas: what is selected, in groups of controls. It is drawn anew after every change, from the diagram,
// so it can never say anything else than the diagram does.
import { getBusinessObject, is, isAny } from "bpmn-js/lib/util/ModelUtil";

import { group, h, redraw } from "./dom.js";
import { fitted } from "./fitting.js";
import { called, colours, more } from "./groups/basics.js";
import { condition } from "./groups/condition.js";
import { members } from "./groups/members.js";
import { moment } from "./groups/moment.js";
import { call, lane, process } from "./groups/process.js";
import { step } from "./groups/step.js";
import { task } from "./groups/task.js";

export default function panel(part, room) {
  const { modeler } = room;

  function show() {
    const selected = modeler.get("selection").get();
    if (selected.length > 1) return redraw(part, selected.map(({ id }) => id).join(), several(selected), colours(room, selected));
    const element = selected[0]?.labelTarget ?? selected[0] ?? modeler.get("canvas").getRootElement();
    return redraw(part, element, h("h2", {}, kindOf(element)), groups(element, fitted(room)));
  }

  modeler.on(["selection.changed", "import.done", "commandStack.changed"], show);
  return { show };
}

function groups(element, room) {
  const found = [called(room, element)];
  if (is(element, "bpmn:UserTask")) found.push(...task(room, element));
  if (is(element, "bpmn:UserTask") && getBusinessObject(element).loopCharacteristics) found.push(members(room, element));
  if (is(element, "bpmn:ServiceTask")) found.push(step(room, element));
  if (is(element, "bpmn:SequenceFlow")) found.push(condition(room, element));
  if (timerOf(element)) found.push(moment(room, element, timerOf(element)));
  if (isAny(element, ["bpmn:Process", "bpmn:Participant"])) found.push(...process(room, element));
  if (is(element, "bpmn:Lane")) found.push(lane(room, element));
  if (is(element, "bpmn:CallActivity")) found.push(call(room, element));
  return [...found, more(room, element)];
}

const several = (selected) => group("选中的图形", h("p", {}, `选中了 ${selected.length} 个图形。对齐和分布请用图形旁边的工具。`));

const timerOf = (element) => getBusinessObject(element).eventDefinitions?.find((each) => is(each, "bpmn:TimerEventDefinition"));

const KINDS = [
  ["bpmn:UserTask", "用户任务"],
  ["bpmn:ServiceTask", "服务任务"],
  ["bpmn:CallActivity", "调用活动"],
  ["bpmn:SubProcess", "子流程"],
  ["bpmn:Task", "任务（请更改类型）"],
  ["bpmn:ExclusiveGateway", "排他网关：只走一条"],
  ["bpmn:ParallelGateway", "并行网关：每条都走"],
  ["bpmn:InclusiveGateway", "包容网关：符合条件的都走"],
  ["bpmn:EventBasedGateway", "事件网关"],
  ["bpmn:StartEvent", "开始事件"],
  ["bpmn:EndEvent", "结束事件"],
  ["bpmn:BoundaryEvent", "边界事件"],
  ["bpmn:IntermediateCatchEvent", "中间事件"],
  ["bpmn:SequenceFlow", "箭头"],
  ["bpmn:Participant", "池（流程）"],
  ["bpmn:Lane", "泳道"],
  ["bpmn:Collaboration", "整个流程图"],
  ["bpmn:Process", "流程"],
  ["bpmn:TextAnnotation", "注释"],
  ["bpmn:Group", "分组"],
];

const kindOf = (element) => KINDS.find(([type]) => is(element, type))?.[1] ?? "图形";

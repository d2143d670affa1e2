// A process, a pool that stands for one, a lane, a call of another process in the same file.
import { getBusinessObject } from "bpmn-js/lib/util/ModelUtil";

import builder from "../builder.js";
import { group, h, pairs, select, text } from "../dom.js";
import { properties, setProperties, subject } from "../extensions.js";
import { functionsOf } from "../sources.js";

export function process(room, element) {
  const said = properties(element);
  const set = (changes) => setProperties(room.modeler, element, changes);
  return [about(room, subject(element).id, said, set), beginning(room, said, set)];
}

function about({ words }, id, said, set) {
  return group(
    "流程",
    h("p", { class: "hint" }, `流程编号 ${id}。同一流程的各个版本编号必须相同。`),
    select({
      label: "办理对象",
      value: said.subject ?? "",
      choices: [["", "没有"], ...pairs(words.subjects)],
      set: (code) => set({ subject: code }),
    }),
    select({
      label: "闭环规则",
      value: said.loop ?? "",
      choices: [["", "不要求"], ...pairs(words.loops)],
      set: (code) => set({ loop: code }),
      hint: "要求的，发布前须证明没有绕过移交、整改、验收和签字的走法。",
    }),
  );
}

function beginning({ words }, said, set) {
  const button = text({
    label: "发起按钮上的字",
    value: said.begin ?? "",
    set: (begin) => set({ begin }),
    hint: "轮到办第一个环节的人，在办理对象的页面上看到这个按钮。由系统发起的不写。",
  });
  const when = builder({
    label: "什么时候可以发起",
    none: "随时",
    body: said.when ?? "",
    sources: functionsOf(words),
    write: (condition) => set({ when: condition }),
  });
  return group("由人发起", button, said.begin ? when : null);
}

export function lane(room, element) {
  const names = room.words.roles.map(({ name }) => name);
  const { name = "" } = getBusinessObject(element);
  return group(
    "岗位",
    text({
      label: "岗位名称",
      value: name,
      list: names,
      set: (value) => room.modeler.get("modeling").updateProperties(element, { name: value }),
      hint: "泳道以岗位命名时，里面没有另写办理人的任务就归这个岗位。",
    }),
  );
}

export function call(room, element) {
  const others = room.modeler.getDefinitions().rootElements.filter((each) => each.$type === "bpmn:Process");
  const choices = [["", "请选择"], ...others.map(({ id, name }) => [id, name || id])];
  const { calledElement = "" } = getBusinessObject(element);
  return group(
    "调用",
    select({
      label: "调用的流程",
      value: calledElement,
      choices,
      set: (id) => room.modeler.get("modeling").updateProperties(element, { calledElement: id || undefined }),
      hint: "须在同一个文件里。",
    }),
  );
}

// A timer: at which moment it fires. Only moments, no durations: a duration would begin anew with every round.
import { group, h, select, text } from "../dom.js";

const FREE = "free";

export function moment(room, element, timer) {
  const body = timer.timeDate?.body ?? "";
  const offered = room.words.moments.map(({ code, name }) => [`${code}()`, name]);
  const isKnown = offered.some(([code]) => code === body);
  const write = (value) => {
    const made = value ? room.modeler.get("bpmnFactory").create("bpmn:FormalExpression", { body: value }) : undefined;
    if (made) made.$parent = timer;
    const changes = { timeDate: made, timeDuration: undefined, timeCycle: undefined };
    room.modeler.get("modeling").updateModdleProperties(element, timer, changes);
  };
  const choices = [["", "请选择"], ...offered, [FREE, "自己写表达式"]];
  const choose = select({
    label: "到什么时刻",
    value: isKnown || !body ? body : FREE,
    choices,
    set: (code) => write(code === FREE ? `${offered[0]?.[0] ?? "at"} ` : code),
  });
  const free = text({ label: "表达式", value: body, set: write, hint: "算出一个时刻的函数，如 next_reminder_at()。" });
  return group("定时", choose, isKnown || !body ? h("p", { class: "hint" }, "到了这一时刻，系统自动往下走。") : free);
}

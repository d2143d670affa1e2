// A timer: at which moment it fires. Only moments, no durations: a duration would begin anew with every round.
import { group, h, select, text } from "../dom.js";
import { setExpression } from "../extensions.js";

const FREE = "free";

export function moment(room, element, timer) {
  const body = timer.timeDate?.body ?? "";
  const offered = room.words.moments.map(({ code, name }) => [`${code}()`, name]);
  const isKnown = !body || offered.some(([code]) => code === body);
  const write = (value) => setExpression(room.modeler, element, timer, { timeDate: value, timeDuration: "", timeCycle: "" });
  const choose = select({
    label: "到什么时刻",
    value: isKnown ? body : FREE,
    choices: [["", "请选择"], ...offered, [FREE, "自己写表达式"]],
    set: (code) => write(code === FREE ? `(${body || offered[0]?.[0] || "''"})` : code), // in brackets it is none of those offered
  });
  const free = text({ label: "表达式", value: body, set: write, hint: "算出一个时刻的函数，如 next_reminder_at()。" });
  return group("定时", choose, isKnown ? h("p", { class: "hint" }, "到了这一时刻，系统自动往下走。") : free);
}

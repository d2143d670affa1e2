// A condition by choosing: what is asked, how it is compared, with what. Whoever wants to say more writes an expression.
import * as conditions from "./conditions.js";
import { h, pairs, select, text } from "./dom.js";

const NONE = "";
const FREE = "free";
const NUMBER = /^-?\d+(\.\d+)?$/;

// `label`: the first question; `none`: what it means to have no condition; `body`: the condition as it stands, "" for none.
export default function builder({ label, none, hint, body, sources, write }) {
  const now = body === NONE ? {} : conditions.read(body);
  const asked = sources.find((each) => each.code === now.source);
  const isFree = body !== NONE && !asked;
  const choices = [[NONE, none], ...pairs(sources), [FREE, "自己写表达式"]];
  const choose = (code) => write(begun(code, body, sources));
  const first = select({ label, value: isFree ? FREE : (now.source ?? NONE), choices, set: choose, hint });
  if (isFree) return [first, expression(body, write)];
  return asked ? [first, comparison(asked, now, write), told(body, sources)] : [first];
}

// What stands there when something has just been chosen: its first value.
function begun(code, body, sources) {
  if (code === NONE) return "";
  if (code === FREE) return body ? `(${body})` : "True"; // in brackets it is no longer one that is chosen
  const { values } = sources.find((each) => each.code === code);
  return conditions.write({ source: code, comparison: "==", value: values[0]?.code ?? "0" });
}

const expression = (body, write) =>
  text({ label: "表达式", value: body, lines: 2, set: write, hint: "如 decision == 'accept' and not one_person()。" });

function comparison({ values }, now, write) {
  const set = (changes) => write(conditions.write({ ...now, ...changes }));
  const isChoice = values.length > 0;
  const known = isChoice ? conditions.COMPARISONS.slice(0, 2) : conditions.COMPARISONS;
  const how = select({ label: "怎样比", value: now.comparison, choices: known, set: (to) => set({ comparison: to }) });
  const label = "与什么比";
  const what = isChoice
    ? select({ label, value: now.value, choices: pairs(values), set: (value) => set({ value }) })
    : text({ label, value: now.value, set: (value) => set({ value: NUMBER.test(value) ? value : "0" }), hint: "填一个数字。" });
  return h("div", { class: "beside" }, how, what);
}

const told = (body, sources) => h("p", { class: "hint" }, `即：${conditions.tell(body, sources)}。`);

// A user task: whose it is, what he fills in, until when.
import { button, group, h, pairs, select, several, text } from "../dom.js";
import * as dues from "../dues.js";
import { properties, setProperties } from "../extensions.js";

export function task(room, element) {
  const said = properties(element);
  const set = (changes) => setProperties(room.modeler, element, changes);
  return [
    group("谁来办", addressee(room, said, set)),
    group("办什么", work(room, said, set)),
    group("期限", due(room, said, set)),
  ];
}

const MODES = [
  ["role", "按岗位（岗位上的任何一人）"],
  ["person", "指定的人"],
  ["lane", "按所在泳道的岗位"],
];

function addressee({ words }, said, set) {
  const mode = said.person ? "person" : said.role || said.unit ? "role" : "lane";
  const modes = words.persons.length > 0 || mode === "person" ? MODES : MODES.filter(([code]) => code !== "person");
  // No post is ticked beforehand: whoever overlooked it would send the task to people he never thought of.
  const change = (to) =>
    set({
      role: "",
      unit: to === "role" ? "town" : "",
      person: to === "person" ? words.persons[0].code : "",
    });
  return [
    select({ label: "办理人", value: mode, choices: modes, set: change }),
    mode === "person" ? person(words, said, set) : null,
    mode === "role" ? posts(words, said, set) : null,
    duty(words, said, set),
  ];
}

const person = (words, said, set) =>
  select({ label: "哪个人", value: said.person, choices: pairs(words.persons), set: (code) => set({ person: code }) });

function posts(words, said, set) {
  const codes = (said.role ?? "").split(",").map((code) => code.trim());
  return [
    select({
      label: "哪个单位",
      value: said.unit ?? "",
      choices: [...(said.unit ? [] : [["", "所在镇（没有写明）"]]), ...pairs(words.units)],
      set: (unit) => set({ unit }),
    }),
    several({
      label: "哪些岗位",
      values: codes.filter(Boolean),
      choices: pairs(words.roles),
      set: (chosen) => set({ role: chosen.join(",") }),
      hint: "选了几个岗位的，其中任何一人都可以办。",
    }),
  ];
}

function duty(words, said, set) {
  const chosen = words.duties.find((each) => each.code === said.duty);
  return select({
    label: "职责",
    value: said.duty ?? "",
    choices: [["", "没有"], ...pairs(words.duties)],
    set: (code) => set({ duty: code }),
    hint: chosen?.rule ?? "用于职责分离：同一件隐患上互斥的职责不能由同一人承担。",
  });
}

function work(room, said, set) {
  const forms = Object.entries(room.forms).map(([key, form]) => [key, form.title || key]);
  const form = select({
    label: "表单",
    value: said.form ?? "",
    choices: [["", "没有"], ...forms],
    set: (key) => set({ form: key }),
  });
  const open = said.form in room.forms ? button("打开这张表单", () => room.openForm(said.form), { class: "button small" }) : null;
  const verb = select({
    label: "办理步骤",
    value: said.verb ?? "",
    choices: [["", "只填表，不做别的"], ...pairs(room.words.verbs)],
    set: (code) => set({ verb: code }),
    hint: "提交后系统按哪一步的规则核对和记账。",
  });
  return [form, open, verb];
}

function due({ words }, said, set) {
  const now = dues.read(said.due ?? "");
  const write = (changes) => set({ due: dues.write({ ...now, ...changes }) });
  const choices = [["", "没有期限"], ["term", "自己定一个时限"], ...pairs(words.dues)];
  const controls = [select({ label: "怎样算", value: now.kind, choices, set: (kind) => write({ kind }) })];
  if (now.kind === "term") {
    controls.push(
      h(
        "div",
        { class: "beside" },
        text({ label: "数目", value: now.count, set: (count) => write({ count }) }),
        select({ label: "单位", value: now.unit, choices: dues.UNITS, set: (unit) => write({ unit }) }),
      ),
    );
  }
  return [...controls, h("p", { class: "hint" }, dues.tell(said.due ?? "", words))];
}

// A user task: whose it is, what he fills in, until when.
import { getBusinessObject } from "bpmn-js/lib/util/ModelUtil";

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

function addressee({ words }, said, set) {
  const mode = said.person ? "person" : said.role || said.unit ? "role" : "lane";
  const modes = [
    ["role", "按岗位（岗位上的任何一人）"],
    ["person", "指定的人"],
    ["lane", "按所在泳道的岗位"],
  ];
  const change = (to) =>
    set({
      role: to === "role" ? said.role || words.roles[0].code : "",
      unit: to === "role" ? said.unit || "town" : "",
      person: to === "person" ? words.persons[0].code : "",
    });
  const controls = [select({ label: "办理人", value: mode, choices: modes, set: change })];
  if (mode === "person")
    controls.push(
      select({ label: "哪个人", value: said.person, choices: pairs(words.persons), set: (person) => set({ person }) }),
    );
  if (mode === "role") {
    controls.push(
      select({
        label: "哪个单位",
        value: said.unit ?? "",
        choices: [["", "隐患所在镇（默认）"], ...pairs(words.units)],
        set: (unit) => set({ unit }),
      }),
    );
    const codes = (said.role ?? "")
      .split(",")
      .map((code) => code.trim())
      .filter(Boolean);
    controls.push(
      several({
        label: "哪些岗位",
        values: codes,
        choices: pairs(words.roles),
        set: (chosen) => set({ role: chosen.join(",") }),
        hint: "选了几个岗位的，其中任何一人都可以办。",
      }),
    );
  }
  const duty = words.duties.find((each) => each.code === said.duty);
  const choices = [["", "没有"], ...pairs(words.duties)];
  controls.push(
    select({
      label: "职责",
      value: said.duty ?? "",
      choices,
      set: (code) => set({ duty: code }),
      hint: duty?.rule ?? "用于职责分离：同一件隐患上互斥的职责不能由同一人承担。",
    }),
  );
  return controls;
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

// Several persons do the same task (会签): how many, and when it is enough.
export function members(room, element) {
  const many = getBusinessObject(element).loopCharacteristics;
  const change = (name) => (value) => {
    const made = value ? room.modeler.get("bpmnFactory").create("bpmn:FormalExpression", { body: value }) : undefined;
    if (made) made.$parent = many;
    room.modeler.get("modeling").updateModdleProperties(element, many, { [name]: made });
  };
  return group(
    "会签",
    text({
      label: "人数",
      value: many.loopCardinality?.body,
      set: change("loopCardinality"),
      hint: "一个整数，或前一步得出的人数，如 member_count（验收成员数）。",
    }),
    text({
      label: "提前结束的条件",
      value: many.completionCondition?.body,
      set: change("completionCondition"),
      hint: "如 agree == 'no'：有一人不同意即结束。不写则人人办完才结束。",
    }),
  );
}

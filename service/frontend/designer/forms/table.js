// The forms beside the diagram: a table of fields, the details of one of them, and the form as the official will see it.
import { button, checkbox, h, redraw, select, text } from "../dom.js";
import { fitted } from "../fitting.js";
import details from "./details.js";
import * as fields from "./fields.js";
import preview from "./preview.js";

export default function formTable(part, room) {
  const editor = h("div", { class: "editor" });
  const stage = h("div", { class: "stage" });
  part.append(editor, stage);
  let shownForm = Object.keys(room.forms)[0];
  let shownField = null;

  function open(key = shownForm, field = null) {
    shownForm = key;
    shownField = field;
    show();
  }

  const change = (form) => room.changeForms({ ...room.forms, [shownForm]: form });

  function add() {
    const key = fields.freeKey(room.forms, "form");
    shownForm = key;
    room.changeForms({ ...room.forms, [key]: fields.emptyForm(key) });
  }

  function show() {
    if (!(shownForm in room.forms)) [shownForm] = Object.keys(room.forms);
    const form = room.forms[shownForm];
    if (!form) {
      redraw(editor, "", h("p", {}, "还没有表单。"), button("新建表单", add));
      return;
    }
    if (!(shownField in form.properties)) shownField = null;
    const act = {
      change,
      show: (key) => {
        shownField = key;
        show();
      },
    };
    redraw(
      editor,
      `${shownForm}/${shownField}`,
      h(
        "div",
        { class: "beside" },
        select({
          label: "表单",
          value: shownForm,
          choices: Object.entries(room.forms).map(([key, each]) => [key, each.title || key]),
          set: (key) => open(key),
        }),
        button("新建表单", add, { class: "button small" }),
      ),
      heads(form, change),
      rows(form, shownField, act),
      button("添加填报项", () => addField(form, act), { class: "button small" }),
      shownField ? details(fitted(room), form, shownField, act) : null,
    );
    preview(stage, room, form, shownField);
  }

  room.modeler.on("commandStack.changed", () => {
    if (!part.hidden) show(); // a value answered here would keep the event from those who listen after us
  });
  return { open };
}

function addField(form, act) {
  const key = fields.freeKey(form.properties, "item");
  act.change(fields.withField(form, key, { ...fields.become({}, "line"), title: "新填报项" }));
  act.show(key);
}

function heads(form, change) {
  return h(
    "details",
    { class: "group" },
    h("summary", {}, "这张表单"),
    h(
      "div",
      {},
      text({ label: "名称", value: form.title, set: (title) => change({ ...form, title }) }),
      text({
        label: "提示",
        value: form.description,
        lines: 2,
        set: (description) => change({ ...form, description: description || undefined }),
        hint: "显示在表单最上面。",
      }),
      checkbox({
        label: "提交前再输入一次登录密码（签字）",
        value: form["x-reauthenticate"],
        set: (isOn) => change({ ...form, "x-reauthenticate": isOn || undefined }),
      }),
      checkbox({
        label: "退回重办时带出上次填写的内容",
        value: form["x-again"],
        set: (isOn) => change({ ...form, "x-again": isOn || undefined }),
      }),
    ),
  );
}

function rows(form, shown, act) {
  const heads = ["名称", "类型", "必填", "判断", ""].map((name) => h("th", { scope: "col" }, name));
  const body = Object.entries(form.properties).map(([key, field]) => row(form, key, field, key === shown, act));
  return h("table", { class: "fields" }, h("thead", {}, h("tr", {}, heads)), h("tbody", {}, body));
}

function row(form, key, field, isShown, act) {
  const kind = fields.kindOf(field);
  const name = field.title || key;
  const open = button(name, () => act.show(isShown ? null : key), { class: "link", "aria-expanded": String(isShown) });
  const cells = [
    [open, h("small", {}, key)],
    fields.KINDS.find(([code]) => code === kind)[1],
    must(form, key, field, act),
    decides(form, key, field, act),
  ].map((content) => h("td", {}, content));
  return h("tr", { class: isShown ? "shown" : "" }, cells, h("td", { class: "moves" }, moves(form, key, name, act)));
}

// What is shown only sometimes can be asked for only then.
function must(form, key, field, act) {
  const isSometimes = "x-visible-when" in field;
  const isMust = isSometimes ? Boolean(field["x-required-when-visible"]) : (form.required ?? []).includes(key);
  return tick(`${field.title || key}：必填`, isMust, (isOn) =>
    act.change(isSometimes ? flagged(form, key, "x-required-when-visible", isOn) : fields.required(form, key, isOn)),
  );
}

function decides(form, key, field, act) {
  const set = (isOn) => act.change(flagged(form, key, "x-decides", isOn));
  return tick(`${field.title || key}：用于流程判断`, Boolean(field["x-decides"]), set, !fields.mayDecide(fields.kindOf(field)));
}

const flagged = (form, key, flag, isOn) =>
  fields.withField(form, key, { ...form.properties[key], [flag]: isOn || undefined });

const tick = (label, value, set, isOff = false) =>
  h("input", {
    type: "checkbox",
    checked: value,
    disabled: isOff,
    "aria-label": label,
    onchange: (event) => set(event.target.checked),
  });

const moves = (form, key, name, act) => [
  button("↑", () => act.change(fields.moved(form, key, -1)), { class: "icon", "aria-label": `上移 ${name}` }),
  button("↓", () => act.change(fields.moved(form, key, 1)), { class: "icon", "aria-label": `下移 ${name}` }),
  button("×", () => act.change(fields.withoutField(form, key)), { class: "icon", "aria-label": `删除 ${name}` }),
];

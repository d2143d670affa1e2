// The designer's room. It opens with the draft, the words one may choose from, and a canvas; every change is checked and kept
// after a pause. `room` is what its parts share.
import findings from "./findings.js";
import formTable from "./forms/table.js";
import { open, show, text } from "./modeler.js";
import panel from "./panel.js";
import saving from "./saving.js";
import { ask } from "./server.js";
import tools from "./tools.js";
import { missing } from "./zh.js";

import "./designer.css";

const part = (root, name) => root.querySelector(`[data-part="${name}"]`);

async function start(root) {
  const handIn = part(document, "hand-in");
  const saved = part(document, "saved");
  const say = (words, tone = "warn") => {
    saved.textContent = words;
    saved.dataset.tone = tone;
  };
  const [draft, words] = await Promise.all([ask(root.dataset.draft), ask(root.dataset.words)]);
  const modeler = open(part(root, "drawing"));
  const room = {
    modeler,
    words,
    say,
    forms: draft.forms,
    key: root.dataset.key,
    token: handIn.elements.csrf_token.value,
    addresses: { findings: root.dataset.findings, preview: root.dataset.preview },
    collect: async () => ({
      key: room.key,
      xml: untouched ?? (await text(modeler)),
      forms: room.forms,
      name: handIn.elements.name.value,
      note: handIn.elements.note.value,
    }),
    changeForms: (forms) => modeler.get("commandStack").execute("forms.change", { forms }),
    changed() {
      untouched = null;
      room.touched();
    },
    touched() {
      keeper.touch();
      checker.touch();
    },
    refresh: () => side.show(),
    openForm: (key, field) => shown("forms", () => table.open(key, field)),
    openDrawing: (then) => shown("drawing", then),
  };
  // As long as nothing is drawn the file stays byte for byte what it was: so an older version goes back as itself.
  let untouched = draft.xml;

  function shown(which, then) {
    part(root, "drawing").hidden = part(root, "properties").hidden = which !== "drawing";
    part(root, "forms").hidden = which !== "forms";
    bar.press(which);
    then?.();
  }

  const keeper = saving({ address: root.dataset.save, token: room.token, collect: room.collect, say, revision: draft.revision });
  const checker = findings(part(root, "findings"), room);
  const side = panel(part(root, "properties"), room);
  const bar = tools(part(root, "tools"), room);
  const table = formTable(part(root, "forms"), room);
  await show(modeler, draft.xml);
  modeler.get("commandStack").registerHandler("forms.change", formsChange(room));
  modeler.on("commandStack.changed", room.changed);
  handIn.addEventListener("input", keeper.touch);
  handIn.addEventListener("submit", (event) => finish(event, handIn, keeper));
  checker.check();
  say("已打开，修改后自动保存", "good");
  root.dataset.ready = "1";
  window.designer = { modeler, missing }; // for the tests, and for whoever looks for a word in English
}

// A change of the forms is a command like one of the diagram, so that one row of undo holds both.
function formsChange(room) {
  return function Change() {
    const exchange = (context) => {
      [room.forms, context.forms] = [context.forms, room.forms];
      return [];
    };
    this.execute = exchange;
    this.revert = exchange;
  };
}

// Handing in waits for the last save; putting away need not.
async function finish(event, form, keeper) {
  if (event.submitter?.dataset.part === "discard") {
    if (confirm("作废后不能恢复，只能重新新建草稿。确定作废吗？")) keeper.forget();
    else event.preventDefault();
    return;
  }
  if (!keeper.isDirty()) return;
  event.preventDefault();
  await keeper.save();
  if (!keeper.isDirty()) form.submit();
}

for (const root of document.querySelectorAll("[data-designer]")) {
  start(root).catch((error) => {
    part(document, "saved").textContent = `没有打开：${error.message}`;
    part(document, "saved").dataset.tone = "bad";
    throw error;
  });
}

// The designer's room. It opens with the draft, the words one may choose from, and a canvas; every change is checked and kept
// after a pause.
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
  const [draft, words] = await Promise.all([ask(root.dataset.draft), ask(root.dataset.words)]);
  const room = shared(root, handIn, draft, words);
  const { modeler } = room;
  const keeper = saving(room, root.dataset.save, draft.revision);
  const checker = findings(part(root, "findings"), room);
  const side = panel(part(root, "properties"), room);
  const turnTo = sides(root, tools(part(root, "tools"), room));
  const table = formTable(part(root, "forms"), room);
  Object.assign(room, {
    refresh: side.show,
    openDrawing(then) {
      turnTo("drawing");
      then?.();
    },
    openForm(key, field) {
      turnTo("forms");
      table.open(key, field);
    },
    changed() {
      room.untouched = null;
      keeper.touch();
      checker.touch();
    },
  });
  await show(modeler, draft.xml);
  modeler.get("commandStack").registerHandler("forms.change", formsChange(room));
  modeler.on("commandStack.changed", room.changed);
  handIn.addEventListener("input", keeper.touch);
  handIn.addEventListener("submit", (event) => finish(event, handIn, keeper));
  checker.check();
  room.say("已打开，修改后自动保存", "good");
  root.scrollIntoView({ block: "nearest" }); // the findings stand at its foot
  root.dataset.ready = "1";
  window.designer = { modeler, missing }; // for the tests, and for whoever looks for a word in English
}

// What the parts of the room share. `start` adds what they may ask of one another.
function shared(root, handIn, draft, words) {
  const { findings: check, preview, key } = root.dataset;
  const modeler = open(part(root, "drawing"));
  const room = {
    modeler,
    words,
    key,
    forms: draft.forms,
    token: handIn.elements.csrf_token.value,
    addresses: { findings: check, preview },
    // As long as nothing is drawn the file stays byte for byte what it was: so an older version goes back as itself.
    untouched: draft.xml,
    drawn: async () => room.untouched ?? text(modeler),
    collect: async () => ({
      key,
      xml: await room.drawn(),
      forms: room.forms,
      name: handIn.elements.name.value,
      note: handIn.elements.note.value,
    }),
    changeForms: (forms) => modeler.get("commandStack").execute("forms.change", { forms }),
    say,
  };
  return room;
}

function say(words, tone = "warn") {
  const saved = part(document, "saved");
  saved.textContent = words;
  saved.dataset.tone = tone;
}

// The two sides of the room: the drawing with its properties, or the forms.
const sides = (root, bar) => (which) => {
  part(root, "drawing").hidden = part(root, "properties").hidden = which !== "drawing";
  part(root, "forms").hidden = which !== "forms";
  bar.press(which);
};

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
    say(`没有打开：${error.message}`, "bad");
    throw error;
  });
}

// The row of tools above the canvas.
import { button, h } from "./dom.js";
import { properties } from "./extensions.js";
import { fit, show, text } from "./modeler.js";
import { ask } from "./server.js";

export default function tools(part, room) {
  const { modeler } = room;
  const stack = modeler.get("commandStack");
  const editor = modeler.get("editorActions");
  const undo = button("撤销", () => stack.undo(), { title: "Ctrl+Z" });
  const redo = button("重做", () => stack.redo(), { title: "Ctrl+Y" });
  const drawing = button("流程图", () => room.openDrawing(), { "aria-pressed": "true" });
  const forms = button("表单", () => room.openForm(chosenForm(modeler)), { "aria-pressed": "false" });
  const file = h("input", {
    type: "file",
    accept: ".bpmn,.xml",
    hidden: true,
    "aria-label": "上传流程图文件",
    onchange: () => upload(room, file),
  });

  part.append(
    h("div", { class: "switch" }, drawing, forms),
    undo,
    redo,
    button("复制", () => editor.trigger("copy"), { title: "Ctrl+C" }),
    button("粘贴", () => editor.trigger("paste"), { title: "Ctrl+V" }),
    button("查找", () => editor.trigger("find"), { title: "Ctrl+F" }),
    button("放大", () => modeler.get("zoomScroll").stepZoom(1)),
    button("缩小", () => modeler.get("zoomScroll").stepZoom(-1)),
    button("全图", () => fit(modeler)),
    button("下载流程图", async () => download(`${room.key}.bpmn`, await text(modeler), "application/xml")),
    button("下载图片", async () => download(`${room.key}.svg`, (await modeler.saveSVG()).svg, "image/svg+xml")),
    button("下载位图", () => raster(room)),
    button("上传", () => file.click()),
    file,
  );

  const settle = () => {
    undo.disabled = !stack.canUndo();
    redo.disabled = !stack.canRedo();
  };
  modeler.on(["commandStack.changed", "import.done"], settle);
  settle();
  return {
    press(which) {
      drawing.setAttribute("aria-pressed", String(which === "drawing"));
      forms.setAttribute("aria-pressed", String(which === "forms"));
    },
  };
}

// The form of the selected task, if there is one.
function chosenForm(modeler) {
  const [selected] = modeler.get("selection").get();
  return selected && properties(selected).form;
}

function download(name, content, type) {
  const address = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  h("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1_000);
}

// The picture as PNG, twice as large as drawn, on white.
async function raster(room) {
  const { svg } = await room.modeler.saveSVG();
  const image = new Image();
  image.src = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  await image.decode();
  const canvas = h("canvas", { width: image.width * 2, height: image.height * 2 });
  const brush = canvas.getContext("2d");
  brush.fillStyle = "#fff";
  brush.fillRect(0, 0, canvas.width, canvas.height);
  brush.drawImage(image, 0, 0, canvas.width, canvas.height);
  URL.revokeObjectURL(image.src);
  canvas.toBlob((blob) => download(`${room.key}.png`, blob));
}

// A file from elsewhere. The server looks at it first: what it cannot read never comes near the draft.
async function upload(room, file) {
  const [chosen] = file.files;
  file.value = "";
  if (!chosen) return;
  const before = await text(room.modeler);
  try {
    const xml = await chosen.text();
    const { findings } = await ask(room.addresses.findings, { key: room.key, xml, forms: room.forms }, room.token);
    const fatal = findings.find((each) => ["file-unreadable", "too-large", "script", "key-changed"].includes(each.rule));
    if (fatal) throw new Error(fatal.message);
    await show(room.modeler, xml);
    room.changed();
    room.say(`已载入“${chosen.name}”`, "good");
  } catch (error) {
    await show(room.modeler, before);
    room.say(
      `没有载入“${chosen.name}”：${/[一-龥]/.test(error.message) ? error.message : "文件中没有可以显示的流程图。"}草稿保持原样。`,
    );
  }
}

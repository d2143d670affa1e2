// The row of tools above the canvas.
import { button, h } from "./dom.js";
import { properties } from "./extensions.js";
import { saveDiagram, savePicture, saveRaster, upload } from "./files.js";
import { fit } from "./modeler.js";
import undoing from "./undoing.js";

export default function tools(part, room) {
  const { modeler } = room;
  const steps = undoing(room);
  const editor = modeler.get("editorActions");
  const undo = button("撤销", steps.undo, { title: "Ctrl+Z" });
  const redo = button("重做", steps.redo, { title: "Ctrl+Y" });
  const drawing = button("流程图", () => room.openDrawing(), { "aria-pressed": "true" });
  const forms = button("表单", () => room.openForm(chosenForm(modeler)), { "aria-pressed": "false" });
  const file = chooser((chosen) => upload(room, steps, chosen));

  part.append(
    h("div", { class: "switch" }, drawing, forms),
    undo,
    redo,
    button("复制", () => editor.trigger("copy"), { title: "Ctrl+C" }),
    button("粘贴", () => editor.trigger("paste"), { title: "Ctrl+V" }),
    button("查找", (event) => find(event, editor), { title: "Ctrl+F" }),
    button("放大", () => modeler.get("zoomScroll").stepZoom(1)),
    button("缩小", () => modeler.get("zoomScroll").stepZoom(-1)),
    button("全图", () => fit(modeler)),
    button("下载流程图", () => saveDiagram(room)),
    button("下载图片", () => savePicture(room)),
    button("下载位图", () => saveRaster(room)),
    button("上传", () => file.click()),
    file,
  );

  const settle = () => {
    undo.disabled = !steps.canUndo();
    redo.disabled = !steps.canRedo();
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

// The box in which one searches closes at the next click that reaches the page: not at this one.
function find(event, editor) {
  event.stopPropagation();
  editor.trigger("find");
}

// The form of the selected task, if there is one.
function chosenForm(modeler) {
  const [selected] = modeler.get("selection").get();
  return selected && properties(selected).form;
}

// A file input that hands over what was chosen and forgets it, so that the same file can be chosen again.
function chooser(take) {
  const input = h("input", { type: "file", accept: ".bpmn,.xml", hidden: true, "aria-label": "上传流程图文件" });
  input.addEventListener("change", () => {
    const [chosen] = input.files;
    input.value = "";
    if (chosen) take(chosen);
  });
  return input;
}

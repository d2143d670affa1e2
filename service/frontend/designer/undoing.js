// One row of undo for what is drawn and for whole files: what stood on the canvas before a file was taken in is one step back from
// the file. The modeler's own row begins anew with each file.
import { show } from "./modeler.js";

export default function undoing(room) {
  const { modeler } = room;
  const stack = modeler.get("commandStack");
  const editor = modeler.get("editorActions");
  const before = [];
  const after = [];
  let isTurning = false;

  // What cannot be shown leaves the canvas as it was.
  async function turnTo(xml, kept) {
    isTurning = true;
    const now = await room.drawn();
    kept.push(now);
    try {
      await show(modeler, xml);
      room.changed();
    } catch (error) {
      kept.pop();
      await show(modeler, now);
      throw error;
    } finally {
      isTurning = false;
    }
  }

  async function takeIn(xml) {
    await turnTo(xml, before);
    after.length = 0;
  }

  function undo() {
    if (stack.canUndo()) stack.undo();
    else if (before.length > 0 && !isTurning) turnTo(before.pop(), after);
  }

  function redo() {
    if (stack.canRedo()) stack.redo();
    else if (after.length > 0 && !isTurning) turnTo(after.pop(), before);
  }

  modeler.on("commandStack.changed", ({ trigger }) => {
    if (trigger === "execute") after.length = 0;
  });
  for (const name of ["undo", "redo"]) editor.unregister(name);
  editor.register({ undo, redo }); // what the keys do
  return {
    takeIn,
    undo,
    redo,
    canUndo: () => stack.canUndo() || before.length > 0,
    canRedo: () => stack.canRedo() || after.length > 0,
  };
}

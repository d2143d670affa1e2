// The live diagram: bpmn.io's navigated viewer, with the steps that are open and those that are done marked on it.
import Viewer from "bpmn-js/lib/NavigatedViewer";

import "bpmn-js/dist/assets/diagram-js.css";
import "bpmn-js/dist/assets/bpmn-js.css";
import fingers from "./fingers.js";
import "./viewer.css";

const READABLE = 0.8; // smaller than this and nobody reads the names: then show the current step instead of all
const PHONE = 600; // pixels; on less all of a diagram is too small to see anything: then show where it begins

// `pick` hears the id of whatever is clicked.
export default async function open(container, xml, tokens, done, pick) {
  const viewer = new Viewer({ container });
  await viewer.importXML(xml);
  const canvas = viewer.get("canvas");
  const known = viewer.get("elementRegistry");
  fingers(viewer);
  mark(viewer, done.filter((id) => known.get(id)), "is-done");
  const here = tokens.filter((id) => known.get(id));
  mark(viewer, here, "is-now");
  // Timers and joins wait by themselves; what a person has to do comes first.
  const isTask = (id) => known.get(id).type.endsWith("Task");
  here.sort((a, b) => isTask(b) - isTask(a));
  for (const id of here) badge(viewer, id, isTask(id) ? "正在办理" : "等待中");

  const fit = () => canvas.zoom("fit-viewport", "auto");
  const follow = () => {
    if (here.length === 0) return;
    canvas.zoom(Math.max(canvas.zoom(), READABLE));
    canvas.scrollToElement(here[0], 160);
  };
  viewer.on("element.click", ({ element }) => pick(element.id));
  const begin = () => {
    canvas.zoom(READABLE);
    canvas.scrollToElement(known.find(({ type }) => type === "bpmn:StartEvent"), 80);
  };
  fit();
  if (canvas.zoom() < READABLE) follow();
  if (here.length === 0 && canvas.getSize().width < PHONE) begin();
  return { fit, follow, isLive: here.length > 0, zoom: (factor) => canvas.zoom(canvas.zoom() * factor) };
}

function mark(viewer, ids, name) {
  for (const id of ids) viewer.get("canvas").addMarker(id, name);
}

function badge(viewer, id, words) {
  const text = document.createElement("span");
  text.className = "badge";
  text.textContent = words;
  viewer.get("overlays").add(id, { position: { top: -14, left: 0 }, html: text });
}

// The drawing board: bpmn.io's modeler in Chinese, with minimap and token simulation.
import Modeler from "bpmn-js/lib/Modeler";
import simulation from "bpmn-js-token-simulation";
import minimap from "diagram-js-minimap";

import "bpmn-js/dist/assets/bpmn-font/css/bpmn-embedded.css";
import "bpmn-js/dist/assets/bpmn-js.css";
import "bpmn-js/dist/assets/diagram-js.css";
import "bpmn-js-token-simulation/assets/css/bpmn-js-token-simulation.css";
import "diagram-js-minimap/assets/diagram-js-minimap.css";

import fingers from "../fingers.js";
import chinese from "./zh.js";
import offered from "./offered.js";
import spiff from "./spiff.json";

const PALETTE = 110; // pixels at the left that the palette covers; on a phone there is none
const READABLE = 0.7;
const MARGIN = 120; // pixels around what one is led to

export function open(container) {
  const modeler = new Modeler({
    container,
    additionalModules: [chinese, minimap, simulation, offered],
    moddleExtensions: { spiffworkflow: spiff },
  });
  modeler.on("searchPad.selected", (found) => goTo(modeler, found.id));
  fingers(modeler);
  return modeler;
}

// Shows a file: all of it, or on a phone where it begins.
export async function show(modeler, xml) {
  await modeler.importXML(xml);
  fit(modeler);
  const canvas = modeler.get("canvas");
  const [first] = modeler.get("elementRegistry").filter(({ type }) => type === "bpmn:StartEvent");
  if (first && covered(canvas) === 0) bringIntoSight(canvas, first, MARGIN);
}

// The palette must not lie on the first shapes.
export function fit(modeler) {
  const canvas = modeler.get("canvas");
  canvas.zoom("fit-viewport", "auto");
  const { width } = canvas.getSize();
  canvas.zoom(canvas.zoom() * (1 - covered(canvas) / width), "auto");
  canvas.scroll({ dx: covered(canvas) / 2, dy: 0 });
}

const covered = (canvas) => (canvas.getContainer().querySelector(".djs-palette")?.offsetWidth ? PALETTE : 0);

function bringIntoSight(canvas, element, top) {
  canvas.zoom(Math.max(canvas.zoom(), READABLE));
  canvas.scrollToElement(element, { top, right: MARGIN, bottom: MARGIN, left: MARGIN });
}

// Marks on shapes and arrows, and how to take all of them off again.
export function markers(modeler) {
  const canvas = modeler.get("canvas");
  const known = modeler.get("elementRegistry");
  let put = [];
  return {
    add(ids, name) {
      for (const id of ids.filter((each) => known.get(each)?.parent)) {
        canvas.addMarker(id, name);
        put.push([id, name]);
      }
    },
    clear() {
      for (const [id, name] of put) if (known.get(id)) canvas.removeMarker(id, name);
      put = [];
    },
  };
}

export const text = async (modeler) => (await modeler.saveXML({ format: true })).xml;

// `above`: pixels at the top that something else covers.
export function goTo(modeler, id, above = 0) {
  const element = modeler.get("elementRegistry").get(id);
  if (!element) return;
  if (element.parent) bringIntoSight(modeler.get("canvas"), element, above + MARGIN);
  modeler.get("selection").select(element);
}

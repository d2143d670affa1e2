// Two versions side by side, moved together, with what was added, removed, changed and moved coloured in both.
import Viewer from "bpmn-js/lib/NavigatedViewer";
import { diff } from "bpmn-js-differ";

import "bpmn-js/dist/assets/bpmn-js.css";
import "bpmn-js/dist/assets/diagram-js.css";

import fingers from "../fingers.js";
import spiff from "./spiff.json";

import "./diff.css";

const READABLE = 0.7;
const LARGE = 600; // a pool or a sub-process changes with what stands in it
const MARGIN = 60;

const fetched = async (address) => {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer.text();
};

async function drawn(container, xml) {
  const viewer = new Viewer({ container, moddleExtensions: { spiffworkflow: spiff } });
  await viewer.importXML(xml);
  fingers(viewer);
  return viewer;
}

function mark(viewer, ids, name) {
  const canvas = viewer.get("canvas");
  const known = viewer.get("elementRegistry");
  for (const { id, width } of ids.map((each) => known.get(each)).filter((each) => each?.parent)) {
    canvas.addMarker(id, name);
    if (width >= LARGE) canvas.addMarker(id, "is-large"); // only its edge, so that what stands in it keeps its own colours
  }
}

function together(one, other) {
  let isFollowing = false;
  const follow = (from, to) =>
    from.on("canvas.viewbox.changed", ({ viewbox }) => {
      if (isFollowing) return;
      isFollowing = true;
      const { x, y, width, height } = viewbox;
      to.get("canvas").viewbox({ x, y, width, height });
      isFollowing = false;
    });
  follow(one, other);
  follow(other, one);
}

// Large enough to be read, with what is new or changed in the middle; as far as all of it fits, else the first of it.
function bringIntoSight(viewer, ids) {
  const canvas = viewer.get("canvas");
  const shapes = ids.map((id) => viewer.get("elementRegistry").get(id)).filter((each) => each?.parent && each.width < LARGE);
  if (shapes.length === 0 || canvas.zoom() > READABLE) return;
  const left = Math.min(...shapes.map(({ x }) => x));
  const right = Math.max(...shapes.map(({ x, width }) => x + width));
  const { width } = canvas.getSize();
  canvas.zoom(Math.min(READABLE, Math.max(READABLE / 2, width / (right - left + 2 * MARGIN))));
  const [first] = shapes.sort((one, other) => one.x - other.x);
  canvas.scrollToElement(first, MARGIN);
}

async function start(section) {
  const pair = section.querySelector(".pair");
  const texts = await Promise.all([fetched(section.dataset.old), fetched(section.dataset.new)]);
  pair.hidden = false;
  const [old, now] = await Promise.all([
    drawn(pair.querySelector('[data-part="old"]'), texts[0]),
    drawn(pair.querySelector('[data-part="new"]'), texts[1]),
  ]);
  const found = diff(old.getDefinitions(), now.getDefinitions());
  const ids = (part) => Object.keys(found[part]);
  mark(old, ids("_removed"), "is-removed");
  mark(now, ids("_added"), "is-added");
  for (const viewer of [old, now]) {
    mark(viewer, ids("_layoutChanged"), "is-moved");
    mark(viewer, ids("_changed"), "is-changed");
    viewer.get("canvas").zoom("fit-viewport", "auto");
  }
  together(old, now);
  bringIntoSight(now, [...ids("_added"), ...ids("_changed")]);
  section.dataset.ready = "1";
}

for (const section of document.querySelectorAll("[data-diff]")) {
  start(section).catch((error) => {
    section.querySelector(".pair").hidden = true;
    console.warn("差异图未能载入，请看下面的文字。", error);
  });
}

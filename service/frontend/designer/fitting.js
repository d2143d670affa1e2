// The words that may be said of what a diagram is about, by the rule of the server's checks: the first of its processes that says
// what it is about speaks for all of the file.
import { properties } from "./extensions.js";

// The room with only these words. Posts stay all there, so that one that does not fit can be taken away.
export function fitted(room) {
  const about = aboutOf(room);
  const fits = ({ subjects }) => !about || !subjects || subjects.includes(about);
  const lists = Object.entries(room.words).map(([name, list]) => [name, name === "roles" ? list : list.filter(fits)]);
  return Object.assign(Object.create(room), { words: Object.fromEntries(lists) });
}

function aboutOf({ modeler, words }) {
  const said = modeler.getDefinitions().rootElements.map((each) => properties(each).subject);
  return said.find((code) => words.subjects.some((each) => each.code === code));
}

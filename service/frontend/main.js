// The pages work without any of this. An element asks for a module by data-module="name name".
import "htmx.org";

import autosave from "./autosave.js";
import back from "./back.js";
import chosen from "./chosen.js";
import current from "./current.js";
import date from "./date.js";
import diagram from "./diagram.js";
import faults from "./faults.js";
import once from "./once.js";
import photos from "./photos.js";
import picker from "./picker.js";
import visible from "./visible.js";

const modules = { autosave, back, chosen, current, date, diagram, faults, once, photos, picker, visible };

function hang(root) {
  for (const element of root.querySelectorAll("[data-module]")) {
    for (const name of element.dataset.module.split(" ")) {
      if (!element.dataset[`${name}Ready`]) {
        element.dataset[`${name}Ready`] = "1";
        modules[name]?.(element);
      }
    }
  }
}

hang(document);
document.addEventListener("htmx:load", (event) => hang(event.target.parentElement ?? document));

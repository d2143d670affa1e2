// Bundles the pages' scripts into service/static/dist. `npm run build`; nothing else is needed.
import { build } from "esbuild";
import { rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import simulationInChinese from "./designer/simulation-words.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const out = here("../static/dist");

await rm(out, { recursive: true, force: true });
await build({
  entryPoints: {
    app: here("main.js"),
    viewer: here("viewer.js"),
    designer: here("designer/index.js"),
    diff: here("designer/diff.js"),
  },
  outdir: out,
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2020", "chrome95", "firefox102", "safari15"], // what the browsers of government offices are built on
  loader: { ".svg": "empty", ".eot": "empty" }, // the icon font for browsers nobody has any more
  plugins: [simulationInChinese],
  legalComments: "linked",
  logLevel: "warning",
});

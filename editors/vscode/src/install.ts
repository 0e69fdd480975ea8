// Installs the server that comes with the extension into an environment of its own. Knows nothing of VS Code.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { promisify } from "node:util";
import { inEnvironment } from "./find";

const run = promisify(execFile);
const OLDEST = [3, 11];
const MARK = "installed";
/** Isolated: neither the current folder nor PYTHONPATH may put modules in the server's way. */
const SERVE = ["-I", "-m", "netpol_lsp.lsp.main"];

export class NoPython extends Error {}

/** The installation has failed; the output says what was said about it. */
export class CannotInstall extends Error {}

/** The wheel's libraries, by the digests of their wheels. */
const LOCK = "requirements.txt";
/** How pip says that it reaches nobody. */
const OFFLINE = /NewConnectionError|NameResolutionError|ConnectTimeoutError|ProxyError|Connection (?:refused|timed out|reset)|Network is unreachable/i;
const PIP = ["-I", "-m", "pip", "install", "--disable-pip-version-check", "--no-input"];

export interface Plan {
  /** The folder with the wheel and the list of its libraries. */
  bundled: string;
  /** The extension's own folder on this machine. */
  storage: string;
  pythons: readonly string[];
  windows: boolean;
  log(line: string): void;
}

/** The command that runs the bundled server, which is installed first where it is not yet; undefined without a wheel. */
export async function bundledServer(plan: Plan, progress: <T>(work: () => Promise<T>) => Promise<T>): Promise<string[] | undefined> {
  const names = await fs.readdir(plan.bundled).catch(() => []);
  const wheel = names.filter((name) => name.endsWith(".whl")).sort().pop();
  if (wheel === undefined) {
    return undefined;
  }
  const file = path.join(plan.bundled, wheel);
  const parts = [await fs.readFile(file), await fs.readFile(path.join(plan.bundled, LOCK))];
  const digest = parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest("hex").slice(0, 16);
  const home = path.join(plan.storage, `server-${digest}`);
  const ready = await fs.access(path.join(home, MARK)).then(() => true, () => false);
  if (!ready) {
    await progress(() => install(plan, file, home));
  }
  return [inEnvironment(home, "python", plan.windows), ...SERVE];
}

async function install(plan: Plan, wheel: string, home: string): Promise<void> {
  const python = await newEnough(plan);
  await fs.mkdir(plan.storage, { recursive: true });
  // Made beside and moved when it is complete: a window that closes midway, or a second window, leaves nothing broken.
  const draft = await fs.mkdtemp(path.join(plan.storage, "draft-"));
  try {
    const inner = inEnvironment(draft, "python", plan.windows);
    const lock = path.join(plan.bundled, LOCK);
    await say(plan, "an environment of its own could not be made", python, ["-I", "-m", "venv", draft]);
    // Wheels that have the digest written down, and nothing else: no build runs, and nothing that came later gets in.
    await say(plan, "the libraries of netpol-lsp could not be downloaded", inner, [...PIP, "--require-hashes", "--only-binary", ":all:", "-r", lock]);
    await say(plan, "netpol-lsp could not be installed", inner, [...PIP, "--no-index", "--no-deps", wheel]);
    await say(plan, "the installed netpol-lsp does not run", inner, [...SERVE, "--version"]);
    await fs.writeFile(path.join(draft, MARK), path.basename(wheel));
    await fs.rename(draft, home).catch(async (error: unknown) => {
      await fs.access(path.join(home, MARK)).catch(() => { throw error; });
    });
  } finally {
    await fs.rm(draft, { recursive: true, force: true });
  }
  await removeOthers(plan.storage, path.basename(home));
}

async function removeOthers(storage: string, keep: string): Promise<void> {
  for (const name of await fs.readdir(storage)) {
    if (name.startsWith("server-") && name !== keep) {
      await fs.rm(path.join(storage, name), { recursive: true, force: true }).catch(() => undefined);
    }
  }
}

async function newEnough(plan: Plan): Promise<string> {
  const seen: string[] = [];
  for (const python of plan.pythons) {
    try {
      const { stdout } = await run(python, ["-I", "-c", "import sys, venv, ensurepip; print(*sys.version_info[:2])"], { cwd: plan.bundled });
      const [major, minor] = stdout.trim().split(" ").map(Number);
      if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) {
        return python;
      }
      seen.push(`${python} is ${major}.${minor}`);
    } catch (error) {
      plan.log(String(error));
      seen.push(`${python} does not run or has no venv`);
    }
  }
  throw new NoPython(`Python ${OLDEST.join(".")} or newer is needed${seen.length > 0 ? `: ${seen.join(", ")}` : ", none was found"}`);
}

/** Run a program and write down what it says. Throws CannotInstall with `trouble` when it fails: the rest is for the output. */
async function say(plan: Plan, trouble: string, program: string, args: string[]): Promise<void> {
  plan.log(`> ${[program, ...args].join(" ")}`);
  try {
    const { stdout, stderr } = await run(program, args, { cwd: plan.bundled, maxBuffer: 16 * 1024 * 1024 });
    plan.log(`${stdout}${stderr}`.trim());
  } catch (error) {
    const { stdout = "", stderr = "", message } = error as Partial<Record<"stdout" | "stderr", string>> & Error;
    plan.log(`${stdout}${stderr}`.trim() || message);
    const offline = OFFLINE.test(stderr) ? ": there seems to be no connection" : "";
    throw new CannotInstall(`${trouble}${offline}`);
  }
}

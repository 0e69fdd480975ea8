// Where the language server is: the setting, the workspace's virtual environment, then PATH. Knows nothing of VS Code.
import * as path from "node:path";

export interface Surroundings {
  /** What the user set, may be empty. */
  setting: string;
  /** Whether what lies in the workspace may be run. */
  trusted: boolean;
  /** The workspace's folders on this machine. */
  folders: readonly string[];
  /** The PATH variable. */
  path: string;
  home: string;
  windows: boolean;
  isFile(file: string): boolean;
}

export interface Found {
  command: string;
  /** Where it comes from, for people. */
  from: string;
}

/** A place that the user named, but where nothing is. */
export class NotThere extends Error {}

/** The server's program; undefined when it is nowhere. Throws NotThere when the setting leads nowhere. */
export function findServer(around: Surroundings): Found | undefined {
  const command = expand(around.setting, around);
  // The user's own setting may lead into the workspace too: `${workspaceFolder}/.venv/bin/netpol-lsp`.
  if (around.setting !== "" && (around.trusted || !isWithin(command, around.folders))) {
    if (!around.isFile(command)) {
      throw new NotThere(`netpol.server.path is ${command}, but there is no such file`);
    }
    return { command, from: "the setting netpol.server.path" };
  }
  if (around.trusted) {
    for (const folder of around.folders) {
      for (const environment of [".venv", "venv"]) {
        const command = inEnvironment(path.join(folder, environment), "netpol-lsp", around.windows);
        if (around.isFile(command)) {
          return { command, from: "the workspace's virtual environment" };
        }
      }
    }
  }
  const installed = onPath(["netpol-lsp"], around)[0];
  return installed === undefined ? undefined : { command: installed, from: "PATH" };
}

/** A program of a virtual environment. */
export function inEnvironment(environment: string, name: string, windows: boolean): string {
  return windows ? path.join(environment, "Scripts", `${name}.exe`) : path.join(environment, "bin", name);
}

/** Programs of these names on PATH, the first name's first. In a workspace that is not trusted none that lies within. */
export function onPath(names: readonly string[], around: Omit<Surroundings, "setting">): string[] {
  const entries = around.path.split(around.windows ? ";" : ":");
  // A relative entry, "" among them, means the current folder: that may be the workspace.
  const folders = entries.filter((entry) => path.isAbsolute(entry) && (around.trusted || !isWithin(entry, around.folders)));
  const files = names.map((name) => (around.windows ? `${name}.exe` : name));
  return files.flatMap((file) => folders.map((folder) => path.join(folder, file))).filter((file) => around.isFile(file));
}

function isWithin(place: string, folders: readonly string[]): boolean {
  return folders.some((folder) => {
    const way = path.relative(folder, place);
    return way === "" || (way.split(path.sep)[0] !== ".." && !path.isAbsolute(way));
  });
}

function expand(setting: string, around: Surroundings): string {
  const [folder] = around.folders;
  let written = setting.replace(/^~(?=[\\/]|$)/, around.home);
  if (folder !== undefined) {
    written = written.replaceAll("${workspaceFolder}", folder);
    written = path.isAbsolute(written) ? written : path.join(folder, written);
  }
  return written;
}

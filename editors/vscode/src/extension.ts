// Starts the server when the first document is open that it is for, and adds the commands.
import * as fs from "node:fs";
import * as os from "node:os";
import * as vscode from "vscode";
import { LanguageClient, type LanguageClientOptions, type Middleware, RevealOutputChannelOn, State as ClientState } from "vscode-languageclient/node";
import { type Answer, askWhy, type Choices, type Given, type Question } from "./connections";
import { findServer, onPath, type Surroundings } from "./find";
import { type HtmlPage, HtmlPages } from "./html";
import { bundledServer, CannotInstall, NoPython } from "./install";
import { holdsTests, LANGUAGES, looksLikeManifest, wantsServer } from "./language";
import { startPolicy } from "./policies";
import { type ClusterFact, Pages, pickOrType, Status } from "./view";

const EXPLAIN = "netpol.explainPolicy";
const SHOW_CONFIG = "netpol.showConfig";
const WHY = "netpol.why";
const CHOICES = "netpol.connectionChoices";
const EXPLAIN_TEST = "netpol.explainTest";
const RUN_TESTS = "netpol.runTests";
const CONNECTIVITY_PAGE = "netpol.connectivityPage";
const DIFF_PAGE = "netpol.diffPage";
/** What this client does itself, told to the server: it shows what commands answer, and lets people choose among code actions. */
const OWN = { showResults: false, codeActionMenu: true, clusterStatus: true, suggestCommand: "editor.action.triggerSuggest", whyCommand: "netpol.whyConnection" };
const SELECTOR = LANGUAGES.flatMap((language) => ["file", "untitled"].map((scheme) => ({ language, scheme })));

class Server {
  private client: LanguageClient | undefined;
  private starting: Promise<void> | undefined;
  private stopping = false;
  private restarting: Promise<void> | undefined;
  private isRestartWanted = false;
  /** Why it does not run, until the user has been told. */
  private untold: Error | undefined;
  private lastQuestion: Question = { from: "", to: "" };
  private readonly output = vscode.window.createOutputChannel("NetworkPolicy");
  private readonly status = new Status();
  private readonly pages = new Pages();
  private readonly html = new HtmlPages();

  constructor(private readonly context: vscode.ExtensionContext) {
    context.subscriptions.push(this.output, this.status, this.pages, this.html);
  }

  /** Start it, unless it runs. A failure is told at once, or with `quiet` in the status bar alone until `tell`. */
  async start({ quiet = false } = {}): Promise<void> {
    this.starting ??= this.launch().catch((error: unknown) => { this.failed(error); });
    await this.starting;
    if (!quiet) {
      this.tell();
    }
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await this.starting;
    this.starting = undefined;
    const client = this.client;
    this.client = undefined;
    this.stopping = false;
    // A server that has died cannot be asked to stop.
    await client?.dispose().catch((error: unknown) => this.output.appendLine(String(error)));
  }

  /** Stop it and start it again. A wish that comes meanwhile is another round: settings may have changed once more. */
  restart(): Promise<void> {
    this.isRestartWanted = true;
    this.restarting ??= this.restartAsWanted();
    return this.restarting;
  }

  private async restartAsWanted(): Promise<void> {
    try {
      while (this.isRestartWanted) {
        this.isRestartWanted = false;
        await this.stop();
        await this.start();
      }
    } finally {
      this.restarting = undefined;
    }
  }

  showOutput(): void {
    this.output.show(true);
  }

  /** Run one of the server's commands for the place of the caret. */
  async ask(command: string): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    await this.start();
    if (this.client !== undefined && editor !== undefined) {
      const uri = this.client.code2ProtocolConverter.asUri(editor.document.uri);
      const { line, character } = editor.selection.active;
      await vscode.commands.executeCommand(command, { uri, position: { line, character } });
    }
  }

  /** Ask whether a connection is allowed, and show which lines decide. Who and to whom may be given, as by a key binding. */
  async why(given: Given = {}): Promise<void> {
    const document = vscode.window.activeTextEditor?.document;
    await this.start();
    const client = this.client;
    if (client === undefined) {
      return;
    }
    const uri = document !== undefined && LANGUAGES.includes(document.languageId) ? client.code2ProtocolConverter.asUri(document.uri) : undefined;
    const title = "Why Is a Connection Allowed or Denied?";
    this.lastQuestion = await askWhy(given, this.lastQuestion, {
      choices: () => vscode.commands.executeCommand<Choices | null>(CHOICES, { uri }).then((found) => found, () => undefined),
      pick: (prompt, placeHolder, choices) => pickOrType(title, `${prompt} (${placeHolder})`, choices),
      run: (question) => vscode.commands.executeCommand<Answer | null>(WHY, { ...question, uri }),
      show: (text, files) => this.pages.showAnswer("Why", text, files),
      complain,
    });
  }

  /** Show who may talk to whom, of a folder or of the whole workspace. */
  async connectivity(folder?: vscode.Uri): Promise<void> {
    await this.showPage(CONNECTIVITY_PAGE, await folderOf(folder));
  }

  /** Show what has changed since a git revision, the last commit unless another one is named, below a folder. */
  async diff(folder?: vscode.Uri, base?: string): Promise<void> {
    const chosen = (await folderOf(folder)) ?? (await theFolder());
    await this.showPage(DIFF_PAGE, chosen, base);
  }

  async diffWith(folder?: vscode.Uri): Promise<void> {
    const title = "Compare the Connections with a Git Revision";
    const base = await vscode.window.showInputBox({ title, prompt: "The revision to compare with", placeHolder: "main, HEAD~3, v1.2.0" });
    if (base?.trim()) {
      await this.diff(folder, base.trim());
    }
  }

  private async showPage(command: string, folder: vscode.Uri | undefined, base?: string): Promise<void> {
    await this.start();
    const client = this.client;
    if (client === undefined) {
      return;
    }
    const uri = folder !== undefined ? client.code2ProtocolConverter.asUri(folder) : undefined;
    const page = await vscode.commands.executeCommand<HtmlPage | null>(command, { folder: uri, base });
    if (page?.html !== undefined) {
      this.html.show(`${command} ${uri ?? ""} ${base ?? ""}`, page);
    } else if (page?.error !== "cancelled") {
      complain(page?.error ?? "the server does not know this question: update netpol-lsp");
    }
  }

  /** A new document with a policy in it, which the user chooses. */
  async newPolicy(): Promise<void> {
    const editor = await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ language: "yaml", content: "" }));
    await this.start();
    if (this.client !== undefined) {
      await startPolicy(this.client, editor);
    }
  }

  private async launch(): Promise<void> {
    this.untold = undefined;
    this.status.set("starting", "the server is starting");
    const [program, ...args] = await this.command();
    const further = vscode.workspace.getConfiguration("netpol").get<string[]>("server.arguments", []);
    const storage = this.context.globalStorageUri.fsPath;
    await fs.promises.mkdir(storage, { recursive: true });
    const run = { command: program, args: [...args, ...further], options: { cwd: storage } };
    const options = this.options(() => this.client === client && !this.stopping);
    const client: LanguageClient = new LanguageClient("netpol", "NetworkPolicy", run, options);
    this.client = client;
    client.onDidChangeState(({ newState }) => {
      if (client !== this.client) {
        return;
      } else if (newState === ClientState.Stopped) {
        this.status.set("failed", "the server has stopped; click for the output");
      } else if (newState === ClientState.Starting) {
        this.status.set("starting", "the server is starting");
      } else {
        this.status.set("running", `netpol-lsp ${client.initializeResult?.serverInfo?.version ?? ""} runs`);
      }
    });
    client.onNotification("netpol/cluster", ({ known }: { known: ClusterFact[] }) => {
      if (client === this.client) {
        this.status.setCluster(known);
      }
    });
    await client.start();
  }

  /** The server's program with its first arguments. Throws when there is none. */
  private async command(): Promise<string[]> {
    const around = this.surroundings();
    const found = findServer(around);
    if (found !== undefined) {
      this.output.appendLine(`server: ${found.command} (from ${found.from})`);
      return [found.command];
    }
    const python = vscode.workspace.getConfiguration("netpol").get("server.python", "");
    const plan = {
      bundled: vscode.Uri.joinPath(this.context.extensionUri, "bundled").fsPath,
      storage: this.context.globalStorageUri.fsPath,
      pythons: python !== "" ? [python] : onPath(["python3", "python", "python3.13", "python3.12", "python3.11"], around),
      windows: around.windows,
      log: (line: string) => this.output.appendLine(line),
    };
    const place = { location: vscode.ProgressLocation.Notification, title: "Installing netpol-lsp for the editor's own use" };
    const command = await bundledServer(plan, (work) => Promise.resolve(vscode.window.withProgress(place, work)));
    if (command === undefined) {
      throw new Error("the server netpol-lsp is not installed");
    }
    this.output.appendLine(`server: ${command.join(" ")} (came with the extension)`);
    return command;
  }

  private surroundings(): Surroundings {
    return {
      setting: vscode.workspace.getConfiguration("netpol").get("server.path", "").trim(),
      trusted: vscode.workspace.isTrusted,
      folders: (vscode.workspace.workspaceFolders ?? []).filter((folder) => folder.uri.scheme === "file").map((folder) => folder.uri.fsPath),
      path: process.env.PATH ?? "",
      home: os.homedir(),
      windows: process.platform === "win32",
      isFile: (file) => fs.statSync(file, { throwIfNoEntry: false })?.isFile() ?? false,
    };
  }

  /** `isCurrent`: whether the client with these options is the one in use, and stays so. */
  private options(isCurrent: () => boolean): LanguageClientOptions {
    const middleware: Middleware = {
      workspace: {
        // Changed settings of the server start it anew: the old one, about to stop, is not to hear of them.
        didChangeConfiguration: (sections, next) => (isCurrent() ? next(sections) : Promise.resolve()),
        configuration: async (params, token, next) => {
          const answers = (await next(params, token)) as object[];
          return answers.map((answer, index) => (params.items[index].section === "netpol" ? { ...answer, ...OWN } : answer));
        },
      },
      executeCommand: async (command, args, next) => {
        const answer: unknown = await next(command, args);
        if (command === EXPLAIN) {
          const markdown = (answer as { markdown?: string } | null)?.markdown;
          await this.pages.showMarkdown("Explanation", markdown ? markdown : "There is no policy in this file.");
        } else if (command === SHOW_CONFIG) {
          await this.pages.showJson("Configuration", answer);
        } else if (command === EXPLAIN_TEST || command === RUN_TESTS) {
          const { text, files, error } = (answer as Answer | null) ?? {};
          if (text !== undefined) {
            await this.pages.showAnswer(command === RUN_TESTS ? "Tests" : "Why", text, files ?? {});
          } else {
            complain(error ?? "the server does not know this question: update netpol-lsp");
          }
        }
        return answer;
      },
    };
    return {
      documentSelector: SELECTOR,
      outputChannel: this.output,
      // A request that fails is a line of the output, and nothing to interrupt somebody for.
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      // What a workspace's files say is never more than text: no commands, no HTML.
      markdown: { isTrusted: false, supportHtml: false },
      initializationOptions: OWN,
      middleware,
    };
  }

  private failed(error: unknown): void {
    this.starting = undefined;
    this.untold = error instanceof Error ? error : new Error(String(error));
    this.output.appendLine(this.untold.message);
    this.status.set("failed", `${this.untold.message}; click for the output`);
  }

  /** Say why the server does not run, if that has not been said yet. */
  tell(): void {
    const error = this.untold;
    if (error === undefined) {
      return;
    }
    this.untold = undefined;
    const reason = error.message;
    let advice = "Install it with `pip install netpol-lsp`, or name it in netpol.server.path.";
    if (error instanceof NoPython) {
      advice = "Install it, or name it in netpol.server.python.";
    } else if (error instanceof CannotInstall) {
      advice = "Try again, or name an installed netpol-lsp in netpol.server.path.";
    }
    const again = "Try Again", settings = "Open Settings", output = "Show Output";
    // Not awaited: nobody may ever answer.
    void vscode.window.showErrorMessage(`NetworkPolicy: ${reason}. ${advice}`, again, settings, output).then((choice) => {
      if (choice === again) {
        return this.restart();
      } else if (choice === settings) {
        return vscode.commands.executeCommand("workbench.action.openSettings", "netpol.server");
      } else if (choice === output) {
        return this.showOutput();
      }
    });
  }
}

function complain(message: string): void {
  void vscode.window.showErrorMessage(`NetworkPolicy: ${message}`);
}

/** The folder that a menu was opened on: of a file the one that it is in. */
async function folderOf(uri: vscode.Uri | undefined): Promise<vscode.Uri | undefined> {
  if (uri?.scheme !== "file" && uri?.scheme !== "vscode-remote") {
    return undefined;
  }
  const found = await vscode.workspace.fs.stat(uri).then((stat) => stat, () => undefined);
  return found !== undefined && (found.type & vscode.FileType.Directory) === 0 ? vscode.Uri.joinPath(uri, "..") : uri;
}

/** The workspace's folder; of several that of the active editor, or the one that somebody chooses. */
async function theFolder(): Promise<vscode.Uri | undefined> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  const active = vscode.window.activeTextEditor?.document.uri;
  const own = active !== undefined ? vscode.workspace.getWorkspaceFolder(active) : undefined;
  return (folders.length < 2 ? folders[0] : (own ?? (await vscode.window.showWorkspaceFolderPick())))?.uri;
}

let server: Server | undefined;

/** Let menus know whether the active editor has tests of connections. */
function tellOfTests(): void {
  const document = vscode.window.activeTextEditor?.document;
  const has = document !== undefined && LANGUAGES.includes(document.languageId) && holdsTests(document.getText());
  void vscode.commands.executeCommand("setContext", "netpol.hasTests", has);
}

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const ours = (server = new Server(context));
  // The first document starts the server; once it has been tried, only the user tries again.
  // That it cannot run matters where there is a manifest, and not to somebody's other YAML.
  let tried: Promise<void> | undefined, told = false;
  const look = async (document: vscode.TextDocument): Promise<void> => {
    const text = (): string => document.getText();
    tellOfTests();
    if (tried === undefined && wantsServer(document.languageId, text)) {
      tried = ours.start({ quiet: true });
    }
    await tried;
    if (tried !== undefined && !told && LANGUAGES.includes(document.languageId) && looksLikeManifest(text())) {
      told = true;
      ours.tell();
    }
  };
  context.subscriptions.push(
    vscode.window.onDidChangeActiveTextEditor(tellOfTests),
    vscode.commands.registerCommand("netpol.explain", () => ours.ask(EXPLAIN)),
    vscode.commands.registerCommand("netpol.effectiveConfig", () => ours.ask(SHOW_CONFIG)),
    vscode.commands.registerCommand("netpol.whyConnection", (given?: Given) => ours.why(given)),
    vscode.commands.registerCommand("netpol.connectivity", (folder?: vscode.Uri) => ours.connectivity(folder)),
    vscode.commands.registerCommand("netpol.diff", (folder?: vscode.Uri) => ours.diff(folder)),
    vscode.commands.registerCommand("netpol.diffWith", (folder?: vscode.Uri) => ours.diffWith(folder)),
    vscode.commands.registerCommand("netpol.checkTests", () => ours.ask(RUN_TESTS)),
    vscode.commands.registerCommand("netpol.newPolicy", () => ours.newPolicy()),
    vscode.commands.registerCommand("netpol.restart", () => ours.restart()),
    vscode.commands.registerCommand("netpol.showOutput", () => ours.showOutput()),
    vscode.workspace.onDidOpenTextDocument(look),
    vscode.workspace.onDidChangeTextDocument((event) => look(event.document)),
    vscode.workspace.onDidGrantWorkspaceTrust(() => (tried !== undefined ? ours.restart() : undefined)),
    vscode.workspace.onDidChangeConfiguration((event) => (tried !== undefined && event.affectsConfiguration("netpol.server") ? ours.restart() : undefined)),
  );
  for (const document of vscode.workspace.textDocuments) {
    await look(document);
  }
}

export function deactivate(): Promise<void> | undefined {
  return server?.stop();
}

// As much of VS Code's API as the extension needs to start: answers nothing, remembers what it was asked to show.
const Module = require("node:module");

const nothing = () => ({ dispose() {} });
const withNothing = (known) => new Proxy(known, { get: (o, name) => (name in o ? o[name] : nothing) });
class Item {
  texts = [];
  set text(value) { this.texts.push(value); }
  get text() { return this.texts.at(-1); }
  show() {} hide() {} dispose() {}
}
class MarkdownString {
  constructor(value = "") { this.value = value; }
  appendText(text) { this.value += text; return this; }
  appendMarkdown(text) { this.value += text; return this; }
}
class EventEmitter { event = nothing; fire() {} dispose() {} }

exports.install = ({ documents = [], settings = {}, trusted = true, folders = [] }) => {
  const seen = { errors: [], items: [], commands: {}, listeners: {}, output: [] };
  const listen = (name) => (listener) => { seen.listeners[name] = listener; return nothing(); };
  const api = {
    EventEmitter, MarkdownString,
    ThemeColor: class {},
    StatusBarAlignment: {}, ProgressLocation: {}, ViewColumn: {},
    Uri: { joinPath: (base, ...rest) => ({ fsPath: [base.fsPath, ...rest].join("/") }) },
    commands: withNothing({ registerCommand: (name, run) => { seen.commands[name] = run; return nothing(); }, executeCommand: async () => {} }),
    workspace: withNothing({
      isTrusted: trusted, textDocuments: documents, workspaceFolders: folders.map((fsPath) => ({ uri: { scheme: "file", fsPath } })),
      getConfiguration: () => ({ get: (name, standard) => settings[name] ?? standard }),
      onDidChangeTextDocument: listen("change"), onDidOpenTextDocument: listen("open"),
    }),
    languages: withNothing({}),
    window: withNothing({
      activeTextEditor: undefined,
      createStatusBarItem: () => { const item = new Item(); seen.items.push(item); return item; },
      createOutputChannel: () => withNothing({ appendLine: (line) => seen.output.push(line) }),
      showErrorMessage: async (message, ...choices) => { seen.errors.push({ message, choices }); },
      withProgress: (_options, work) => work(),
    }),
  };
  // Whatever else vscode-languageclient extends while it loads is an empty class.
  const classes = {};
  const stub = new Proxy(api, { get: (o, name) => (name in o ? o[name] : (classes[name] ??= class {})) });
  const load = Module._load;
  Module._load = (name, ...rest) => (name === "vscode" ? stub : load(name, ...rest));
  const file = require.resolve("../../dist/unit/extension.js");
  delete require.cache[file];
  seen.extension = require(file);
  Module._load = load;
  return seen;
};

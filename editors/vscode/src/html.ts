// The server's pages (who may talk to whom, what has changed) as panels of the editor.
import * as vscode from "vscode";

/** What the server answers: a page that needs nothing else. `files`: the URI of each path that it names. */
export interface HtmlPage {
  html?: string;
  title?: string;
  files?: Record<string, string>;
  error?: string;
}

/** What a page says when somebody clicks a place in it. Lines and columns count from 1. */
interface OpenMessage {
  command?: unknown;
  path?: unknown;
  line?: unknown;
  column?: unknown;
}

const POLICY = /<meta http-equiv="Content-Security-Policy" content="default-src (?:'|&#x27;)none/;

/** Panels by what they are about: to ask again is to look anew. */
export class HtmlPages {
  private readonly panels = new Map<string, vscode.WebviewPanel>();
  private readonly files = new Map<string, Record<string, string>>();

  show(key: string, page: HtmlPage): void {
    const html = page.html ?? "";
    const panel = this.panels.get(key) ?? this.create(key);
    panel.title = page.title ?? "NetworkPolicy";
    // What runs in it is what the page's own policy lets run; a page without one runs nothing.
    panel.webview.options = { enableScripts: POLICY.test(html), localResourceRoots: [] };
    panel.webview.html = html;
    this.files.set(key, page.files ?? {});
    panel.reveal(undefined, false);
  }

  dispose(): void {
    this.panels.forEach((panel) => { panel.dispose(); });
  }

  private create(key: string): vscode.WebviewPanel {
    const panel = vscode.window.createWebviewPanel("netpol.page", "NetworkPolicy", vscode.ViewColumn.Active, { enableFindWidget: true, retainContextWhenHidden: true });
    panel.webview.onDidReceiveMessage((message: OpenMessage) => this.open(key, message));
    panel.onDidDispose(() => {
      this.panels.delete(key);
      this.files.delete(key);
    });
    this.panels.set(key, panel);
    return panel;
  }

  /** Open a place beside the page: a file that the server has named, and no other. */
  private async open(key: string, { command, path, line, column }: OpenMessage): Promise<void> {
    const files = this.files.get(key) ?? {};
    if (command !== "open" || typeof path !== "string" || !Object.hasOwn(files, path)) {
      return;
    }
    const number = (value: unknown): number => (typeof value === "number" && value > 0 ? value - 1 : 0);
    const place = new vscode.Position(number(line), number(column));
    await vscode.window.showTextDocument(vscode.Uri.parse(files[path]), { viewColumn: vscode.ViewColumn.Beside, selection: new vscode.Range(place, place) });
  }
}

// The command that starts a new policy from one of the server's own templates.
import * as vscode from "vscode";
import { type CompletionItem, CompletionItemKind, type CompletionList, CompletionRequest, type LanguageClient } from "vscode-languageclient/node";

/** Ask which policy to start with and write it into `editor`, whose document is empty. Nothing is written when nothing is chosen. */
export async function startPolicy(client: LanguageClient, editor: vscode.TextEditor): Promise<void> {
  const place = { textDocument: { uri: client.code2ProtocolConverter.asUri(editor.document.uri) }, position: { line: 0, character: 0 } };
  const found = await client.sendRequest<CompletionList | CompletionItem[] | null>(CompletionRequest.method, place);
  const items = (Array.isArray(found) ? found : (found?.items ?? [])).filter((item) => item.kind === CompletionItemKind.Snippet);
  const choices = items.map((item) => ({ label: item.label, description: item.detail, detail: documentation(item), text: item.textEdit?.newText ?? item.insertText ?? "" }));
  const chosen = await vscode.window.showQuickPick(choices, { title: "New NetworkPolicy", placeHolder: "What is the policy to do?", matchOnDescription: true, matchOnDetail: true });
  if (chosen !== undefined) {
    await vscode.window.showTextDocument(editor.document);
    await editor.insertSnippet(new vscode.SnippetString(chosen.text), new vscode.Position(0, 0));
  }
}

function documentation(item: CompletionItem): string | undefined {
  return typeof item.documentation === "string" ? item.documentation : item.documentation?.value;
}

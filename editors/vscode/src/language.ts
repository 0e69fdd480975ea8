// Which documents the server is for. Knows nothing of VS Code.

export const LANGUAGES = ["yaml", "helm", "json", "jsonc"];

/** An `apiVersion` key. Linear: what follows the word is looked at once, and what precedes it not at all. */
const MANIFEST = /apiVersion["']?[ \t]*:/;

/** Whether a text has what every Kubernetes object has. */
export function looksLikeManifest(text: string): boolean {
  return MANIFEST.test(text);
}

/** The kind of a file of tests, or what a NetAssert file is made of. */
const TESTS = /\bkind["']?[ \t]*:[ \t]*["']?ConnectivityTest\b|\bk8sResource["']?[ \t]*:/;

/** Whether a text holds tests of connections. */
export function holdsTests(text: string): boolean {
  return TESTS.test(text);
}

/**
 * Whether a document starts the server. Any YAML does, even an empty one: what may be written there has to be offered.
 * JSON is the language of every program's settings: only a manifest does.
 */
export function wantsServer(languageId: string, text: () => string): boolean {
  return languageId === "yaml" || languageId === "helm" || (LANGUAGES.includes(languageId) && looksLikeManifest(text()));
}

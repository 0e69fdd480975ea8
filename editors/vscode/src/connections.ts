// The question whether a connection is allowed: how it is asked, and where its answer leads to.

/** What somebody asks the server. `uri`: the file that they are in. */
export interface Question {
  from: string;
  to: string;
  uri?: string;
}

/** What the server answers: `error` when the question means nothing. `files`: the URI of each path in `text`. */
export interface Answer {
  verdict?: string;
  text?: string;
  files?: Record<string, string>;
  error?: string;
}

/** How to ask the user for a name (nothing when they give up), the server for the answer, and how to show what it says. */
export interface Asking {
  input: (prompt: string, placeHolder: string, value: string) => Thenable<string | undefined>;
  run: (from: string, to: string) => Thenable<Answer | null | undefined>;
  show: (text: string, files: Record<string, string>) => Thenable<void>;
  complain: (message: string) => void;
}

/** Ask for what is not `given`, then the server. Gives the two names, `last` when nobody has finished the question. */
export async function askWhy(given: Partial<Question>, last: Question, asking: Asking): Promise<Question> {
  const from = (given.from ?? (await asking.input("Who opens the connection?", "shop/web, deploy/web, ip:203.0.113.9, world", last.from)))?.trim();
  if (!from) {
    return last;
  }
  const to = (given.to ?? (await asking.input("To whom, and to which port?", "shop/db:5432, svc:shop/db, shop/db:http, shop/*", last.to)))?.trim();
  if (!to) {
    return last;
  }
  const answer = await asking.run(from, to);
  if (answer?.text !== undefined) {
    await asking.show(answer.text, answer.files ?? {});
  } else {
    asking.complain(answer?.error ?? "the server does not know this question: update netpol-lsp");
  }
  return { from, to };
}

/** A place that an answer names: where in the text, which file, and its line from 1. */
export interface NamedPlace {
  start: number;
  end: number;
  path: string;
  line: number;
}

/** The places in an answer, as in `--> policies/db.yaml:12:11`. */
export function findPlaces(text: string): NamedPlace[] {
  return [...text.matchAll(/(?<=--> )(.+?):(\d+):\d+(?= {3}|$)/gm)].map((found) => (
    { start: found.index, end: found.index + found[0].length, path: found[1], line: Number(found[2]) }
  ));
}

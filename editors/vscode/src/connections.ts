// The question whether a connection is allowed: how it is asked, and where its answer leads to. Knows nothing of VS Code.

/** What somebody asks the server. `port`: none means what `to` says, else every port. */
export interface Question {
  from: string;
  to: string;
  port?: string;
}

/** What is asked about already, as by a lens. `among`: what `end` may be, of a policy the pods that it selects. */
export interface Given extends Partial<Question> {
  among?: string[];
  end?: "from" | "to";
}

/** What the server answers: `error` when the question means nothing. `files`: the URI of each path in `text`. */
export interface Answer {
  verdict?: string;
  text?: string;
  files?: Record<string, string>;
  error?: string;
}

/** A name that means something: a workload, a namespace, a Service, the world. A destination opens no connections. */
export interface KnownName {
  name: string;
  detail: string;
  ports: { port: string; detail: string }[];
  isDestination: boolean;
}

/** A test that the team has. */
export interface KnownTest extends Question {
  name: string;
  expect: string;
}

export interface Choices {
  names?: KnownName[];
  tests?: KnownTest[];
  error?: string;
}

/** Something to choose: what is typed is a choice, too. `question`: it says all. `isHead`: it separates what follows. */
export interface Choice {
  label: string;
  description?: string;
  question?: Question;
  isHead?: boolean;
}

/** How to ask the user (nothing when they give up) and the server, and how to show what it says. */
export interface Asking {
  choices: () => Thenable<Choices | null | undefined>;
  pick: (prompt: string, placeHolder: string, choices: Choice[]) => Thenable<Choice | undefined>;
  run: (question: Question) => Thenable<Answer | null | undefined>;
  show: (text: string, files: Record<string, string>) => Thenable<void>;
  complain: (message: string) => void;
}

const EVERY_PORT = "every port";

/** Ask for what is not `given`, then the server. Gives the question, `last` when nobody has finished it. */
export async function askWhy(given: Given, last: Question, asking: Asking): Promise<Question> {
  const question = await complete(given, last, asking);
  if (question === undefined) {
    return last;
  }
  const answer = await asking.run(question);
  if (answer?.text !== undefined) {
    await asking.show(answer.text, answer.files ?? {});
  } else {
    asking.complain(answer?.error ?? "the server does not know this question: update netpol-lsp");
  }
  return question;
}

/** The whole question; nothing when somebody has given up. */
async function complete(given: Given, last: Question, asking: Asking): Promise<Question | undefined> {
  const { from, to } = given;
  if (from !== undefined && to !== undefined) {
    return from.trim() && to.trim() ? { from: from.trim(), to: to.trim(), port: given.port } : undefined;
  }
  const { names = [], tests = [] } = (await asking.choices()) ?? {};
  const first = from ?? (await asking.pick("Who opens the connection?", "shop/web, deploy/web, ip:203.0.113.9, world",
    [...offeredTests(tests, given), ...offeredNames(names.filter((one) => !one.isDestination), given, "from", last.from)]));
  if (typeof first === "object" && first.question !== undefined) {
    return first.question;
  }
  const source = (typeof first === "string" ? first : first?.label)?.trim();
  if (!source) {
    return undefined;
  }
  const second = to ?? (await asking.pick("To whom, and to which port?", "shop/db:5432, svc:shop/db, shop/db:http, shop/*",
    offeredNames(names, given, "to", last.to)))?.label;
  const destination = second?.trim();
  if (!destination) {
    return undefined;
  }
  const port = given.port ?? (await askPort(destination, names, asking));
  return port === undefined ? undefined : { from: source, to: destination, port: port === EVERY_PORT ? undefined : port };
}

/** The port of a destination that is known; what somebody has typed may have its own. Nothing when they give up. */
async function askPort(destination: string, names: KnownName[], asking: Asking): Promise<string | undefined> {
  const known = names.find((one) => one.name === destination) ?? names.find((one) => isSame(one.name, destination));
  if (known === undefined) {
    return EVERY_PORT;
  }
  const ports = known.ports.map(({ port, detail }) => ({ label: port, description: detail }));
  const chosen = await asking.pick("To which port?", "5432/TCP, 8000-8010, http, UDP", [...ports, { label: EVERY_PORT }]);
  return chosen === undefined ? undefined : chosen.label.trim() || EVERY_PORT;
}

/** Whether a full name (`shop/Deployment/web`) is the short one of something (`shop/web`). */
function isSame(short: string, full: string): boolean {
  const parts = full.split("/");
  return parts.length === 3 && short === `${parts[0]}/${parts[2]}`;
}

/** The tests that the team has, with what else is given. */
function offeredTests(tests: KnownTest[], given: Given): Choice[] {
  if (tests.length === 0 || given.to !== undefined || given.among !== undefined) {
    return [];
  }
  return [{ label: "Tests", isHead: true }, ...tests.map((test) => ({
    label: test.name,
    description: `${test.from} → ${test.to}${test.port ? ` ${test.port}` : ""}, expected: ${test.expect}`,
    question: { from: test.from, to: test.to, port: test.port || undefined },
  }))];
}

/** Names: what was asked about last comes first, or the pods of a policy where it is about this end. */
function offeredNames(names: KnownName[], given: Given, end: "from" | "to", last: string): Choice[] {
  const offered = names.map(({ name, detail }) => ({ label: name, description: detail }));
  if (given.end !== end || given.among === undefined) {
    const before = last === "" ? [] : [{ label: "Asked last", isHead: true }, offered.find(({ label }) => label === last) ?? { label: last }];
    return [...before, { label: "Names", isHead: true }, ...offered.filter(({ label }) => label !== last)];
  }
  const among = given.among.map((name) => offered.find(({ label }) => label === name || isSame(label, name)) ?? { label: name });
  return [{ label: "Selected by the policy", isHead: true }, ...among, { label: "Others", isHead: true },
    ...offered.filter((one) => !among.includes(one))];
}

/** A place that an answer names: where in the text, which file, and its line and column from 1. */
export interface NamedPlace {
  start: number;
  end: number;
  path: string;
  line: number;
  column: number;
}

/** The places in an answer, as in `--> policies/db.yaml:12:11`. */
export function findPlaces(text: string): NamedPlace[] {
  return [...text.matchAll(/(?<=--> )(.+?):(\d+):(\d+)(?= {3}|$)/gm)].map((found) => (
    { start: found.index, end: found.index + found[0].length, path: found[1], line: Number(found[2]), column: Number(found[3]) }
  ));
}

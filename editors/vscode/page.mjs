// The extension's page for people who have nothing but the extension: pictures travel inside it, links lead to the
// repository. Prints the page; the links of `files` are made from the file's own place.
import fs from "node:fs";
import path from "node:path";

const here = import.meta.dirname;
const { repository, version } = JSON.parse(fs.readFileSync(path.join(here, "package.json"), "utf8"));

/** A Markdown page with every relative picture as data and every relative link absolute. Throws where one leads nowhere. */
export function selfContained(text, folder) {
  return text.replace(/(!?)\[([^\]]*)\]\(([^)\s]+)\)/g, (whole, mark, words, target) => {
    if (/^(https:|#)/.test(target)) return whole;
    const [file, anchor] = target.split("#");
    const place = path.join(folder, file);
    if (mark) return `![${words}](data:image/png;base64,${fs.readFileSync(place).toString("base64")})`;
    if (!fs.existsSync(place)) throw new Error(`the link to ${target} leads nowhere`);
    const inside = path.relative(path.join(here, "../.."), place).split(path.sep).join("/");
    return `[${words}](${repository.url.replace(/\.git$/, "")}/blob/v${version}/${inside}${anchor ? `#${anchor}` : ""})`;
  });
}

if (process.argv[1] === import.meta.filename) {
  const file = path.resolve(process.argv[2]);
  process.stdout.write(selfContained(fs.readFileSync(file, "utf8"), path.dirname(file)));
}

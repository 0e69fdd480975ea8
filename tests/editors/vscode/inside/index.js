// VS Code calls run() in its extension host, where `vscode` is the real thing.
const path = require("node:path");
const Mocha = require(path.join(__dirname, "../../../../editors/vscode/node_modules/mocha"));

exports.run = () => new Promise((resolve, reject) => {
  const mocha = new Mocha({ ui: "bdd", timeout: 60000, color: false, reporter: "spec" });
  mocha.addFile(path.join(__dirname, "extension.test.js"));
  mocha.run((failures) => {
    console.log(`mocha: ${mocha.suite.total() - failures} passed, ${failures} failed`);
    return failures > 0 ? reject(new Error(`${failures} tests failed`)) : resolve();
  });
});

import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["dist/", "node_modules/", "server/"] },
  ...tseslint.configs.recommended,
  { files: ["src/**/*.ts"], extends: [tseslint.configs.recommendedTypeChecked], languageOptions: { parserOptions: { projectService: true } } },
  { files: ["test/**/*.js"], rules: { "@typescript-eslint/no-require-imports": "off" } },
);

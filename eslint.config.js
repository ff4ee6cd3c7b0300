/** Typed lint over everything that is TypeScript; plain scripts get the untyped rules. */
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["dist/", "node_modules/", "training/", "coverage/", "data/", "explorer/bundle/*.js"] },
  {
    files: ["**/*.{ts,tsx}"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { project: ["./tsconfig.json", "./explorer/tsconfig.json"] } },
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/explicit-module-boundary-types": "off",
      // Numbers and booleans read well in sentences.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      // TypeGraphQL and TypeORM describe contracts by classes, some of which hold nothing themselves.
      "@typescript-eslint/no-extraneous-class": ["error", { allowWithDecorator: true }],
      // `() => this.close()` hides nothing.
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      // Classes here describe contracts and tables; a plain row that fits one is what resolvers and TypeORM take.
      "@typescript-eslint/no-unsafe-class-instance-assignment": "off",
      // Rows are spread from entities on purpose: what counts are their fields.
      "@typescript-eslint/no-misused-spread": "off",
      // An empty text is as good as none where a vendor's answer or a message is read.
      "@typescript-eslint/prefer-nullish-coalescing": ["error", { ignorePrimitives: { string: true } }],
      // Async arrow handlers are what Fastify's hooks ask for, with or without an await.
      "@typescript-eslint/require-await": "off",
    },
  },
  {
    files: ["test/**/*.ts"],
    rules: {
      // `expect(a?.b).toBe(c)` fails as it should when `a` is missing.
      "@typescript-eslint/no-unnecessary-condition": "off",
    },
  },
);

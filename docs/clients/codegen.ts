/** For `graphql-codegen --config codegen.ts`, with the packages @graphql-codegen/cli and @graphql-codegen/client-preset. */
export default {
  schema: "schema.graphql",
  documents: ["src/**/*.{ts,tsx}"],
  generates: {
    "src/gql/": {
      preset: "client",
      config: {
        // ISO 8601, as JSON has it. Without these lines both scalars would be `any`, here refused by `strictScalars`.
        scalars: { DateTime: "string", Upload: "Blob" },
        strictScalars: true,
        enumsAsTypes: true,
      },
    },
  },
};
